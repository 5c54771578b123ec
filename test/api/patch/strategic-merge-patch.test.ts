import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../api/json.js';
import { PatchError } from '../../../api/patch/error.js';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-merge-patch.js';
import { builtInSchemas } from '../../../api/schema/registry.js';
import { object, plain, value } from '../support/values.js';

function patched(original: unknown, patch: unknown, type = 'v1.Pod'): unknown {
  return plain(applyStrategicMergePatch(object(original), value(patch), type, builtInSchemas()));
}

function pod(...containers: unknown[]): unknown {
  return { spec: { containers } };
}

function failure(original: unknown, patch: unknown): PatchError {
  try {
    patched(original, patch);
  } catch (error) {
    if (error instanceof PatchError) return error;
    throw error;
  }
  throw new Error('the patch was applied');
}

describe('a strategic merge patch', () => {
  it('merges a list by its key and keeps what it does not name', () => {
    expect(
      patched(
        pod({ name: 'a', image: '1' }, { name: 'b', image: '1', tty: true }),
        pod({ name: 'b', image: '2' }),
      ),
    ).toEqual(pod({ name: 'a', image: '1' }, { name: 'b', image: '2', tty: true }));
  });

  it('puts an item that only the patch has before the rest', () => {
    expect(patched(pod({ name: 'a' }, { name: 'b' }), pod({ name: 'c' }))).toEqual(
      pod({ name: 'c' }, { name: 'a' }, { name: 'b' }),
    );
  });

  it('follows $setElementOrder, as set image sends it', () => {
    const patch = {
      spec: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
        containers: [{ name: 'b', image: '2' }],
      },
    };
    expect(patched(pod({ name: 'a', image: '1' }, { name: 'b', image: '1' }), patch)).toEqual(
      pod({ name: 'a', image: '1' }, { name: 'b', image: '2' }),
    );
  });

  it('reorders by $setElementOrder alone, and keeps items of the server in their place', () => {
    const patch = { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }] } };
    expect(patched(pod({ name: 'a' }, { name: 's' }, { name: 'c' }), patch)).toEqual(
      pod({ name: 's' }, { name: 'c' }, { name: 'a' }),
    );
  });

  it('deletes an item by $patch: delete', () => {
    expect(patched(pod({ name: 'a' }, { name: 'b' }), pod({ name: 'a', $patch: 'delete' }))).toEqual(
      pod({ name: 'b' }),
    );
  });

  it('replaces a list by $patch: replace', () => {
    expect(patched(pod({ name: 'a' }, { name: 'b' }), pod({ name: 'c' }, { $patch: 'replace' }))).toEqual(
      pod({ name: 'c' }),
    );
  });

  it('replaces and deletes objects by $patch', () => {
    const original = { metadata: { labels: { a: '1' }, annotations: { x: 'y' } } };
    const patch = { metadata: { labels: { $patch: 'replace', b: '2' }, annotations: { $patch: 'delete' } } };
    expect(patched(original, patch)).toEqual({ metadata: { labels: { b: '2' }, annotations: {} } });
  });

  it('merges with $patch: merge as without', () => {
    expect(
      patched({ metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'merge', b: '2' } } }),
    ).toEqual({
      metadata: { labels: { a: '1', b: '2' } },
    });
  });

  it('deletes by null, and stores no null where there was nothing', () => {
    const original = { metadata: { labels: { a: '1', b: '2' } } };
    const patch = { metadata: { labels: { a: null, c: null }, annotations: { x: null, y: 'z' } } };
    expect(patched(original, patch)).toEqual({ metadata: { labels: { b: '2' }, annotations: { y: 'z' } } });
  });

  it('merges lists of texts as sets, and deletes from them', () => {
    const original = { metadata: { finalizers: ['a/a', 'b/b'] } };
    expect(patched(original, { metadata: { finalizers: ['b/b', 'c/c'] } })).toEqual({
      metadata: { finalizers: ['a/a', 'b/b', 'c/c'] },
    });
    expect(patched(original, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/a'] } })).toEqual({
      metadata: { finalizers: ['b/b'] },
    });
    const both = {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['a/a'],
        '$setElementOrder/finalizers': ['c/c', 'b/b'],
        finalizers: ['c/c'],
      },
    };
    expect(patched(original, both)).toEqual({ metadata: { finalizers: ['c/c', 'b/b'] } });
  });

  it('replaces lists without a merge strategy', () => {
    expect(patched(pod({ name: 'a', args: ['1', '2'] }), pod({ name: 'a', args: ['3'] }))).toEqual(
      pod({ name: 'a', args: ['3'] }),
    );
  });

  it('drops what $retainKeys does not name', () => {
    const original = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(patched(original, patch, 'apps/v1.Deployment')).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  it("finds the merge key of inlined types: a volume's source", () => {
    const original = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
    const patch = { spec: { volumes: [{ name: 'v', emptyDir: null, configMap: { name: 'c' } }] } };
    expect(patched(original, patch)).toEqual({
      spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
    });
  });

  it('merges service ports by port and conditions by type', () => {
    expect(
      patched(
        { spec: { ports: [{ port: 80, targetPort: 1 }] } },
        { spec: { ports: [{ port: 80, name: 'w' }] } },
        'v1.Service',
      ),
    ).toEqual({
      spec: { ports: [{ port: 80, targetPort: 1, name: 'w' }] },
    });
    expect(
      patched(
        { status: { conditions: [{ type: 'A', status: 'True' }] } },
        {
          status: {
            conditions: [
              { type: 'B', status: 'True' },
              { type: 'A', status: 'False' },
            ],
          },
        },
      ),
    ).toEqual({
      status: {
        conditions: [
          { type: 'B', status: 'True' },
          { type: 'A', status: 'False' },
        ],
      },
    });
  });

  it('leaves no directive in a list or object that was not there', () => {
    expect(
      patched(
        { spec: {} },
        pod({ name: 'a', $patch: 'delete' }, { name: 'b', env: [{ name: 'x', $patch: 'delete' }] }),
      ),
    ).toEqual(pod({ name: 'b', env: [] }));
    expect(
      patched({}, { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'a' }] } }),
    ).toEqual(pod({ name: 'a' }));
    expect(patched({}, { metadata: { labels: { $patch: 'delete' } } })).toEqual({ metadata: {} });
  });

  it('merges fields that the type does not have as plain JSON', () => {
    expect(patched({ odd: { a: 1, b: [1] } }, { odd: { b: [2], c: 3 } })).toEqual({
      odd: { a: 1, b: [2], c: 3 },
    });
  });

  it.each([
    ['an item without its key', pod({ image: 'i' }), 'failed', 'does not contain declared merge key: name'],
    ['an unknown directive', { spec: { $patch: 'explode' } }, 'failed', 'unknown patch type: "explode"'],
    [
      'an unknown directive in a list',
      pod({ name: 'a', $patch: 'explode' }),
      'failed',
      'unknown patch type: "explode"',
    ],
    [
      'an order that is no list',
      { spec: { '$setElementOrder/containers': 'a' } },
      'malformed',
      'setElementOrder',
    ],
    [
      'an order that contradicts the list',
      { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] } },
      'malformed',
      "doesn't match",
    ],
    [
      'deletions that are no list',
      { metadata: { '$deleteFromPrimitiveList/finalizers': 'a' } },
      'malformed',
      'primitive list',
    ],
    [
      'deletions of objects',
      { metadata: { '$deleteFromPrimitiveList/finalizers': [{}] } },
      'malformed',
      'primitive list',
    ],
    ['retained keys that are no list', { spec: { $retainKeys: 'a' } }, 'malformed', 'retainKeys'],
    ['keys set and not retained', { spec: { $retainKeys: ['a'], b: 1 } }, 'malformed', 'retainKeys'],
    ['what is no object', [1], 'malformed', 'must be an object'],
  ])('refuses %s', (_what, patch, kind, message) => {
    const error = failure(pod({ name: 'a' }), patch);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(message);
  });

  it('changes neither argument', () => {
    const original = object(pod({ name: 'a', image: '1' }));
    const patch = object({
      spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'a', image: '2' }] },
    });
    const before = JSON.stringify([original, patch]);
    applyStrategicMergePatch(original, patch, 'v1.Pod', builtInSchemas());
    expect(JSON.stringify([original, patch])).toBe(before);
  });

  it('treats __proto__ as a key like any other', () => {
    const patch = parseJson('{"metadata":{"labels":{"__proto__":"x"}}}');
    const result = applyStrategicMergePatch(
      object({ metadata: { labels: { a: 'b' } } }),
      patch,
      'v1.Pod',
      builtInSchemas(),
    );
    expect(Object.keys((result['metadata'] as Record<string, object>)['labels']!)).toEqual([
      'a',
      '__proto__',
    ]);
  });
});
