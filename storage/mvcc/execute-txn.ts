/** One transaction against the state as of now: what it answers and what it would change; changes nothing. */
import { textOf } from '../bytes.js';
import type { ApplyRefusal } from '../commands/result.js';
import { itemBytes } from '../commands/result.js';
import { storeLimits } from '../commands/validate.js';
import { type Steps, waitFor } from '../steps.js';
import type { KeyRange, KeyValue, TxnOperation, TxnOperationResult, TxnRequest } from '../store.js';
import { checkDecided, type DecidedOperation, decideTxn, keyNotFound, mustBeChecked } from './decide-txn.js';
import { RangeCollector } from './range-collector.js';
import { type RangeSink, readRange } from './read-range.js';
import type { StoredVersion } from './records.js';
import { StagedSink, StagedWrites } from './staged-writes.js';
import type { ReplicatedState, StagedChange } from './state.js';
import { StateBefore } from './state-before.js';

export type TxnPlan =
  | {
      readonly kind: 'planned';
      readonly succeeded: boolean;
      readonly results: readonly TxnOperationResult[];
      readonly changes: readonly StagedChange[];
    }
  | { readonly kind: 'refused'; readonly refusal: ApplyRefusal };

type Put = Extract<TxnOperation, { type: 'put' }>;
type Delete = Extract<TxnOperation, { type: 'delete' }>;
type Range = Extract<TxnOperation, { type: 'range' }>;

/** The keys whose newest version a transaction needs, whichever way it goes. */
export function keysOf(request: TxnRequest): readonly string[] {
  const keys: string[] = [];
  gatherKeys(request, keys);
  return keys;
}

function gatherKeys(request: TxnRequest, keys: string[]): void {
  for (const compare of request.compare) if (compare.end === undefined) keys.push(textOf(compare.key));
  for (const branch of [request.then, request.else]) {
    for (const operation of branch) {
      if (operation.type === 'txn') gatherKeys(operation.request, keys);
      else if (operation.type === 'put' || operation.end === undefined) keys.push(textOf(operation.key));
    }
  }
}

/** What a delete takes away: the stored versions, and what the transaction itself has put. */
class DeleteSink implements RangeSink {
  readonly wanted = Number.POSITIVE_INFINITY;
  readonly onlyCounts = false;
  readonly found: { readonly item: KeyValue; readonly record: Uint8Array | undefined }[] = [];
  readonly #budget: DeleteBudget;

  constructor(budget: DeleteBudget) {
    this.#budget = budget;
  }

  get done(): boolean {
    return this.#budget.isSpent;
  }

  add(item: KeyValue, record: Uint8Array | undefined): void {
    this.#budget.spend(item);
    this.found.push({ item, record });
  }

  addKey(): void {}
}

/** All that a transaction deletes is in memory at once, until it is written. */
class DeleteBudget {
  #keys: number = storeLimits.maxDeletedKeys;
  #bytes: number = storeLimits.maxDeletedBytes;

  get isSpent(): boolean {
    return this.#keys < 0 || this.#bytes < 0;
  }

  spend(item: KeyValue): void {
    this.#keys -= 1;
    this.#bytes -= itemBytes(item);
  }
}

const tooManyDeletes: ApplyRefusal = {
  reason: 'too-large',
  message: `a transaction deletes at most ${storeLimits.maxDeletedKeys} keys with ${storeLimits.maxDeletedBytes} bytes`,
};

const tooLongAnswer: ApplyRefusal = {
  reason: 'too-large',
  message: `a transaction answers with at most ${storeLimits.maxTxnAnswerBytes} bytes`,
};

/** Ends the transaction with nothing of it done. */
class RefusedError extends Error {
  readonly refusal: ApplyRefusal;

