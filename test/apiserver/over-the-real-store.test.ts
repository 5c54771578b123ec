import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath, type JsonObject, stringAt } from '../../api/index.js';
import { openTestStore, type TestStore } from '../storage/support/single-member-store.js';
import { startTestServer, type TestServer } from './support/server.js';

let member: TestStore;
let server: TestServer;
beforeAll(async () => {
  member = await openTestStore();
  server = await startTestServer({ member });
});
afterAll(async () => {
  await server.close();
  await member.close();
});

const path = '/api/v1/namespaces/default/configmaps';

describe('the API server over the store that members have', () => {
  it('creates, reads, patches, lists in pages, watches and deletes', async () => {
    const first = await server.call('POST', path, { metadata: { name: 'a' }, data: { n: '1' } });
    expect(first.status).toBe(201);
    const start = stringAt(first.json(), 'metadata', 'resourceVersion');
    const watch = await server.watch(`${path}?watch=true&resourceVersion=${start}`);
    for (const name of ['b', 'c', 'd', 'e']) {
      expect((await server.call('POST', path, { metadata: { name } })).status).toBe(201);
    }
    const patched = await server.call(
      'PATCH',
      `${path}/a`,
      { data: { n: '2' } },
      'application/merge-patch+json',
    );
    expect(patched.json()).toMatchObject({ data: { n: '2' } });
    expect((await server.call('PUT', `${path}/a`, first.json())).status).toBe(409);
    expect((await server.call('DELETE', `${path}/b`)).status).toBe(200);
    const seen: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const event = await watch.next();
      seen.push(`${stringAt(event, 'type')} ${stringAt(event, 'object', 'metadata', 'name')}`);
    }
    expect(seen).toEqual(['ADDED b', 'ADDED c', 'ADDED d', 'ADDED e', 'MODIFIED a', 'DELETED b']);
    watch.close();

    const page = (await server.call('GET', `${path}?limit=2`)).json();
    expect((page['items'] as JsonObject[]).map((item) => getPath(item, 'metadata', 'name'))).toEqual([
      'a',
      'c',
    ]);
    expect(getPath(page, 'metadata', 'remainingItemCount')).toBe(2);
    const token = stringAt(page, 'metadata', 'continue');
    const rest = (await server.call('GET', `${path}?limit=2&continue=${token}`)).json();
    expect((rest['items'] as JsonObject[]).map((item) => getPath(item, 'metadata', 'name'))).toEqual([
      'd',
      'e',
    ]);
  });

  it('never loses an update of many that race for one object', async () => {
    await server.call('POST', path, { metadata: { name: 'race' }, data: {} });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        server.call(
          'PATCH',
          `${path}/race`,
          { data: { [`k${index}`]: 'x' } },
          'application/merge-patch+json',
        ),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 30 }, () => 200));
    const data = (await server.call('GET', `${path}/race`)).json()['data'] as JsonObject;
    expect(Object.keys(data)).toHaveLength(30);
  });

  it('answers 410 for a watch from a compacted revision', async () => {
    const created = (await server.call('POST', path, { metadata: { name: 'old' } })).json();
    const revision = Number(getPath(created, 'metadata', 'resourceVersion'));
    await server.call('POST', path, { metadata: { name: 'newer' } });
    await member.store.compact(revision + 1, { caller: 'test', timeoutMilliseconds: 5000 });
    const watch = await server.watch(`/api/v1/secrets?watch=true&resourceVersion=${revision - 1}`);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });
});
