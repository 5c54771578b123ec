import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ApiClient,
  ApiConnectionError,
  ApiStatusError,
  createApiClient,
  type WatchEvent,
} from '../../client/index.js';
import { silentLogger, systemClock } from '../../platform/index.js';
import { type FakeServer, fakeServer } from './support/fake-server.js';
import { until } from './support/until.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };
let server: FakeServer;
let client: ApiClient;

beforeEach(async () => {
  server = await fakeServer();
  client = createApiClient({
    server: server.url,
    tls: { authority: server.certificates.authority },
    clock: systemClock(),
    logger: silentLogger,
    userAgent: 'test/1',
    maxResponseBytes: 10_000,
  });
});
afterEach(async () => {
  client.close();
  await server.close();
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('should have failed'),
    (error: unknown) => error,
  );
}

describe('a server that dies while it is being connected to', () => {
  it('is told like one that is not there, whenever that happens', async () => {
    const { certificate: cert, key } = server.certificates;
    const dying = createTlsServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => {});
      socket.destroy();
    });
    dying.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => {
      dying.listen(0, '127.0.0.1', resolve);
    });
    const { port } = dying.address() as AddressInfo;
    try {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const unlucky = createApiClient({
          server: `https://127.0.0.1:${port}`,
          tls: { authority: server.certificates.authority },
          clock: systemClock(),
          logger: silentLogger,
          userAgent: 'test/1',
        });
        expect(await failure(unlucky.get(configMaps, 'a'))).toBeInstanceOf(ApiConnectionError);
        unlucky.close();
      }
    } finally {
      dying.close();
    }
  });
});

