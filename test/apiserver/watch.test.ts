import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeProtobufEnvelope, getPath, type JsonObject, stringAt } from '../../api/index.js';
import { startTestServer, type TestServer, type WatchClient } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ watchBookmarkMilliseconds: 50 });
});
afterAll(() => server.close());

let count = 0;
let namespace = '';
let path = '';
beforeEach(async () => {
  count += 1;
  namespace = `w${count}`;
  path = `/api/v1/namespaces/${namespace}/configmaps`;
  await server.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
});

const merge = 'application/merge-patch+json';
const now = (): number => server.store.revision();
const brief = (event: JsonObject | undefined): string =>
  `${stringAt(event, 'type')} ${stringAt(event, 'object', 'metadata', 'name')}`;
const create = (name: string, labels: Record<string, string> = {}) =>
  server.call('POST', path, { metadata: { name, labels }, data: { a: '1' } });

async function take(watch: WatchClient, events: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let index = 0; index < events; index += 1) seen.push(brief(await watch.next()));
  return seen;
}

describe('a watch', () => {
  for (const version of [1, 2] as const) {
    it(`shows every change after its revision in order (HTTP/${version})`, async () => {
      const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}`, { version });
      expect(watch.status).toBe(200);
      expect(watch.headers['content-type']).toBe('application/json');
      await create('a');
      await server.call('PATCH', `${path}/a`, { data: { b: '2' } }, merge);
      await create('b');
      await server.call('DELETE', `${path}/a`);
      expect(await take(watch, 4)).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
      watch.close();
    });
  }

  it("carries each event's own resourceVersion, the deletion's too", async () => {
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}`);
    await create('a');
    await server.call('DELETE', `${path}/a`);
    const added = await watch.next();
    const deleted = await watch.next();
    expect(Number(getPath(added, 'object', 'metadata', 'resourceVersion'))).toBe(now() - 1);
    expect(Number(getPath(deleted, 'object', 'metadata', 'resourceVersion'))).toBe(now());
    expect(getPath(deleted, 'object', 'data', 'a')).toBe('1');
    watch.close();
  });

  it('without a revision begins with the state', async () => {
    await create('a');
    await create('b');
    for (const query of ['', '&resourceVersion=0']) {
      const watch = await server.watch(`${path}?watch=true${query}`);
      expect(await take(watch, 2)).toEqual(['ADDED a', 'ADDED b']);
      watch.close();
    }
  });

  it('resumes from any revision, also one that the feed has not seen', async () => {
    const start = now();
    await create('a');
    const between = now();
    await create('b');
    const late = await server.watch(`${path}?watch=true&resourceVersion=${between}`);
    expect(await take(late, 1)).toEqual(['ADDED b']);
    const early = await server.watch(`${path}?watch=true&resourceVersion=${start}`);
    expect(await take(early, 2)).toEqual(['ADDED a', 'ADDED b']);
    await create('c');
    expect(await take(late, 1)).toEqual(['ADDED c']);
    expect(await take(early, 1)).toEqual(['ADDED c']);
    late.close();
    early.close();
  });

  it('shows objects come and go as they begin and cease to match the selector', async () => {
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}&labelSelector=on%3Dyes`);
    await create('a', { on: 'no' });
    await server.call('PATCH', `${path}/a`, { metadata: { labels: { on: 'yes' } } }, merge);
    await server.call('PATCH', `${path}/a`, { data: { b: '2' } }, merge);
    await server.call('PATCH', `${path}/a`, { metadata: { labels: { on: 'no' } } }, merge);
    const left = now();
    await server.call('DELETE', `${path}/a`);
    await create('b', { on: 'yes' });
    expect(await take(watch, 2)).toEqual(['ADDED a', 'MODIFIED a']);
    const deleted = await watch.next();
    expect(brief(deleted)).toBe('DELETED a');
    expect(getPath(deleted, 'object', 'metadata', 'labels', 'on')).toBe('yes');
    expect(getPath(deleted, 'object', 'metadata', 'resourceVersion')).toBe(String(left));
    expect(await take(watch, 1)).toEqual(['ADDED b']);
    watch.close();
  });

  it('on one name sees that object only', async () => {
    const byPath = await server.watch(`${path}/b?watch=true&resourceVersion=${now()}`);
    const bySelector = await server.watch(
      `${path}?watch=true&resourceVersion=${now()}&fieldSelector=metadata.name%3Db`,
    );
    await create('a');
    await create('b');
    expect(await take(byPath, 1)).toEqual(['ADDED b']);
    expect(await take(bySelector, 1)).toEqual(['ADDED b']);
    byPath.close();
    bySelector.close();
  });

  it('with sendInitialEvents ends the state with an annotated bookmark', async () => {
    await create('a');
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await server.watch(`${path}?${query}&resourceVersion=`);
    expect(brief(await watch.next())).toBe('ADDED a');
    const bookmark = await watch.next();
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(now()), annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
    await create('b');
    let next = await watch.next();
    while (next?.['type'] === 'BOOKMARK') next = await watch.next();
    expect(brief(next)).toBe('ADDED b');
    watch.close();
  });

  it('sends bookmarks to those who want them, with the revision reached', async () => {
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}&allowWatchBookmarks=true`);
    await server.call('POST', '/api/v1/namespaces/default/configmaps', {
      metadata: { generateName: 'other-' },
    });
    const written = now();
    let bookmark = await watch.next();
    while (Number(getPath(bookmark, 'object', 'metadata', 'resourceVersion')) < written)
      bookmark = await watch.next();
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1' } });
    watch.close();
  });

  it('ends by itself after timeoutSeconds', async () => {
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}&timeoutSeconds=1`);
    expect(await watch.next()).toBeUndefined();
  });

  it('sends Tables with the headers in the first only', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}`, { headers: { accept } });
    await create('a');
    await create('b');
    const first = await watch.next();
    const second = await watch.next();
    expect(first).toMatchObject({ type: 'ADDED', object: { kind: 'Table' } });
    expect(getPath(first, 'object', 'columnDefinitions')).toHaveLength(3);
    expect(getPath(second, 'object', 'columnDefinitions') ?? []).toHaveLength(0);
    watch.close();
  });

  it('frames protobuf with a length, without an envelope of its own', async () => {
    const accept = 'application/vnd.kubernetes.protobuf';
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${now()}`, { headers: { accept } });
    expect(watch.headers['content-type']).toBe('application/vnd.kubernetes.protobuf;stream=watch');
    await create('a');
    const length = (await watch.waitForBytes(4)).readUInt32BE(0);
    const frame = (await watch.waitForBytes(4 + length)).subarray(4, 4 + length);
    expect(frame.subarray(0, 7).toString('latin1')).toBe('\n\x05ADDED');
    const start = frame.indexOf('k8s\0');
    expect(decodeProtobufEnvelope(frame.subarray(start))).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
    watch.close();
  });

  it('reaches many watchers in every form from one feed', async () => {
    const watches = await Promise.all(
      Array.from({ length: 30 }, () => server.watch(`${path}?watch=true&resourceVersion=${now()}`)),
    );
    await create('a');
    for (const watch of watches) expect(await take(watch, 1)).toEqual(['ADDED a']);
    for (const watch of watches) watch.close();
  });
});

describe('a watch that cannot go on', () => {
  it('from a compacted revision gets 200, an ERROR event 410, and the end', async () => {
    const old = now();
    await create('a');
    await create('b');
    server.store.compactNow(now());
    const watch = await server.watch(
      `/api/v1/namespaces/${namespace}/secrets?watch=true&resourceVersion=${old}`,
    );
    expect(watch.status).toBe(200);
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: `too old resource version: ${old} (${now()})`,
      },
    });
    expect(await watch.next()).toBeUndefined();
  });

  it('ends when the server closes', async () => {
    const closing = await startTestServer();
    const watch = await closing.watch(
      `/api/v1/configmaps?watch=true&resourceVersion=${closing.store.revision()}`,
    );
    const ended = watch.next();
    await closing.close();
    expect(await ended).toBeUndefined();
  });

  it('is broken off when its client does not read', async () => {
    const bounded = await startTestServer({ limits: { maxWatchBufferBytes: 64 * 1024 } });
    const stalled = await bounded.watch('/api/v1/namespaces/default/configmaps?watch=true', {
      version: 1,
      stalled: true,
    });
    for (let index = 0; index < 40; index += 1) {
      await bounded.call('POST', '/api/v1/namespaces/default/configmaps', {
        metadata: { name: `big${index}` },
        data: { a: 'x'.repeat(500_000) },
      });
    }
    await expect(stalled.brokenOff()).resolves.toBe(true);
    await bounded.close();
  });
});
