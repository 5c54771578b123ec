/**
 * Which way a transaction takes, and whether it may be gone. As in etcd all compares, also those of transactions
 * inside it, are judged by the state just before it; then every operation on the way is checked against that
 * state, before the first of them is carried out.
 */
import { textOf } from '../bytes.js';
import type { ApplyRefusal } from '../commands/result.js';
import type { TxnOperation, TxnRequest } from '../store.js';
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

export async function decideTxn(before: StateBefore, request: TxnRequest): Promise<DecidedTxn> {
  let succeeded = true;
  for (const compare of request.compare) {
    succeeded = await compareHolds(before, compare);
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
