/**
 * What is refused over a real socket, in the original's code and words: clients match on both.
 *
 * `KUORUM_TEST_ETCD=http://127.0.0.1:2379` asks an empty etcd at that address the same, without TLS: that is how the
 * expectations here were found to be etcd's (3.4.23).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Init } from '../../etcd/proto/codec.js';
import {
  AlarmAction,
  type AlarmRequest,
  AlarmType,
  KVService,
  LeaseService,
  MaintenanceService,
  type RequestOp,
  WatchService,
} from '../../etcd/proto/generated/rpc.js';
import { bytes, context } from '../storage/support/single-member-store.js';
import { GrpcClient } from './support/client.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

const { Put, Range, DeleteRange, Txn, Compact } = KVService.methods;
const { LeaseGrant, LeaseRevoke, LeaseTimeToLive, LeaseKeepAlive } = LeaseService.methods;

const other = process.env['KUORUM_TEST_ETCD'];
const mebibyte = 1024 * 1024;
const lease = 4711;

let etcd: TestEtcd | undefined;
let client: GrpcClient;
/** History is forgotten up to here; the newest revision is a few later. */
let compacted: number;

beforeAll(async () => {
  if (other === undefined) {
    etcd = await startTestEtcd();
    client = etcd.client();
  } else {
    client = new GrpcClient(other);
  }
  for (const value of ['1', '2', '3', '4']) await client.call(Put, { key: bytes('a'), value: bytes(value) });
  const { header } = await client.call(Range, { key: bytes('a') });
  compacted = header!.revision - 1;
  await client.call(Compact, { revision: compacted, physical: true });
  await client.call(LeaseGrant, { ID: lease, TTL: 600 });
});

afterAll(async () => {
  if (other !== undefined) {
    await client.call(LeaseRevoke, { ID: lease });
    client.close();
  }
  await etcd?.close();
});

const put = (key: string, more = {}): Init<RequestOp> => ({
  requestPut: { key: bytes(key), value: bytes('x'), ...more },
});
const remove = (key: string, rangeEnd?: string): Init<RequestOp> => ({
  requestDeleteRange: { key: bytes(key), ...(rangeEnd === undefined ? {} : { rangeEnd: bytes(rangeEnd) }) },
});
const inside = (...success: readonly Init<RequestOp>[]): Init<RequestOp> => ({ requestTxn: { success } });
const many = (count: number): readonly Init<RequestOp>[] =>
  Array.from({ length: count }, (_, index) => put(`many-${index}`));
const read = (revision: number): Init<RequestOp> => ({ requestRange: { key: bytes('a'), revision } });
const txn = (...success: readonly Init<RequestOp>[]): Promise<unknown> => client.call(Txn, { success });

const refusals: readonly (readonly [string, () => Promise<unknown>, number, string])[] = [
  ['a put without a key', () => client.call(Put, { value: bytes('x') }), 3, 'key is not provided'],
  ['a delete without a key', () => client.call(DeleteRange, {}), 3, 'key is not provided'],
  ['a read without a key', () => client.call(Range, {}), 3, 'key is not provided'],
  ['a put without a key inside a transaction', () => txn(put('')), 3, 'key is not provided'],
  [
    'a put of more than a request may have',
    () => client.call(Put, { key: bytes('a'), value: Buffer.alloc(1.6 * mebibyte) }),
    3,
    'request is too large',
  ],
  [
    'a transaction of more than a request may have',
    () =>
      txn(
        put('a', { value: Buffer.alloc(0.9 * mebibyte) }),
        put('b', { value: Buffer.alloc(0.9 * mebibyte) }),
      ),
    3,
    'request is too large',
  ],
  ['more than 128 operations', () => txn(...many(129)), 3, 'too many operations in txn request'],
  [
    'more than 128 operations inside another',
    () => txn(inside(...many(129))),
    3,
    'too many operations in txn request',
  ],
  [
    'more than 128 compares',
    () => client.call(Txn, { compare: Array.from({ length: 129 }, () => ({ key: bytes('a') })) }),
    3,
    'too many operations in txn request',
  ],
  [
    'more than 128 operations where nothing is found equal',
    () => client.call(Txn, { failure: many(129) }),
    3,
    'too many operations in txn request',
  ],
  ['two puts of one key', () => txn(put('a'), put('a')), 3, 'duplicate key given in txn request'],
  [
    'a put of a key that is deleted',
    () => txn(put('a'), remove('a')),
    3,
    'duplicate key given in txn request',
  ],
  [
    'a put of a key in a range that is deleted',
    () => txn(remove('a', 'c'), put('b')),
    3,
    'duplicate key given in txn request',
  ],
  [
    'two puts of one key, one inside',
    () => txn(put('a'), inside(put('a'))),
    3,
    'duplicate key given in txn request',
  ],
  [
    'a put under no lease that there is',
    () => client.call(Put, { key: bytes('a'), lease: 999 }),
    5,
    'requested lease not found',
  ],
  [
    'a put under no lease inside a transaction',
    () => txn(put('a', { lease: 999 })),
    5,
    'requested lease not found',
  ],
  [
    'a put that keeps the value of nothing',
    () => client.call(Put, { key: bytes('none'), ignoreValue: true }),
    3,
    'key not found',
  ],
  [
    'a put that keeps the lease of nothing',
    () => client.call(Put, { key: bytes('none'), ignoreLease: true }),
    3,
    'key not found',
  ],
  [
    'a put that keeps the value and has one',
    () => client.call(Put, { key: bytes('a'), value: bytes('x'), ignoreValue: true }),
    3,
    'value is provided',
  ],
  [
    'a put that keeps the lease and has one',
    () => client.call(Put, { key: bytes('a'), value: bytes('x'), lease, ignoreLease: true }),
    3,
    'lease is provided',
  ],
  [
    'a read before what is remembered',
    () => client.call(Range, { key: bytes('a'), revision: compacted - 1 }),
    11,
    'mvcc: required revision has been compacted',
  ],
  [
    'a read of the future',
    () => client.call(Range, { key: bytes('a'), revision: compacted + 1000 }),
    11,
    'mvcc: required revision is a future revision',
  ],
  [
    'a read before what is remembered, inside',
    () => txn(read(compacted - 1)),
    11,
    'mvcc: required revision has been compacted',
  ],
  [
    'a read of the future inside',
    () => txn(read(compacted + 1000)),
    11,
    'mvcc: required revision is a future revision',
  ],
  [
    'a compaction of what is forgotten',
    () => client.call(Compact, { revision: compacted }),
    11,
    'mvcc: required revision has been compacted',
  ],
  [
    'a compaction of the future',
    () => client.call(Compact, { revision: compacted + 1000 }),
    11,
    'mvcc: required revision is a future revision',
  ],
  ['the end of no lease', () => client.call(LeaseRevoke, { ID: 999 }), 5, 'requested lease not found'],
  [
    'a lease that there is already',
    () => client.call(LeaseGrant, { ID: lease, TTL: 60 }),
    9,
    'lease already exists',
  ],
  [
    'a lease for longer than can be told',
    () => client.call(LeaseGrant, { TTL: 9_000_000_001 }),
    11,
    'too large lease TTL',
  ],
];

