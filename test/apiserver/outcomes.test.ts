import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(() => {
  server.store.failWrites = undefined;
  server.store.failReads = undefined;
  server.admin.hasQuorum = true;
  server.admin.failure = undefined;
});
afterAll(() => server.close());

const path = '/api/v1/namespaces/default/configmaps';

describe('how a write ends', () => {
  it('unknown is 504 Timeout and carries nothing that makes a client send it again', async () => {
    server.store.failWrites = { kind: 'unknown', message: 'deadline passed' };
    const answer = await server.call('POST', path, { metadata: { name: 'a' } });
    expect(answer.status).toBe(504);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(answer.json()).toMatchObject({ reason: 'Timeout', code: 504 });
    expect(answer.text).not.toContain('retryAfterSeconds');
  });

  it.each([
    ['no-leader', 503],
    ['stopping', 503],
    ['overloaded', 429],
  ] as const)('refused for %s is %i with Retry-After', async (reason, code) => {
    server.store.failWrites = { kind: 'refused', refusal: { reason, message: 'because' } };
    const answer = await server.call('POST', path, { metadata: { name: 'a' } });
    expect(answer.status).toBe(code);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toMatchObject({ details: { retryAfterSeconds: 1 } });
  });

  it('too large for the store is 413', async () => {
    server.store.failWrites = {
      kind: 'refused',
      refusal: { reason: 'too-large', message: 'limit is 3 MiB' },
    };
    expect((await server.call('POST', path, { metadata: { name: 'a' } })).status).toBe(413);
  });

  it('an object that keeps changing is read again until the write fits', async () => {
    await server.call('POST', path, { metadata: { name: 'busy' }, data: { n: '0' } });
    let interferences = 0;
    server.store.beforeTxn = () => {
      if (interferences >= 3) return;
      interferences += 1;
      server.store.putRaw(
        '/registry/configmaps/default/busy',
        `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"busy","namespace":"default","uid":"u"},"data":{"n":"${interferences}"}}`,
      );
    };
    const answer = await server.call(
      'PATCH',
      `${path}/busy`,
      { data: { mine: 'x' } },
      'application/merge-patch+json',
    );
    server.store.beforeTxn = undefined;
    expect(answer.status).toBe(200);
    expect(answer.json()['data']).toEqual({ n: '3', mine: 'x' });
  });
});

describe('a member without quorum', () => {
  it('refuses linearizable reads, serves resourceVersion=0 and turns /readyz red', async () => {
    await server.call('POST', path, { metadata: { name: 'q' } });
    server.store.failReads = { reason: 'no-leader', message: 'no leader is known' };
    server.admin.hasQuorum = false;
    const read = await server.call('GET', `${path}/q`);
    expect(read.status).toBe(503);
    expect(read.headers['retry-after']).toBe('1');
    expect((await server.call('GET', `${path}/q?resourceVersion=0`)).status).toBe(200);
    expect((await server.call('GET', `${path}?resourceVersion=0`)).status).toBe(200);
    const ready = await server.http1('/readyz');
    expect(ready.status).toBe(500);
    expect(ready.text).toContain('[-]quorum failed: reason withheld');
    expect(ready.text).toContain('readyz check failed');
    expect((await server.http1('/livez')).status).toBe(200);
  });

  it('does not say that a namespace is missing on the word of a stale view', async () => {
    server.store.failReads = { reason: 'no-leader', message: 'no leader is known' };
    const answer = await server.call('POST', '/api/v1/namespaces/unheard/configmaps', {
      metadata: { name: 'a' },
    });
    expect(answer.status).toBe(503);
  });

  it('turns red when its storage failed', async () => {
    server.admin.failure = 'disk failed';
    expect((await server.http1('/readyz')).status).toBe(500);
    expect((await server.http1('/livez')).status).toBe(500);
  });
});
