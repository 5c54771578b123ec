/**
 * Which way a transaction takes, and whether it may be gone. As in etcd all compares, also those of transactions
 * inside it, are judged by the state just before it; then every operation on the way is checked, so that nothing
 * is refused halfway.
 */
import { textOf } from '../bytes.js';
import type { ApplyRefusal } from '../commands/result.js';
import type { Compare, KeyValue, TxnOperation, TxnRequest } from '../store.js';
import { checkRevision, type RangeSink, readRange } from './read-range.js';
import type { StoredVersion } from './records.js';
import type { ReplicatedState, StateView } from './state.js';

/** A transaction whose branches are chosen. */
export interface DecidedTxn {
  readonly succeeded: boolean;
  readonly operations: readonly DecidedOperation[];
}

type PlainOperation = Exclude<TxnOperation, { type: 'txn' }>;

export type DecidedOperation = PlainOperation | { readonly type: 'txn'; readonly decided: DecidedTxn };

/** The state just before a transaction; one view for all its ranges. Close it. */
export class StateBefore {
  readonly #state: ReplicatedState;
  #view: StateView | undefined;

  constructor(state: ReplicatedState) {
    this.#state = state;
  }

  get revision(): number {
    return this.#state.revision;
  }

  get compactRevision(): number {
    return this.#state.compactRevision;
  }

  async latest(key: string): Promise<StoredVersion | undefined> {
    const cached = this.#state.peekLatest(key);
    if (cached !== undefined) return cached ?? undefined;
    return (await this.#state.prefetch([key])).get(key) ?? undefined;
  }

  async hasLease(id: number): Promise<boolean> {
    return (await this.#state.lease(id)) !== undefined;
  }

  view(): StateView {
    this.#view ??= this.#state.stateView();
    return this.#view;
  }

  async close(): Promise<void> {
    await this.#view?.view.close();
  }
}

function isOrdered(result: Compare['result'], order: number): boolean {
  switch (result) {
    case 'equal':
      return order === 0;
    case 'not-equal':
      return order !== 0;
    case 'greater':
      return order > 0;
    case 'less':
      return order < 0;
  }
}

/** A key that is not there compares as if all its numbers were 0; its value compares with nothing. */
function holdsOf(compare: Compare, item: KeyValue | undefined): boolean {
  switch (compare.target) {
    case 'value':
      return item !== undefined && isOrdered(compare.result, Buffer.compare(item.value, compare.operand));
    case 'mod':
      return isOrdered(compare.result, Math.sign((item?.modRevision ?? 0) - compare.operand));
    case 'create':
      return isOrdered(compare.result, Math.sign((item?.createRevision ?? 0) - compare.operand));
    case 'version':
      return isOrdered(compare.result, Math.sign((item?.version ?? 0) - compare.operand));
    case 'lease':
      return isOrdered(compare.result, Math.sign((item?.lease ?? 0) - compare.operand));
  }
}

/** Reads until the first key that does not satisfy the compare. */
class CompareSink implements RangeSink {
  readonly #compare: Compare;
  readonly wanted = Number.POSITIVE_INFINITY;
  readonly onlyCounts = false;
  done = false;
  isEmpty = true;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  add(item: KeyValue): void {
    this.isEmpty = false;
    this.done ||= !holdsOf(this.#compare, item);
  }

  addKey(): void {}
}

async function holds(before: StateBefore, compare: Compare): Promise<boolean> {
  if (compare.end === undefined) return holdsOf(compare, (await before.latest(textOf(compare.key)))?.item);
  const sink = new CompareSink(compare);
  await readRange(before.view(), compare, undefined, sink);
  return sink.isEmpty ? holdsOf(compare, undefined) : !sink.done;
}

export async function decideTxn(before: StateBefore, request: TxnRequest): Promise<DecidedTxn> {
  let succeeded = true;
  for (const compare of request.compare) {
    succeeded = await holds(before, compare);
    if (!succeeded) break;
  }
  const operations: DecidedOperation[] = [];
  for (const operation of succeeded ? request.then : request.else) {
    operations.push(
      operation.type === 'txn'
        ? { type: 'txn', decided: await decideTxn(before, operation.request) }
        : operation,
    );
  }
  return { succeeded, operations };
}

function* operationsOnTheWay(decided: DecidedTxn): Iterable<PlainOperation> {
  for (const operation of decided.operations) {
    if (operation.type === 'txn') yield* operationsOnTheWay(operation.decided);
    else yield operation;
  }
}

async function checkPut(
  before: StateBefore,
  operation: Extract<PlainOperation, { type: 'put' }>,
): Promise<ApplyRefusal | undefined> {
  const { key, lease = 0, keepValue, keepLease } = operation;
  if ((keepValue === true || keepLease === true) && (await before.latest(textOf(key))) === undefined)
    return keyNotFound;
  if (lease === 0 || (await before.hasLease(lease))) return undefined;
  return { reason: 'lease-not-found', message: `lease ${lease} does not exist` };
}

export const keyNotFound: ApplyRefusal = {
  reason: 'key-not-found',
  message: 'there is no key whose value or lease could be kept',
};

/** Puts first, then ranges: as in etcd, where a transaction has several faults. */
export async function checkDecided(
  before: StateBefore,
  decided: DecidedTxn,
): Promise<ApplyRefusal | undefined> {
  for (const operation of operationsOnTheWay(decided)) {
    const refusal = operation.type === 'put' ? await checkPut(before, operation) : undefined;
    if (refusal !== undefined) return refusal;
  }
  for (const operation of operationsOnTheWay(decided)) {
    if (operation.type !== 'range' || (operation.revision ?? 0) === 0) continue;
    const refusal = checkRevision(operation.revision ?? 0, before);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
