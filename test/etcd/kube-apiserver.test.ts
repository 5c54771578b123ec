/**
 * What kube-apiserver asks of etcd, request by request as its storage layer makes them, and nothing else: whoever
 * answers these can stand behind one. The same is asked of a real etcd where there is one, so that the specification
 * is etcd's and not ours.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Init } from '../../etcd/proto/codec.js';
import { type Event, EventType, type KeyValue } from '../../etcd/proto/generated/kv.js';
import {
  CompareResult,
  CompareTarget,
  KVService,
  LeaseService,
  type RangeRequest,
  type RangeResponse,
  type RequestOp,
  type TxnResponse,
  type WatchRequest,
  type WatchResponse,
  WatchService,
} from '../../etcd/proto/generated/rpc.js';
import { etcdProgram, startRealEtcd } from './differential/real-etcd.js';
import { type ClientStream, GrpcClient } from './support/client.js';
import { startTestEtcd } from './support/server.js';

const { Range, Txn, Compact } = KVService.methods;

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

/** Everything that begins with it. */
function prefixEnd(prefix: string): Uint8Array {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

interface Page {
  readonly limit?: number;
  readonly revision?: number;
  readonly continueAfter?: string;
}

/** The calls as kube-apiserver's storage layer makes them. */
class ApiServerStorage {
  readonly client: GrpcClient;

  constructor(client: GrpcClient) {
    this.client = client;
  }

  #range(request: Init<RangeRequest>): Promise<RangeResponse> {
    return this.client.call(Range, request);
  }

  async get(
    key: string,
    revision = 0,
  ): Promise<{ readonly item: KeyValue | undefined; readonly revision: number }> {
    const { kvs, header } = await this.#range({ key: bytes(key), limit: 1, revision });
    return { item: kvs[0], revision: header?.revision ?? 0 };
  }

  list(prefix: string, page: Page = {}, more: Init<RangeRequest> = {}): Promise<RangeResponse> {
    const { limit = 0, revision = 0, continueAfter } = page;
    const key = bytes(continueAfter === undefined ? prefix : `${continueAfter}\0`);
    return this.#range({ key, rangeEnd: prefixEnd(prefix), limit, revision, ...more });
  }

  async count(prefix: string): Promise<number> {
    return (await this.list(prefix, {}, { countOnly: true })).count;
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const { kvs } = await this.list(prefix, {}, { keysOnly: true });
    return kvs.map(({ key }) => text(key));
  }

  #optimistic(key: string, expected: number, success: Init<RequestOp>): Promise<TxnResponse> {
    return this.client.call(Txn, {
      compare: [
        { key: bytes(key), target: CompareTarget.MOD, result: CompareResult.EQUAL, modRevision: expected },
      ],
      success: [success],
      failure: [{ requestRange: { key: bytes(key), limit: 1 } }],
    });
  }

  /** `expected` 0: it must not be there yet. */
  put(key: string, value: string, expected: number, lease = 0): Promise<TxnResponse> {
    return this.#optimistic(key, expected, { requestPut: { key: bytes(key), value: bytes(value), lease } });
  }

  delete(key: string, expected: number): Promise<TxnResponse> {
    return this.#optimistic(key, expected, { requestDeleteRange: { key: bytes(key) } });
  }

  /** How several API servers agree on who compacts: whoever finds the version that it knew. */
  takeCompaction(knownVersion: number, revision: number): Promise<TxnResponse> {
    const key = bytes('compact_rev_key');
    return this.client.call(Txn, {
      compare: [{ key, target: CompareTarget.VERSION, result: CompareResult.EQUAL, version: knownVersion }],
      success: [{ requestPut: { key, value: bytes(String(revision)) } }],
      failure: [{ requestRange: { key } }],
    });
  }

  watch(prefix: string, startRevision: number): Watching {
    const stream = this.client.open(WatchService.methods.Watch, { hasleader: 'true' });
    stream.send({
      createRequest: {
        key: bytes(prefix),
        rangeEnd: prefixEnd(prefix),
        startRevision,
        prevKv: true,
        progressNotify: true,
      },
    });
    return new Watching(stream);
  }
}

