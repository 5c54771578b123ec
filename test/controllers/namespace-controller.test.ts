import { beforeEach, describe, expect, it } from 'vitest';
import { getPath, isObject, type JsonObject } from '../../api/index.js';
import { reconcileNamespace } from '../../controllers/namespace/namespace-controller.js';
import { silentLogger } from '../../platform/index.js';
import { type MemoryApi, memoryApi, objectPath } from '../client/support/memory-api.js';
import { virtualClock } from '../client/support/virtual-clock.js';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const pods = { group: '', version: 'v1', resource: 'pods', namespace: 'demo' };
const widgets = { group: 'example.com', version: 'v1', resource: 'widgets', namespace: 'demo' };
const clock = virtualClock();
let api: MemoryApi;

function discovery(groups: Record<string, { versions: JsonObject[] }>): JsonObject {
  const items = Object.entries(groups).map(([name, { versions }]) => ({ metadata: { name }, versions }));
  return { kind: 'APIGroupDiscoveryList', items };
}

function served(resource: string, verbs: string[], scope = 'Namespaced'): JsonObject {
  return { resource, scope, verbs, responseKind: { kind: resource } };
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list'];

beforeEach(() => {
  api = memoryApi();
  api.documents.set(
    '/api',
    discovery({
      '': {
        versions: [
          {
            version: 'v1',
            resources: [
              served('pods', allVerbs),
              served('nodes', allVerbs, 'Cluster'),
              served('bindings', ['create']),
            ],
          },
        ],
      },
    }),
  );
  api.documents.set(
    '/apis',
    discovery({
      'example.com': {
        versions: [
          { version: 'v1', resources: [served('widgets', ['get', 'list', 'delete'])] },
          { version: 'v1beta1', resources: [served('widgets', allVerbs)] },
        ],
      },
    }),
  );
});

function put(reference: typeof pods | typeof namespaces, name: string, object: JsonObject = {}): void {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  api.objects.set(objectPath(reference, name), {
    ...object,
    metadata: { ...metadata, name, uid: `${name}-uid`, resourceVersion: '1' },
  });
}

function putNamespace(finalizers: string[] = ['kubernetes'], terminating = true): void {
  const metadata: JsonObject = terminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  put(namespaces, 'demo', { metadata, spec: { finalizers }, status: { phase: 'Terminating' } });
}

function reconcile(): Promise<unknown> {
  return reconcileNamespace(
    { client: api.client, clock, logger: silentLogger },
    'demo',
    new AbortController().signal,
  );
}

function condition(type: string): JsonObject | undefined {
  const conditions = getPath(api.objects.get(objectPath(namespaces, 'demo')), 'status', 'conditions');
  return (Array.isArray(conditions) ? conditions.filter(isObject) : []).find(
    (entry) => entry['type'] === type,
  );
}

describe('the namespace controller', () => {
  it('leaves a namespace alone that is not being deleted, or is not waiting for it', async () => {
    putNamespace(['kubernetes'], false);
    put(pods, 'a');
    expect(await reconcile()).toEqual({ kind: 'done' });
    putNamespace(['other']);
    expect(await reconcile()).toEqual({ kind: 'done' });
    expect(api.calls.filter((call) => !call.startsWith('get'))).toEqual([]);
  });

  it('does nothing for a namespace that is gone', async () => {
    expect(await reconcile()).toEqual({ kind: 'done' });
  });

  it('deletes all content, with or without deletecollection, and then lets the namespace go', async () => {
    putNamespace();
    put(pods, 'a');
    put(pods, 'b');
    put({ ...widgets }, 'w');
    expect(await reconcile()).toEqual({ kind: 'done' });
    expect([...api.objects.keys()]).toEqual([]);
    expect(api.calls).toContain('deletecollection pods');
    expect(api.calls).toContain('delete widgets w');
    expect(api.calls.at(-1)).toBe('update namespaces/finalize demo');
  });

  it('touches nothing of other namespaces, of the cluster, or that cannot be listed', async () => {
    putNamespace();
    put({ ...pods, namespace: 'elsewhere' }, 'a');
    put({ group: '', version: 'v1', resource: 'nodes' }, 'n');
    await reconcile();
    expect([...api.objects.keys()]).toEqual(['pods. elsewhere/a', 'nodes. /n']);
    expect(api.calls.some((call) => call.includes('nodes') || call.includes('bindings'))).toBe(false);
  });

  it('waits for finalizers and says which', async () => {
    putNamespace();
    put({ ...widgets }, 'w', { metadata: { finalizers: ['example.com/guard'] } });
    api.onDelete = () => true;
    expect(await reconcile()).toEqual({ kind: 'again' });
    expect(condition('NamespaceContentRemaining')).toMatchObject({
      status: 'True',
      reason: 'SomeResourcesRemain',
    });
    expect(condition('NamespaceContentRemaining')?.['message']).toContain('widgets.example.com (1)');
    expect(condition('NamespaceFinalizersRemaining')).toMatchObject({
      status: 'True',
      reason: 'SomeFinalizersRemain',
    });
    expect(condition('NamespaceFinalizersRemaining')?.['message']).toContain('example.com/guard (1)');
    expect(condition('NamespaceDeletionContentFailure')).toMatchObject({
      status: 'False',
      reason: 'ContentDeleted',
    });
    expect(condition('NamespaceDeletionDiscoveryFailure')).toMatchObject({
      status: 'False',
      reason: 'ResourcesDiscovered',
    });
    expect(condition('NamespaceDeletionGroupVersionParsingFailure')).toMatchObject({
      status: 'False',
      reason: 'ParsedGroupVersions',
    });
    const writes = api.calls.filter((call) => call === 'update namespaces/status demo').length;
    await reconcile();
    expect(api.calls.filter((call) => call === 'update namespaces/status demo')).toHaveLength(writes);
  });

  it('keeps the namespace while a group’s resources are not known, and still empties the others', async () => {
    putNamespace();
    put(pods, 'a');
    api.documents.set(
      '/apis',
      discovery({ 'metrics.k8s.io': { versions: [{ version: 'v1beta1', freshness: 'Stale' }] } }),
    );
    expect(await reconcile()).toEqual({ kind: 'again' });
    expect(api.objects.has(objectPath(pods, 'a'))).toBe(false);
    expect(condition('NamespaceDeletionDiscoveryFailure')).toMatchObject({
      status: 'True',
      reason: 'DiscoveryFailed',
    });
  });

  it('rejects, to be called again, when the server does not answer', async () => {
    putNamespace();
    api.failure = new Error('down');
    await expect(reconcile()).rejects.toThrow('down');
  });

  it('ends pods of nodes that do not exist once their grace has passed, and no others', async () => {
    putNamespace();
    const past = { deletionTimestamp: '2025-12-31T23:59:00Z' };
    const future = { deletionTimestamp: '2026-12-31T00:00:00Z' };
    put({ group: '', version: 'v1', resource: 'nodes' }, 'real');
    put(pods, 'stranded', { metadata: past, spec: { nodeName: 'ghost' } });
    put(pods, 'in-grace', { metadata: future, spec: { nodeName: 'ghost' } });
    put(pods, 'on-a-node', { metadata: past, spec: { nodeName: 'real' } });
    api.onDelete = () => true;
    expect(await reconcile()).toEqual({ kind: 'again' });
    expect(api.calls.filter((call) => call.startsWith('delete pods'))).toEqual(['delete pods stranded']);
  });
});
