/**
 * Which way a transaction takes, and whether it may be gone. As in etcd all compares, also those of transactions
 * inside it, are judged by the state just before it; then every operation on the way is checked against that
 * state, before the first of them is carried out.
 */
import { textOf } from '../bytes.js';
import type { ApplyRefusal } from '../commands/result.js';
import type { Steps } from '../steps.js';
import type { PutOperation, TxnOperation, TxnRequest } from '../store.js';
import { compareHolds } from './compare.js';
import { checkRevision } from './read-range.js';
import type { StateBefore } from './state-before.js';

/** A transaction whose branches are chosen. */
export interface DecidedTxn {
  readonly succeeded: boolean;
  readonly operations: readonly DecidedOperation[];
}

type PlainOperation = Exclude<TxnOperation, { type: 'txn' }>;

export type DecidedOperation = PlainOperation | { readonly type: 'txn'; readonly decided: DecidedTxn };

const isPlain = <Operation extends { readonly type: string }>(
  operation: Operation,
): operation is Exclude<Operation, { readonly type: 'txn' }> => operation.type !== 'txn';

export function* decideTxn(before: StateBefore, request: TxnRequest): Steps<DecidedTxn> {
  let succeeded = true;
  for (const compare of request.compare) {
    succeeded = yield* compareHolds(before, compare);
    if (!succeeded) break;
  }
  const branch = succeeded ? request.then : request.else;
  if (branch.every(isPlain)) return { succeeded, operations: branch };
  const operations: DecidedOperation[] = [];
  for (const operation of branch) {
    operations.push(
      isPlain(operation) ? operation : { type: 'txn', decided: yield* decideTxn(before, operation.request) },
    );
  }
  return { succeeded, operations };
}

function operationsOnTheWay(decided: DecidedTxn): readonly PlainOperation[] {
  const { operations } = decided;
  if (operations.every(isPlain)) return operations;
  return operations.flatMap((operation) =>
    isPlain(operation) ? operation : operationsOnTheWay(operation.decided),
  );
}

/** A lease, or what the key has already. */
function asksForMore({ lease = 0, keepValue, keepLease }: PutOperation): boolean {
  return lease !== 0 || keepValue === true || keepLease === true;
}

const asksForRevision = (operation: PlainOperation): boolean =>
  operation.type === 'range' && (operation.revision ?? 0) !== 0;

/** false: nothing of it depends on more than its compares. */
export const mustBeChecked = ({ operations }: DecidedTxn): boolean =>
  operations.some(
    (operation) =>
      operation.type === 'txn' ||
      asksForRevision(operation) ||
      (operation.type === 'put' && asksForMore(operation)),
  );

function* checkPut(before: StateBefore, operation: PutOperation): Steps<ApplyRefusal | undefined> {
  const { key, lease = 0, keepValue, keepLease } = operation;
  if ((keepValue === true || keepLease === true) && (yield* before.latest(textOf(key))) === undefined)
    return keyNotFound;
  if (lease === 0 || (yield* before.hasLease(lease))) return undefined;
  return { reason: 'lease-not-found', message: `lease ${lease} does not exist` };
}

export const keyNotFound: ApplyRefusal = {
  reason: 'key-not-found',
  message: 'there is no key whose value or lease could be kept',
};

/** Puts first, then ranges: as in etcd, where a transaction has several faults. */
export function* checkDecided(before: StateBefore, decided: DecidedTxn): Steps<ApplyRefusal | undefined> {
  const operations = operationsOnTheWay(decided);
  for (const operation of operations) {
    if (operation.type !== 'put' || !asksForMore(operation)) continue;
    const refusal = yield* checkPut(before, operation);
    if (refusal !== undefined) return refusal;
  }
  for (const operation of operations) {
    if (operation.type !== 'range' || !asksForRevision(operation)) continue;
    const refusal = checkRevision(operation.revision ?? 0, before);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
