/** The npm client etcd3, unmodified: what its documentation shows works here. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../support/server.js';
import { type Client, type Emitter, etcd3, type KeyAndValue } from './etcd3.js';

/** By its documentation; the default compares what it wrote with what it read, and refuses itself here as with etcd. */
const SERIALIZABLE = 1;

/** Collects, and lets wait until there are so many. */
class Collected {
  readonly #items: string[] = [];
  #wake: () => void = () => {};

  add(item: string): void {
    this.#items.push(item);
    this.#wake();
  }

  async first(count: number): Promise<readonly string[]> {
    while (this.#items.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#items;
  }
}

/** A way to the server that can be cut. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: number) {
    this.#server = createServer((socket) => {
      const onwards = connect(target, '127.0.0.1');
      socket.pipe(onwards).pipe(socket);
      for (const each of [socket, onwards]) {
        this.#sockets.add(each);
        each.on('error', () => {});
        each.on('close', () => {
          socket.destroy();
          onwards.destroy();
        });
      }
    });
  }

  async port(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

const happens = (emitter: Emitter, event: string): Promise<void> =>
  new Promise((resolve, reject) => {
    emitter.once(event, () => resolve());
    emitter.once('error', reject);
  });

describe.skipIf(etcd3 === undefined)('etcd3', () => {
  let etcd: TestEtcd;
  let client: Client;

  const clientOf = (url: string): Client =>
    new etcd3!.Etcd3({
      hosts: url,
      credentials: {
        rootCertificate: Buffer.from(etcd.authority.certificate),
        privateKey: Buffer.from(etcd.root.key),
        certChain: Buffer.from(etcd.root.certificate),
      },
    });

  beforeAll(async () => {
    etcd = await startTestEtcd();
    client = clientOf(etcd.url);
  });
  afterAll(async () => {
    client?.close();
    await etcd?.close();
  });

  it('puts, gets and deletes, one or many', async () => {
    for (const [key, value] of Object.entries({ a: '1', b: '2', c: '3' })) await client.put(key).value(value);
    expect(await client.get('a').string()).toBe('1');
    expect(await client.get('c').number()).toBe(3);
    expect(await client.get('nope').string()).toBeNull();
    expect(await client.get('a').exists()).toBe(true);
    expect(await client.getAll().all().strings()).toMatchObject({ a: '1', b: '2', c: '3' });
    expect(await client.getAll().all().sort('Key', 'Descend').limit(1).keys()).toEqual(['c']);
    expect(await client.getAll().inRange(new etcd3!.Range('a', 'c')).count()).toBe(2);
    expect((await client.put('a').value('9').getPrevious()).value.toString()).toBe('1');
    expect((await client.delete().key('a').getPrevious())[0]?.value.toString()).toBe('9');
    expect((await client.delete().range(new etcd3!.Range('b', 'z'))).deleted).toBe('2');
  });

  it('leases keys, keeps them alive and lets them go', async () => {
    const lease = client.lease(10);
    await lease.put('leased').value('v');
    expect((await client.get('leased').exec()).kvs[0]?.lease).toBe(await lease.grant());
    await lease.keepaliveOnce();
    await lease.revoke();
    expect(await client.get('leased').string()).toBeNull();
  });

  it('keeps namespaces apart', async () => {
    const users = client.namespace('users/');
    await users.put('me').value('1');
    expect(await client.get('users/me').string()).toBe('1');
    expect(await users.getAll().strings()).toEqual({ me: '1' });
    await users.delete().all();
    expect(await client.get('users/me').string()).toBeNull();
  });

  it('decides by what it compares', async () => {
    await client.put('x').value('1');
    const first = await client
      .if('x', 'Value', '==', '1')
      .and('x', 'Version', '==', 1)
      .then(client.put('x').value('2'))
      .else(client.get('x'))
      .commit();
    expect(first.succeeded).toBe(true);
    const second = await client
      .if('x', 'Value', '==', '1')
      .then(client.put('x').value('3'))
      .else(client.get('x'))
      .commit();
    expect(second.succeeded).toBe(false);
    expect(second.responses[0]?.response_range.kvs[0]?.value.toString()).toBe('2');
  });

  it('loses no update of its software transactions, however many run at once', async () => {
    await client.put('from').value('30');
    await client.put('to').value('0');
    const move = (): Promise<unknown> =>
      client.stm({ retries: 1_000, isolation: SERIALIZABLE }).transact(async (transaction) => {
        const from = (await transaction.get('from').number()) ?? 0;
        const to = (await transaction.get('to').number()) ?? 0;
        await transaction.put('from').value(String(from - 1));
        await transaction.put('to').value(String(to + 1));
      });
    await Promise.all(Array.from({ length: 10 }, move));
    expect([await client.get('from').number(), await client.get('to').number()]).toEqual([20, 10]);
  });

  it('watches, from now and from an earlier revision, and tells of what is compacted', async () => {
    const watcher = await client.watch().prefix('w/').withPreviousKV().create();
    const seen = new Collected();
    watcher.on('put', (now: KeyAndValue, before?: KeyAndValue) =>
      seen.add(['put', now.key, now.value, before?.value ?? ''].join(' ')),
    );
    watcher.on('delete', (now: KeyAndValue, before: KeyAndValue) =>
      seen.add(['delete', now.key, before.value].join(' ')),
    );
    await client.put('w/1').value('a');
    await client.put('w/1').value('b');
    await client.delete().key('w/1');
    expect(await seen.first(3)).toEqual(['put w/1 a ', 'put w/1 b a', 'delete w/1 b']);
    const revision = Number((await client.get('w/1').exec()).header.revision);
    const past = await client
      .watch()
      .prefix('w/')
      .startRevision(String(revision - 2))
      .create();
    const events = await new Promise<number>((resolve) => {
      past.once('data', (response: { readonly events: readonly unknown[] }) =>
        resolve(response.events.length),
      );
    });
    expect(events).toBe(3);
    await past.cancel();
    await watcher.cancel();
    await client.kv.compact({ revision: String(revision) });
    await client.put('w/1').value('c');
    const compacted = client.watch().prefix('w/').startRevision('1').watcher();
    const message = await new Promise<string>((resolve) => {
      compacted.once('error', (error: Error) => resolve(error.message));
    });
    expect(message).toContain('canceled');
  });

  it('goes on watching where it was cut off, and misses nothing', async () => {
    const wire = new Wire(Number(new URL(etcd.url).port));
    const through = clientOf(`https://127.0.0.1:${await wire.port()}`);
    const watcher = await through.watch().prefix('r/').create();
    const seen = new Collected();
    watcher.on('put', ({ value }: KeyAndValue) => seen.add(String(value)));
    await client.put('r/1').value('1');
    await seen.first(1);
    wire.cut();
    await client.put('r/1').value('2');
    await client.put('r/1').value('3');
    await seen.first(3);
    await client.put('r/1').value('4');
    expect(await seen.first(4)).toEqual(['1', '2', '3', '4']);
    await watcher.cancel();
    through.close();
    wire.close();
  });

  it('locks one at a time', async () => {
    const lock = client.lock('l').ttl(5);
    await lock.acquire();
    await expect(client.lock('l').acquire()).rejects.toBeInstanceOf(etcd3!.EtcdLockFailedError);
    await lock.release();
    expect(await client.lock('l').do(async () => 'inside')).toBe('inside');
  });

  it('elects, proclaims, observes and hands over', async () => {
    const election = client.election('e', 5);
    const first = election.campaign('me');
    await happens(first, 'elected');
    const observer = await election.observe();
    expect(observer.leader()).toBe('me');
    const second = client.election('e', 5).campaign('you');
    const tookOver = happens(second, 'elected');
    await first.proclaim('me too');
    expect(await election.leader()).toBe('me too');
    await first.resign();
    await tookOver;
    expect(await election.leader()).toBe('you');
    await second.resign();
    await observer.cancel();
  });

  it('asks for the state of the cluster', async () => {
    expect((await client.maintenance.status()).version).toMatch(/^3\./);
    expect((await client.cluster.memberList({})).members).toHaveLength(1);
    expect((await client.maintenance.alarm({ action: 'GET' })).alarms).toEqual([]);
  });
});