class Watching {
  readonly #stream: ClientStream<WatchRequest, WatchResponse>;

  constructor(stream: ClientStream<WatchRequest, WatchResponse>) {
    this.#stream = stream;
  }

  next(): Promise<WatchResponse> {
    return this.#stream.find(({ created, canceled }) => canceled || !created);
  }

  /** All events, until one of them is the last that is waited for. */
  async until(isLast: (event: Event) => boolean): Promise<readonly Event[]> {
    const events: Event[] = [];
    while (!events.some(isLast)) {
      const response = await this.next();
      if (response.canceled) throw new Error(`the watch ended: ${response.cancelReason}`);
      events.push(...response.events);
    }
    return events;
  }

  requestProgress(): void {
    this.#stream.send({ progressRequest: {} });
  }

  cancel(): void {
    this.#stream.cancel();
  }
}

const revisionOf = ({ header }: { readonly header: { readonly revision: number } | undefined }): number =>
  header?.revision ?? 0;

/** What the transaction found instead, where its compare did not hold. */
const found = ({ responses }: TxnResponse): KeyValue | undefined => responses[0]?.responseRange?.kvs[0];

interface Server {
  client(): GrpcClient;
  close(): Promise<void>;
}

async function startReal(): Promise<Server> {
  const etcd = await startRealEtcd();
  const clients: GrpcClient[] = [];
  return {
    client() {
      const client = new GrpcClient(etcd.url);
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await etcd.close();
    },
  };
}

