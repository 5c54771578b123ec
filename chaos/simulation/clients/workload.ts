/**
 * Clients: operations arrive at random times whether or not earlier ones were answered, each at a random
 * member, and what they are told goes into the history. A value says which write it comes from, so none is
 * written twice.
 */
import type { Random } from '../../../platform/index.js';
import type { CallContext, KeyValue, Outcome, Store, TxnRequest, TxnResult } from '../../../storage/index.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { Timeline } from '../world/timeline.js';
import type { Trace } from '../world/trace.js';
import type { ClientHistory, Value } from './client-history.js';
import type { LeaseLedger } from './lease-ledger.js';
import { LeaseWorkload } from './lease-workload.js';

export interface WorkloadOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly trace: Trace;
  readonly history: ClientHistory;
  readonly leases: LeaseLedger;
  /** Whom a client may ask. */
  readonly members: () => readonly SimulatedMember[];
  readonly operationsPerSecond: number;
  readonly keys: number;
  readonly maxValueBytes: number;
}

export interface OperationCounts {
  started: number;
  done: number;
  refused: number;
  unknown: number;
}

const CLIENT_PREFIX = 'k/';
const MAX_TIMEOUT_MILLISECONDS = 3_000;
/** A client that hears nothing for this long past its deadline gives up: the member is gone or stands still. */
const PATIENCE_MILLISECONDS = 1_000;

export const isClientKey = (key: string): boolean => key.startsWith(CLIENT_PREFIX);

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');

const EVERYTHING = { key: bytes(CLIENT_PREFIX), end: bytes('k0') };

/** One operation as the history knows it. */
interface Attempt {
  readonly process: number;
  readonly knownBefore: number;
  readonly what: string;
  over: boolean;
}

