/** What clients do with leases: they are granted, kept alive, looked at, put under keys and revoked, or left to run out. */
import type { Random } from '../../../platform/index.js';
import type { CallContext, LeaseGrant, Outcome, Store } from '../../../storage/index.js';
import type { LeaseLedger } from './lease-ledger.js';

/** Sends it to some member. `ended` gets undefined when nothing was heard. */
type Ask = <Value>(
  what: string,
  call: (store: Store) => Promise<Outcome<Value>>,
  ended: (outcome: Outcome<Value> | undefined) => void,
) => void;

export interface LeaseWorkloadOptions {
  readonly random: Random;
  readonly ledger: LeaseLedger;
  readonly context: CallContext;
  readonly nowMilliseconds: () => number;
  readonly ask: Ask;
}

const MAX_TTL_SECONDS = 20;
/** Those that were granted last are kept alive; the others run out. */
const CARED_FOR = 4;
const LEASED_KEYS = 4;

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export class LeaseWorkload {
  readonly #options: LeaseWorkloadOptions;

  constructor(options: LeaseWorkloadOptions) {
    this.#options = options;
  }

  issue(): void {
    const { random, ledger } = this.#options;
    const cared = ledger.ids().slice(-CARED_FOR);
    const id = cared[random.integer(0, Math.max(1, cared.length))];
    const dice = random.float();
    if (id === undefined || dice < 0.2) this.#grant();
    else if (dice < 0.5) this.#keepAlive(id);
    else if (dice < 0.75) this.#look(id);
    else if (dice < 0.95) this.#put(id);
    else this.#revoke(id);
  }

  #ask<Value>(
    id: number,
    what: string,
    call: (store: Store, context: CallContext) => Promise<Outcome<Value>>,
    done: (value: Value, askedMilliseconds: number) => void = () => {},
  ): void {
    const { ask, context, ledger, nowMilliseconds } = this.#options;
    const asked = nowMilliseconds();
    ask<Value>(
      what,
      (store) => call(store, context),
      (outcome) => {
        if (outcome?.kind === 'done') done(outcome.value, asked);
        if (outcome?.kind === 'refused' && outcome.refusal.reason === 'lease-not-found')
          ledger.gone(id, nowMilliseconds(), what);
      },
    );
  }

  #grant(): void {
    const { ledger, random } = this.#options;
    const ttlSeconds = random.integer(1, MAX_TTL_SECONDS);
    this.#ask<LeaseGrant>(
      0,
      'grant a lease',
      (store, context) => store.leaseGrant({ ttlSeconds }, context),
      (granted, asked) => ledger.granted(granted.id, granted.ttlSeconds, asked),
    );
  }

  #keepAlive(id: number): void {
    this.#ask<LeaseGrant>(
      id,
      'keep a lease alive',
      (store, context) => store.leaseKeepAlive(id, context),
      (_renewed, asked) => this.#options.ledger.keptAlive(id, asked),
    );
  }

  #look(id: number): void {
    this.#ask(id, 'look at a lease', (store, context) => store.leaseTimeToLive({ id, keys: true }, context));
  }

  #put(lease: number): void {
    const key = `leased/${this.#options.random.integer(0, LEASED_KEYS)}`;
    const put = { type: 'put', key: bytes(key), value: bytes(`of ${lease}`), lease } as const;
    this.#ask(lease, `put ${key} with a lease`, (store, context) =>
      store.txn({ compare: [], then: [put], else: [] }, context),
    );
  }

  #revoke(id: number): void {
    this.#options.ledger.revoking(id);
    this.#ask(id, 'revoke a lease', (store, context) => store.leaseRevoke(id, context));
  }
}
