import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { LockService } from '../../etcd/proto/generated/lock.js';
import { KVService, LeaseService } from '../../etcd/proto/generated/rpc.js';
import type { Watch } from '../../storage/index.js';
import type { CallFailed, GrpcClient } from './support/client.js';
import { storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
let client: GrpcClient;
/** Watches that were begun, two for each time that somebody waits. */
let watches: Watch[];

beforeEach(async () => {
  watches = [];
  etcd = await startTestEtcd({
    around: ({ store }) => ({
      store: storeWith(store, {
        watch(request) {
          const watch = store.watch(request);
          watches.push(watch);
          return watch;
        },
      }),
    }),
  });
  client = etcd.client();
});
afterEach(() => etcd.close());

const { Lock, Unlock } = LockService.methods;
const name = Buffer.from('job');

async function lease(): Promise<number> {
  return (await client.call(LeaseService.methods.LeaseGrant, { TTL: 600 })).ID;
}

const keys = async (): Promise<readonly string[]> => {
  const { kvs } = await client.call(KVService.methods.Range, {
    key: Buffer.from('job/'),
    rangeEnd: Buffer.from('job0'),
  });
  return kvs.map(({ key }) => Buffer.from(key).toString());
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

const waiters = (count: number): Promise<void> => until(() => watches.length >= 2 * count);

describe('a lock', () => {
  it("is whoever's key is there first; its key says whose lease it lives by", async () => {
    const id = await lease();
    const { key, header } = await client.call(Lock, { name, lease: id });
    expect(Buffer.from(key).toString()).toBe(`job/${id.toString(16)}`);
    const { kvs } = await client.call(KVService.methods.Range, { key });
    expect(kvs).toMatchObject([{ lease: id, version: 1 }]);
    expect(header?.revision).toBeGreaterThanOrEqual(kvs[0]?.createRevision ?? Number.POSITIVE_INFINITY);
  });

  it('is had again at once by whoever holds it', async () => {
    const id = await lease();
    const first = await client.call(Lock, { name, lease: id });
    expect((await client.call(Lock, { name, lease: id })).key).toEqual(first.key);
    expect(watches).toEqual([]);
  });

  it('goes from one to the next in the order in which they came', async () => {
    const order: number[] = [];
    const ids = [await lease(), await lease(), await lease()];
    const held: Promise<{ readonly key: Uint8Array }>[] = [];
    for (const [index, id] of ids.entries()) {
      const lock = client.call(Lock, { name, lease: id });
      void lock.then(() => order.push(index));
      held.push(lock);
      await until(async () => (await keys()).length === index + 1);
    }
    await waiters(2);
    for (const lock of held) {
      const { key } = await lock;
      await client.call(Unlock, { key });
    }
    expect(order).toEqual([0, 1, 2]);
    expect(await keys()).toEqual([]);
  });

  it('goes to the next when its holder has died', async () => {
    const [dead, alive] = [await lease(), await lease()];
    await client.call(Lock, { name, lease: dead });
    const waiting = client.call(Lock, { name, lease: alive });
    await waiters(1);
    await client.call(LeaseService.methods.LeaseRevoke, { ID: dead });
    expect(Buffer.from((await waiting).key).toString()).toBe(`job/${alive.toString(16)}`);
  });

  it('is granted a lease of its own when none is named', async () => {
    const { key } = await client.call(Lock, { name });
    const { kvs } = await client.call(KVService.methods.Range, { key });
    expect(kvs[0]?.lease).toBeGreaterThan(0);
  });
});

describe('whoever waits for a lock', () => {
  it('is told at once when its own lease is gone', async () => {
    const [holder, waiter] = [await lease(), await lease()];
    await client.call(Lock, { name, lease: holder });
    const waiting = client.call(Lock, { name, lease: waiter }).catch((error: CallFailed) => error);
    await waiters(1);
    await client.call(LeaseService.methods.LeaseRevoke, { ID: waiter });
    expect(await waiting).toMatchObject({ code: StatusCode.UNKNOWN, message: 'mutex: session is expired' });
    expect(await keys()).toEqual([`job/${holder.toString(16)}`]);
  });

  it('leaves nothing behind when it goes, or when its time is up', async () => {
    const holder = await lease();
    await client.call(Lock, { name, lease: holder });
    const gone = client.open(Lock);
    gone.send({ name, lease: await lease() });
    gone.finish();
    await waiters(1);
    gone.cancel();
    const late = { 'grpc-timeout': '300m' };
    await expect(client.call(Lock, { name, lease: await lease() }, late)).rejects.toMatchObject({
      code: StatusCode.DEADLINE_EXCEEDED,
    });
    await until(async () => (await keys()).length === 1);
    expect(await keys()).toEqual([`job/${holder.toString(16)}`]);
  });

  it('looks again when its watch is cut', async () => {
    await etcd.close();
    let cut = 0;
    etcd = await startTestEtcd({
      around: ({ store }) => ({
        store: storeWith(store, {
          watch(request) {
            const watch = store.watch(request);
            cut += 1;
            if (cut > 2) return watch;
            watch.cancel();
            return {
              next: () => Promise.resolve({ kind: 'end', reason: { kind: 'too-slow' } }),
              requestProgress: () => {},
              cancel: () => {},
            };
          },
        }),
      }),
    });
    client = etcd.client();
    const { key } = await client.call(Lock, { name, lease: await lease() });
    const waiting = client.call(Lock, { name, lease: await lease() });
    await until(() => cut >= 4);
    await client.call(Unlock, { key });
    await waiting;
  });

  it('is told when the member stops', async () => {
    await client.call(Lock, { name, lease: await lease() });
    const waiting = client.call(Lock, { name, lease: await lease() }).catch((error: CallFailed) => error);
    await waiters(1);
    await etcd.server.close({ graceMilliseconds: 500 });
    expect(await waiting).toMatchObject({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: server stopped',
    });
  });
});

it('a lock needs a lease that lives', async () => {
  for (const id of [4711, -1]) {
    await expect(client.call(Lock, { name, lease: id })).rejects.toMatchObject({
      code: StatusCode.NOT_FOUND,
      message: 'etcdserver: requested lease not found',
    });
  }
});

it('unlocking needs a key, and does not mind one that is gone', async () => {
  await expect(client.call(Unlock, {})).rejects.toMatchObject({
    code: StatusCode.INVALID_ARGUMENT,
    message: 'etcdserver: key is not provided',
  });
  await client.call(Unlock, { key: Buffer.from('job/1') });
});