describe('requests', () => {
  it('share one connection and carry the user agent', async () => {
    server.handler = (request) => request.json(200, { metadata: { name: request.url.pathname } });
    await Promise.all(['a', 'b', 'c'].map((name) => client.get(configMaps, name)));
    expect(server.sessions.size).toBe(1);
    expect(server.requests.map(({ url }) => url.pathname).toSorted()).toEqual([
      '/api/v1/namespaces/default/configmaps/a',
      '/api/v1/namespaces/default/configmaps/b',
      '/api/v1/namespaces/default/configmaps/c',
    ]);
    expect(server.requests[0]?.headers['user-agent']).toBe('test/1');
  });

  it('keep 64-bit integers exact both ways', async () => {
    server.handler = (request) => {
      request.stream.respond({ ':status': 200 });
      request.stream.end(request.body);
    };
    const sent = { metadata: { name: 'a' }, value: 9_223_372_036_854_775_807n };
    expect((await client.update(configMaps, sent))['value']).toBe(9_223_372_036_854_775_807n);
    expect(server.requests[0]?.body).toContain('9223372036854775807');
  });

  it('ask the server to give up in time when they are to, except for watches', async () => {
    const hasty = createApiClient({
      server: server.url,
      tls: { authority: server.certificates.authority },
      clock: systemClock(),
      logger: silentLogger,
      userAgent: 'test/1',
      serverTimeoutMilliseconds: 2_500,
    });
    server.handler = (request) => request.json(200, {});
    await hasty.get(configMaps, 'a', { resourceVersion: '0' });
    await hasty.update(configMaps, { metadata: { name: 'a' } });
    await hasty.raw({ method: 'GET', path: '/readyz?verbose' });
    (await hasty.watch(configMaps)).cancel();
    hasty.close();
    expect(server.requests.map(({ url }) => url.searchParams.get('timeout'))).toEqual([
      '2500ms',
      '2500ms',
      null,
      null,
    ]);
  });

  it('name the resource, the verb and the options as the server expects', async () => {
    server.handler = (request) => request.json(200, {});
    const deployments = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'a b' };
    await client.patch(
      deployments,
      'web',
      { type: 'merge', body: { spec: {} } },
      { subresource: 'scale', dryRun: true },
    );
    await client.delete(deployments, 'web', { preconditions: { uid: 'u' }, gracePeriodSeconds: 0 });
    await client.deleteCollection(deployments, { labelSelector: 'a=b' });
    const [patched, deleted, collection] = server.requests;
    expect(patched?.method).toBe('PATCH');
    expect(patched?.url.pathname).toBe('/apis/apps/v1/namespaces/a%20b/deployments/web/scale');
    expect(patched?.url.search).toBe('?dryRun=All');
    expect(patched?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(deleted!.body)).toMatchObject({ preconditions: { uid: 'u' }, gracePeriodSeconds: 0 });
    expect(collection?.url.search).toBe('?labelSelector=a%3Db');
  });

  it('refuse a name that would change the path', () => {
    expect(() => client.get(configMaps, '..')).toThrow(RangeError);
    expect(() => client.get(configMaps, '')).toThrow(RangeError);
  });

  it('fail with the Status that the server sent', async () => {
    server.handler = (request) =>
      request.json(
        409,
        { kind: 'Status', reason: 'Conflict', message: 'changed', code: 409 },
        { 'retry-after': '3' },
      );
    const error = await failure(client.get(configMaps, 'a'));
    expect(error).toBeInstanceOf(ApiStatusError);
    expect(error).toMatchObject({ code: 409, reason: 'Conflict', message: 'changed', retryAfterSeconds: 3 });
  });

  it('fail with the text of an answer that is no Status', async () => {
    server.handler = (request) => {
      request.stream.respond({ ':status': 404 });
      request.stream.end('404 page not found');
    };
    expect(await failure(client.getDocument('/nothing'))).toMatchObject({
      code: 404,
      message: '404 page not found',
    });
  });

  it('fail as invalid-response when the answer is too large or not JSON', async () => {
    server.handler = (request) => {
      request.stream.respond({ ':status': 200 });
      request.stream.end(request.url.pathname.endsWith('big') ? 'x'.repeat(20_000) : '<html>');
    };
    expect(await failure(client.get(configMaps, 'big'))).toMatchObject({ failure: 'invalid-response' });
    expect(await failure(client.get(configMaps, 'html'))).toMatchObject({ failure: 'invalid-response' });
  });

  it('time out as unknown, and the connection stays good for others', async () => {
    server.handler = (request) => {
      if (request.url.pathname.endsWith('/good')) request.json(200, {});
    };
    expect(await failure(client.get(configMaps, 'slow', { timeoutMilliseconds: 20 }))).toMatchObject({
      failure: 'unknown',
    });
    await client.get(configMaps, 'good');
    expect(server.sessions.size).toBe(1);
  });

  it('fail as unknown when the connection breaks in the middle of the answer', async () => {
    server.handler = (request) => {
      request.stream.respond({ ':status': 200 });
      request.stream.write('{"metadata":');
    };
    const pending = failure(client.get(configMaps, 'a'));
    await until('the request has arrived', () => server.requests.length === 1);
    for (const session of server.sessions) session.destroy();
    expect(await pending).toMatchObject({ failure: 'unknown' });
  });

  it('end as cancelled by their signal', async () => {
    server.handler = () => {};
    const controller = new AbortController();
    const pending = failure(client.get(configMaps, 'a', { signal: controller.signal }));
    await until('the request has arrived', () => server.requests.length === 1);
    controller.abort();
    expect(await pending).toMatchObject({ failure: 'cancelled' });
  });

  it('fail as unknown when the connection breaks under them, and the next one connects again', async () => {
    server.handler = () => {};
    const pending = failure(client.create(configMaps, { metadata: { name: 'a' } }));
    await until('the request has arrived', () => server.requests.length === 1);
    for (const session of server.sessions) session.destroy();
    expect(await pending).toMatchObject({ failure: 'unknown' });
    server.handler = (request) => request.json(200, {});
    await client.get(configMaps, 'a');
  });

  it('go to a new connection after GOAWAY while the old one finishes its work', async () => {
    let held: (() => void) | undefined;
    server.handler = (request) => {
      held = () => request.json(200, { metadata: { name: 'held' } });
    };
    const pending = client.get(configMaps, 'held');
    await until('the request has arrived', () => held !== undefined);
    const [old] = [...server.sessions];
    old?.goaway();
    server.handler = (request) => request.json(200, {});
    await until('the client has seen GOAWAY and uses a second connection', () => {
      client.get(configMaps, 'probe').catch(() => {});
      return server.sessions.size === 2;
    });
    held?.();
    expect(await pending).toMatchObject({ metadata: { name: 'held' } });
  });

  it('fail as not-sent when nothing listens or the certificate is not trusted', async () => {
    const strangers = createApiClient({
      server: server.url,
      tls: { authority: (await fakeServerCertificates()).authority },
      clock: systemClock(),
      logger: silentLogger,
      userAgent: 'test/1',
    });
    expect(await failure(strangers.get(configMaps, 'a'))).toMatchObject({ failure: 'not-sent' });
    expect(server.requests).toHaveLength(0);
    client.close();
    expect(await failure(client.get(configMaps, 'a'))).toBeInstanceOf(ApiConnectionError);
  });
});

