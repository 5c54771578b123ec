/** What applying a command answers, and how a short answer is remembered for a repeat of the proposal. */
import { authProblems, decodeAuthProblem } from '../auth/change.js';
import type { KeyValue, Refusal, TxnOperationResult, TxnResult } from '../store.js';
import {
  booleanAt,
  bytesAt,
  DamagedRecordError,
  numberAt,
  packTuple,
  stringAt,
  type Tuple,
  type TupleValue,
  tupleAt,
  unpackTuple,
} from '../tuple.js';

/** Refusals that applying a command can end with; all others happen before anything is proposed. */
export type ApplyRefusal = Extract<
  Refusal,
  {
    reason:
      | 'lease-not-found'
      | 'lease-exists'
      | 'key-not-found'
      | 'permissions-changed'
      | 'auth'
      | 'too-large'
      | 'invalid'
      | 'compacted'
      | 'future-revision'
      | 'no-space'
      | 'corrupt';
  }
>;

/** What the caller's permissions were judged by is not what is in force. */
export function permissionsChanged(judgedBy: number, authRevision: number): ApplyRefusal {
  const message = `permissions were judged at revision ${judgedBy} of users and roles, now they are at ${authRevision}`;
  return { reason: 'permissions-changed', message };
}

export type ApplyResult =
  | { readonly kind: 'txn'; readonly value: TxnResult }
  | { readonly kind: 'lease'; readonly id: number; readonly ttlSeconds: number }
  /** For each id that was asked for: its time to live, or 0 when it is gone. */
  | { readonly kind: 'leases-renewed'; readonly ttlSeconds: readonly number[] }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'compacted'; readonly compactRevision: number }
  /** Of the ledger: whether the entry changed it. */
  | { readonly kind: 'ledger'; readonly changed: boolean }
  /** Of users and roles, which are at this revision now. */
  | { readonly kind: 'auth'; readonly authRevision: number }
  | { readonly kind: 'refused'; readonly refusal: ApplyRefusal };

function encodeItem(item: KeyValue): Tuple {
  return [item.key, item.value, item.createRevision, item.modRevision, item.version, item.lease];
}

function decodeItem(value: TupleValue): KeyValue {
  const tuple = asTuple(value);
  return {
    key: bytesAt(tuple, 0),
    value: bytesAt(tuple, 1),
    createRevision: numberAt(tuple, 2),
    modRevision: numberAt(tuple, 3),
    version: numberAt(tuple, 4),
    lease: numberAt(tuple, 5),
  };
}

function encodeOperationResult(result: TxnOperationResult): Tuple {
  switch (result.type) {
    case 'put':
      return result.previous === undefined ? [0] : [0, encodeItem(result.previous)];
    case 'delete':
      return [1, result.deleted, result.previous.map(encodeItem)];
    case 'range':
      return [2, result.items.map(encodeItem), result.more, result.count ?? null];
    case 'txn':
      return [3, result.succeeded, result.results.map(encodeOperationResult)];
  }
}

function asTuple(value: TupleValue): Tuple {
  if (!Array.isArray(value)) throw new DamagedRecordError('a result');
  return value as Tuple;
}

function decodeOperationResult(value: TupleValue): TxnOperationResult {
  const tuple = asTuple(value);
  switch (tuple[0]) {
    case 0:
      return tuple.length < 2 ? { type: 'put' } : { type: 'put', previous: decodeItem(tupleAt(tuple, 1)) };
    case 1:
      return { type: 'delete', deleted: numberAt(tuple, 1), previous: tupleAt(tuple, 2).map(decodeItem) };
    case 2: {
      // Results that an older version remembered end before the count.
      const count = tuple.length < 4 || tuple[3] === null ? {} : { count: numberAt(tuple, 3) };
      return { type: 'range', items: tupleAt(tuple, 1).map(decodeItem), more: booleanAt(tuple, 2), ...count };
    }
    case 3:
      return {
        type: 'txn',
        succeeded: booleanAt(tuple, 1),
        results: tupleAt(tuple, 2).map(decodeOperationResult),
      };
    default:
      throw new DamagedRecordError('a result');
  }
}

