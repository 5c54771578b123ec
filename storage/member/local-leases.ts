/** What a member answers about leases: changes go through the log, reads wait for what was acknowledged. */
import type { Clock, Random } from '../../platform/index.js';
import { bytesOf } from '../bytes.js';
import type { Command } from '../commands/command.js';
import type { ApplyResult } from '../commands/result.js';
import { checkCount, checkLeaseGrant } from '../commands/validate.js';
import { readAttachedKeys, readLease, readLeaseIds } from '../mvcc/lease-book.js';
import type { StateView } from '../mvcc/state.js';
import type { CallContext, LeaseGrant, LeaseState, Outcome, Refusal } from '../store.js';
import { LeaseRenewals } from './lease-renewals.js';
import type { LogClock } from './log-clock.js';

export interface LocalLeasesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logClock: LogClock;
  /** A lease that is granted less lives so long: who holds it must have time to outlive a change of leader. */
  readonly minTtlSeconds: number;
  readonly write: (command: Command, context: CallContext) => Promise<Outcome<ApplyResult>>;
  /** Linearizable. */
  readonly read: <Value>(
    context: CallContext,
    read: (view: StateView) => Promise<Outcome<Value>>,
  ) => Promise<Outcome<Value>>;
}

const refused = (refusal: Refusal): Outcome<never> => ({ kind: 'refused', refusal });

/** As etcd has it: one and a half election timeouts, in whole seconds. */
export function minimumTtlSeconds(electionTimeoutMilliseconds: number): number {
  return Math.ceil((electionTimeoutMilliseconds * 1.5) / 1000);
}

export class LocalLeases {
  readonly #options: LocalLeasesOptions;
  readonly #renewals: LeaseRenewals;

  constructor(options: LocalLeasesOptions) {
    this.#options = options;
    this.#renewals = new LeaseRenewals({
      clock: options.clock,
      run: (ids, context) => options.write({ kind: 'lease-renew', ids }, context),
    });
  }

  async grant(
    request: { readonly id?: number; readonly ttlSeconds: number },
    context: CallContext,
  ): Promise<Outcome<LeaseGrant>> {
    const refusal = checkLeaseGrant(request);
    if (refusal !== undefined) return refused(refusal);
    // Drawn and raised here, not where it is applied: the command must be the same everywhere.
    const id = request.id === undefined || request.id === 0 ? this.#drawId() : request.id;
    const ttlSeconds = Math.max(request.ttlSeconds, this.#options.minTtlSeconds);
    const outcome = await this.#options.write({ kind: 'lease-grant', id, ttlSeconds }, context);
    if (outcome.kind !== 'done') return outcome;
    if (outcome.value.kind === 'refused') return refused(outcome.value.refusal);
    return { kind: 'done', value: { id, ttlSeconds } };
  }

  #drawId(): number {
    const bytes = Buffer.from(this.#options.random.bytes(8));
    return (bytes.readUInt32BE(0) & 0x0f_ffff) * 0x1_0000_0000 + bytes.readUInt32BE(4) + 1;
  }

  async keepAlive(id: number, context: CallContext): Promise<Outcome<LeaseGrant>> {
    const refusal = checkCount('a lease id', id);
    return refusal === undefined ? this.#renewals.renew(id, context) : refused(refusal);
  }

  async timeToLive(
    request: { readonly id: number; readonly keys: boolean },
    context: CallContext,
  ): Promise<Outcome<LeaseState>> {
    const { id } = request;
    const refusal = checkCount('a lease id', id);
    if (refusal !== undefined) return refused(refusal);
    return this.#options.read<LeaseState>(context, async (state) => {
      const lease = await readLease(state, id);
      if (lease === undefined)
        return refused({ reason: 'lease-not-found', message: `lease ${id} does not exist` });
      const left = lease.expiresMilliseconds - this.#options.logClock.nowMilliseconds();
      const value: LeaseState = {
        id,
        grantedTtlSeconds: lease.ttlSeconds,
        // 0 for one that has run out and still has its keys, until the leader has revoked it.
        remainingTtlSeconds: Math.max(0, Math.floor(left / 1000)),
        ...(request.keys ? { keys: (await readAttachedKeys(state.view, id)).map(bytesOf) } : {}),
      };
      return { kind: 'done', value };
    });
  }

  async list(context: CallContext): Promise<Outcome<readonly number[]>> {
    return this.#options.read(context, async ({ view }) => ({
      kind: 'done',
      value: await readLeaseIds(view),
    }));
  }

  stop(): void {
    this.#renewals.stop();
  }
}
