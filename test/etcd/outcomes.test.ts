import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { KVService } from '../../etcd/proto/generated/rpc.js';
import type { CallContext, Store } from '../../storage/index.js';
import { storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const key = Buffer.from('k');
const { Put, Range } = KVService.methods;

async function start(own: Partial<Store>): Promise<void> {
  etcd = await startTestEtcd({ around: ({ store }) => ({ store: storeWith(store, own) }) });
}

const unknown = { kind: 'unknown', message: 'no answer' } as const;

describe('a write that may have happened', () => {
  it('is told as a time-out', async () => {
    await start({ txn: () => Promise.resolve(unknown) });
    await expect(etcd.client().call(Put, { key })).rejects.toMatchObject({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: request timed out',
    });
  });

  it("is told as the client's own deadline where that has passed", async () => {
    await start({
      txn: (_request, { timeoutMilliseconds }) =>
        new Promise((resolve) => {
          setTimeout(() => resolve(unknown), timeoutMilliseconds + 5);
        }),
    });
    await expect(etcd.client().call(Put, { key }, { 'grpc-timeout': '20m' })).rejects.toMatchObject({
      code: StatusCode.DEADLINE_EXCEEDED,
    });
  });
});

describe('a call', () => {
  it("has the client's time, but never more than ours, and says who asks", async () => {
    const contexts: CallContext[] = [];
    await start({
      range(_request, context) {
        contexts.push(context);
        return Promise.resolve({ kind: 'done', value: { items: [], more: false, revision: 1 } });
      },
    });
    const client = etcd.client();
    await client.call(Range, { key }, { 'grpc-timeout': '2S' });
    await client.call(Range, { key }, { 'grpc-timeout': '9H' });
    await client.call(Range, { key });
    expect(contexts[0]?.timeoutMilliseconds).toBeLessThanOrEqual(2_000);
    expect(contexts.slice(1).map(({ timeoutMilliseconds }) => timeoutMilliseconds)).toEqual([7_000, 7_000]);
    expect(contexts.map(({ caller }) => caller)).toEqual(['root', 'root', 'root']);
  });

  it('is read where this member is, if it may be', async () => {
    const consistencies: string[] = [];
    await start({
      range({ consistency }) {
        consistencies.push(consistency);
        return Promise.resolve({ kind: 'done', value: { items: [], more: false, revision: 1 } });
      },
    });
    await etcd.client().call(Range, { key });
    await etcd.client().call(Range, { key, serializable: true });
    expect(consistencies).toEqual(['linearizable', 'local']);
  });

  it('that writes more than allowed is refused as etcd does', async () => {
    await start({});
    const client = etcd.client();
    const tooLarge = { code: StatusCode.INVALID_ARGUMENT, message: 'etcdserver: request is too large' };
    const value = Buffer.alloc(1.6 * 1024 * 1024);
    await expect(client.call(Put, { key, value })).rejects.toMatchObject(tooLarge);
    await expect(
      client.call(KVService.methods.Txn, { success: [{ requestPut: { key, value } }] }),
    ).rejects.toMatchObject(tooLarge);
    await expect(client.call(Put, { key, value: Buffer.alloc(2.5 * 1024 * 1024) })).rejects.toMatchObject({
      code: StatusCode.RESOURCE_EXHAUSTED,
    });
  });
});

describe('every answer', () => {
  it('says which cluster and member it is from, in which term', async () => {
    await start({});
    const { header } = await etcd.client().call(Put, { key });
    const status = await etcd.member.admin.status();
    expect(header).toMatchObject({ memberId: status.id, raftTerm: status.term, revision: status.revision });
    expect(header?.clusterId).toBeGreaterThan(0);
    expect(Number.isSafeInteger(header?.clusterId)).toBe(true);
  });
});
