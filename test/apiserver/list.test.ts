import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, stringAt } from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const namespace of ['one', 'two']) {
    await server.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    for (let index = 0; index < 5; index += 1) {
      await server.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { name: `c${index}`, labels: { parity: index % 2 === 0 ? 'even' : 'odd' } },
        data: { index: String(index) },
      });
    }
  }
});
afterAll(() => server.close());

const all = '/api/v1/configmaps';
const one = '/api/v1/namespaces/one/configmaps';
const itemsOf = (list: JsonObject): readonly JsonObject[] => list['items'] as JsonObject[];
const names = (list: JsonObject): readonly string[] =>
  itemsOf(list).map((item) => {
    const metadata = item['metadata'] as JsonObject;
    return `${stringAt(metadata, 'namespace')}/${stringAt(metadata, 'name')}`;
  });
const metadataOf = (list: JsonObject): JsonObject => list['metadata'] as JsonObject;
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

describe('a list', () => {
  it('has every object in the order of namespace and name, at one revision', async () => {
    const list = (await server.call('GET', all)).json();
    expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(names(list)).toEqual(
      ['one', 'two'].flatMap((ns) => [0, 1, 2, 3, 4].map((index) => `${ns}/c${index}`)),
    );
    expect(metadataOf(list)['resourceVersion']).toBe(String(server.store.revision()));
    expect(itemsOf(list)[0]).not.toHaveProperty('kind');
  });

  it("comes in pages that show the first page's revision and count what remains", async () => {
    const first = (await server.call('GET', `${all}?limit=4`)).json();
    expect(itemsOf(first)).toHaveLength(4);
    expect(metadataOf(first)['remainingItemCount']).toBe(6);
    await server.call('POST', one, { metadata: { name: 'c3a' } });
    const token = encodeURIComponent(stringAt(metadataOf(first), 'continue'));
    const second = (await server.call('GET', `${all}?limit=100&continue=${token}`)).json();
    expect(names(second)[0]).toBe('one/c4');
    expect(names(second)).not.toContain('one/c3a');
    expect(metadataOf(second)['resourceVersion']).toBe(metadataOf(first)['resourceVersion']);
    expect(metadataOf(second)).not.toHaveProperty('continue');
    await server.call('DELETE', `${one}/c3a`);
  });

  it('is whole whatever the size of the pages', async () => {
    for (const limit of [1, 2, 3, 9, 10, 11]) {
      const seen: string[] = [];
      let token = '';
      do {
        const page = (
          await server.call('GET', `${all}?limit=${limit}&continue=${encodeURIComponent(token)}`)
        ).json();
        seen.push(...names(page));
        token = stringAt(metadataOf(page), 'continue');
      } while (token !== '');
      expect(seen).toHaveLength(10);
      expect(new Set(seen).size).toBe(10);
    }
  });

  it('fills its pages with what the selector matches and does not guess the rest', async () => {
    const page = (await server.call('GET', `${all}?limit=2&labelSelector=parity%3Dodd`)).json();
    expect(names(page)).toEqual(['one/c1', 'one/c3']);
    expect(metadataOf(page)).not.toHaveProperty('remainingItemCount');
    const token = encodeURIComponent(stringAt(metadataOf(page), 'continue'));
    const next = (
      await server.call('GET', `${all}?limit=2&labelSelector=parity%3Dodd&continue=${token}`)
    ).json();
    expect(names(next)).toEqual(['two/c1', 'two/c3']);
  });

  it('selects by name and namespace', async () => {
    expect(names((await server.call('GET', `${all}?fieldSelector=metadata.name%3Dc1`)).json())).toEqual([
      'one/c1',
      'two/c1',
    ]);
    const selector = encodeURIComponent('metadata.name=c1,metadata.namespace=two');
    expect(names((await server.call('GET', `${all}?fieldSelector=${selector}`)).json())).toEqual(['two/c1']);
    expect(
      names(
        (await server.call('GET', `${one}?labelSelector=${encodeURIComponent('parity notin (odd)')}`)).json(),
      ),
    ).toEqual(['one/c0', 'one/c2', 'one/c4']);
  });

  it('at resourceVersion 0 ignores the limit', async () => {
    expect(itemsOf((await server.call('GET', `${all}?limit=2&resourceVersion=0`)).json())).toHaveLength(10);
  });

  it('at an exact revision shows that revision', async () => {
    const revision = server.store.revision();
    await server.call('POST', one, { metadata: { name: 'late' } });
    const query = `resourceVersion=${revision}&resourceVersionMatch=Exact`;
    const list = (await server.call('GET', `${one}?${query}`)).json();
    expect(names(list)).not.toContain('one/late');
    expect(metadataOf(list)['resourceVersion']).toBe(String(revision));
    const newer = (
      await server.call('GET', `${one}?resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`)
    ).json();
    expect(names(newer)).toContain('one/late');
    await server.call('DELETE', `${one}/late`);
  });

  it('of a revision that nobody has written yet is 504 ResourceVersionTooLarge', async () => {
    const answer = await server.call('GET', `${one}?resourceVersion=${server.store.revision() + 1000}`);
    expect(answer.json()).toMatchObject({
      code: 504,
      reason: 'Timeout',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
    });
  });

  it('whose revision is gone is 410 with a token for an inconsistent continuation', async () => {
    const first = (await server.call('GET', `${one}?limit=2`)).json();
    await server.call('POST', one, { metadata: { name: 'after' } });
    server.store.compactNow(server.store.revision());
    const expired = await server.call(
      'GET',
      `${one}?limit=2&continue=${stringAt(metadataOf(first), 'continue')}`,
    );
    expect(expired.json()).toMatchObject({ code: 410, reason: 'Expired' });
    const token = stringAt(metadataOf(expired.json()), 'continue');
    const rest = (await server.call('GET', `${one}?continue=${token}`)).json();
    expect(names(rest)).toEqual(
      ['one/after', 'one/c0', 'one/c1', 'one/c2', 'one/c3', 'one/c4'].filter((name) => name > 'one/c1'),
    );
    await server.call('DELETE', `${one}/after`);
  });

  it("comes as a Table with the contract's columns", async () => {
    const answer = (await server.http2(one, { headers: table })).json();
    expect(answer).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect((answer['columnDefinitions'] as JsonObject[]).map((column) => column['name'])).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    const rows = answer['rows'] as JsonObject[];
    expect((rows[0]!['cells'] as unknown[]).slice(0, 2)).toEqual(['c0', 1]);
    expect(rows[0]!['object']).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'c0' } });
    const whole = (await server.http2(`${one}?includeObject=Object`, { headers: table })).json();
    expect((whole['rows'] as JsonObject[])[0]!['object']).toMatchObject({ data: { index: '0' } });
    const none = (await server.http2(`${one}?includeObject=None`, { headers: table })).json();
    expect((none['rows'] as JsonObject[])[0]).not.toHaveProperty('object');
    expect((await server.http2(`${one}?includeObject=Half`, { headers: table })).status).toBe(400);
  });

  it('comes as metadata only', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const answer = (await server.http2(one, { headers: { accept } })).json();
    expect(answer).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    expect(itemsOf(answer)[0]).not.toHaveProperty('data');
  });

  it('that is long comes whole over both HTTP versions', async () => {
    const many = '/api/v1/namespaces/two/secrets';
    for (let index = 0; index < 40; index += 1) {
      await server.call('POST', many, {
        metadata: { name: `s${index}` },
        stringData: { a: 'x'.repeat(20_000) },
      });
    }
    for (const version of ['http1', 'http2'] as const) {
      expect(itemsOf((await server[version](many)).json())).toHaveLength(40);
    }
  });
});
