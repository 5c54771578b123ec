import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, runLoad } from '../../../bench/api/load.js';
import { merged } from '../../../bench/lab/figures.js';
import { type ApiClient, createApiClient } from '../../../client/index.js';
import { silentLogger, systemClock } from '../../../platform/index.js';
import { type FakeServer, fakeServer } from '../../client/support/fake-server.js';

let server: FakeServer;
let clients: ApiClient[];
beforeEach(async () => {
  server = await fakeServer();
  clients = Array.from({ length: 3 }, () =>
    createApiClient({
      server: server.url,
      tls: { authority: server.certificates.authority },
      clock: systemClock(),
      logger: silentLogger,
      userAgent: 'bench',
    }),
  );
});
afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
});

function options(operation: LoadOptions['operation'], signal = new AbortController().signal): LoadOptions {
  return {
    operation,
    clients,
    namespace: 'n',
    seconds: 0.2,
    existing: { prefix: 'e', count: 2 },
    createPrefix: 'c',
    signal,
  };
}

describe('load', () => {
  it('gives every client a connection of its own and counts what succeeded', async () => {
    server.handler = (request) => request.json(200, {});
    const result = await runLoad(options('get'));
    expect(server.sessions.size).toBe(3);
    expect(result.requests).toBe(server.requests.length);
    expect(result.errors).toBe(0);
    expect(merged([result.histogram]).count).toBe(result.requests);
    expect(new Set(server.requests.map(({ url }) => url.pathname))).toEqual(
      new Set(['/api/v1/namespaces/n/configmaps/e-0', '/api/v1/namespaces/n/configmaps/e-1']),
    );
  });

  it('creates each name once and counts refusals as errors, not as speed', async () => {
    server.handler = (request) => request.json(request.body.includes('-7"') ? 409 : 201, {});
    const result = await runLoad(options('create'));
    const names = server.requests.map(
      ({ body }) => (JSON.parse(body) as { metadata: { name: string } }).metadata.name,
    );
    expect(new Set(names).size).toBe(names.length);
    expect(result.errors).toBe(1);
    expect(result.firstError).toBe('status 409');
  });

  it('ends at once when interrupted', async () => {
    const controller = new AbortController();
    server.handler = () => controller.abort();
    await expect(runLoad({ ...options('list', controller.signal), seconds: 3_600 })).rejects.toThrow();
  });
});
