import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../../api/json.js';
import { applyMergePatch } from '../../../api/patch/merge-patch.js';
import { object, plain, value } from '../support/values.js';

describe('a merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
  ])('turns %j by %j into %j', (document, patch, expected) => {
    expect(plain(applyMergePatch(value(document), value(patch)))).toEqual(expected);
  });

  it('changes neither argument and shares nothing with them', () => {
    const document = object({ a: { b: 1 } });
    const patch = object({ c: { d: 1 } });
    const result = applyMergePatch(document, patch) as Record<string, Record<string, unknown>>;
    result['a']!['b'] = 2;
    result['c']!['d'] = 2;
    expect(plain(document)).toEqual({ a: { b: 1 } });
    expect(plain(patch)).toEqual({ c: { d: 1 } });
  });

  it('keeps dangerous keys and large integers as they are', () => {
    const result = applyMergePatch(
      parseJson('{"a":1}'),
      parseJson('{"__proto__":{"x":1},"n":9223372036854775807}'),
    );
    expect(stringifyJson(result)).toContain('"__proto__":{"x":1}');
    expect(stringifyJson(result)).toContain('9223372036854775807');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
