import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('who asks', () => {
  for (const version of ['http1', 'http2'] as const) {
    it(`lets a certificate of our authority in (${version})`, async () => {
      expect((await server[version]('/api/v1/namespaces', { as: server.masters })).status).toBe(200);
    });

    it(`refuses a self-signed certificate that claims system:masters (${version})`, async () => {
      const answer = await server[version]('/api/v1/namespaces', { as: server.stranger });
      expect(answer.status).toBe(401);
      expect(answer.json()).toMatchObject({
        kind: 'Status',
        reason: 'Unauthorized',
        message: 'Unauthorized',
        code: 401,
      });
    });

    it(`refuses an expired certificate (${version})`, async () => {
      expect((await server[version]('/version', { as: server.expired })).status).toBe(401);
    });
  }

  it('refuses any Authorization header, since nothing knows tokens', async () => {
    const answer = await server.http2('/version', { as: undefined, headers: { authorization: 'Bearer x' } });
    expect(answer.status).toBe(401);
  });

  it('takes no credential for system:anonymous, who may read health and version', async () => {
    expect((await server.http1('/version', { as: undefined })).status).toBe(200);
    expect((await server.http1('/readyz', { as: undefined })).status).toBe(200);
    const list = await server.http1('/api/v1/namespaces/d/configmaps', { as: undefined });
    expect(list.status).toBe(403);
    expect(list.json()['message']).toBe(
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "d"',
    );
    const path = await server.http1('/apis', { as: undefined });
    expect(path.json()['message']).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
  });

  it('knows the user but gives nothing to those outside system:masters', async () => {
    const answer = await server.http2('/apis/apps/v1/deployments', { as: server.nobody });
    expect(answer.json()).toMatchObject({
      code: 403,
      message:
        'deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope',
    });
  });

  it('tells who one is', async () => {
    const answer = await server.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(answer.status).toBe(201);
    expect(answer.json()).toMatchObject({
      status: {
        userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      },
    });
  });

  it('answers access reviews with the authorizer itself', async () => {
    const ask = async (spec: unknown): Promise<unknown> =>
      (await server.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).json()[
        'status'
      ];
    const resourceAttributes = { verb: 'list', resource: 'pods' };
    expect(await ask({ user: 'jane', resourceAttributes })).toMatchObject({ allowed: false });
    expect(await ask({ user: 'x', groups: ['system:masters'], resourceAttributes })).toMatchObject({
      allowed: true,
    });
    expect(
      await ask({ user: 'jane', nonResourceAttributes: { verb: 'get', path: '/version' } }),
    ).toMatchObject({ allowed: true });
  });

  it('acts as somebody else only for those who may', async () => {
    const as = { 'impersonate-user': 'jane', 'impersonate-group': 'dev' };
    const refused = await server.http2('/api/v1/namespaces', { headers: as });
    expect(refused.json()['message']).toContain('User "jane" cannot list resource "namespaces"');
    expect(
      (
        await server.http2('/api/v1/namespaces', {
          headers: { ...as, 'impersonate-group': 'system:masters' },
        })
      ).status,
    ).toBe(200);
    const thief = await server.http2('/api/v1/namespaces', {
      as: server.nobody,
      headers: { 'impersonate-user': 'kubernetes-admin', 'impersonate-group': 'system:masters' },
    });
    expect(thief.json()['message']).toBe(
      'users "kubernetes-admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    expect(
      (await server.http2('/version', { headers: { 'impersonate-group': 'system:masters' } })).status,
    ).toBe(400);
  });

  it('acts with the uid and the extras of somebody else too', async () => {
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const who = await server.http2(review, {
      method: 'POST',
      body: '{}',
      headers: {
        'content-type': 'application/json',
        'impersonate-user': 'jane',
        'impersonate-group': 'system:masters',
        'impersonate-uid': 'u-1',
        'impersonate-extra-example.com%2fscopes': 'view',
      },
    });
    expect(who.json()).toMatchObject({
      status: { userInfo: { username: 'jane', uid: 'u-1', extra: { 'example.com/scopes': ['view'] } } },
    });
    for (const header of ['impersonate-uid', 'impersonate-extra-a']) {
      expect((await server.http2('/version', { headers: { [header]: 'x' } })).status).toBe(400);
    }
  });

  it('gives each answer an audit id and keeps one that the client chose', async () => {
    const first = await server.http2('/version');
    expect(first.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(first.headers['cache-control']).toBe('no-cache, private');
    expect((await server.http2('/version', { headers: { 'audit-id': 'mine' } })).headers['audit-id']).toBe(
      'mine',
    );
  });
});