export class Workload {
  readonly #options: WorkloadOptions;
  readonly #context: CallContext;
  #processes = 0;
  #values = 0;
  #running = false;
  #inFlight = 0;
  readonly #leases: LeaseWorkload;
  readonly counts: OperationCounts = { started: 0, done: 0, refused: 0, unknown: 0 };
  /** The newest mod revisions that clients saw, for compares that can succeed. */
  readonly #seen = new Map<string, number>();

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#context = {
      caller: 'client',
      timeoutMilliseconds: options.random.integer(800, MAX_TIMEOUT_MILLISECONDS),
    };
    this.#leases = new LeaseWorkload({
      random: options.random,
      ledger: options.leases,
      context: this.#context,
      nowMilliseconds: () => options.timeline.nowMilliseconds,
      ask: (what, call, ended) => this.#ask(what, call, (_attempt, outcome) => ended(outcome)),
    });
  }

  start(): void {
    this.#running = true;
    this.#next();
  }

  stop(): void {
    this.#running = false;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  #next(): void {
    if (!this.#running) return;
    const { timeline, random, operationsPerSecond } = this.#options;
    timeline.after((random.float() * 2_000) / operationsPerSecond, () => {
      if (!this.#running) return;
      this.#next();
      this.#issue();
    });
  }

  #key(): string {
    return `${CLIENT_PREFIX}${this.#options.random.integer(0, this.#options.keys)}`;
  }

  #value(): string {
    const { random, maxValueBytes } = this.#options;
    this.#values += 1;
    return `${this.#values} ${'.'.repeat(random.integer(0, maxValueBytes))}`;
  }

  #issue(): void {
    const dice = this.#options.random.float();
    if (dice < 0.24) this.#put(1);
    else if (dice < 0.28) this.#put(2);
    else if (dice < 0.37) this.#compareAndPut();
    else if (dice < 0.41) this.#delete();
    else if (dice < 0.77) this.#read('linearizable', this.#key());
    else if (dice < 0.85) this.#read('linearizable', undefined);
    else if (dice < 0.93) this.#read('local', this.#options.random.float() < 0.8 ? this.#key() : undefined);
    else if (dice < 0.95) this.#catchUp();
    else if (dice < 0.955) this.#compact();
    else this.#leases.issue();
  }

  /** Sends it to somebody. `ended` gets undefined when nothing was heard. */
  #ask<Value_>(
    what: string,
    call: (store: Store) => Promise<Outcome<Value_>>,
    ended: (attempt: Attempt, outcome: Outcome<Value_> | undefined) => void,
    at: SimulatedMember | undefined = this.#anybody(),
  ): void {
    const { timeline, random, history } = this.#options;
    if (at === undefined) return;
    this.#processes += 1;
    const attempt = {
      process: this.#processes,
      knownBefore: history.knownRevision,
      what: `${what} at ${at.name}`,
      over: false,
    };
    this.counts.started += 1;
    this.#inFlight += 1;
    const end = (outcome: Outcome<Value_> | undefined): void => {
      if (attempt.over) return;
      attempt.over = true;
      deadline.cancel();
      this.#inFlight -= 1;
      this.#note(attempt, outcome);
      ended(attempt, outcome);
    };
    const deadline = timeline.after(this.#context.timeoutMilliseconds + PATIENCE_MILLISECONDS, () =>
      end(undefined),
    );
    at.machine.reach(random.float(), () => {
      if (at.store === undefined || attempt.over) return;
      void call(at.store.store).then(end);
    });
  }

  #anybody(): SimulatedMember | undefined {
    const { members, random } = this.#options;
    const all = members();
    const up = all.filter((member) => member.store !== undefined);
    const from = up.length > 0 && random.float() < 0.95 ? up : all;
    return from[random.integer(0, from.length)];
  }

  #note(attempt: Attempt, outcome: Outcome<unknown> | undefined): void {
    const { trace } = this.#options;
    const kind = outcome?.kind ?? 'unknown';
    this.counts[kind] += 1;
    const reason = outcome?.kind === 'refused' ? ` (${outcome.refusal.reason})` : '';
    trace.add({
      kind: 'client',
      process: attempt.process,
      text: `${attempt.what}: ${outcome === undefined ? 'no answer' : kind}${reason}`,
      revision: revisionOf(outcome),
    });
  }

  #write(
    what: string,
    request: TxnRequest,
    changes: ReadonlyMap<string, Value>,
    told?: (attempt: Attempt, result: TxnResult) => void,
  ): void {
    const values = [...changes.values()].filter((value): value is string => value !== null);
    this.#ask<TxnResult>(
      what,
      (store) => store.txn(request, this.#context),
      (attempt, outcome) => {
        this.#written(attempt, outcome, changes, values);
        if (outcome?.kind === 'done') told?.(attempt, outcome.value);
      },
    );
  }

  #written(
    attempt: Attempt,
    outcome: Outcome<TxnResult> | undefined,
    changes: ReadonlyMap<string, Value>,
    values: readonly string[],
  ): void {
    const { history } = this.#options;
    // Unknown: it may stand in history, once.
    if (outcome === undefined || outcome.kind === 'unknown') return;
    if (outcome.kind === 'refused') {
      history.refused(values);
      return;
    }
    const { revision, succeeded, results } = outcome.value;
    if (!succeeded) {
      history.refused(values);
      const [found] = results;
      const key = [...changes.keys()][0]!;
      if (found?.type === 'range') this.#found(attempt, revision, key, found.items, true);
      return;
    }
    const [first] = results;
    if (first?.type === 'delete' && first.deleted === 0) {
      const [key] = changes.keys();
      this.#found(attempt, revision, key, [], true);
      return;
    }
    for (const [key, value] of changes) {
      if (value === null) this.#seen.delete(key);
      else this.#seen.set(key, revision);
    }
    history.wrote(revision, changes, attempt.knownBefore);
  }

  #put(count: number): void {
    const changes = new Map<string, string>();
    while (changes.size < Math.min(count, this.#options.keys)) changes.set(this.#key(), this.#value());
    const then = [...changes].map(
      ([key, value]) => ({ type: 'put', key: bytes(key), value: bytes(value) }) as const,
    );
    const what = `put ${[...changes.keys()].join(' and ')}`;
    this.#write(what, { compare: [], then, else: [] }, changes);
  }

  #compareAndPut(): void {
    const key = this.#key();
    const value = this.#value();
    const operand = this.#seen.get(key) ?? 0;
    const keyBytes = bytes(key);
    this.#write(
      `put ${key} if ${operand}`,
      {
        compare: [{ target: 'mod', result: 'equal', key: keyBytes, operand }],
        then: [{ type: 'put', key: keyBytes, value: bytes(value) }],
        else: [{ type: 'range', key: keyBytes }],
      },
      new Map([[key, value]]),
      (attempt, { revision, succeeded, results }) => {
        const [found] = results;
        const current = found?.type === 'range' ? (found.items[0]?.modRevision ?? 0) : undefined;
        this.#options.history.compared({ what: attempt.what, key, operand, revision, succeeded }, current);
      },
    );
  }

  #delete(): void {
    const key = this.#key();
    const request: TxnRequest = { compare: [], then: [{ type: 'delete', key: bytes(key) }], else: [] };
    this.#write(`delete ${key}`, request, new Map([[key, null]]));
  }

  #read(consistency: 'linearizable' | 'local', key: string | undefined): void {
    const range = key === undefined ? EVERYTHING : { key: bytes(key) };
    this.#ask(
      `${consistency} read of ${key ?? 'all'}`,
      (store) => store.range({ ...range, consistency }, this.#context),
      (attempt, outcome) => {
        if (outcome?.kind !== 'done') return;
        const { revision, items } = outcome.value;
        this.#found(attempt, revision, key, items, consistency === 'linearizable');
      },
    );
  }

  #found(
    attempt: Attempt,
    revision: number,
    key: string | undefined,
    items: readonly KeyValue[],
    linearizable: boolean,
  ): void {
    const { history } = this.#options;
    const found = new Map<string, number>();
    for (const item of items) {
      const name = textOf(item.key);
      found.set(name, item.modRevision);
      if (linearizable) this.#seen.set(name, item.modRevision);
    }
    const read = { revision, key, found, what: attempt.what };
    if (linearizable) history.read(read, attempt.knownBefore);
    else history.staleRead(read);
  }

  #catchUp(): void {
    this.#ask(
      'catch up',
      (store) => store.catchUp(this.#context),
      (attempt, outcome) => {
        if (outcome?.kind !== 'done') return;
        const { revision } = outcome.value;
        // Reads nothing, but may not be behind either.
        this.#options.history.read(
          { revision, key: '', found: new Map(), what: attempt.what },
          attempt.knownBefore,
        );
      },
    );
  }

  #compact(): void {
    const { history, random } = this.#options;
    const revision = history.knownRevision - random.integer(0, 100);
    if (revision < 2) return;
    this.#ask(
      `compact to ${revision}`,
      (store) => store.compact(revision, this.#context),
      () => {},
    );
  }
}

function revisionOf(outcome: Outcome<unknown> | undefined): number {
  if (outcome?.kind !== 'done' || typeof outcome.value !== 'object' || outcome.value === null) return -1;
  const { revision } = outcome.value as { readonly revision?: unknown };
  return typeof revision === 'number' ? revision : -1;
}
