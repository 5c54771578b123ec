/** Requests of the KV service as the store takes them. Pure; throws what the client is to be told. */
import type {
  KeyRange,
  PutOperation,
  RangeSelection,
  RangeSort,
  Compare as StoreCompare,
  TxnRequest as StoreTxnRequest,
  TxnOperation,
} from '../../storage/index.js';
import { beyondOurs, etcdError } from '../errors.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import {
  type Compare,
  CompareResult,
  CompareTarget,
  type DeleteRangeRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  SortOrder,
  SortTarget,
  type TxnRequest,
} from '../proto/generated/rpc.js';

const everythingAfter = new Uint8Array(0);

/** Without an end the one key; an end of one zero byte is no bound. */
export function keyRange(key: Uint8Array, rangeEnd: Uint8Array): KeyRange {
  if (rangeEnd.length === 0) return { key };
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return { key, end: everythingAfter };
  return { key, end: rangeEnd };
}

const sortTargets: Readonly<Record<number, RangeSort['by']>> = {
  [SortTarget.KEY]: 'key',
  [SortTarget.VERSION]: 'version',
  [SortTarget.CREATE]: 'create',
  [SortTarget.MOD]: 'mod',
  [SortTarget.VALUE]: 'value',
};

function sortOf({ sortOrder, sortTarget }: RangeRequest): RangeSort | undefined {
  const by = sortTargets[sortTarget];
  if (by === undefined || sortOrder < 0 || sortOrder > SortOrder.DESCEND)
    throw etcdError('invalidSortOption');
  if (sortOrder === SortOrder.DESCEND) return { by, order: 'descending' };
  // Keys come in their order anyway; any other target that says nothing about the order ascends.
  return by === 'key' ? undefined : { by, order: 'ascending' };
}

/** 0 is no bound; a lower one below 0 excludes nothing, and an upper one below 0 everything. */
function boundsOf(request: RangeRequest): Partial<RangeSelection> {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  if (maxModRevision < 0 || maxCreateRevision < 0) return { minModRevision: Number.MAX_SAFE_INTEGER };
  const bound = (value: number): number | undefined =>
    value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : undefined;
  return withoutAbsent({
    minModRevision: bound(minModRevision),
    maxModRevision: bound(maxModRevision),
    minCreateRevision: bound(minCreateRevision),
    maxCreateRevision: bound(maxCreateRevision),
  });
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function withoutAbsent<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}

export function rangeSelection(request: RangeRequest): RangeSelection {
  if (request.key.length === 0) throw etcdError('emptyKey');
  const sort = sortOf(request);
  const single = request.rangeEnd.length === 0;
  if (single && isPlain(request)) return { key: request.key };
  return {
    ...keyRange(request.key, request.rangeEnd),
    ...boundsOf(request),
    ...withoutAbsent({
      sort,
      revision: request.revision > 0 ? request.revision : undefined,
      limitItems: request.limit > 0 ? Math.min(request.limit, Number.MAX_SAFE_INTEGER) : undefined,
      keysOnly: request.keysOnly ? true : undefined,
      countOnly: request.countOnly ? true : undefined,
      count: true,
    }),
  };
}

/** Nothing asked for but the key as it is now: by far the most frequent request. */
function isPlain(request: RangeRequest): boolean {
  return (
    request.revision <= 0 &&
    !request.keysOnly &&
    !request.countOnly &&
    request.minModRevision === 0 &&
    request.maxModRevision === 0 &&
    request.minCreateRevision === 0 &&
    request.maxCreateRevision === 0
  );
}

/**
 * Ids that no lease of ours has become this one, which none has either: whether that matters is only known where a
 * transaction has taken its way.
 */
const nobodysLease = Number.MAX_SAFE_INTEGER;

export const isNobodysLease = (id: number): boolean => id <= 0 || id >= nobodysLease;

