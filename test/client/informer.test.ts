import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient, createApiClient, createInformer, type Informer } from '../../client/index.js';
import { type Clock, seededRandom, silentLogger, systemClock } from '../../platform/index.js';
import { type FakeRequest, type FakeServer, fakeServer } from './support/fake-server.js';
import { until } from './support/until.js';

const resource = { group: '', version: 'v1', resource: 'configmaps' };
let server: FakeServer;
let client: ApiClient;
let informer: Informer;
let stop: AbortController;
let running: Promise<void>;
let changes: string[];
let items: { metadata: { namespace: string; name: string; resourceVersion: string } }[];
let listVersion: string;
let watches: FakeRequest[];

/** Retries at once, so that a test waits for what happens and not for a pause. */
function impatientClock(): Clock {
  const system = systemClock();
  return {
    ...system,
    setTimer: (milliseconds, callback) => system.setTimer(Math.min(milliseconds, 1), callback),
  };
}

function object(name: string, resourceVersion: string): (typeof items)[number] {
  return { metadata: { namespace: 'default', name, resourceVersion } };
}

function lists(): number {
  return server.requests.length - watches.length;
}

beforeEach(async () => {
  server = await fakeServer();
  client = createApiClient({
    server: server.url,
    tls: { authority: server.certificates.authority },
    clock: systemClock(),
    logger: silentLogger,
    userAgent: 'test/1',
  });
  changes = [];
  watches = [];
  items = [object('a', '1'), object('b', '2')];
  listVersion = '10';
  server.handler = (request) => {
    if (request.url.searchParams.get('watch') !== 'true') {
      request.json(200, { metadata: { resourceVersion: listVersion }, items });
      return;
    }
    watches.push(request);
    request.startWatch();
  };
  stop = new AbortController();
  informer = createInformer({
    client,
    resource,
    clock: impatientClock(),
    random: seededRandom(3),
    logger: silentLogger,
  });
  informer.onChange(({ type, key }) => changes.push(`${type} ${key}`));
  running = informer.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  client.close();
  await server.close();
});

describe('an informer', () => {
  it('knows what was listed before it says that it has synced', async () => {
    expect(informer.hasSynced()).toBe(false);
    await informer.waitForSync(stop.signal);
    expect(informer.hasSynced()).toBe(true);
    expect(informer.store.keys()).toEqual(['default/a', 'default/b']);
    expect(changes).toEqual(['added default/a', 'added default/b']);
  });

  it('follows events and tells a late handler what is known', async () => {
    await until('it watches', () => watches.length === 1);
    expect(watches[0]?.url.searchParams.get('resourceVersion')).toBe('10');
    watches[0]?.event('MODIFIED', object('a', '11'));
    watches[0]?.event('ADDED', object('c', '12'));
    watches[0]?.event('DELETED', object('b', '13'));
    await until('the events have come', () => changes.length === 5);
    expect(changes.slice(2)).toEqual(['updated default/a', 'added default/c', 'deleted default/b']);
    const late: string[] = [];
    informer.onChange(({ type, key }) => late.push(`${type} ${key}`));
    expect(late).toEqual(['added default/a', 'added default/c']);
  });

  it('resumes from the last version seen, bookmarks included, without listing again', async () => {
    await until('it watches', () => watches.length === 1);
    watches[0]?.event('BOOKMARK', { metadata: { resourceVersion: '50' } });
    watches[0]?.stream.end();
    await until('it watches again', () => watches.length === 2);
    expect(watches[1]?.url.searchParams.get('resourceVersion')).toBe('50');
    for (const session of server.sessions) session.destroy();
    await until('it watches over a new connection', () => watches.length === 3);
    expect(watches[2]?.url.searchParams.get('resourceVersion')).toBe('50');
    expect(lists()).toBe(1);
  });

  it('lists again after 410 and reports what went away unseen', async () => {
    await until('it watches', () => watches.length === 1);
    items = [object('a', '1'), object('d', '60')];
    listVersion = '70';
    watches[0]?.event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await until('it watches again', () => watches.length === 2);
    expect(watches[1]?.url.searchParams.get('resourceVersion')).toBe('70');
    expect(changes.slice(2)).toEqual(['deleted default/b', 'added default/d']);
    expect(lists()).toBe(2);
  });

  it('tries again when a list fails', async () => {
    await until('it watches', () => watches.length === 1);
    const good = server.handler;
    let failures = 0;
    server.handler = (request) => {
      failures += 1;
      request.json(503, { kind: 'Status', code: 503, reason: 'ServiceUnavailable' });
      if (failures === 3) server.handler = good;
    };
    watches[0]?.event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await until('it watches again', () => watches.length === 2);
    expect(failures).toBe(3);
  });
});
