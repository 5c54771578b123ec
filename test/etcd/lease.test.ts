import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { beyondInteger } from '../../etcd/proto/codec.js';
import { LeaseService } from '../../etcd/proto/generated/rpc.js';
import type { LeaseGrant, Outcome, Store } from '../../storage/index.js';
import { storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const { LeaseGrant: Grant, LeaseRevoke, LeaseKeepAlive, LeaseTimeToLive, LeaseLeases } = LeaseService.methods;
const gone = { kind: 'refused', refusal: { reason: 'lease-not-found', message: 'gone' } } as const;
const done = <Value>(value: Value): Outcome<Value> => ({ kind: 'done', value });

async function start(own: Partial<Store>): Promise<void> {
  etcd = await startTestEtcd({ around: ({ store }) => ({ store: storeWith(store, own) }) });
}

describe('a lease', () => {
  it('is granted under the id that the client chose, or any', async () => {
    const asked: unknown[] = [];
    await start({
      leaseGrant(request) {
        asked.push(request);
        return Promise.resolve(done({ id: request.id ?? 77, ttlSeconds: request.ttlSeconds }));
      },
    });
    const client = etcd.client();
    expect(await client.call(Grant, { TTL: 60 })).toMatchObject({ ID: 77, TTL: 60 });
    expect(await client.call(Grant, { TTL: 60, ID: 5 })).toMatchObject({ ID: 5, TTL: 60 });
    // As etcd does, the shortest time instead of a refusal.
    expect(await client.call(Grant, { TTL: -3 })).toMatchObject({ TTL: 1 });
    expect(asked).toEqual([{ ttlSeconds: 60 }, { ttlSeconds: 60, id: 5 }, { ttlSeconds: 1 }]);
  });

  it('of a time or an id beyond all bounds is refused', async () => {
    await start({});
    const client = etcd.client();
    await expect(client.call(Grant, { TTL: 9_000_000_001 })).rejects.toMatchObject({
      code: StatusCode.OUT_OF_RANGE,
      message: 'etcdserver: too large lease TTL',
    });
    for (const ID of [-1, beyondInteger]) {
      await expect(client.call(Grant, { TTL: 5, ID })).rejects.toMatchObject({
        code: StatusCode.INVALID_ARGUMENT,
        message: expect.stringContaining('the lease ID') as string,
      });
    }
  });

  it('is revoked, or was not there', async () => {
    await start({ leaseRevoke: (id) => Promise.resolve(id === 5 ? done({ revision: 900 }) : gone) });
    const client = etcd.client();
    expect((await client.call(LeaseRevoke, { ID: 5 })).header?.revision).toBe(900);
    for (const ID of [6, 0, -5, beyondInteger]) {
      await expect(client.call(LeaseRevoke, { ID })).rejects.toMatchObject({
        code: StatusCode.NOT_FOUND,
        message: 'etcdserver: requested lease not found',
      });
    }
  });

  it('says how much is left of it, and -1 when it is gone', async () => {
    const state = { id: 5, grantedTtlSeconds: 60, remainingTtlSeconds: 12 };
    await start({
      leaseTimeToLive: ({ id, keys }) =>
        Promise.resolve(id === 5 ? done(keys ? { ...state, keys: [Buffer.from('k')] } : state) : gone),
    });
    const client = etcd.client();
    const ask = (ID: number, keys = false): Promise<unknown> => client.call(LeaseTimeToLive, { ID, keys });
    expect(await ask(5)).toMatchObject({ ID: 5, TTL: 12, grantedTTL: 60, keys: [] });
    expect(await ask(5, true)).toMatchObject({ keys: [Buffer.from('k')] });
    expect(await ask(6, true)).toMatchObject({ ID: 6, TTL: -1, grantedTTL: 0, keys: [] });
    expect(await ask(-6)).toMatchObject({ ID: -6, TTL: -1 });
  });

  it('is one of a list', async () => {
    await start({ leases: () => Promise.resolve(done([3, 5])) });
    expect((await etcd.client().call(LeaseLeases, {})).leases).toEqual([{ ID: 3 }, { ID: 5 }]);
  });
});

describe('a stream of keep-alives', () => {
  it('is answered in order, several at once, and goes on when a lease is gone', async () => {
    const underWay: { readonly id: number; readonly answer: (outcome: Outcome<LeaseGrant>) => void }[] = [];
    await start({
      leaseKeepAlive: (id) =>
        new Promise((resolve) => {
          underWay.push({ id, answer: (outcome) => resolve(outcome) });
        }),
    });
    const stream = etcd.client().open(LeaseKeepAlive);
    for (const ID of [5, 6, -7, 8]) stream.send({ ID });
    while (underWay.length < 3) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(underWay.map(({ id }) => id)).toEqual([5, 6, 8]);
    for (const { id, answer } of underWay.toReversed())
      answer(id === 6 ? gone : done({ id, ttlSeconds: id * 10 }));
    const answers = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    expect(answers.map((answer) => [answer?.ID, answer?.TTL])).toEqual([
      [5, 50],
      [6, 0],
      [-7, 0],
      [8, 80],
    ]);
    stream.finish();
    expect(await stream.status).toEqual({ code: 0, message: '' });
  });

  it('ends with what keeps the store from answering', async () => {
    await start({
      leaseKeepAlive: () =>
        Promise.resolve({ kind: 'refused', refusal: { reason: 'no-leader', message: 'none' } }),
    });
    const stream = etcd.client().open(LeaseKeepAlive);
    stream.send({ ID: 5 });
    expect(await stream.status).toEqual({ code: StatusCode.UNAVAILABLE, message: 'etcdserver: no leader' });
  });
});
