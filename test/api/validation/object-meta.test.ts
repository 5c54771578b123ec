import { describe, expect, it } from 'vitest';
import { fieldErrorMessage } from '../../../api/status.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../../api/validation/object-meta.js';
import { index } from '../support/kinds.js';
import { object } from '../support/values.js';

const configMaps = index.byResource('', 'v1', 'configmaps')!.descriptor;
const nodes = index.byResource('', 'v1', 'nodes')!.descriptor;

function errors(metadata: unknown, kind = configMaps): string[] {
  return validateObjectMeta(object({ metadata }), kind).map((error) => fieldErrorMessage(error));
}

describe('metadata', () => {
  it('of a good object has no errors', () => {
    const good = {
      name: 'a',
      namespace: 'd',
      labels: { 'example.com/a': 'b' },
      annotations: { 'EXAMPLE.com/a': 'any text\n' },
      finalizers: ['example.com/f', 'orphan'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true }],
    };
    expect(errors(good)).toEqual([]);
    expect(errors({ name: 'a' }, nodes)).toEqual([]);
  });

  it.each([
    [{ namespace: 'd' }, 'metadata.name: Required value: name or generateName is required'],
    [{ name: 'a' }, 'metadata.namespace: Required value'],
    [
      { name: 'a', namespace: 'd', labels: { '-': '' } },
      /^metadata\.labels: Invalid value: "-": name part must consist/,
    ],
    [
      { name: 'a', namespace: 'd', labels: { a: '$' } },
      /^metadata\.labels: Invalid value: "\$": a valid label must be/,
    ],
    [
      { name: 'a', namespace: 'd', annotations: { 'a b': '' } },
      /^metadata\.annotations: Invalid value: "a b": name part/,
    ],
    [
      { name: 'a', namespace: 'd', annotations: { a: 'x'.repeat(262_144) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      { name: 'a', namespace: 'd', finalizers: ['mine'] },
      'metadata.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [{ name: 'a', namespace: 'd', finalizers: ['orphan', 'foregroundDeletion'] }, /cannot be both set$/],
    [
      { name: 'a', namespace: 'd', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }] },
      'metadata.ownerReferences.uid: Invalid value: "": uid must not be empty',
    ],
    [{ name: 'A', namespace: 'd' }, /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain/],
    [{ name: 'a', generateName: 'A-', namespace: 'd' }, /^metadata\.generateName: Invalid value: "A-"/],
  ])('%j is refused', (metadata, expected) => {
    const found = errors(metadata);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      typeof expected === 'string'
        ? new RegExp(`^${expected.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
        : expected,
    );
  });

  it('of one object has one controller', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', uid: 'u', controller: true };
    const found = errors({
      name: 'a',
      namespace: 'd',
      ownerReferences: [
        { ...owner, name: 'p' },
        { ...owner, name: 'q' },
      ],
    });
    expect(found[0]).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for p and q',
    );
  });

  it("of a whole cluster's kind has no namespace", () => {
    expect(errors({ name: 'a', namespace: 'd' }, nodes)).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  it.each(['name', 'uid', 'creationTimestamp', 'deletionTimestamp'])('never changes its %s', (field) => {
    const old = object({ metadata: { name: 'a', uid: 'u', creationTimestamp: '2030-01-01T00:00:00Z' } });
    const next = object({
      metadata: { name: 'a', uid: 'u', creationTimestamp: '2030-01-01T00:00:00Z', [field]: 'z' },
    });
    expect(validateObjectMetaUpdate(next, old).map((error) => fieldErrorMessage(error))).toEqual([
      `metadata.${field}: Invalid value: "z": field is immutable`,
    ]);
    expect(validateObjectMetaUpdate(old, old)).toEqual([]);
  });
});
