/** The KV service: ranges, puts, deletes, transactions and compaction. */
import type { TxnOperation, TxnOperationResult, TxnResult } from '../../storage/index.js';
import { etcdError } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { KVService } from '../proto/generated/rpc.js';
import { deleteOperation, putOperation, rangeSelection, storeTxn } from './kv-requests.js';
import { deleteResponse, operationResponses, putResponse, rangeResponse } from './kv-responses.js';
import { streamRange } from './range-stream.js';
import { ask, currentHeader, type ServiceTools } from './tools.js';

type Writing = 'put' | 'delete';
type OperationOf<Type extends Writing> = Extract<TxnOperation, { readonly type: Type }>;
type ResultOf<Type extends Writing> = Extract<TxnOperationResult, { readonly type: Type }>;

/** One operation, always done: a transaction without compares. */
async function operate<Type extends Writing>(
  tools: ServiceTools,
  call: Call,
  type: Type,
  operation: OperationOf<Type>,
): Promise<{ readonly result: ResultOf<Type>; readonly revision: number }> {
  const { results, revision } = await ask(tools, call, (context) =>
    tools.store.txn({ compare: [], then: [operation], else: [] }, context),
  );
  const [result] = results;
  if (result?.type !== type) throw new Error(`a ${type} was answered as something else`);
  return { result: result as ResultOf<Type>, revision };
}

/** As far as it can be seen here; the store counts again what it writes. */
function checkSize(tools: ServiceTools, key: Uint8Array, value: Uint8Array): void {
  if (key.length + value.length > tools.limits.maxRequestBytes) throw etcdError('requestTooLarge');
}

function txnBytes(operations: readonly TxnOperation[]): number {
  let bytes = 0;
  for (const operation of operations) {
    if (operation.type === 'txn') {
      bytes += txnBytes(operation.request.then) + txnBytes(operation.request.else);
    } else bytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
  }
  return bytes;
}

export function kvService(tools: ServiceTools): readonly Method[] {
  const { store, facts, limits } = tools;
  return implement(KVService, {
    async Range(request, call) {
      const selection = rangeSelection(request);
      const consistency = request.serializable ? 'local' : 'linearizable';
      const result = await ask(tools, call, (context) => store.range({ ...selection, consistency }, context));
      return rangeResponse(result, facts.header(result.revision));
    },
    RangeStream: (request, stream) => streamRange(tools, request, stream),
    async Put(request, call) {
      checkSize(tools, request.key, request.value);
      const { result, revision } = await operate(tools, call, 'put', putOperation(request));
      return putResponse(result, facts.header(revision));
    },
    async DeleteRange(request, call) {
      checkSize(tools, request.key, request.rangeEnd);
      const { result, revision } = await operate(tools, call, 'delete', deleteOperation(request));
      return deleteResponse(result, facts.header(revision));
    },
    async Txn(request, call) {
      const txn = storeTxn(request, limits.maxTxnOperations);
      if (txnBytes(txn.then) + txnBytes(txn.else) > limits.maxRequestBytes)
        throw etcdError('requestTooLarge');
      const result: TxnResult = await ask(tools, call, (context) => store.txn(txn, context));
      return {
        header: facts.header(result.revision),
        succeeded: result.succeeded,
        responses: operationResponses(result.results, result.revision),
      };
    },
    async Compact(request, call) {
      // `physical` waits for nothing here: space is given back by slices that hold nobody up.
      if (request.revision < 0) throw etcdError('compacted');
      // There is nothing up to 0 that could be forgotten; once something was, 0 is compacted like the rest.
      if (request.revision === 0 && (await store.status()).compactRevision === 0)
        return { header: await currentHeader(tools) };
      await ask(tools, call, (context) => store.compact(request.revision, context));
      return { header: await currentHeader(tools) };
    },
  });
}
