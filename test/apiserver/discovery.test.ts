import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const aggregated = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const get = (path: string, accept?: string, more: Record<string, string> = {}) =>
  server.http2(path, { headers: { ...(accept === undefined ? {} : { accept }), ...more } });

describe('discovery', () => {
  it.each(['v2', 'v2beta1'])('is aggregated in %s with parameters that clients check', async (version) => {
    for (const path of ['/api', '/apis']) {
      const answer = await get(path, `${aggregated(version)},application/json`);
      expect(answer.headers['content-type']).toBe(aggregated(version));
      expect(answer.headers['vary']).toBe('Accept');
      expect(answer.headers['etag']).toMatch(/^"[0-9A-F]{128}"$/);
      expect(answer.json()).toMatchObject({
        kind: 'APIGroupDiscoveryList',
        apiVersion: `apidiscovery.k8s.io/${version}`,
      });
      const again = await get(path, aggregated(version), { 'if-none-match': String(answer.headers['etag']) });
      expect(again.status).toBe(304);
      expect(again.text).toBe('');
    }
  });

  it('prefers v2 as kubectl does and falls back to the older documents', async () => {
    const both = `${aggregated('v2')},${aggregated('v2beta1')},application/json`;
    expect((await get('/apis', both)).headers['content-type']).toBe(aggregated('v2'));
    expect((await get('/apis', 'application/json')).json()).toMatchObject({ kind: 'APIGroupList' });
    expect((await get('/api')).json()).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await get('/apis', aggregated('v9'))).status).toBe(406);
  });

  it('lists the resources of a group and version, subresources as rows of their own', async () => {
    const list = (await get('/apis/apps/v1')).json();
    const rows = list['resources'] as JsonObject[];
    expect(list).toMatchObject({ kind: 'APIResourceList', groupVersion: 'apps/v1' });
    expect(rows.find((row) => row['name'] === 'deployments')).toMatchObject({
      kind: 'Deployment',
      namespaced: true,
      shortNames: ['deploy'],
    });
    expect(rows.find((row) => row['name'] === 'deployments/scale')).toMatchObject({
      kind: 'Scale',
      group: 'autoscaling',
      singularName: '',
    });
    expect((await get('/apis/apps')).json()).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { version: 'v1' },
    });
    expect((await get('/api/v1')).json()).toMatchObject({ groupVersion: 'v1' });
    expect((await get('/apis/none')).status).toBe(404);
    expect((await get('/apis/apps/v9')).status).toBe(404);
  });
});

describe('OpenAPI', () => {
  it('v3 has an index whose addresses are immutable', async () => {
    const index = (await get('/openapi/v3')).json()['paths'] as Record<string, { serverRelativeURL: string }>;
    const url = index['apis/apps/v1']!.serverRelativeURL;
    const document = await get(url);
    expect(document.headers['cache-control']).toBe('public, immutable');
    expect(document.headers['expires']).toBeDefined();
    expect(document.text).toContain('io.k8s.api.apps.v1.Deployment');
    const wrong = await get('/openapi/v3/apis/apps/v1?hash=FFFF');
    expect(wrong.status).toBe(301);
    expect(wrong.headers['location']).toBe(url);
    expect((await get('/openapi/v3/apis/apps/v1')).status).toBe(200);
    expect((await get('/openapi/v3/apis/none/v1')).status).toBe(404);
    expect((await get(url, 'application/xml')).status).toBe(406);
  });

  it('v2 comes as JSON and as the protobuf that kubectl 1.27 needs', async () => {
    expect((await get('/openapi/v2')).json()).toMatchObject({ swagger: '2.0' });
    const protobuf = await get('/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf');
    expect(protobuf.status).toBe(200);
    // A `@` cannot be parsed as a media type by the client that asks for it.
    expect(protobuf.headers['content-type']).toBe(
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    );
    expect(protobuf.bytes.subarray(0, 5).toString('latin1')).toBe('\n\x032.0');
  });
});

describe('health and version', () => {
  it('says ok, and more when asked', async () => {
    for (const path of ['/livez', '/readyz', '/healthz', '/readyz/ping', '/readyz/etcd']) {
      const answer = await get(path);
      expect(answer).toMatchObject({ status: 200, text: 'ok' });
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-type']).toContain('text/plain');
    }
    const verbose = await get('/readyz?verbose');
    expect(verbose.text).toMatch(/^\[\+\]ping ok\n/);
    expect(verbose.text).toContain('[+]poststarthook/start-namespaces ok\n');
    expect(verbose.text).toMatch(/readyz check passed\n$/);
  });

  it('leaves out what is excluded and warns of what it does not know', async () => {
    server.admin.hasQuorum = false;
    expect((await get('/readyz')).status).toBe(500);
    expect((await get('/readyz/quorum')).status).toBe(500);
    const excluded = await get('/readyz?verbose&exclude=quorum&exclude=nothing');
    server.admin.hasQuorum = true;
    expect(excluded.status).toBe(200);
    expect(excluded.text).toContain('[+]quorum excluded: ok');
    expect(excluded.text).toContain('warn: some health checks cannot be excluded: no matches for "nothing"');
  });

  it('is Kubernetes 1.36 without a pre-release suffix', async () => {
    expect((await get('/version?timeout=32s')).json()).toMatchObject({ major: '1', minor: '36' });
    expect((await get('/version')).json()['gitVersion']).toMatch(/^v1\.36\.0\+kuorum\.\d+$/);
  });

  it('lists its paths', async () => {
    expect((await get('/')).json()['paths']).toEqual(
      expect.arrayContaining(['/api/v1', '/apis/apps/v1', '/livez/ping', '/openapi/v3']),
    );
  });

  it('shows the members as component statuses', async () => {
    const list = (await get('/api/v1/componentstatuses')).json();
    expect((list['items'] as JsonObject[]).map((item) => (item['metadata'] as JsonObject)['name'])).toEqual([
      'm1',
      'm2',
      'm3',
    ]);
    expect((await get('/api/v1/componentstatuses/m3')).json()).toMatchObject({
      conditions: [{ type: 'Healthy', status: 'False', error: 'silent for 3 s' }],
    });
    expect((await get('/api/v1/componentstatuses/m9')).status).toBe(404);
  });
});
