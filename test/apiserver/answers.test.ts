/** What the server says of what it was asked to do, in the points where kinds differ. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath, type JsonObject } from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';
const container = (name: string): object => ({ name, image: 'i' });

describe('a dry run', () => {
  it('shows no resourceVersion of an object that never was', async () => {
    for (const accept of ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']) {
      const answer = await server.http2(`${core}/configmaps?dryRun=All`, {
        method: 'POST',
        body: '{"metadata":{"name":"dry"}}',
        headers: { accept, 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(201);
      expect(answer.text).not.toContain('resourceVersion');
    }
    expect((await server.call('GET', `${core}/configmaps/dry`)).status).toBe(404);
  });

  it('shows the version of the object that it would change', async () => {
    const created = (await server.call('POST', `${core}/configmaps`, { metadata: { name: 'was' } })).json();
    const tried = await server.call(
      'PATCH',
      `${core}/configmaps/was?dryRun=All`,
      { data: { a: '1' } },
      merge,
    );
    const version = (object: JsonObject) => getPath(object, 'metadata', 'resourceVersion');
    expect(version(tried.json())).toBe(version(created));
  });
});

describe('a certificate signing request', () => {
  it('says who asked, whatever the client says', async () => {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const created = await server.call('POST', path, {
      metadata: { name: 'r' },
      spec: {
        request: 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
        signerName: 'example.com/signer',
        usages: ['client auth'],
        username: 'somebody',
        uid: 'u',
        groups: ['system:nodes'],
        extra: { scopes: ['all'] },
      },
    });
    expect(created.status, created.text).toBe(201);
    const spec = getPath(created.json(), 'spec') as JsonObject;
    expect(spec).toMatchObject({
      username: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining(['uid']));
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining(['extra']));
    await server.call('PATCH', `${path}/r`, { spec: { username: 'somebody' } }, merge);
    expect(getPath((await server.call('GET', `${path}/r`)).json(), 'spec', 'username')).toBe(
      'kubernetes-admin',
    );
  });
});

describe('a deletion that leaves nothing', () => {
  const objects: readonly (readonly [string, string, object])[] = [
    [`${core}/pods?gracePeriodSeconds=0`, 'Pod', { spec: { containers: [container('c')] } }],
    [`${core}/services`, 'Service', { spec: { ports: [{ port: 80 }] } }],
    [`${core}/serviceaccounts`, 'ServiceAccount', {}],
    [`${core}/resourcequotas`, 'ResourceQuota', { spec: { hard: { pods: '1' } } }],
    ['/apis/storage.k8s.io/v1/storageclasses', 'StorageClass', { provisioner: 'example.com/p' }],
    [`${core}/configmaps`, 'Status', {}],
    [`${core}/secrets`, 'Status', {}],
    ['/apis/scheduling.k8s.io/v1/priorityclasses', 'Status', { value: 1 }],
  ];
  for (const [place, kind, object] of objects) {
    const [path = '', query = ''] = place.split('?');
    it(`of ${path.split('/').at(-1)} is answered with a ${kind}`, async () => {
      const created = await server.call('POST', path, { metadata: { name: 'gone' }, ...object });
      expect(created.status, created.text).toBe(201);
      const answer = (await server.call('DELETE', `${path}/gone?${query}`)).json();
      expect(answer['kind']).toBe(kind);
      const uid = getPath(created.json(), 'metadata', 'uid');
      expect(kind === 'Status' ? getPath(answer, 'details', 'uid') : getPath(answer, 'metadata', 'uid')).toBe(
        uid,
      );
      expect((await server.call('GET', `${path}/gone`)).status).toBe(404);
    });
  }
});

describe("a subresource's own rules", () => {
  it('hold: an ephemeral container that was added stays as it is', async () => {
    const pod = { metadata: { name: 'eph' }, spec: { containers: [container('c')] } };
    expect((await server.call('POST', `${core}/pods`, pod)).status).toBe(201);
    const path = `${core}/pods/eph/ephemeralcontainers`;
    const set = (containers: readonly object[]) =>
      server.call('PATCH', path, { spec: { ephemeralContainers: containers } }, merge);
    const added = await set([container('debug')]);
    expect(added.status, added.text).toBe(200);
    expect((await set([container('debug'), container('more')])).status).toBe(200);
    const changed = await set([{ ...container('debug'), image: 'other' }, container('more')]);
    expect(changed.status).toBe(422);
    expect(changed.text).toContain('may not be changed');
    const removed = await set([container('more')]);
    expect(removed.status).toBe(422);
    expect(removed.text).toContain('may not be removed');
  });

  it("do not replace the object's own: a container of no name is refused there as well", async () => {
    const answer = await server.call(
      'PATCH',
      `${core}/pods/eph/ephemeralcontainers`,
      { spec: { ephemeralContainers: [{ image: 'i' }] } },
      merge,
    );
    expect(answer.status).toBe(422);
  });
});

describe('OpenAPI', () => {
  it('is made in turns: health is answered while the first reader waits for all of it', async () => {
    const fresh = await startTestServer();
    try {
      const order: string[] = [];
      const index = fresh.http2('/openapi/v3').then((answer) => order.push(`index ${answer.status}`));
      const both = Promise.all([index, fresh.http2('/openapi/v3').then(() => undefined)]);
      await fresh.http2('/livez').then((answer) => order.push(`livez ${answer.status}`));
      await both;
      expect(order).toEqual(['livez 200', 'index 200']);
    } finally {
      await fresh.close();
    }
  });
});
