/** A deleted namespace empties and disappears, through the controller's own process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath, isObject } from '../../api/index.js';
import { type ApiClient, ApiStatusError, isNotFound } from '../../client/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { clientFor } from './support/cluster-client.js';
import { report, until } from './support/until.js';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const inNamespace = (namespace: string) => ({ group: '', version: 'v1', resource: 'configmaps', namespace });

describe('deleting a namespace', () => {
  let cluster: Cluster;
  let client: ApiClient;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3 });
    client = clientFor(cluster.kubeconfig);
  });
  afterAll(async () => {
    client?.close();
    await cluster?.stop();
  });

  async function isGone(name: string): Promise<boolean> {
    return client.get(namespaces, name).then(
      () => false,
      (error: unknown) => {
        if (isNotFound(error)) return true;
        throw error;
      },
    );
  }

  it('removes everything in it and then itself', async () => {
    await client.create(namespaces, { metadata: { name: 'full' } });
    const container = { name: 'c', image: 'example.com/i' };
    for (let index = 0; index < 20; index += 1) {
      await client.create(inNamespace('full'), { metadata: { name: `c${index}` } });
    }
    await client.create(
      { group: '', version: 'v1', resource: 'pods', namespace: 'full' },
      { metadata: { name: 'p' }, spec: { containers: [container] } },
    );
    await client.create(
      { group: '', version: 'v1', resource: 'pods', namespace: 'full' },
      {
        metadata: { name: 'bound' },
        spec: { nodeName: 'nowhere', terminationGracePeriodSeconds: 1, containers: [container] },
      },
    );
    const labels = { app: 'x' };
    await client.create(
      { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'full' },
      {
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
    );
    const deletedAt = performance.now();
    await client.delete(namespaces, 'full');
    await until('the namespace is gone', () => isGone('full'));
    report('a namespace with content is gone', deletedAt);
    expect((await client.list(inNamespace('full'))).items).toEqual([]);
    await client.create(namespaces, { metadata: { name: 'full' } });
    expect((await client.list(inNamespace('full'))).items).toEqual([]);
  });

  it('refuses new content, waits for finalizers and says so in its conditions', async () => {
    await client.create(namespaces, { metadata: { name: 'held' } });
    await client.create(inNamespace('held'), {
      metadata: { name: 'guarded', finalizers: ['example.com/guard'] },
    });
    await client.delete(namespaces, 'held');
    const refusal = await client
      .create(inNamespace('held'), { metadata: { name: 'late' } })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiStatusError);
    expect(refusal).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(JSON.stringify(getPath((refusal as ApiStatusError).status, 'details', 'causes'))).toContain(
      'NamespaceTerminating',
    );

    const held = await until('the conditions name the finalizer', async () => {
      const namespace = await client.get(namespaces, 'held');
      const conditions = getPath(namespace, 'status', 'conditions');
      if (!Array.isArray(conditions) || conditions.length !== 5) return undefined;
      return conditions.some(
        (entry) =>
          isObject(entry) && entry['type'] === 'NamespaceFinalizersRemaining' && entry['status'] === 'True',
      )
        ? namespace
        : undefined;
    });
    expect(getPath(held, 'status', 'phase')).toBe('Terminating');
    await client.patch(inNamespace('held'), 'guarded', {
      type: 'json',
      operations: [{ op: 'remove', path: '/metadata/finalizers' }],
    });
    const releasedAt = performance.now();
    await until('the namespace is gone', () => isGone('held'));
    report('a namespace is gone after its last finalizer', releasedAt);
  });

  it.each(['default', 'kube-system', 'kube-public'])('is refused for %s', async (name) => {
    await expect(client.delete(namespaces, name)).rejects.toMatchObject({ code: 403 });
    expect(await isGone(name)).toBe(false);
  });

  it('goes on when the leader is killed in the middle', async () => {
    await client.create(namespaces, { metadata: { name: 'stormy' } });
    for (let index = 0; index < 50; index += 1) {
      await client.create(inNamespace('stormy'), { metadata: { name: `c${index}` } });
    }
    await client.delete(namespaces, 'stormy');
    const killed = await cluster.faults.kill('leader');
    const killedAt = performance.now();
    await until('the namespace is gone', () => isGone('stormy'));
    report('a namespace is gone although the leader died', killedAt);
    await cluster.faults.restart(killed);
  });
});
