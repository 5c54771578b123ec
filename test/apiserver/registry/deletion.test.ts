import { describe, expect, it } from 'vitest';
import { builtInResources, type JsonObject, parseJson, type ResourceDescriptor } from '../../../api/index.js';
import {
  completesDeletion,
  type DeleteOptions,
  decideDeletion,
} from '../../../apiserver/registry/deletion.js';

const descriptors = builtInResources();
function descriptor(group: string, resource: string): ResourceDescriptor {
  return descriptors.find((candidate) => candidate.group === group && candidate.resource === resource)!;
}
const configMaps = descriptor('', 'configmaps');
const pods = descriptor('', 'pods');
const deployments = descriptor('apps', 'deployments');
const namespaces = descriptor('', 'namespaces');

const plain: DeleteOptions = {
  gracePeriodSeconds: undefined,
  propagationPolicy: undefined,
  orphanDependents: undefined,
  preconditions: {},
  dryRun: false,
};
const object = (value: unknown): JsonObject => parseJson(JSON.stringify(value)) as JsonObject;
const now = Date.parse('2026-01-01T00:00:00Z');
const running = (metadata = {}): JsonObject =>
  object({
    metadata: { name: 'p', ...metadata },
    spec: { nodeName: 'n', terminationGracePeriodSeconds: 30 },
    status: { phase: 'Running' },
  });

describe('the deletion decision', () => {
  it('removes what nothing holds', () => {
    expect(decideDeletion(configMaps, object({ metadata: { name: 'a' } }), plain, now)).toEqual({
      kind: 'remove',
    });
  });

  it('marks what has finalizers and raises the generation', () => {
    const live = object({ metadata: { name: 'a', generation: 3, finalizers: ['x/y'] } });
    const decision = decideDeletion(deployments, live, plain, now);
    expect(decision).toMatchObject({
      kind: 'mark',
      object: {
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, generation: 4 },
      },
    });
    expect(live['metadata']).not.toHaveProperty('deletionTimestamp');
  });

  it('does nothing the second time', () => {
    const live = object({
      metadata: {
        name: 'a',
        finalizers: ['x/y'],
        deletionTimestamp: '2026-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
      },
    });
    expect(decideDeletion(configMaps, live, plain, now)).toEqual({ kind: 'already' });
  });

  it.each([
    ['Orphan', ['orphan']],
    ['Foreground', ['foregroundDeletion']],
  ] as const)('%s adds its finalizer', (propagationPolicy, finalizers) => {
    const decision = decideDeletion(
      deployments,
      object({ metadata: { name: 'a' } }),
      { ...plain, propagationPolicy },
      now,
    );
    expect(decision).toMatchObject({ kind: 'mark', object: { metadata: { finalizers } } });
  });

  it('Background takes both away', () => {
    const live = object({ metadata: { name: 'a', finalizers: ['orphan'] } });
    expect(decideDeletion(deployments, live, { ...plain, propagationPolicy: 'Background' }, now)).toEqual({
      kind: 'remove',
    });
  });

  it('lets a running pod end gracefully', () => {
    expect(decideDeletion(pods, running(), plain, now)).toMatchObject({
      kind: 'mark',
      object: { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 } },
    });
  });

  it('removes an unscheduled or ended pod, and one with grace 0, at once', () => {
    expect(decideDeletion(pods, object({ metadata: { name: 'p' }, spec: {} }), plain, now).kind).toBe(
      'remove',
    );
    const ended = running();
    (ended['status'] as JsonObject)['phase'] = 'Succeeded';
    expect(decideDeletion(pods, ended, plain, now).kind).toBe('remove');
    expect(decideDeletion(pods, running(), { ...plain, gracePeriodSeconds: 0 }, now).kind).toBe('remove');
  });

  it('shortens a grace period and never prolongs it', () => {
    const live = running({ deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 });
    expect(decideDeletion(pods, live, { ...plain, gracePeriodSeconds: 5 }, now)).toMatchObject({
      kind: 'mark',
      object: { metadata: { deletionTimestamp: '2026-01-01T00:00:05Z', deletionGracePeriodSeconds: 5 } },
    });
    expect(decideDeletion(pods, live, { ...plain, gracePeriodSeconds: 60 }, now)).toEqual({
      kind: 'already',
    });
  });

  it('makes a namespace terminating while its spec has finalizers', () => {
    const live = object({
      metadata: { name: 'n' },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    expect(decideDeletion(namespaces, live, plain, now)).toMatchObject({
      kind: 'mark',
      object: { status: { phase: 'Terminating' } },
    });
  });

  it('is complete when the last finalizer and the grace are gone', () => {
    const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 };
    expect(completesDeletion(configMaps, object({ metadata: { ...deleting } }))).toBe(true);
    expect(completesDeletion(configMaps, object({ metadata: {} }))).toBe(false);
    expect(completesDeletion(configMaps, object({ metadata: { ...deleting, finalizers: ['x/y'] } }))).toBe(
      false,
    );
    expect(
      completesDeletion(pods, object({ metadata: { ...deleting, deletionGracePeriodSeconds: 5 } })),
    ).toBe(false);
    expect(
      completesDeletion(namespaces, object({ metadata: deleting, spec: { finalizers: ['kubernetes'] } })),
    ).toBe(false);
  });
});
