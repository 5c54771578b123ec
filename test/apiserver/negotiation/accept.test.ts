import { describe, expect, it } from 'vitest';
import { listRules, negotiate, objectRules, watchRules } from '../../../apiserver/negotiation/accept.js';
import { indentJson } from '../../../apiserver/negotiation/indent.js';
import type { ApiRequest } from '../../../apiserver/server/exchange.js';

function asking(accept: string | undefined, query = '', userAgent = 'test'): ApiRequest {
  return {
    method: 'GET',
    path: '/',
    query: new URLSearchParams(query),
    peer: { kind: 'none' },
    header: (name) => (name === 'accept' ? accept : name === 'user-agent' ? userAgent : undefined),
    readBody: () => Promise.resolve(new Uint8Array()),
    headerNames: () => [],
    onGone: () => {},
  };
}

describe('the Accept header', () => {
  it.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/yaml', 'yaml'],
    ['application/vnd.kubernetes.protobuf,application/json', 'protobuf'],
    ['application/vnd.kubernetes.protobuf;q=0.5,application/json', 'json'],
    ['text/html, application/json;q=0.1', 'json'],
    ['application/yaml;q=0, application/json', 'json'],
  ])('%s is answered in %s', (accept, media) => {
    expect(negotiate(asking(accept), objectRules).media).toBe(media);
  });

  it('gives kubectl the Table that it asks for first', () => {
    const accept =
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
    expect(negotiate(asking(accept), listRules)).toMatchObject({
      transform: 'Table',
      transformVersion: 'v1',
    });
  });

  it('has no Table in protobuf and goes on to the next clause', () => {
    const accept = 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect(negotiate(asking(accept), listRules)).toMatchObject({ transform: 'none', media: 'json' });
  });

  it.each([
    'text/html',
    'application/json;as=Sandwich;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v7;g=meta.k8s.io',
  ])('%s is not acceptable', (accept) => {
    expect(() => negotiate(asking(accept), objectRules)).toThrow(
      /only the following media types are accepted/,
    );
  });

  it('does not stream YAML', () => {
    expect(() => negotiate(asking('application/yaml'), watchRules)).toThrow();
  });

  it('indents for people and for ?pretty', () => {
    expect(negotiate(asking(undefined, '', 'curl/8'), objectRules).pretty).toBe(true);
    expect(negotiate(asking(undefined, 'pretty=true'), objectRules).pretty).toBe(true);
    expect(negotiate(asking(undefined, 'pretty=false', 'curl/8'), objectRules).pretty).toBe(false);
    expect(negotiate(asking(undefined), objectRules).pretty).toBe(false);
  });
});

describe('indenting', () => {
  it('changes white space and nothing else', () => {
    const text = '{"a":[1,{"b":"x,{}\\"\\\\"},[],{}],"n":9223372036854775807}';
    const indented = Buffer.from(indentJson(Buffer.from(text))).toString();
    expect(indented).toContain('"n": 9223372036854775807');
    expect(indented).toContain('"x,{}\\"\\\\"');
    expect(indented.split('\n').length).toBeGreaterThan(5);
    expect(JSON.parse(indented)).toEqual(JSON.parse(text));
  });
});