describe.each([
  { name: 'Kuorum', start: startTestEtcd as () => Promise<Server>, missing: false, progressIsExact: true },
  // 3.4 may tell of progress before the events that led there.
  { name: 'etcd', start: startReal, missing: etcdProgram === undefined, progressIsExact: false },
])('behind kube-apiserver, $name', ({ start, missing, progressIsExact }) => {
  let server: Server;
  let storage: ApiServerStorage;
  beforeAll(async () => {
    if (missing) return;
    server = await start();
    storage = new ApiServerStorage(server.client());
  });
  afterAll(() => server?.close());

  const test = it.skipIf(missing);

  test('says that it is well by answering a read of a key that nobody writes', async () => {
    const { item, revision } = await storage.get('/registry/health');
    expect(item).toBeUndefined();
    expect(revision).toBeGreaterThan(0);
  });

  test('creates an object once: the second one is told what is there', async () => {
    const key = '/registry/pods/create/a';
    const created = await storage.put(key, '1', 0);
    expect(created).toMatchObject({ succeeded: true });
    const again = await storage.put(key, '2', 0);
    expect(again.succeeded).toBe(false);
    expect(found(again)).toMatchObject({ modRevision: revisionOf(created), version: 1 });
    expect(text(found(again)?.value)).toBe('1');
    expect(revisionOf(again)).toBe(revisionOf(created));
  });

  test('updates an object only as it was read, and says how it is otherwise', async () => {
    const key = '/registry/pods/update/a';
    const first = revisionOf(await storage.put(key, '1', 0));
    const second = revisionOf(await storage.put(key, '2', first));
    const late = await storage.put(key, '3', first);
    expect(late.succeeded).toBe(false);
    expect(found(late)).toMatchObject({ createRevision: first, modRevision: second, version: 2 });
    expect((await storage.get(key)).item).toMatchObject({ modRevision: second });
    expect(text((await storage.get(key, first)).item?.value)).toBe('1');
  });

  test('deletes an object only as it was read, and says when it is gone', async () => {
    const key = '/registry/pods/delete/a';
    const first = revisionOf(await storage.put(key, '1', 0));
    const second = revisionOf(await storage.put(key, '2', first));
    const late = await storage.delete(key, first);
    expect(late.succeeded).toBe(false);
    expect(found(late)).toMatchObject({ modRevision: second });
    const deleted = await storage.delete(key, second);
    expect(deleted.responses[0]?.responseDeleteRange?.deleted).toBe(1);
    expect(revisionOf(deleted)).toBe(second + 1);
    const gone = await storage.delete(key, second);
    expect(gone).toMatchObject({ succeeded: false });
    expect(found(gone)).toBeUndefined();
    expect((await storage.get(key)).item).toBeUndefined();
  });

  test('lists in pages, all as of the revision of the first one, and says how many there are', async () => {
    const prefix = '/registry/pods/pages/';
    for (let index = 0; index < 10; index += 1) await storage.put(`${prefix}${index}`, `old ${index}`, 0);
    const first = await storage.list(prefix, { limit: 4 });
    const revision = revisionOf(first);
    expect(first).toMatchObject({ more: true, count: 10 });
    for (const { key, modRevision } of first.kvs.slice(2)) await storage.delete(text(key), modRevision);
    await storage.put(`${prefix}55`, 'new', 0);
    await storage.put(`${prefix}6`, 'new 6', (await storage.get(`${prefix}6`)).item?.modRevision ?? 0);
    const values = first.kvs.map(({ value }) => text(value));
    let page = first;
    while (page.more) {
      const continueAfter = text(page.kvs.at(-1)?.key);
      page = await storage.list(prefix, { limit: 4, revision, continueAfter });
      // Of what is left from here, so that the client can be told how much remains.
      expect(page.count).toBe(10 - values.length);
      values.push(...page.kvs.map(({ value }) => text(value)));
    }
    expect(values).toEqual(Array.from({ length: 10 }, (_, index) => `old ${index}`));
    expect(await storage.count(prefix)).toBe(9);
    expect(await storage.keys(prefix)).toContain(`${prefix}55`);
    expect(
      (await storage.list(prefix, {}, { keysOnly: true })).kvs.every(({ value }) => value.length === 0),
    ).toBe(true);
  });

  test('keeps what is put under a lease, and takes it away with the lease, which watches are told', async () => {
    // Those that etcd chooses are beyond what the client of this test keeps exactly.
    const { ID } = await storage.client.call(LeaseService.methods.LeaseGrant, { TTL: 2, ID: 7001 });
    const key = '/registry/events/a';
    const put = await storage.put(key, 'happened', 0, ID);
    expect((await storage.get(key)).item).toMatchObject({ lease: ID });
    const watching = storage.watch('/registry/events/', revisionOf(put) + 1);
    const [event] = await watching.until(({ type }) => type === EventType.DELETE);
    expect(text(event?.prevKv?.value)).toBe('happened');
    expect(event?.kv).toMatchObject({ modRevision: event?.kv?.modRevision, createRevision: 0, version: 0 });
    watching.cancel();
  });

  test('lets a watch go on from the revision of a list: all events since, each with what was before', async () => {
    const prefix = '/registry/pods/watch/';
    const first = revisionOf(await storage.put(`${prefix}a`, '1', 0));
    const listed = revisionOf(await storage.list(prefix));
    const second = revisionOf(await storage.put(`${prefix}a`, '2', first));
    await storage.put('/registry/services/b', 'of no interest', 0);
    const created = revisionOf(await storage.put(`${prefix}b`, '1', 0));
    const deleted = revisionOf(await storage.delete(`${prefix}a`, second));
    const watching = storage.watch(prefix, listed + 1);
    const past = await watching.until(({ kv }) => kv?.modRevision === deleted);
    const live = revisionOf(await storage.put(`${prefix}b`, '2', created));
    const [last] = await watching.until(() => true);
    const told = [...past, last].map((event) => ({
      type: event?.type,
      revision: event?.kv?.modRevision,
      value: text(event?.kv?.value),
      before: event?.prevKv === undefined ? undefined : text(event.prevKv.value),
    }));
    const { PUT, DELETE } = EventType;
    expect(told).toEqual([
      { type: PUT, revision: second, value: '2', before: '1' },
      { type: PUT, revision: created, value: '1', before: undefined },
      { type: DELETE, revision: deleted, value: '', before: '2' },
      { type: PUT, revision: live, value: '2', before: '1' },
    ]);
    watching.cancel();
  });

  it.skipIf(missing || !progressIsExact)(
    'tells on demand how far a watch has come, after all that happened until then',
    async () => {
      const prefix = '/registry/pods/progress/';
      const begun = revisionOf(await storage.list(prefix));
      const watching = storage.watch(prefix, begun + 1);
      for (let round = 0; round < 20; round += 1) {
        const written = revisionOf(await storage.put(`${prefix}${round}`, '', 0));
        // Of another resource: without being asked the watch would say nothing of it.
        const elsewhere = revisionOf(await storage.put(`/registry/nodes/${round}`, '', 0));
        watching.requestProgress();
        const events: Event[] = [];
        let response = await watching.next();
        while (response.events.length > 0) {
          events.push(...response.events);
          response = await watching.next();
        }
        expect(events.map(({ kv }) => kv?.modRevision)).toEqual([written]);
        expect(revisionOf(response)).toBe(elsewhere);
      }
      watching.cancel();
    },
  );

  test('lets one of several API servers compact, and the others know', async () => {
    const prefix = '/registry/pods/compact/';
    const old = revisionOf(await storage.put(`${prefix}a`, '1', 0));
    const now = revisionOf(await storage.put(`${prefix}a`, '2', old));
    const other = new ApiServerStorage(server.client());
    const [mine, theirs] = await Promise.all([storage.takeCompaction(0, now), other.takeCompaction(0, now)]);
    expect(mine.succeeded).not.toBe(theirs.succeeded);
    const lost = mine.succeeded ? theirs : mine;
    expect(found(lost)).toMatchObject({ version: 1 });
    expect(text(found(lost)?.value)).toBe(String(now));
    await storage.client.call(Compact, { revision: now });
    await expect(storage.list(prefix, { revision: old })).rejects.toMatchObject({
      code: 11,
      message: 'etcdserver: mvcc: required revision has been compacted',
    });
    const late = await other.takeCompaction(0, now);
    expect(found(late)).toMatchObject({ version: 1 });
    expect((await other.takeCompaction(1, now + 1)).succeeded).toBe(true);
    const ended = await storage.watch(prefix, old).next();
    expect(ended).toMatchObject({ canceled: true, compactRevision: now });
    expect((await storage.list(prefix, { revision: now })).count).toBe(1);
  });

  test('loses no update of several API servers, and tells their caches every one', async () => {
    const prefix = '/registry/configmaps/counters/';
    const names = ['a', 'b', 'c'];
    for (const name of names) await storage.put(`${prefix}${name}`, '0', 0);
    const before = await storage.list(prefix);
    const watching = storage.watch(prefix, revisionOf(before) + 1);
    const updates = 40;
    const writers = 4;
    let conflicts = 0;
    /** As an API server does: with what it remembers, and when that is old with what it is told instead. */
    const work = async (own: ApiServerStorage, writer: number): Promise<void> => {
      const remembered = new Map<string, KeyValue | undefined>();
      for (let update = 0; update < updates; update += 1) {
        const key = `${prefix}${names[(update + writer) % names.length] ?? ''}`;
        let current = remembered.get(key) ?? (await own.get(key)).item;
        for (;;) {
          const value = String(Number(text(current?.value)) + 1);
          const txn = await own.put(key, value, current?.modRevision ?? 0);
          if (txn.succeeded) break;
          conflicts += 1;
          current = found(txn);
        }
        remembered.set(key, current);
      }
    };
    await Promise.all(
      Array.from({ length: writers }, (_, writer) => work(new ApiServerStorage(server.client()), writer)),
    );
    const after = await storage.list(prefix);
    const total = after.kvs.reduce((sum, { value }) => sum + Number(text(value)), 0);
    expect(total).toBe(updates * writers);
    expect(conflicts).toBeGreaterThan(0);

    const cache = new Map(before.kvs.map((item) => [text(item.key), item]));
    const last = Math.max(...after.kvs.map(({ modRevision }) => modRevision));
    const events = await watching.until(({ kv }) => kv?.modRevision === last);
    expect(events).toHaveLength(updates * writers);
    let revision = revisionOf(before);
    for (const { kv, prevKv } of events) {
      expect(kv?.modRevision).toBeGreaterThan(revision);
      revision = kv?.modRevision ?? 0;
      // What was before is exactly what the cache holds: nothing came between.
      expect(prevKv).toEqual(cache.get(text(kv?.key)));
      if (kv !== undefined) cache.set(text(kv.key), kv);
    }
    expect([...cache.values()]).toEqual(after.kvs);
    watching.cancel();
  });
});
