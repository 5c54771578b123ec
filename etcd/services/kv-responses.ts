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

/** Inside a transaction the headers say the revision and no more, as etcd's do. */
export function operationResponse(result: TxnOperationResult, revision: number): Init<ResponseOp> {
  const header = { revision };
  switch (result.type) {
    case 'range':
      return { responseRange: rangeResponse(result, header) };
    case 'put':
      return { responsePut: putResponse(result, header) };
    case 'delete':
      return { responseDeleteRange: deleteResponse(result, header) };
    case 'txn':
      return {
        responseTxn: {
          header: {},
          succeeded: result.succeeded,
          responses: result.results.map((inner) => operationResponse(inner, revision)),
        },
      };
  }
}
