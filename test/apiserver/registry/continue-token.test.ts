import { describe, expect, it } from 'vitest';
import { decodeContinueToken, encodeContinueToken } from '../../../apiserver/registry/continue-token.js';

const encode = (text: string): string => Buffer.from(text).toString('base64url');

describe('continue tokens', () => {
  it('come back as they were', () => {
    const token = { revision: 42, start: 'ns/name\u0000' };
    expect(decodeContinueToken(encodeContinueToken(token))).toEqual(token);
  });

  it('have the form that clients may look into', () => {
    const text = Buffer.from(encodeContinueToken({ revision: 7, start: 'a\u0000' }), 'base64url').toString();
    expect(JSON.parse(text)).toEqual({ v: 'meta.k8s.io/v1', rv: 7, start: 'a\u0000' });
  });

  it.each([
    ['###'],
    [encode('nonsense')],
    [encode('[]')],
    [encode('{"v":"v9","rv":1,"start":"a"}')],
    [encode('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}')],
    [encode('{"v":"meta.k8s.io/v1","rv":-2,"start":"a"}')],
    [encode('{"v":"meta.k8s.io/v1","rv":1.5,"start":"a"}')],
    [encode('{"v":"meta.k8s.io/v1","rv":1,"start":""}')],
    [encode('{"v":"meta.k8s.io/v1","rv":1,"start":"../secrets/x"}')],
    [encode('{"v":"meta.k8s.io/v1","rv":1,"start":"/x"}')],
    ['A'.repeat(5000)],
  ])('refuse %s', (text) => {
    expect(() => decodeContinueToken(text)).toThrow(/continue key is not valid/);
  });
});
