import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import type { EtcdServerOptions } from '../../etcd/index.js';
import { beyondInteger, type Init } from '../../etcd/proto/codec.js';
import {
  KVService,
  type WatchCreateRequest,
  type WatchRequest,
  type WatchResponse,
  WatchService,
} from '../../etcd/proto/generated/rpc.js';
import type { ClientStream } from './support/client.js';
import { batch, putEvent, ScriptedWatch, storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
type Stream = ClientStream<WatchRequest, WatchResponse>;

let etcd: TestEtcd;
const scripted: ScriptedWatch[] = [];
/** The store's revision, as the server is told. */
let revision = 10;

async function start(limits: EtcdServerOptions['limits'] = {}): Promise<void> {
  scripted.length = 0;
  revision = 10;
  etcd = await startTestEtcd({
    limits,
    around: (member) => ({
      store: storeWith(member.store, {
        status: async () => ({ ...(await member.store.status()), revision }),
        watch(request) {
          const watch = new ScriptedWatch(request);
          scripted.push(watch);
          return watch;
        },
      }),
    }),
  });
}

beforeEach(() => start());
afterEach(() => etcd.close());

const open = (headers = {}): Stream => etcd.client().open(WatchService.methods.Watch, headers);

async function create(stream: Stream, request: Init<WatchCreateRequest>): Promise<ScriptedWatch> {
  stream.send({ createRequest: request });
  await stream.find(({ created }) => created);
  return scripted.at(-1)!;
}

const revisions = (response: WatchResponse | undefined): readonly number[] =>
  (response?.events ?? []).map(({ kv }) => kv?.modRevision ?? 0);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe('a watcher', () => {
  it('is created before its events, at the revision after which they come', async () => {
    const stream = open();
    stream.send({ createRequest: { key: bytes('a'), rangeEnd: bytes('b'), prevKv: true } });
    expect(await stream.next()).toMatchObject({ created: true, watchId: 0, header: { revision: 10 } });
    const [watch] = scripted;
    expect(watch?.request).toEqual({
      key: bytes('a'),
      end: bytes('b'),
      startRevision: 11,
      previousValues: true,
    });
    watch?.give(batch(12, putEvent('a', 11), putEvent('a', 12)));
    const response = await stream.next();
    expect(revisions(response)).toEqual([11, 12]);
    expect(response).toMatchObject({ watchId: 0, header: { revision: 12 } });
  });

  it.each([
    [[0], 'puts'],
    [[1], 'deletes'],
    [[1, 0], 'both'],
  ] as const)('leaves out what filters %j say', async (filters, without) => {
    const watch = await create(open(), { key: bytes('a'), filters, startRevision: 4 });
    expect(watch.request).toEqual({ key: bytes('a'), startRevision: 4, without });
  });

  it('of no key is of all keys from the first one on', async () => {
    const watch = await create(open(), { rangeEnd: Uint8Array.of(0) });
    expect(watch.request).toMatchObject({ key: Uint8Array.of(0), end: new Uint8Array(0) });
  });

  it('tells a delete as its key and revision', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a'), prevKv: true });
    const { item } = putEvent('a', 11);
    const gone = { ...item, value: bytes(''), createRevision: 0, version: 0 };
    watch.give(batch(11, { type: 'delete', item: gone, previous: item }));
    expect((await stream.next())?.events).toMatchObject([
      {
        type: 1,
        kv: { key: bytes('a'), modRevision: 11, createRevision: 0 },
        prevKv: { createRevision: 11 },
      },
    ]);
  });

  it('has the id that the client chose, or the next free one', async () => {
    const stream = open();
    const idOf = async (watchId?: number): Promise<number | undefined> => {
      stream.send({ createRequest: { key: bytes('a'), watchId } });
      return (await stream.next())?.watchId;
    };
    expect([await idOf(), await idOf(1), await idOf(-7), await idOf(), await idOf()]).toEqual([
      0, 1, -7, 2, 3,
    ]);
  });

  it.each([
    ['an id that is in use', { watchId: 5 }, 'mvcc: duplicate watch ID provided on the WatchStream'],
    ['a range that is empty', { key: bytes('b'), rangeEnd: bytes('a') }, 'mvcc: watcher range is empty'],
    ['an id beyond ours', { watchId: beyondInteger }, 'etcdserver: the watch ID is not between'],
  ])('with %s is not made, and the stream goes on', async (_name, request, reason) => {
    const stream = open();
    await create(stream, { key: bytes('a'), watchId: 5 });
    stream.send({ createRequest: { key: bytes('a'), ...request } });
    expect(await stream.next()).toMatchObject({
      created: true,
      canceled: true,
      watchId: -1,
      cancelReason: expect.stringContaining(reason) as string,
    });
    await create(stream, { key: bytes('a') });
  });

  it('ends when it is cancelled, and nothing comes after that', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a'), watchId: 5 });
    stream.send({ cancelRequest: { watchId: 99 } });
    stream.send({ cancelRequest: { watchId: 5 } });
    expect(await stream.next()).toMatchObject({ canceled: true, watchId: 5, cancelReason: '' });
    expect(watch.cancelled).toBe(true);
    watch.give(batch(11, putEvent('a', 11)));
    await create(stream, { key: bytes('a'), watchId: 5 });
  });

  it('whose start is compacted away is told from where it could start', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a'), startRevision: 2 });
    watch.give({ kind: 'end', reason: { kind: 'compacted', compactRevision: 7 } });
    expect(await stream.next()).toMatchObject({
      canceled: true,
      watchId: 0,
      compactRevision: 7,
      cancelReason: '',
    });
  });

  it('that the store finds too slow goes on from history, where it was', async () => {
    const stream = open();
    const first = await create(stream, { key: bytes('a') });
    first.give(batch(15, putEvent('a', 14)));
    first.give({ kind: 'end', reason: { kind: 'too-slow' } });
    expect(revisions(await stream.next())).toEqual([14]);
    await until(() => scripted.length === 2);
    expect(scripted[1]?.request).toEqual({ key: bytes('a'), startRevision: 16 });
    scripted[1]?.give(batch(16, putEvent('a', 16)));
    expect(revisions(await stream.next())).toEqual([16]);
  });

  it('goes on when the client has said all, and ends with the client', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a') });
    stream.finish();
    watch.give(batch(11, putEvent('a', 11)));
    expect(revisions(await stream.next())).toEqual([11]);
    stream.cancel();
    await until(() => watch.cancelled);
  });

  it('is given up with the store, and the client is told to go elsewhere', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a') });
    watch.give({ kind: 'end', reason: { kind: 'stopping' } });
    expect(await stream.next()).toBeUndefined();
    expect(await stream.status).toEqual({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: server stopped',
    });
  });

  it('sends a large revision in pieces where it may', async () => {
    await etcd.close();
    await start({ maxMessageBytes: 1000 });
    const stream = open();
    const watch = await create(stream, { key: bytes('a'), fragment: true });
    const events = Array.from({ length: 5 }, (_, index) => putEvent(`a${index}`, 11, 'v'.repeat(400)));
    watch.give(batch(11, ...events));
    const pieces = [await stream.next(), await stream.next(), await stream.next()];
    expect(pieces.map((piece) => [piece?.events.length, piece?.fragment, piece?.header?.revision])).toEqual([
      [2, true, 11],
      [2, true, 11],
      [1, false, 11],
    ]);
    const whole = await create(stream, { key: bytes('a'), watchId: 9 });
    whole.give(batch(11, ...events));
    expect((await stream.next())?.events).toHaveLength(5);
  });

  it('that nobody reads takes no more from the store than what may wait', async () => {
    const stream = open();
    const watch = await create(stream, { key: bytes('a') });
    stream.http.pause();
    const large = 'v'.repeat(100_000);
    for (let at = 11; at < 111; at += 1) watch.give(batch(at, putEvent('a', at, large)));
    // The server is not busy with it: another client is answered.
    for (let count = 0; count < 5; count += 1) {
      await etcd.client().call(KVService.methods.Range, { key: bytes('a') });
    }
    expect(watch.taken).toBeLessThan(10);
    stream.http.resume();
    for (let at = 11; at < 111; at += 1) expect(revisions(await stream.next())).toEqual([at]);
  });
});

