import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { maxBodyBytes: 64 * 1024 } });
});
afterAll(() => server.close());

const path = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const body = (name: string): string => JSON.stringify({ metadata: { name } });

interface Case {
  readonly what: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly code: number;
  readonly says: string;
}

const cases: readonly Case[] = [
  {
    what: 'malformed JSON',
    path,
    body: '{"a":',
    code: 400,
    says: "couldn't get version/kind; json parse error: unexpected end of JSON input",
  },
  {
    what: 'JSON that is no object',
    path,
    body: '[]',
    code: 400,
    says: 'cannot unmarshal array into Go value',
  },
  {
    what: 'malformed YAML',
    path,
    type: 'application/yaml',
    body: 'a: [',
    code: 400,
    says: 'error converting YAML to JSON',
  },
  {
    what: 'malformed protobuf',
    path,
    type: 'application/vnd.kubernetes.protobuf',
    body: 'k8s\0\u00ff',
    code: 400,
    says: 'the object provided is unrecognized',
  },
  {
    what: 'protobuf without its prefix',
    path,
    type: 'application/vnd.kubernetes.protobuf',
    body: 'hello',
    code: 400,
    says: 'does not appear to be a protobuf message',
  },
  {
    what: 'a wrong content type',
    path,
    type: 'text/xml',
    body: '<a/>',
    code: 415,
    says: 'the body of the request was in an unknown format',
  },
  {
    what: 'an oversized body',
    path,
    body: JSON.stringify({ metadata: { name: 'big' }, data: { a: 'x'.repeat(70_000) } }),
    code: 413,
    says: 'Request entity too large: limit is 65536',
  },
  {
    what: 'an unknown field under Strict',
    path: `${path}?fieldValidation=Strict`,
    body: '{"metadata":{"name":"a"},"foo":1}',
    code: 400,
    says: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
  },
  {
    what: 'a duplicate field under Strict',
    path: `${path}?fieldValidation=Strict`,
    body: '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}',
    code: 400,
    says: 'duplicate field "data.x"',
  },
  {
    what: 'a value of the wrong type',
    path,
    body: '{"metadata":{"name":"a"},"data":{"x":1}}',
    code: 400,
    says: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data',
  },
  {
    what: 'another version',
    path,
    body: '{"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"a"}}',
    code: 400,
    says: 'the API version in the data (apps/v1) does not match the expected API version (v1)',
  },
  {
    what: 'another kind',
    path,
    body: '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}',
    code: 400,
    says: 'Pod in version "v1" cannot be handled as a ConfigMap',
  },
  {
    what: 'another namespace',
    path,
    body: '{"metadata":{"name":"a","namespace":"other"}}',
    code: 400,
    says: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  {
    what: 'a bad name',
    path,
    body: body('Not_A_Name'),
    code: 422,
    says: 'ConfigMap \\"Not_A_Name\\" is invalid: metadata.name: Invalid value',
  },
  {
    what: 'no name',
    path,
    body: '{"metadata":{}}',
    code: 422,
    says: 'metadata.name: Required value: name or generateName is required',
  },
  {
    what: 'a missing required field',
    path: deployments,
    body: '{"metadata":{"name":"d"},"spec":{}}',
    code: 422,
    says: 'Deployment.apps \\"d\\" is invalid',
  },
  {
    what: 'an unknown fieldValidation',
    path: `${path}?fieldValidation=Loud`,
    body: body('a'),
    code: 422,
    says: 'CreateOptions.meta.k8s.io \\"\\" is invalid: fieldValidation: Unsupported value',
  },
  {
    what: 'an unknown fieldValidation of a patch',
    method: 'PATCH',
    type: 'application/merge-patch+json',
    path: `${path}/a?fieldValidation=Loud`,
    body: '{}',
    code: 422,
    says: 'PatchOptions.meta.k8s.io \\"\\" is invalid: fieldValidation: Unsupported value',
  },
  {
    what: 'a field manager that is too long',
    path: `${path}?fieldManager=${'m'.repeat(129)}`,
    body: body('a'),
    code: 422,
    says: 'fieldManager: Too long',
  },
  {
    what: 'a field manager that cannot be printed',
    path: `${path}?fieldManager=a%07b`,
    body: body('a'),
    code: 422,
    says: 'should only contain printable characters',
  },
  {
    what: 'a bad timeout',
    path: `${path}?timeout=soon`,
    body: body('a'),
    code: 400,
    says: 'invalid timeout',
  },
  {
    what: 'a bad label selector',
    method: 'GET',
    path: `${path}?labelSelector=a%20in%20(`,
    code: 400,
    says: 'unable to parse requirement',
  },
  {
    what: 'a bad field selector',
    method: 'GET',
    path: `${path}?fieldSelector=nonsense`,
    code: 400,
    says: 'invalid selector',
  },
  {
    what: 'a field that is not selectable',
    method: 'GET',
    path: `${path}?fieldSelector=spec.x%3D1`,
    code: 400,
    says: 'field label not supported: spec.x',
  },
  {
    what: 'a bad continue token',
    method: 'GET',
    path: `${path}?limit=1&continue=xyz`,
    code: 400,
    says: 'continue key is not valid',
  },
  {
    what: 'a bad resourceVersion',
    method: 'GET',
    path: `${path}?resourceVersion=abc`,
    code: 400,
    says: 'invalid resource version',
  },
  {
    what: 'a match without a version',
    method: 'GET',
    path: `${path}?resourceVersionMatch=Exact`,
    code: 422,
    says: 'resourceVersionMatch is forbidden unless resourceVersion is provided',
  },
  {
    what: 'Exact at 0',
    method: 'GET',
    path: `${path}?resourceVersionMatch=Exact&resourceVersion=0`,
    code: 422,
    says: 'is forbidden for resourceVersion',
  },
  {
    what: 'sendInitialEvents on a list',
    method: 'GET',
    path: `${path}?sendInitialEvents=true`,
    code: 422,
    says: 'sendInitialEvents is forbidden for list',
  },
  {
    what: 'sendInitialEvents without its match',
    method: 'GET',
    path: `${path}?watch=1&sendInitialEvents=true`,
    code: 422,
    says: 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  },
  {
    what: 'a bad includeObject',
    method: 'GET',
    path: `${path}/none?includeObject=Half`,
    code: 404,
    says: 'not found',
  },
];

describe('bad input gets its exact answer and changes nothing', () => {
  it.each(cases)('$what → $code', async ({ method, path: target, body: sent, type, code, says }) => {
    const before = server.store.revision();
    const answer = await server.call(method ?? 'POST', target, sent, type);
    expect(answer.status).toBe(code);
    expect(answer.json()).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code });
    expect(answer.text).toContain(says.includes('\\"') ? says : JSON.stringify(says).slice(1, -1));
    expect(server.store.revision()).toBe(before);
  });

  it('warns of unknown fields by default and drops them', async () => {
    const answer = await server.call('POST', path, '{"metadata":{"name":"warned"},"foo":1}');
    expect(answer.status).toBe(201);
    expect(answer.headers['warning']).toContain('299 - "unknown field \\"foo\\""');
    expect(answer.text).not.toContain('foo');
    const quiet = await server.call(
      'POST',
      `${path}?fieldValidation=Ignore`,
      '{"metadata":{"name":"quiet"},"foo":1}',
    );
    expect(quiet.headers['warning']).toBeUndefined();
  });

  it('refuses unknown fields of a patch under Strict with 422', async () => {
    await server.call('POST', path, body('strict'));
    const answer = await server.call(
      'PATCH',
      `${path}/strict?fieldValidation=Strict`,
      { foo: 1 },
      'application/merge-patch+json',
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('strict decoding error: unknown field');
  });

  it.each([
    '/nowhere',
    '/api/v2/pods',
    '/apis/none/v1/things',
    '/api/v1/things',
    '/api/v1/namespaces/d/pods/p/none',
    '/readyz/none',
  ])('%s is text/plain 404 page not found', async (unknown) => {
    const answer = await server.call('GET', unknown);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toBe('404 page not found\n');
  });

  it('refuses a method that the resource does not know', async () => {
    const answer = await server.call('PUT', path, body('a'));
    expect(answer.json()).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
    const watch = await server.call('GET', '/api/v1/componentstatuses?watch=true');
    expect(watch.json()['message']).toBe('watch is not supported on resources of kind "componentstatuses"');
  });

  it('refuses an Accept that nobody can serve, and before anything is written', async () => {
    const before = server.store.revision();
    const answer = await server.http2(path, {
      method: 'POST',
      headers: { accept: 'text/html', 'content-type': 'application/json' },
      body: body('unread'),
    });
    expect(answer.status).toBe(406);
    expect(answer.json()).toMatchObject({ reason: 'NotAcceptable' });
    expect(server.store.revision()).toBe(before);
  });

  it('answers errors in the media type that the client asked for', async () => {
    const yaml = await server.http2(`${path}/none`, { headers: { accept: 'application/yaml' } });
    expect(yaml.headers['content-type']).toBe('application/yaml');
    expect(yaml.text).toContain('reason: NotFound');
    const protobuf = await server.http2(`${path}/none`, {
      headers: { accept: 'application/vnd.kubernetes.protobuf' },
    });
    expect(protobuf.bytes.subarray(0, 4).toString('latin1')).toBe('k8s\0');
  });

  it('refuses more requests than fit, reads and writes apart', async () => {
    const small = await startTestServer({ limits: { maxReadsInFlight: 0 } });
    try {
      const read = await small.call('GET', path);
      expect(read.status).toBe(429);
      expect(read.headers['retry-after']).toBe('1');
      expect((await small.call('POST', path, body('a'))).status).toBe(201);
    } finally {
      await small.close();
    }
  });
});