function leaseOf(lease: number): { readonly lease?: number } {
  if (lease === 0) return {};
  return { lease: isNobodysLease(lease) ? nobodysLease : lease };
}

export function putOperation(request: PutRequest): PutOperation {
  if (request.key.length === 0) throw etcdError('emptyKey');
  if (request.ignoreValue && request.value.length > 0) throw etcdError('valueProvided');
  if (request.ignoreLease && request.lease !== 0) throw etcdError('leaseProvided');
  return {
    type: 'put',
    key: request.key,
    value: request.value,
    ...leaseOf(request.lease),
    ...(request.ignoreValue ? { keepValue: true } : {}),
    ...(request.ignoreLease ? { keepLease: true } : {}),
    ...(request.prevKv ? { previous: true } : {}),
  };
}

export function deleteOperation(request: DeleteRangeRequest): Extract<TxnOperation, { type: 'delete' }> {
  if (request.key.length === 0) throw etcdError('emptyKey');
  return {
    type: 'delete',
    ...keyRange(request.key, request.rangeEnd),
    ...(request.prevKv ? { previous: true } : {}),
  };
}

const compareResults: Readonly<Record<number, StoreCompare['result']>> = {
  [CompareResult.EQUAL]: 'equal',
  [CompareResult.GREATER]: 'greater',
  [CompareResult.LESS]: 'less',
  [CompareResult.NOT_EQUAL]: 'not-equal',
};

function storeCompare(compare: Compare): StoreCompare {
  if (compare.key.length === 0) throw etcdError('emptyKey');
  const result = compareResults[compare.result];
  if (result === undefined) throw invalidCompare(`result ${compare.result}`);
  const subject = { ...keyRange(compare.key, compare.rangeEnd), result };
  const number = (
    target: 'version' | 'create' | 'mod' | 'lease',
    operand: number | undefined,
  ): StoreCompare => {
    if (operand !== undefined && !Number.isSafeInteger(operand)) throw beyondOurs('the operand of a compare');
    return { ...subject, target, operand: operand ?? 0 };
  };
  switch (compare.target) {
    case CompareTarget.VERSION:
      return number('version', compare.version);
    case CompareTarget.CREATE:
      return number('create', compare.createRevision);
    case CompareTarget.MOD:
      return number('mod', compare.modRevision);
    case CompareTarget.LEASE:
      return number('lease', compare.lease);
    case CompareTarget.VALUE:
      return { ...subject, target: 'value', operand: compare.value ?? everythingAfter };
    default:
      throw invalidCompare(`target ${compare.target}`);
  }
}

function invalidCompare(what: string): GrpcError {
  return new GrpcError(StatusCode.INVALID_ARGUMENT, `etcdserver: there is no compare with ${what}`);
}

function storeOperation(operation: RequestOp, maxOperations: number): TxnOperation {
  const { requestRange, requestPut, requestDeleteRange, requestTxn } = operation;
  if (requestRange !== undefined) return { type: 'range', ...rangeSelection(requestRange) };
  if (requestPut !== undefined) return putOperation(requestPut);
  if (requestDeleteRange !== undefined) return deleteOperation(requestDeleteRange);
  if (requestTxn !== undefined) return { type: 'txn', request: storeTxn(requestTxn, maxOperations) };
  // An operation that says nothing, in etcd's words.
  throw etcdError('keyNotFound');
}

/** A transaction inside another has what the outer one leaves of the allowed number, as in etcd. */
export function storeTxn(request: TxnRequest, maxOperations: number): StoreTxnRequest {
  const { compare, success, failure } = request;
  const operations = Math.max(compare.length, success.length, failure.length);
  if (operations > maxOperations) throw etcdError('tooManyOperations');
  const left = maxOperations - operations;
  return {
    compare: compare.map(storeCompare),
    then: success.map((operation) => storeOperation(operation, left)),
    else: failure.map((operation) => storeOperation(operation, left)),
  };
}