describe('progress', () => {
  it('comes to who asked for it and heard nothing for a while', async () => {
    await etcd.close();
    await start({ progressNotifyMilliseconds: 0 });
    const stream = open();
    const told = await create(stream, { key: bytes('a'), progressNotify: true });
    const silent = await create(stream, { key: bytes('a') });
    silent.give(batch(11));
    told.give(batch(12));
    expect(await stream.next()).toMatchObject({ watchId: 0, events: [], header: { revision: 12 } });
  });

  it('of the stream is known at once where there is no watcher', async () => {
    const stream = open();
    stream.send({ progressRequest: {} });
    expect(await stream.next()).toMatchObject({ watchId: -1, header: { revision: 10 } });
  });

  it('of the stream is told once every watcher has come as far', async () => {
    const stream = open();
    const first = await create(stream, { key: bytes('a') });
    const second = await create(stream, { key: bytes('b'), startRevision: 3 });
    revision = 12;
    stream.send({ progressRequest: {} });
    await until(() => first.progressRequests > 0 && second.progressRequests > 0);
    first.give(batch(12));
    second.give(batch(9, putEvent('b', 9)));
    expect(revisions(await stream.next())).toEqual([9]);
    second.give(batch(12, putEvent('b', 11)));
    expect(revisions(await stream.next())).toEqual([11]);
    expect(await stream.next()).toMatchObject({ watchId: -1, header: { revision: 12 }, events: [] });
  });

  it('of the stream says nothing that another watcher is beyond already', async () => {
    const stream = open();
    const first = await create(stream, { key: bytes('a') });
    const second = await create(stream, { key: bytes('b') });
    first.give(batch(14, putEvent('a', 14)));
    expect(revisions(await stream.next())).toEqual([14]);
    stream.send({ progressRequest: {} });
    await until(() => second.progressRequests > 0);
    second.give(batch(12));
    // What comes meanwhile has to wait.
    first.give(batch(15, putEvent('a', 15)));
    second.give(batch(16, putEvent('b', 13), putEvent('b', 16)));
    const told = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    expect(told.slice(0, 2).map(revisions)).toEqual([[13], []]);
    expect(told[1]).toMatchObject({ watchId: -1, header: { revision: 14 } });
    expect(new Set(told.slice(2).flatMap(revisions))).toEqual(new Set([15, 16]));
  });

  it('of the stream does not wait for a watcher of the future', async () => {
    const stream = open();
    await create(stream, { key: bytes('a'), startRevision: 1000 });
    stream.send({ progressRequest: {} });
    expect(await stream.next()).toMatchObject({ watchId: -1, header: { revision: 10 } });
  });

  it('of the stream does not wait for a watcher that has ended', async () => {
    const stream = open();
    const first = await create(stream, { key: bytes('a') });
    await create(stream, { key: bytes('b'), watchId: 7 });
    revision = 12;
    stream.send({ progressRequest: {} });
    await until(() => first.progressRequests > 0);
    first.give(batch(12));
    stream.send({ cancelRequest: { watchId: 7 } });
    expect(await stream.find(({ watchId }) => watchId === -1)).toMatchObject({ header: { revision: 12 } });
  });
});

describe('a stream of watchers', () => {
  it('ends when the server does', async () => {
    const stream = open();
    await create(stream, { key: bytes('a') });
    const closed = etcd.server.close({ graceMilliseconds: 5_000 });
    expect(await stream.next()).toBeUndefined();
    expect(await stream.status).toEqual({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: server stopped',
    });
    await closed;
  });
});
