import { describe, expect, it } from 'vitest';
import { operationResponses, rangeResponse } from '../../../etcd/services/kv-responses.js';
import type { TxnOperationResult } from '../../../storage/index.js';

const item = {
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  createRevision: 1,
  modRevision: 2,
  version: 2,
  lease: 0,
};
const range: TxnOperationResult = { type: 'range', items: [item], more: false };
const noDelete: TxnOperationResult = { type: 'delete', deleted: 0, previous: [] };

describe('the answer of a range', () => {
  it('counts what came where the store did not', () => {
    expect(rangeResponse({ items: [item], more: false }, { revision: 5 })).toEqual({
      header: { revision: 5 },
      kvs: [item],
      more: false,
      count: 1,
    });
    expect(rangeResponse({ items: [], more: true, count: 9 }, {}).count).toBe(9);
  });
});

describe('the answers inside a transaction', () => {
  it('have the revision before it up to the first write, and its own from there', () => {
    const put: TxnOperationResult = { type: 'put', previous: item };
    const headers = operationResponses([noDelete, range, put, range, noDelete], 8).map(
      ({ responseRange, responsePut, responseDeleteRange }) =>
        (responseRange ?? responsePut ?? responseDeleteRange)?.header,
    );
    expect(headers).toEqual([7, 7, 8, 8, 8].map((revision) => ({ revision })));
  });

  it('have the revision that there is where nothing was written', () => {
    expect(operationResponses([range, noDelete], 8).map((one) => one.responseRange?.header)).toEqual([
      { revision: 8 },
      undefined,
    ]);
  });

  it('go on within a transaction inside, which itself says no revision', () => {
    const inner: TxnOperationResult = {
      type: 'txn',
      succeeded: true,
      results: [range, { type: 'delete', deleted: 1, previous: [item] }],
    };
    const [first, second] = operationResponses([inner, range], 8);
    expect(first).toMatchObject({
      responseTxn: {
        header: {},
        succeeded: true,
        responses: [
          { responseRange: { header: { revision: 7 } } },
          { responseDeleteRange: { header: { revision: 8 }, deleted: 1, prevKvs: [item] } },
        ],
      },
    });
    expect(second).toMatchObject({ responseRange: { header: { revision: 8 } } });
  });
});
