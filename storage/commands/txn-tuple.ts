/**
 * A transaction as a tuple. What a place means never changes: new places are added behind, and missing ones mean
 * that nothing was asked for, whether an older version did not know them or they were left off to be short.
 */
import type {
  Compare,
  CompareResult,
  KeyRange,
  RangeSelection,
  RangeSort,
  TxnOperation,
  TxnRequest,
} from '../store.js';
import {
  booleanAt,
  bytesAt,
  DamagedRecordError,
  numberAt,
  type Tuple,
  type TupleValue,
  tupleAt,
} from '../tuple.js';

const compareResults: readonly CompareResult[] = ['equal', 'not-equal', 'greater', 'less'];
const compareTargets: readonly Compare['target'][] = ['mod', 'create', 'version', 'lease', 'value'];
const sortTargets: readonly RangeSort['by'][] = ['key', 'version', 'create', 'mod', 'value'];

function encodeCompare(compare: Compare): Tuple {
  const { target, result, key, operand, end } = compare;
  const start = [compareTargets.indexOf(target), compareResults.indexOf(result), key, operand];
  return end === undefined ? start : [...start, end];
}

function withoutTail(tuple: TupleValue[]): Tuple {
  for (let last = tuple.at(-1); last === false || last === 0 || last === null; last = tuple.at(-1))
    tuple.pop();
  return tuple;
}

function encodeRange(range: RangeSelection): Tuple {
  const { sort } = range;
  // The order in which keys come anyway is not asked for.
  const isByKey = sort === undefined || (sort.by === 'key' && sort.order === 'ascending');
  return withoutTail([
    2,
    range.key,
    range.end ?? null,
    range.limitItems ?? 0,
    range.keysOnly ?? false,
    range.revision ?? 0,
    range.limitBytes ?? 0,
    range.count ?? false,
    range.countOnly ?? false,
    isByKey ? null : sortTargets.indexOf(sort.by),
    !isByKey && sort.order === 'descending',
    range.minModRevision ?? 0,
    range.maxModRevision ?? 0,
    range.minCreateRevision ?? 0,
    range.maxCreateRevision ?? 0,
  ]);
}

function encodeOperation(operation: TxnOperation): Tuple {
  switch (operation.type) {
    case 'put':
      return withoutTail([
        0,
        operation.key,
        operation.value,
        operation.lease ?? 0,
        operation.keepValue ?? false,
        operation.keepLease ?? false,
        operation.previous ?? false,
      ]);
    case 'delete':
      return withoutTail([1, operation.key, operation.end ?? null, operation.previous ?? false]);
    case 'range':
      return encodeRange(operation);
    case 'txn':
      return [3, encodeTxn(operation.request)];
  }
}

export function encodeTxn(request: TxnRequest): Tuple {
  return [
    request.compare.map(encodeCompare),
    request.then.map(encodeOperation),
    request.else.map(encodeOperation),
  ];
}

function asTuple(value: TupleValue): Tuple {
  if (!Array.isArray(value)) throw new DamagedRecordError('a transaction');
  return value as Tuple;
}

const isGiven = (tuple: Tuple, index: number): boolean => index < tuple.length && tuple[index] !== null;

function flagAt(tuple: Tuple, index: number): boolean {
  return isGiven(tuple, index) && booleanAt(tuple, index);
}

function numberOr0(tuple: Tuple, index: number): number {
  return isGiven(tuple, index) ? numberAt(tuple, index) : 0;
}

function rangeAt(tuple: Tuple, keyIndex: number, endIndex: number): KeyRange {
  const key = bytesAt(tuple, keyIndex);
  return isGiven(tuple, endIndex) ? { key, end: bytesAt(tuple, endIndex) } : { key };
}

function decodeCompare(value: TupleValue): Compare {
  const tuple = asTuple(value);
  const target = compareTargets[numberAt(tuple, 0)];
  const result = compareResults[numberAt(tuple, 1)];
  if (target === undefined || result === undefined) throw new DamagedRecordError('a compare');
  const range = rangeAt(tuple, 2, 4);
  return target === 'value'
    ? { target, result, ...range, operand: bytesAt(tuple, 3) }
    : { target, result, ...range, operand: numberAt(tuple, 3) };
}

function sortAt(tuple: Tuple, index: number): { readonly sort?: RangeSort } {
  if (!isGiven(tuple, index)) return {};
  const by = sortTargets[numberAt(tuple, index)];
  if (by === undefined) throw new DamagedRecordError('a sort');
  return { sort: { by, order: flagAt(tuple, index + 1) ? 'descending' : 'ascending' } };
}

const numberPlaces = [
  ['limitItems', 3],
  ['revision', 5],
  ['limitBytes', 6],
  ['minModRevision', 11],
  ['maxModRevision', 12],
  ['minCreateRevision', 13],
  ['maxCreateRevision', 14],
] as const;

const PLAIN_RANGE_PLACES = 3;

function decodeRange(tuple: Tuple): TxnOperation {
  // As short as most are: one key, or a plain range.
  if (tuple.length <= PLAIN_RANGE_PLACES) {
    return { type: 'range', ...rangeAt(tuple, 1, 2), keysOnly: false, count: false, countOnly: false };
  }
  const numbers: { -readonly [Name in (typeof numberPlaces)[number][0]]?: number } = {};
  for (const [name, index] of numberPlaces) {
    const number = numberOr0(tuple, index);
    if (number !== 0) numbers[name] = number;
  }
  return {
    type: 'range',
    ...rangeAt(tuple, 1, 2),
    ...numbers,
    ...sortAt(tuple, 9),
    keysOnly: flagAt(tuple, 4),
    count: flagAt(tuple, 7),
    countOnly: flagAt(tuple, 8),
  };
}

function decodeOperation(value: TupleValue): TxnOperation {
  const tuple = asTuple(value);
  switch (tuple[0]) {
    case 0:
      return {
        type: 'put',
        key: bytesAt(tuple, 1),
        value: bytesAt(tuple, 2),
        lease: numberOr0(tuple, 3),
        keepValue: flagAt(tuple, 4),
        keepLease: flagAt(tuple, 5),
        previous: flagAt(tuple, 6),
      };
    case 1:
      return { type: 'delete', ...rangeAt(tuple, 1, 2), previous: flagAt(tuple, 3) };
    case 2:
      return decodeRange(tuple);
    case 3:
      return { type: 'txn', request: decodeTxn(tupleAt(tuple, 1)) };
    default:
      throw new DamagedRecordError('an operation');
  }
}

/** Throws `DamagedRecordError`. */
export function decodeTxn(tuple: Tuple): TxnRequest {
  return {
    compare: tupleAt(tuple, 0).map(decodeCompare),
    then: tupleAt(tuple, 1).map(decodeOperation),
    else: tupleAt(tuple, 2).map(decodeOperation),
  };
}
