/** The store's results as the KV service answers them. Pure. */
import type { RangeResult, TxnOperationResult } from '../../storage/index.js';
import type { Init } from '../proto/codec.js';
import type {
  DeleteRangeResponse,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  ResponseOp,
} from '../proto/generated/rpc.js';

type Header = Init<ResponseHeader>;
type OperationResult<Type extends TxnOperationResult['type']> = Extract<
  TxnOperationResult,
  { readonly type: Type }
>;

export function rangeResponse(
  result: Pick<RangeResult, 'items' | 'more' | 'count'>,
  header: Header,
): Init<RangeResponse> {
  // A single key is not counted by the store: what came is what there is.
  return { header, kvs: result.items, more: result.more, count: result.count ?? result.items.length };
}

export function putResponse(result: OperationResult<'put'>, header: Header): Init<PutResponse> {
  return { header, prevKv: result.previous };
}

export function deleteResponse(result: OperationResult<'delete'>, header: Header): Init<DeleteRangeResponse> {
  return { header, deleted: result.deleted, prevKvs: result.previous };
}

function writes(result: TxnOperationResult): boolean {
  switch (result.type) {
    case 'put':
      return true;
    case 'delete':
      return result.deleted > 0;
    case 'range':
      return false;
    case 'txn':
      return result.results.some(writes);
  }
}

/**
 * A transaction's answers in order. Their headers say the revision and no more, as etcd's do: for what stands before
 * the first write the one before the transaction, for the rest the transaction's. A transaction inside has none.
 */
export function operationResponses(
  results: readonly TxnOperationResult[],
  revision: number,
): readonly Init<ResponseOp>[] {
  const before = results.some(writes) ? revision - 1 : revision;
  return inOrder(results, { revision: before }, { revision });
}

function inOrder(
  results: readonly TxnOperationResult[],
  before: Header,
  after: Header,
): readonly Init<ResponseOp>[] {
  let header = before;
  return results.map((result): Init<ResponseOp> => {
    const inner = header;
    if (writes(result)) header = after;
    switch (result.type) {
      case 'range':
        return { responseRange: rangeResponse(result, header) };
      case 'put':
        return { responsePut: putResponse(result, header) };
      case 'delete':
        return { responseDeleteRange: deleteResponse(result, header) };
      case 'txn': {
        const { succeeded, results: nested } = result;
        return { responseTxn: { header: {}, succeeded, responses: inOrder(nested, inner, after) } };
      }
    }
  });
}
