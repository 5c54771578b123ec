import { describe, expect, it } from 'vitest';
import { isLongRunning, parseRequestInfo } from '../../../apiserver/filters/request-info.js';

function parse(method: string, url: string) {
  const [path = '', query = ''] = url.split('?');
  return parseRequestInfo(method, path, new URLSearchParams(query));
}

describe('what a request is about', () => {
  const cases: readonly (readonly [string, string, Record<string, unknown>])[] = [
    [
      'GET',
      '/api/v1/pods',
      { verb: 'list', group: '', version: 'v1', resource: 'pods', namespace: '', name: '' },
    ],
    ['GET', '/api/v1/namespaces/d/pods', { verb: 'list', resource: 'pods', namespace: 'd' }],
    ['GET', '/api/v1/namespaces/d/pods/p', { verb: 'get', resource: 'pods', namespace: 'd', name: 'p' }],
    ['HEAD', '/api/v1/namespaces/d/pods/p', { verb: 'get', resource: 'pods', name: 'p' }],
    ['GET', '/api/v1/namespaces/d/pods/p/log', { verb: 'get', subresource: 'log' }],
    ['GET', '/api/v1/namespaces/d', { verb: 'get', resource: 'namespaces', namespace: 'd', name: 'd' }],
    [
      'PUT',
      '/api/v1/namespaces/d/finalize',
      { verb: 'update', resource: 'namespaces', subresource: 'finalize' },
    ],
    ['GET', '/api/v1/namespaces', { verb: 'list', resource: 'namespaces', namespace: '' }],
    [
      'POST',
      '/apis/apps/v1/namespaces/d/deployments',
      { verb: 'create', group: 'apps', resource: 'deployments' },
    ],
    ['DELETE', '/apis/apps/v1/namespaces/d/deployments', { verb: 'deletecollection' }],
    ['DELETE', '/apis/apps/v1/namespaces/d/deployments/x', { verb: 'delete', name: 'x' }],
    ['PATCH', '/apis/apps/v1/namespaces/d/deployments/x/scale', { verb: 'patch', subresource: 'scale' }],
    ['GET', '/api/v1/pods?watch=true', { verb: 'watch', name: '' }],
    ['GET', '/api/v1/pods?watch=1&fieldSelector=metadata.name%3Dx', { verb: 'watch', name: 'x' }],
    ['GET', '/api/v1/watch/namespaces/d/pods', { verb: 'watch', resource: 'pods', namespace: 'd' }],
    ['GET', '/api/v1/namespaces/d/pods/p?watch=true', { verb: 'watch', name: 'p' }],
    ['GET', '/api/v1/nodes/n/proxy/a/b', { subresource: 'proxy', rest: ['a', 'b'] }],
    ['GET', '/api/v1/namespaces/d/configmaps/a%20b', { name: 'a b' }],
    ['GET', '/apis', { kind: 'path', verb: 'get' }],
    ['GET', '/apis/apps/v1', { kind: 'path' }],
    ['GET', '/healthz', { kind: 'path', verb: 'get' }],
    ['OPTIONS', '/api/v1/pods', { kind: 'path', verb: 'options' }],
  ];
  it.each(cases)('%s %s', (method, url, expected) => {
    expect(parse(method, url)).toMatchObject(expected);
  });

  it('refuses a path that is no percent-encoding', () => {
    expect(() => parse('GET', '/api/v1/namespaces/%zz')).toThrow(/invalid URL escape/);
  });

  it('counts watches and streams as long-running and nothing else', () => {
    expect(isLongRunning(parse('GET', '/api/v1/pods?watch=true'))).toBe(true);
    expect(isLongRunning(parse('POST', '/api/v1/namespaces/d/pods/p/exec'))).toBe(true);
    expect(isLongRunning(parse('GET', '/api/v1/pods'))).toBe(false);
    expect(isLongRunning(parse('GET', '/healthz'))).toBe(false);
  });
});