function refusalNumber(refusal: ApplyRefusal): number {
  switch (refusal.reason) {
    case 'compacted':
      return refusal.compactRevision;
    case 'future-revision':
      return refusal.currentRevision;
    case 'auth':
      return authProblems.indexOf(refusal.problem);
    default:
      return 0;
  }
}

export function encodeResult(result: ApplyResult): Uint8Array {
  switch (result.kind) {
    case 'txn': {
      const { succeeded, results, revision } = result.value;
      return packTuple([0, succeeded, revision, results.map(encodeOperationResult)]);
    }
    case 'lease':
      return packTuple([1, result.id, result.ttlSeconds]);
    case 'revision':
      return packTuple([2, result.revision]);
    case 'compacted':
      return packTuple([3, result.compactRevision]);
    case 'leases-renewed':
      return packTuple([5, result.ttlSeconds]);
    case 'ledger':
      return packTuple([16, result.changed]);
    case 'auth':
      return packTuple([24, result.authRevision]);
    case 'refused':
      return packTuple([4, result.refusal.reason, result.refusal.message, refusalNumber(result.refusal)]);
  }
}

function decodeRefusal(tuple: Tuple): ApplyRefusal {
  const reason = stringAt(tuple, 1);
  const message = stringAt(tuple, 2);
  switch (reason) {
    case 'compacted':
      return { reason, message, compactRevision: numberAt(tuple, 3) };
    case 'future-revision':
      return { reason, message, currentRevision: numberAt(tuple, 3) };
    case 'auth':
      return { reason, message, problem: decodeAuthProblem(numberAt(tuple, 3)) };
    case 'lease-not-found':
    case 'lease-exists':
    case 'key-not-found':
    case 'permissions-changed':
    case 'too-large':
    case 'invalid':
    case 'no-space':
    case 'corrupt':
      return { reason, message };
    default:
      throw new DamagedRecordError('a refusal');
  }
}

/** Throws `DamagedRecordError`. */
export function decodeResult(bytes: Uint8Array): ApplyResult {
  const tuple = unpackTuple(bytes);
  switch (tuple[0]) {
    case 0: {
      const results = tupleAt(tuple, 3).map(decodeOperationResult);
      return {
        kind: 'txn',
        value: { succeeded: booleanAt(tuple, 1), revision: numberAt(tuple, 2), results },
      };
    }
    case 1:
      return { kind: 'lease', id: numberAt(tuple, 1), ttlSeconds: numberAt(tuple, 2) };
    case 2:
      return { kind: 'revision', revision: numberAt(tuple, 1) };
    case 3:
      return { kind: 'compacted', compactRevision: numberAt(tuple, 1) };
    case 4:
      return { kind: 'refused', refusal: decodeRefusal(tuple) };
    case 5: {
      const ttls = tupleAt(tuple, 1);
      return { kind: 'leases-renewed', ttlSeconds: ttls.map((_, index) => numberAt(ttls, index)) };
    }
    case 16:
      return { kind: 'ledger', changed: booleanAt(tuple, 1) };
    case 24:
      return { kind: 'auth', authRevision: numberAt(tuple, 1) };
    default:
      throw new DamagedRecordError('a result');
  }
}

function bytesOfItems(results: readonly TxnOperationResult[]): number {
  let bytes = 0;
  const add = (item: KeyValue): void => {
    bytes += item.key.length + item.value.length;
  };
  for (const result of results) {
    switch (result.type) {
      case 'put':
        if (result.previous !== undefined) add(result.previous);
        break;
      case 'delete':
        result.previous.forEach(add);
        break;
      case 'range':
        result.items.forEach(add);
        break;
      case 'txn':
        bytes += bytesOfItems(result.results);
    }
  }
  return bytes;
}

/** undefined: it is longer than `maxBytes`; a result that is much longer is not even encoded. */
export function encodeShortResult(result: ApplyResult, maxBytes: number): Uint8Array | undefined {
  if (result.kind === 'txn' && bytesOfItems(result.value.results) > maxBytes) return undefined;
  const bytes = encodeResult(result);
  return bytes.length <= maxBytes ? bytes : undefined;
}

/** What an item costs, for bounding what a transaction may answer or delete. */
export function itemBytes(item: KeyValue): number {
  return item.key.length + item.value.length + 64;
}
