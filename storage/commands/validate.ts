/**
 * Everything that can be wrong with a request, found before it is proposed: what reaches the log applies.
 */

import { textOf } from '../bytes.js';
import type {
  KeyRange,
  PutOperation,
  RangeSelection,
  RangeSort,
  Refusal,
  RevisionBounds,
  TxnOperation,
  TxnRequest,
} from '../store.js';
import { writesOneKeyTwice } from './check-duplicates.js';

/** Those that applying a command looks at are part of what the command means: all members must have the same. */
export const storeLimits = {
  maxKeyBytes: 8 * 1024,
  /** An object of 3 MiB with what surrounds it. */
  maxRequestBytes: 3_670_016,
  /**
   * In each branch, and compares in each request. As in etcd a transaction inside another has left what the
   * larger of those leave it, which also bounds how deep they can stand in each other: to as many levels.
   */
  maxTxnOperations: 128,
  /** Keys that one transaction may delete by ranges, and the bytes of what is deleted: all of it passes memory. */
  maxDeletedKeys: 100_000,
  maxDeletedBytes: 256 * 1024 * 1024,
  /** Items that the ranges and previous values of one transaction may answer with. */
  maxTxnAnswerBytes: 16 * 1024 * 1024,
  /** What a sorted read keeps at once: all that it finds, or twice what its limit of items lets through. */
  maxSortedBytes: 64 * 1024 * 1024,
  maxLeaseTtlSeconds: 9_000_000_000,
} as const;

const invalid = (message: string): Refusal => ({ reason: 'invalid', message });

function checkKey(key: Uint8Array): Refusal | undefined {
  if (!(key instanceof Uint8Array)) return invalid('a key is bytes');
  if (key.length === 0) return invalid('a key is at least one byte long');
  if (key.length <= storeLimits.maxKeyBytes) return undefined;
  return invalid(`a key has at most ${storeLimits.maxKeyBytes} bytes, this one ${key.length}`);
}

/** A range may begin with the empty key: everything. */
export function checkRange(range: KeyRange): Refusal | undefined {
  if (range.end === undefined) return checkKey(range.key);
  if (!(range.end instanceof Uint8Array) || !(range.key instanceof Uint8Array))
    return invalid('a key is bytes');
  const longest = Math.max(range.key.length, range.end.length);
  if (longest <= storeLimits.maxKeyBytes) return undefined;
  return invalid(`a key has at most ${storeLimits.maxKeyBytes} bytes, this one ${longest}`);
}

export function checkCount(name: string, value: number | undefined): Refusal | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return undefined;
  return invalid(`${name} is a non-negative integer, not ${value}`);
}

const sortTargets: readonly RangeSort['by'][] = ['key', 'version', 'create', 'mod', 'value'];
const sortOrders: readonly RangeSort['order'][] = ['ascending', 'descending'];

function checkBounds(bounds: RevisionBounds): Refusal | undefined {
  return (
    checkCount('minModRevision', bounds.minModRevision) ??
    checkCount('maxModRevision', bounds.maxModRevision) ??
    checkCount('minCreateRevision', bounds.minCreateRevision) ??
    checkCount('maxCreateRevision', bounds.maxCreateRevision)
  );
}

export function checkSelection(selection: RangeSelection): Refusal | undefined {
  const { sort } = selection;
  if (sort !== undefined && !(sortTargets.includes(sort.by) && sortOrders.includes(sort.order)))
    return invalid(`cannot sort by ${sort.by}, ${sort.order}`);
  return (
    checkRange(selection) ??
    checkCount('revision', selection.revision) ??
    checkCount('limitItems', selection.limitItems) ??
    checkCount('limitBytes', selection.limitBytes) ??
    checkBounds(selection)
  );
}

function checkPut(operation: PutOperation): Refusal | undefined {
  if (!(operation.value instanceof Uint8Array)) return invalid('a value is bytes');
  if (operation.keepValue === true && operation.value.length > 0)
    return invalid('a put that keeps the value brings none');
  if (operation.keepLease === true && (operation.lease ?? 0) !== 0)
    return invalid('a put that keeps the lease brings none');
  return checkKey(operation.key) ?? checkCount('lease', operation.lease);
}

function checkOperation(operation: TxnOperation, operationsLeft: number): Refusal | undefined {
  switch (operation.type) {
    case 'put':
      return checkPut(operation);
    case 'delete':
      return checkRange(operation);
    case 'range':
      return checkSelection(operation);
    case 'txn':
      return checkShape(operation.request, operationsLeft);
  }
}

function checkCompares(request: TxnRequest): Refusal | undefined {
  for (const compare of request.compare) {
    const refusal = checkRange(compare);
    if (refusal !== undefined) return refusal;
    if (compare.target === 'value') {
      if (!(compare.operand instanceof Uint8Array)) return invalid('a value is bytes');
    } else if (!Number.isSafeInteger(compare.operand)) {
      return invalid(`cannot compare with ${compare.operand}`);
    }
  }
  return undefined;
}

/** Each level takes at least one from `operationsLeft`: that ends the recursion, whatever was sent. */
function checkShape(request: TxnRequest, operationsLeft: number): Refusal | undefined {
  const operations = Math.max(request.compare.length, request.then.length, request.else.length);
  if (operations > operationsLeft) {
    const message = `a transaction has at most ${storeLimits.maxTxnOperations} operations on any level and all levels around it`;
    return { reason: 'too-many-operations', message };
  }
  const refusal = checkCompares(request);
  if (refusal !== undefined) return refusal;
  for (const branch of [request.then, request.else]) {
    for (const operation of branch) {
      const refused = checkOperation(operation, operationsLeft - operations);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

function bytesInOperation(operation: TxnOperation): number {
  switch (operation.type) {
    case 'put':
      return operation.key.length + operation.value.length;
    case 'delete':
    case 'range':
      return operation.key.length + (operation.end?.length ?? 0);
    case 'txn':
      return bytesIn(operation.request);
  }
}

function bytesIn(request: TxnRequest): number {
  let bytes = 0;
  for (const { key, end, target, operand } of request.compare)
    bytes += key.length + (end?.length ?? 0) + (target === 'value' ? operand.length : 0);
  for (const operation of request.then) bytes += bytesInOperation(operation);
  for (const operation of request.else) bytes += bytesInOperation(operation);
  return bytes;
}

/** undefined: the request may be proposed. */
export function checkTxn(request: TxnRequest): Refusal | undefined {
  const refusal = checkShape(request, storeLimits.maxTxnOperations);
  if (refusal !== undefined) return refusal;
  if (writesOneKeyTwice(request.then) || writesOneKeyTwice(request.else))
    return { reason: 'duplicate-key', message: 'a transaction writes a key at most once' };
  const bytes = bytesIn(request);
  if (bytes <= storeLimits.maxRequestBytes) return undefined;
  return {
    reason: 'too-large',
    message: `the request has ${bytes} bytes, at most ${storeLimits.maxRequestBytes} are allowed`,
  };
}

export function containsKey(range: KeyRange, key: string): boolean {
  const from = textOf(range.key);
  if (range.end === undefined) return key === from;
  return key >= from && (range.end.length === 0 || key < textOf(range.end));
}

export function checkLeaseGrant(request: {
  readonly id?: number;
  readonly ttlSeconds: number;
}): Refusal | undefined {
  const { id, ttlSeconds } = request;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds > storeLimits.maxLeaseTtlSeconds) {
    return invalid(`a lease lives at most ${storeLimits.maxLeaseTtlSeconds} seconds, not ${ttlSeconds}`);
  }
  return checkCount('a lease id', id);
}
