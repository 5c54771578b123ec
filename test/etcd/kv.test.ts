import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KVService } from '../../etcd/proto/generated/rpc.js';
import { bytes, text } from '../storage/support/single-member-store.js';
import type { GrpcClient } from './support/client.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
let client: GrpcClient;
beforeAll(async () => {
  etcd = await startTestEtcd();
  client = etcd.client();
});
afterAll(() => etcd.close());

const { Put, Range } = KVService.methods;

describe('the KV service', () => {
  it('reads what was put', async () => {
    const put = await client.call(Put, { key: bytes('a'), value: bytes('1') });
    const range = await client.call(Range, { key: bytes('a') });
    expect(range.header?.revision).toBe(put.header?.revision);
    expect(range.kvs.map(({ value }) => text(value))).toEqual(['1']);
    expect(range.count).toBe(1);
  });
});