describe('is refused in the words of etcd, and changes nothing:', () => {
  it.each(refusals)('%s', async (_what, attempt, code, message) => {
    const before = await client.call(Range, { key: bytes('a') });
    await expect(attempt()).rejects.toMatchObject({ code, message: `etcdserver: ${message}` });
    const after = await client.call(Range, { key: bytes('a') });
    expect(after.header?.revision).toBe(before.header?.revision);
    expect(after.kvs).toEqual(before.kvs);
  });

  // It is the end of an etcd of that version: it panics.
  it.skipIf(other !== undefined)('an order by nothing', async () => {
    await expect(client.call(Range, { key: bytes('a'), sortTarget: 9 })).rejects.toMatchObject({
      code: 3,
      message: 'etcdserver: invalid sort option',
    });
  });

  it('a message beyond what the wire takes', async () => {
    const beyond = client.call(Put, { key: bytes('a'), value: Buffer.alloc(2.5 * mebibyte) });
    await expect(beyond).rejects.toMatchObject({
      code: 8,
      message: expect.stringMatching(
        /^grpc: received message larger than max \(\d+ vs\. 2097152\)$/,
      ) as string,
    });
  });

  it('bytes that are no message', async () => {
    const broken = client.open(Put);
    broken.http.end(Uint8Array.of(0, 0, 0, 0, 2, 10, 200));
    expect(await broken.status).toMatchObject({ code: 13 });
  });
});

describe('a lease that is not there', () => {
  it('has a time to live of -1', async () => {
    expect((await client.call(LeaseTimeToLive, { ID: 999 })).TTL).toBe(-1);
  });

  it('is kept alive for no time', async () => {
    const stream = client.open(LeaseKeepAlive);
    stream.send({ ID: 999 });
    expect(await stream.next()).toMatchObject({ ID: 999, TTL: 0 });
    stream.cancel();
  });
});

describe('a watch from before what is remembered', () => {
  it('is cancelled, and told from where it could begin', async () => {
    const stream = client.open(WatchService.methods.Watch);
    stream.send({ createRequest: { key: bytes('a'), startRevision: 1 } });
    expect(await stream.find(({ canceled }) => canceled)).toMatchObject({ compactRevision: compacted });
    stream.cancel();
  });
});

describe('without space', () => {
  const alarm = async (on: boolean): Promise<void> => {
    if (etcd !== undefined) {
      const { member } = etcd;
      const noSpace = { memberId: member.identity.memberId, alarm: 'no-space' } as const;
      await (on ? member.admin.raiseAlarm(noSpace, context) : member.admin.disarm(noSpace, context));
      return;
    }
    const { ACTIVATE, DEACTIVATE } = AlarmAction;
    await client.call(MaintenanceService.methods.Alarm, {
      action: on ? ACTIVATE : DEACTIVATE,
      alarm: AlarmType.NOSPACE,
    } satisfies Init<AlarmRequest>);
  };
  const noSpace = { code: 8, message: 'etcdserver: mvcc: database space exceeded' };

  beforeAll(() => alarm(true));
  afterAll(() => alarm(false));

  it('nothing that grows is taken', async () => {
    await expect(client.call(Put, { key: bytes('b'), value: bytes('x') })).rejects.toMatchObject(noSpace);
    await expect(txn(put('b'))).rejects.toMatchObject(noSpace);
    await expect(client.call(LeaseGrant, { TTL: 60 })).rejects.toMatchObject(noSpace);
  });

  it('reads go on, and what frees space', async () => {
    expect((await client.call(Range, { key: bytes('a') })).kvs).toHaveLength(1);
    expect((await txn(read(0))) !== undefined).toBe(true);
    await client.call(DeleteRange, { key: bytes('z') });
    expect((await client.call(LeaseTimeToLive, { ID: lease })).grantedTTL).toBe(600);
  });
});
