/**
 * etcd sorts with a sort that keeps no order among equals. So among items that are equal in what is sorted by, the
 * order says nothing, nor which of them a limit lets through: here they are brought into one order, by key, and of
 * those at the limit only their number stays.
 */
import type { Init } from '../../../etcd/proto/codec.js';
import type { KeyValue } from '../../../etcd/proto/generated/kv.js';
import {
  type RangeRequest,
  type RangeResponse,
  type RequestOp,
  type ResponseOp,
  SortTarget,
  type TxnRequest,
  type TxnResponse,
} from '../../../etcd/proto/generated/rpc.js';

function sortedBy(target: number, item: KeyValue): string {
  switch (target) {
    case SortTarget.VERSION:
      return String(item.version);
    case SortTarget.CREATE:
      return String(item.createRevision);
    case SortTarget.MOD:
      return String(item.modRevision);
    default:
      return Buffer.from(item.value).toString('latin1');
  }
}

interface SettledRange extends Omit<RangeResponse, 'kvs'> {
  readonly kvs: readonly (KeyValue | string)[];
}

export function settleRange(request: Init<RangeRequest>, response: RangeResponse): SettledRange {
  const { sortTarget = SortTarget.KEY } = request;
  if (sortTarget === SortTarget.KEY) return response;
  const groups: KeyValue[][] = [];
  let value: string | undefined;
  for (const item of response.kvs) {
    const own = sortedBy(sortTarget, item);
    if (own === value) groups.at(-1)?.push(item);
    else groups.push([item]);
    value = own;
  }
  const kvs = groups.flatMap((group, index): readonly (KeyValue | string)[] => {
    if (response.more && index === groups.length - 1) return group.map(() => `one of ${value ?? ''}`);
    return group.toSorted((a, b) => Buffer.compare(a.key, b.key));
  });
  return { ...response, kvs };
}

function settleOne(request: Init<RequestOp> | undefined, response: ResponseOp): unknown {
  const { responseRange, responseTxn } = response;
  if (responseRange !== undefined && request?.requestRange !== undefined)
    return { ...response, responseRange: settleRange(request.requestRange, responseRange) };
  if (responseTxn !== undefined && request?.requestTxn !== undefined)
    return { ...response, responseTxn: settleTxn(request.requestTxn, responseTxn) };
  return response;
}

export function settleTxn(request: Init<TxnRequest>, response: TxnResponse): unknown {
  const taken = (response.succeeded ? request.success : request.failure) ?? [];
  return {
    ...response,
    responses: response.responses.map((each, index) => settleOne(taken[index], each)),
  };
}