  constructor(refusal: ApplyRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

class TxnExecution {
  readonly #before: StateBefore;
  readonly #deletes = new DeleteBudget();
  readonly staged: StagedWrites;
  #answerBytesLeft: number = storeLimits.maxTxnAnswerBytes;

  constructor(before: StateBefore) {
    this.#before = before;
    this.staged = new StagedWrites(before.revision + 1);
  }

  /** Throws `RefusedError`. */
  *perform(operations: readonly DecidedOperation[]): Steps<readonly TxnOperationResult[]> {
    const results: TxnOperationResult[] = [];
    for (const operation of operations) {
      switch (operation.type) {
        case 'put': {
          const key = textOf(operation.key);
          results.push(this.#put(operation, key, yield* this.#before.latest(key)));
          break;
        }
        case 'delete':
          results.push(yield* this.#delete(operation));
          break;
        case 'range':
          results.push(yield* this.#range(operation));
          break;
        case 'txn': {
          const { succeeded, operations: inner } = operation.decided;
          results.push({ type: 'txn', succeeded, results: yield* this.perform(inner) });
        }
      }
    }
    return results;
  }

  /** `previous`: the key before the transaction. */
  #put(operation: Put, key: string, previous: StoredVersion | undefined): TxnOperationResult {
    const { keepValue, keepLease, lease = 0 } = operation;
    const current = this.#current(key, previous);
    // It was there before the transaction, but an operation in front of this one may have deleted it.
    if ((keepValue === true || keepLease === true) && current === undefined)
      throw new RefusedError(keyNotFound);
    this.staged.put(
      key,
      previous,
      keepValue === true && current !== undefined ? current.value : operation.value,
      keepLease === true && current !== undefined ? current.lease : lease,
    );
    if (operation.previous !== true || current === undefined) return { type: 'put' };
    this.#answer([current]);
    return { type: 'put', previous: current };
  }

  *#delete(operation: Delete): Steps<TxnOperationResult> {
    const sink = new DeleteSink(this.#deletes);
    yield* this.#read(operation, sink);
    if (this.#deletes.isSpent) throw new RefusedError(tooManyDeletes);
    for (const { item, record } of sink.found) {
      const key = textOf(item.key);
      this.staged.delete(
        key,
        record === undefined ? yield* this.#before.latest(key) : ({ item, record } satisfies StoredVersion),
      );
    }
    const previous = operation.previous === true ? sink.found.map(({ item }) => item) : [];
    this.#answer(previous);
    return { type: 'delete', deleted: sink.found.length, previous };
  }

  *#range(operation: Range): Steps<TxnOperationResult> {
    const collector = new RangeCollector(operation, this.#answerBytesLeft);
    const { revision = 0 } = operation;
    if (revision === 0) yield* this.#read(operation, collector);
    else yield* waitFor(readRange(this.#before.view(), operation, revision, collector));
    const { items, more, count } = collector.result(this.#before.revision);
    if (collector.overflow !== undefined) throw new RefusedError(collector.overflow);
    this.#answer(items);
    return { type: 'range', items, more, ...(count === undefined ? {} : { count }) };
  }

  #answer(items: readonly KeyValue[]): void {
    for (const item of items) this.#answerBytesLeft -= itemBytes(item);
    if (this.#answerBytesLeft < 0) throw new RefusedError(tooLongAnswer);
  }

  #current(key: string, previous: StoredVersion | undefined): KeyValue | undefined {
    const staged = this.staged.peek(key);
    return staged === undefined ? previous?.item : (staged ?? undefined);
  }

  /** As the transaction has left it so far. */
  *#read(range: KeyRange, sink: RangeSink): Steps<void> {
    if (range.end === undefined) {
      yield* this.#readOne(textOf(range.key), sink);
      return;
    }
    const keys = this.staged.keysIn(range);
    if (keys.length === 0) {
      yield* waitFor(readRange(this.#before.view(), range, undefined, sink));
      return;
    }
    const merged = new StagedSink(this.staged, keys, sink);
    yield* waitFor(readRange(this.#before.view(), range, undefined, merged));
    merged.finish();
  }

  *#readOne(key: string, sink: RangeSink): Steps<void> {
    const staged = this.staged.peek(key);
    if (staged === null) return;
    if (staged !== undefined) {
      sink.add(staged, undefined);
      return;
    }
    const version = yield* this.#before.latest(key);
    if (version !== undefined) sink.add(version.item, version.record);
  }
}

/** Throws `DamagedRecordError` or `DiskFailedError` when the state cannot be read. */
export function* planTxn(state: ReplicatedState, request: TxnRequest): Steps<TxnPlan> {
  const before = new StateBefore(state);
  try {
    const decided = yield* decideTxn(before, request);
    const refusal = mustBeChecked(decided) ? yield* checkDecided(before, decided) : undefined;
    if (refusal !== undefined) return { kind: 'refused', refusal };
    const execution = new TxnExecution(before);
    const results = yield* execution.perform(decided.operations);
    return { kind: 'planned', succeeded: decided.succeeded, results, changes: execution.staged.changes };
  } catch (error) {
    if (error instanceof RefusedError) return { kind: 'refused', refusal: error.refusal };
    throw error;
  } finally {
    const closing = before.close();
    if (closing !== undefined) yield* waitFor(closing);
  }
}