async function fakeServerCertificates(): Promise<FakeServer['certificates']> {
  const { testCertificates } = await import('./support/certificates.js');
  return testCertificates();
}

describe('lists', () => {
  it('follow the continue tokens and report the first page’s version', async () => {
    server.handler = (request) => {
      const token = request.url.searchParams.get('continue');
      if (token === null)
        request.json(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: [{ n: 1 }] });
      else request.json(200, { metadata: { resourceVersion: '7' }, items: [{ n: 2 }] });
    };
    const list = await client.listAll(configMaps, { limit: 1 });
    expect(list.items.map((item) => item['n'])).toEqual([1, 2]);
    expect(list.resourceVersion).toBe('7');
  });

  it('start over without pages when a token has expired', async () => {
    server.handler = (request) => {
      const query = request.url.searchParams;
      if (query.get('continue') !== null) request.json(410, { kind: 'Status', reason: 'Expired', code: 410 });
      else if (query.get('limit') !== null) {
        request.json(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: [{ n: 1 }] });
      } else request.json(200, { metadata: { resourceVersion: '9' }, items: [{ n: 1 }, { n: 2 }, { n: 3 }] });
    };
    expect(await client.listAll(configMaps)).toMatchObject({
      resourceVersion: '9',
      items: [{ n: 1 }, { n: 2 }, { n: 3 }],
    });
  });

  it('fail when the answer is not a list', async () => {
    server.handler = (request) => request.json(200, { items: 'no' });
    expect(await failure(client.list(configMaps))).toMatchObject({ failure: 'invalid-response' });
  });
});

describe('watches', () => {
  it('yield events and remember where to resume', async () => {
    server.handler = (request) => {
      request.startWatch();
      request.event('ADDED', { metadata: { name: 'a', resourceVersion: '11' } });
      const bookmark = JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '15' } } });
      // An event may come in pieces.
      request.stream.write(bookmark.slice(0, 20));
      request.stream.end(`${bookmark.slice(20)}\n`);
    };
    const watch = await client.watch(configMaps, { resourceVersion: '10' });
    expect(watch.resourceVersion).toBe('10');
    const seen: WatchEvent['type'][] = [];
    for await (const event of watch) seen.push(event.type);
    expect(seen).toEqual(['ADDED', 'BOOKMARK']);
    expect(watch.resourceVersion).toBe('15');
    const query = server.requests[0]!.url.searchParams;
    expect(query.get('watch')).toBe('true');
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(query.get('resourceVersion')).toBe('10');
  });

  it('throw the Status of an ERROR event', async () => {
    server.handler = (request) => {
      request.startWatch();
      request.event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    };
    const watch = await client.watch(configMaps, { resourceVersion: '1' });
    expect(await failure(watch[Symbol.asyncIterator]().next())).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
  });

  it('throw when the connection breaks, and end quietly when cancelled', async () => {
    server.handler = (request) => request.startWatch();
    const broken = await client.watch(configMaps);
    const pending = failure(broken[Symbol.asyncIterator]().next());
    for (const session of server.sessions) session.destroy();
    expect(await pending).toBeInstanceOf(ApiConnectionError);
    const cancelled = await client.watch(configMaps);
    const next = cancelled[Symbol.asyncIterator]().next();
    cancelled.cancel();
    expect(await next).toMatchObject({ done: true });
  });

  it('outlive the request timeout once accepted', async () => {
    server.handler = (request) => {
      if (request.url.searchParams.get('watch') === 'true') request.startWatch();
    };
    const watch = await client.watch(configMaps, { timeoutMilliseconds: 500 });
    // A second request whose own, later, timeout proves that the first one's time has passed.
    await failure(client.get(configMaps, 'slow', { timeoutMilliseconds: 600 }));
    server.requests[0]?.event('ADDED', { metadata: { resourceVersion: '2' } });
    expect(await watch[Symbol.asyncIterator]().next()).toMatchObject({ value: { type: 'ADDED' } });
    watch.cancel();
  });
});
