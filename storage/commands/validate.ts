/**
 * Everything that can be wrong with a request, found before it is proposed: what reaches the log applies.
 */

import { textOf } from '../bytes.js';
import type { KeyRange, Refusal, TxnOperation, TxnRequest } from '../store.js';

export const storeLimits = {
  maxKeyBytes: 8 * 1024,
  /** An object of 3 MiB with what surrounds it. */
  maxRequestBytes: 3_670_016,
  maxTxnOperations: 128,
  /** Keys that one transaction may delete by ranges. */
  maxDeletedKeys: 10_000,
  /** Items that the ranges and previous values of one transaction may answer with. */
  maxTxnAnswerBytes: 16 * 1024 * 1024,
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

function bytesIn(operation: TxnOperation): number {
  const own = operation.type === 'put' ? operation.value.length : (operation.end?.length ?? 0);
  return operation.key.length + own;
}

function checkOperation(operation: TxnOperation): Refusal | undefined {
  switch (operation.type) {
    case 'put':
      if (!(operation.value instanceof Uint8Array)) return invalid('a value is bytes');
      return checkKey(operation.key) ?? checkCount('lease', operation.lease);
    case 'delete':
      return checkRange(operation);
    case 'range':
      return checkRange(operation) ?? checkCount('limitItems', operation.limitItems);
  }
}

export function containsKey(range: KeyRange, key: string): boolean {
  const from = textOf(range.key);
  if (range.end === undefined) return key === from;
  return key >= from && (range.end.length === 0 || key < textOf(range.end));
}

/** Two operations that write one key would give it two versions in one revision. */
function checkDisjoint(operations: readonly TxnOperation[]): Refusal | undefined {
  if (operations.length < 2) return undefined;
  const put = new Set<string>();
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    const key = textOf(operation.key);
    if (put.has(key)) return invalid('duplicate key given in txn request');
    put.add(key);
  }
  for (const operation of operations) {
    if (operation.type !== 'delete') continue;
    for (const key of put) {
      if (containsKey(operation, key)) return invalid('duplicate key given in txn request');
    }
  }
  return undefined;
}

function checkBranch(name: string, operations: readonly TxnOperation[]): Refusal | undefined {
  if (operations.length > storeLimits.maxTxnOperations) {
    return invalid(
      `${name} has ${operations.length} operations, at most ${storeLimits.maxTxnOperations} are allowed`,
    );
  }
  for (const operation of operations) {
    const refusal = checkOperation(operation);
    if (refusal !== undefined) return refusal;
  }
  return checkDisjoint(operations);
}

/** undefined: the request may be proposed. */
export function checkTxn(request: TxnRequest): Refusal | undefined {
  if (request.compare.length > storeLimits.maxTxnOperations) {
    return invalid(
      `at most ${storeLimits.maxTxnOperations} compares are allowed, not ${request.compare.length}`,
    );
  }
  let bytes = 0;
  for (const compare of request.compare) {
    const refusal = checkKey(compare.key);
    if (refusal !== undefined) return refusal;
    if (compare.target === 'value') bytes += compare.operand.length;
    else if (!Number.isSafeInteger(compare.operand)) return invalid(`cannot compare with ${compare.operand}`);
    bytes += compare.key.length;
  }
  const refusal = checkBranch('then', request.then) ?? checkBranch('else', request.else);
  if (refusal !== undefined) return refusal;
  for (const operation of request.then) bytes += bytesIn(operation);
  for (const operation of request.else) bytes += bytesIn(operation);
  if (bytes <= storeLimits.maxRequestBytes) return undefined;
  return {
    reason: 'too-large',
    message: `the request has ${bytes} bytes, at most ${storeLimits.maxRequestBytes} are allowed`,
  };
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
