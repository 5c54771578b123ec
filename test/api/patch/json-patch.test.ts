import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../api/json.js';
import { PatchError } from '../../../api/patch/error.js';
import { applyJsonPatch } from '../../../api/patch/json-patch.js';
import { getPath } from '../../../api/value.js';
import { object, plain, value } from '../support/values.js';

type Case = readonly [promise: string, document: unknown, operations: unknown, expected: unknown];

const good: readonly Case[] = [
  ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['inserts an item', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['appends an item', { a: [1] }, [{ op: 'add', path: '/a/-', value: [2] }], { a: [1, [2]] }],
  ['replaces a member by adding it', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
  [
    'adds into a nested object',
    { a: { b: {} } },
    [{ op: 'add', path: '/a/b/c', value: null }],
    { a: { b: { c: null } } },
  ],
  ['removes a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['removes an item', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
  [
    'counts negative indices from the end',
    { a: [1, 2, 3] },
    [{ op: 'remove', path: '/a/-1' }],
    { a: [1, 2] },
  ],
  ['replaces a value', { a: 1 }, [{ op: 'replace', path: '/a', value: { b: 1 } }], { a: { b: 1 } }],
  ['replaces the document', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
  [
    'moves a member',
    { a: { x: 1 }, b: {} },
    [{ op: 'move', from: '/a/x', path: '/b/y' }],
    { a: {}, b: { y: 1 } },
  ],
  ['moves an item', { a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
  [
    'copies a value and not a reference',
    { a: { x: 1 } },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/x', value: 2 },
    ],
    { a: { x: 1 }, b: { x: 2 } },
  ],
  [
    'passes a test of equal values, in any order of keys',
    { a: { x: 1, y: [1, { z: null }] } },
    [{ op: 'test', path: '/a', value: { y: [1, { z: null }], x: 1 } }],
    { a: { x: 1, y: [1, { z: null }] } },
  ],
  [
    'reads escapes in pointers',
    { 'a/b': 1, 'm~n': 2 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/m~0n', value: 3 },
    ],
    { 'm~n': 3 },
  ],
  ['takes ~01 for ~1 and not for a slash', { '~1': 1 }, [{ op: 'remove', path: '/~01' }], {}],
  ['reaches the member with the empty name', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
  [
    'ignores members that it does not know',
    { a: 1 },
    [{ op: 'add', path: '/b', value: 1, comment: 'x' }],
    { a: 1, b: 1 },
  ],
  ['takes an absent value for null', { a: 1 }, [{ op: 'add', path: '/b' }], { a: 1, b: null }],
];

const failing: readonly (readonly [
  promise: string,
  document: unknown,
  operations: unknown,
  kind: string,
  message: RegExp,
])[] = [
  [
    'a test of another value',
    { a: 1 },
    [{ op: 'test', path: '/a', value: 2 }],
    'failed',
    /testing value \/a failed: test failed/,
  ],
  ['a test of another type', { a: 1 }, [{ op: 'test', path: '/a', value: '1' }], 'failed', /test failed/],
  ['a test where there is nothing', {}, [{ op: 'test', path: '/a', value: 1 }], 'failed', /test failed/],
  [
    'removing what is not there',
    {},
    [{ op: 'remove', path: '/a' }],
    'failed',
    /Unable to remove nonexistent key: a/,
  ],
  [
    'replacing what is not there',
    {},
    [{ op: 'replace', path: '/a', value: 1 }],
    'failed',
    /doc is missing key: \/a/,
  ],
  ['adding below nothing', {}, [{ op: 'add', path: '/a/b', value: 1 }], 'failed', /missing path/],
  ['adding below a number', { a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }], 'failed', /missing path/],
  ['an index beyond the end', { a: [1] }, [{ op: 'add', path: '/a/3', value: 1 }], 'failed', /invalid index/],
  ['an index with leading zeros', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], 'failed', /array index/],
  [
    'an index that is a word',
    { a: [1] },
    [{ op: 'replace', path: '/a/x', value: 1 }],
    'failed',
    /array index/,
  ],
  ['removing the end marker', { a: [1] }, [{ op: 'remove', path: '/a/-' }], 'failed', /array index/],
  ['a pointer without a slash', { a: 1 }, [{ op: 'remove', path: 'a' }], 'failed', /missing path/],
  [
    'moving a value into itself',
    { a: { b: 1 } },
    [{ op: 'move', from: '/a', path: '/a/b' }],
    'failed',
    /move/,
  ],
  ['an unknown operation', {}, [{ op: 'spam', path: '/a' }], 'failed', /Unexpected kind: spam/],
  ['an operation without a path', {}, [{ op: 'add', value: 1 }], 'malformed', /path/],
  ['an operation without a kind', {}, [{ path: '/a' }], 'malformed', /op/],
  ['a move without a source', { a: 1 }, [{ op: 'move', path: '/a' }], 'malformed', /from/],
  ['what is no list', {}, { op: 'add', path: '/a', value: 1 }, 'malformed', /array/],
  ['a list of numbers', {}, [1], 'malformed', /not an object/],
];

function failureOf(run: () => unknown): PatchError {
  try {
    run();
  } catch (error) {
    if (error instanceof PatchError) return error;
    throw error;
  }
  throw new Error('the patch was applied');
}

describe('a JSON patch', () => {
  it.each(good)('%s', (_promise, document, operations, expected) => {
    expect(plain(applyJsonPatch(value(document), value(operations)))).toEqual(expected);
  });

  it.each(failing)('refuses %s', (_promise, document, operations, kind, message) => {
    const error = failureOf(() => applyJsonPatch(value(document), value(operations)));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
  });

  it('changes nothing of what it was given, even when it fails halfway', () => {
    const document = object({ a: [1, { b: 2 }] });
    const operations = value([
      { op: 'remove', path: '/a/1/b' },
      { op: 'test', path: '/a/0', value: 9 },
    ]);
    failureOf(() => applyJsonPatch(document, operations));
    expect(plain(document)).toEqual({ a: [1, { b: 2 }] });
  });

  it('shares nothing with the patch', () => {
    const operations = value([{ op: 'add', path: '/a', value: { x: 1 } }]);
    const result = applyJsonPatch(object({}), operations);
    (getPath(result, 'a') as Record<string, unknown>)['x'] = 2;
    expect(plain(operations)).toEqual([{ op: 'add', path: '/a', value: { x: 1 } }]);
  });

  it('treats __proto__ and constructor as keys like any other', () => {
    const operations = parseJson(
      '[{"op":"add","path":"/__proto__","value":{"polluted":true}},{"op":"add","path":"/constructor","value":1}]',
    );
    const result = applyJsonPatch(object({}), operations) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(
      failureOf(() => applyJsonPatch(object({}), value([{ op: 'remove', path: '/toString' }]))).kind,
    ).toBe('failed');
  });

  it('compares integers beyond 2^53 exactly', () => {
    const document = parseJson('{"a":9007199254740993}');
    expect(() =>
      applyJsonPatch(document, parseJson('[{"op":"test","path":"/a","value":9007199254740993}]')),
    ).not.toThrow();
    failureOf(() =>
      applyJsonPatch(document, parseJson('[{"op":"test","path":"/a","value":9007199254740992}]')),
    );
  });

  it('cannot be made to double a document for ever', () => {
    const copies = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }));
    const error = failureOf(() => applyJsonPatch(object({ a: ['x'.repeat(1000)] }), value(copies)));
    expect(error.message).toMatch(/exceeding the limit/);
  });
});
