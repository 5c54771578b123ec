import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const configMaps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';
const merge = 'application/merge-patch+json';

function deployment(name: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'i:1' }] },
      },
    },
  };
}
const metadataOf = (object: JsonObject): JsonObject => object['metadata'] as JsonObject;

describe('create', () => {
  it('fills in what the server owns and answers 201', async () => {
    const answer = await server.call('POST', configMaps, {
      metadata: {
        name: 'made',
        uid: 'mine',
        creationTimestamp: '2001-01-01T00:00:00Z',
        generation: 9,
        selfLink: '/x',
      },
    });
    expect(answer.status).toBe(201);
    const metadata = metadataOf(answer.json());
    expect(metadata['uid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata['creationTimestamp']).not.toBe('2001-01-01T00:00:00Z');
    expect(metadata).not.toHaveProperty('selfLink');
    expect(metadata).not.toHaveProperty('generation');
    expect(metadata['namespace']).toBe('default');
    expect(Number(metadata['resourceVersion'])).toBe(server.store.revision());
  });

  it('keeps the stored form free of the resourceVersion, under the original key', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'stored' } });
    const outcome = await server.store.range(
      { key: Buffer.from('/registry/configmaps/default/stored'), consistency: 'local' },
      { caller: 'test', timeoutMilliseconds: 1000 },
    );
    const value = outcome.kind === 'done' ? Buffer.from(outcome.value.items[0]!.value).toString() : '';
    expect(value).toMatch(/^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"stored"/);
    expect(value).not.toContain('resourceVersion');
  });

  it('refuses a second object of the name', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'twice' } });
    const answer = await server.call('POST', configMaps, { metadata: { name: 'twice' } });
    expect(answer.json()).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
      details: { name: 'twice', kind: 'configmaps' },
    });
  });

  it('generates names from a prefix', async () => {
    const names = new Set<unknown>();
    for (let count = 0; count < 5; count += 1) {
      const answer = await server.call('POST', configMaps, { metadata: { generateName: 'gen-' } });
      expect(answer.status).toBe(201);
      names.add(metadataOf(answer.json())['name']);
    }
    expect(names.size).toBe(5);
    for (const name of names) expect(name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('answers 404 for a missing namespace and nothing is stored', async () => {
    const before = server.store.revision();
    const answer = await server.call('POST', '/api/v1/namespaces/nope/configmaps', {
      metadata: { name: 'a' },
    });
    expect(answer.json()).toMatchObject({ code: 404, message: 'namespaces "nope" not found' });
    expect(server.store.revision()).toBe(before);
  });

  it('with dryRun=All validates everything and stores nothing', async () => {
    const before = server.store.revision();
    const answer = await server.call('POST', `${configMaps}?dryRun=All`, { metadata: { name: 'dry' } });
    expect(answer.status).toBe(201);
    expect(
      (await server.call('POST', `${configMaps}?dryRun=All`, { metadata: { name: 'Bad Name' } })).status,
    ).toBe(422);
    expect(
      (await server.call('POST', `${configMaps}?dryRun=Some`, { metadata: { name: 'dry' } })).status,
    ).toBe(422);
    expect(server.store.revision()).toBe(before);
  });
});

describe('update', () => {
  it('replaces, counts the generation on a change of the spec only, and keeps the status', async () => {
    const created = (await server.call('POST', deployments, deployment('up'))).json();
    expect(metadataOf(created)['generation']).toBe(1);
    const next = structuredClone(created) as JsonObject;
    (next['spec'] as JsonObject)['replicas'] = 4;
    next['status'] = { replicas: 77 };
    const updated = (await server.call('PUT', `${deployments}/up`, next)).json();
    expect(metadataOf(updated)['generation']).toBe(2);
    expect(updated['status']).not.toHaveProperty('replicas');

    const labelled = await server.call(
      'PATCH',
      `${deployments}/up`,
      { metadata: { labels: { a: 'b' } } },
      merge,
    );
    expect(metadataOf(labelled.json())['generation']).toBe(2);
  });

  it('refuses an old resourceVersion', async () => {
    const created = (await server.call('POST', configMaps, { metadata: { name: 'stale' } })).json();
    await server.call('PATCH', `${configMaps}/stale`, { data: { a: '1' } }, merge);
    const answer = await server.call('PUT', `${configMaps}/stale`, created);
    expect(answer.json()).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('refuses another uid and another name', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'ident' } });
    const uid = await server.call('PUT', `${configMaps}/ident`, {
      metadata: { name: 'ident', uid: 'other' },
    });
    expect(uid.status).toBe(409);
    expect(uid.text).toContain('Precondition failed: UID in precondition: other');
    const name = await server.call('PUT', `${configMaps}/ident`, { metadata: { name: 'else' } });
    expect(name.json()).toMatchObject({
      code: 400,
      message: 'the name of the object (else) does not match the name on the URL (ident)',
    });
  });

  it('without a change writes nothing and keeps the resourceVersion', async () => {
    const created = (
      await server.call('POST', configMaps, { metadata: { name: 'same' }, data: { a: '1' } })
    ).json();
    const before = server.store.revision();
    const again = await server.call('PUT', `${configMaps}/same`, {
      metadata: { name: 'same' },
      data: { a: '1' },
    });
    expect(again.status).toBe(200);
    expect(metadataOf(again.json())['resourceVersion']).toBe(metadataOf(created)['resourceVersion']);
    expect(server.store.revision()).toBe(before);
  });

  it('of a missing object is 404, or creates where the kind allows it', async () => {
    expect((await server.call('PUT', `${configMaps}/absent`, { metadata: { name: 'absent' } })).status).toBe(
      404,
    );
    const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases/fresh';
    expect((await server.call('PUT', lease, { metadata: { name: 'fresh' }, spec: {} })).status).toBe(201);
  });

  it('through /status changes the status and nothing else', async () => {
    await server.call('POST', deployments, deployment('st'));
    const patch = { spec: { replicas: 9 }, status: { replicas: 2, observedGeneration: 1 } };
    const answer = (await server.call('PATCH', `${deployments}/st/status`, patch, merge)).json();
    expect(answer).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 2, observedGeneration: 1 } });
    expect(metadataOf(answer)['generation']).toBe(1);
  });
});

describe('patch', () => {
  it('understands JSON, merge and strategic merge patches', async () => {
    await server.call('POST', deployments, deployment('pa'));
    const json = await server.call(
      'PATCH',
      `${deployments}/pa`,
      [{ op: 'replace', path: '/spec/replicas', value: 3 }],
      'application/json-patch+json',
    );
    expect(json.json()).toMatchObject({ spec: { replicas: 3 } });
    const strategic = await server.call(
      'PATCH',
      `${deployments}/pa`,
      { spec: { template: { spec: { containers: [{ name: 'side', image: 's' }] } } } },
      'application/strategic-merge-patch+json',
    );
    const containers = (
      strategic.json() as { spec: { template: { spec: { containers: { name: string }[] } } } }
    ).spec.template.spec.containers;
    expect(containers.map((container) => container.name).sort()).toEqual(['c', 'side']);
    const merged = await server.call(
      'PATCH',
      `${deployments}/pa`,
      { metadata: { labels: { x: 'y' } } },
      merge,
    );
    expect(merged.json()).toMatchObject({ metadata: { labels: { x: 'y' } } });
  });

  it('refuses server-side apply with 415 until it exists', async () => {
    const answer = await server.call('PATCH', `${configMaps}/x`, '{}', 'application/apply-patch+yaml');
    expect(answer.json()).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  it('that does not apply is 422 and one that cannot be read is 400', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'pb' } });
    const failed = await server.call(
      'PATCH',
      `${configMaps}/pb`,
      [{ op: 'remove', path: '/data/none' }],
      'application/json-patch+json',
    );
    expect(failed.json()).toMatchObject({
      code: 422,
      message: expect.stringMatching(
        /^the server rejected our request due to an error in our request: .*missing path/,
      ),
      details: {},
    });
    expect((await server.call('PATCH', `${configMaps}/pb`, '{', merge)).status).toBe(400);
    const operations = Array.from({ length: 10_001 }, () => ({
      op: 'test',
      path: '/kind',
      value: 'ConfigMap',
    }));
    const many = await server.call('PATCH', `${configMaps}/pb`, operations, 'application/json-patch+json');
    expect(many.status).toBe(413);
    expect((await server.call('PATCH', `${configMaps}/none`, {}, merge)).status).toBe(404);
  });

  it('with the resourceVersion of an older object is a conflict', async () => {
    const created = (await server.call('POST', configMaps, { metadata: { name: 'pc' } })).json();
    await server.call('PATCH', `${configMaps}/pc`, { data: { a: '1' } }, merge);
    const resourceVersion = metadataOf(created)['resourceVersion'];
    const answer = await server.call(
      'PATCH',
      `${configMaps}/pc`,
      { metadata: { resourceVersion }, data: {} },
      merge,
    );
    expect(answer.status).toBe(409);
  });
});

describe('delete', () => {
  it('answers a Status with what was deleted', async () => {
    const created = (await server.call('POST', configMaps, { metadata: { name: 'del' } })).json();
    const answer = await server.call('DELETE', `${configMaps}/del`);
    expect(answer.json()).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'del', kind: 'configmaps', uid: metadataOf(created)['uid'] },
    });
    expect((await server.call('GET', `${configMaps}/del`)).status).toBe(404);
    expect((await server.call('DELETE', `${configMaps}/del`)).status).toBe(404);
  });

  it('waits for finalizers, and the update that takes the last one away deletes', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'fin', finalizers: ['example.com/hold'] } });
    const marked = (await server.call('DELETE', `${configMaps}/fin`)).json();
    expect(metadataOf(marked)).toMatchObject({ deletionGracePeriodSeconds: 0 });
    expect(metadataOf(marked)['deletionTimestamp']).toBeDefined();
    const more = { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } };
    const added = await server.call('PATCH', `${configMaps}/fin`, more, merge);
    expect(added.status).toBe(422);
    expect(added.text).toContain('no new finalizers can be added if the object is being deleted');
    const released = await server.call(
      'PATCH',
      `${configMaps}/fin`,
      { metadata: { finalizers: null } },
      merge,
    );
    expect(released.status).toBe(200);
    expect((await server.call('GET', `${configMaps}/fin`)).status).toBe(404);
  });

  it('honours preconditions, from the body in any media type, and the query', async () => {
    await server.call('POST', configMaps, { metadata: { name: 'pre' } });
    const body = { kind: 'DeleteOptions', apiVersion: 'apps/v1', preconditions: { uid: 'other' } };
    expect((await server.call('DELETE', `${configMaps}/pre`, body)).status).toBe(409);
    const yaml = await server.call(
      'DELETE',
      `${configMaps}/pre`,
      'preconditions:\n  resourceVersion: "1"\n',
      'application/yaml',
    );
    expect(yaml.status).toBe(409);
    expect((await server.call('DELETE', `${configMaps}/pre`, { propagationPolicy: 'Maybe' })).status).toBe(
      422,
    );
    expect((await server.call('DELETE', `${configMaps}/pre?dryRun=All`)).status).toBe(200);
    expect((await server.call('GET', `${configMaps}/pre`)).status).toBe(200);
    const orphan = await server.call('DELETE', `${configMaps}/pre?propagationPolicy=Orphan`);
    expect(metadataOf(orphan.json())['finalizers']).toEqual(['orphan']);
  });

  it('of a collection takes what the selector matches and returns the list', async () => {
    for (const [name, tier] of [
      ['dc1', 'a'],
      ['dc2', 'a'],
      ['dc3', 'b'],
    ]) {
      await server.call('POST', configMaps, { metadata: { name, labels: { tier } } });
    }
    const answer = await server.call('DELETE', `${configMaps}?labelSelector=tier%3Da`);
    expect((answer.json()['items'] as JsonObject[]).map((item) => metadataOf(item)['name'])).toEqual([
      'dc1',
      'dc2',
    ]);
    expect((await server.call('GET', `${configMaps}/dc3`)).status).toBe(200);
    expect((await server.call('GET', `${configMaps}/dc1`)).status).toBe(404);
  });

  it('lets a scheduled pod end gracefully', async () => {
    await server.call('POST', pods, {
      metadata: { name: 'grace' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
    const marked = (await server.call('DELETE', `${pods}/grace`)).json();
    expect(metadataOf(marked)['deletionGracePeriodSeconds']).toBe(30);
    expect((await server.call('DELETE', `${pods}/grace?gracePeriodSeconds=0`)).json()['kind']).toBe('Pod');
    expect((await server.call('GET', `${pods}/grace`)).status).toBe(404);
  });
});

describe('namespaces', () => {
  it('exist at birth with their name as a label', async () => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
      const namespace = (await server.call('GET', `/api/v1/namespaces/${name}`)).json();
      expect(namespace).toMatchObject({
        metadata: { labels: { 'kubernetes.io/metadata.name': name } },
        status: { phase: 'Active' },
      });
    }
  });

  it('that the cluster needs cannot be deleted', async () => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      expect((await server.call('DELETE', `/api/v1/namespaces/${name}`)).status).toBe(403);
    }
    expect((await server.call('DELETE', '/api/v1/namespaces')).status).toBe(405);
  });

  it('terminate until their spec finalizers are emptied, and take nothing new meanwhile', async () => {
    await server.call('POST', '/api/v1/namespaces', { metadata: { name: 'going' } });
    const gone = (await server.call('DELETE', '/api/v1/namespaces/going')).json();
    expect(gone).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const refused = (
      await server.call('POST', '/api/v1/namespaces/going/configmaps', { metadata: { name: 'a' } })
    ).json();
    expect(refused).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    (gone['spec'] as JsonObject)['finalizers'] = [];
    expect((await server.call('PUT', '/api/v1/namespaces/going/finalize', gone)).status).toBe(200);
    expect((await server.call('GET', '/api/v1/namespaces/going')).status).toBe(404);
  });

  it('that begin to go between the look and the write take nothing either', async () => {
    await server.call('POST', '/api/v1/namespaces', { metadata: { name: 'racing' } });
    const path = '/registry/namespaces/racing';
    server.store.beforeTxn = () => {
      server.store.beforeTxn = undefined;
      server.store.putRaw(
        path,
        '{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"racing","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Terminating"}}',
      );
    };
    const answer = await server.call('POST', '/api/v1/namespaces/racing/configmaps', {
      metadata: { name: 'a' },
    });
    expect(answer.status).toBe(403);
    expect((await server.call('GET', '/api/v1/namespaces/racing/configmaps/a')).status).toBe(404);
  });
});

describe('subresources', () => {
  it('scale shows and changes replicas, and refuses a negative number', async () => {
    await server.call('POST', deployments, deployment('sc'));
    expect((await server.call('GET', `${deployments}/sc/scale`)).json()).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'app=sc' },
    });
    const scaled = await server.call('PATCH', `${deployments}/sc/scale`, { spec: { replicas: 5 } }, merge);
    expect(scaled.json()).toMatchObject({ spec: { replicas: 5 } });
    const object = (await server.call('GET', `${deployments}/sc`)).json();
    expect(object).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } });
    const negative = await server.call('PATCH', `${deployments}/sc/scale`, { spec: { replicas: -1 } }, merge);
    expect(negative.json()).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.replicas' }] } });
  });

  it('binding puts a pod on a node, once', async () => {
    await server.call('POST', pods, {
      metadata: { name: 'bind' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const binding = { metadata: { name: 'bind' }, target: { kind: 'Node', name: 'n1' } };
    expect((await server.call('POST', `${pods}/bind/binding`, binding)).status).toBe(201);
    const pod = (await server.call('GET', `${pods}/bind`)).json();
    expect(pod).toMatchObject({
      spec: { nodeName: 'n1' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    });
    expect((await server.call('POST', `${pods}/bind/binding`, binding)).status).toBe(409);
  });

  it('eviction respects a disruption budget', async () => {
    await server.call('POST', pods, {
      metadata: { name: 'evict', labels: { app: 'evict' } },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
    await server.call('PATCH', `${pods}/evict/status`, { status: { phase: 'Running' } }, merge);
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    await server.call('POST', budgets, {
      metadata: { name: 'pdb' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'evict' } } },
    });
    const eviction = { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: 'evict' } };
    const refused = await server.call('POST', `${pods}/evict/eviction`, eviction);
    expect(refused.json()).toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget' }] },
    });
    await server.call('PATCH', `${budgets}/pdb/status`, { status: { disruptionsAllowed: 1 } }, merge);
    expect((await server.call('POST', `${pods}/evict/eviction`, eviction)).status).toBe(201);
    expect(metadataOf((await server.call('GET', `${pods}/evict`)).json())['deletionTimestamp']).toBeDefined();
    expect((await server.call('GET', `${budgets}/pdb`)).json()).toMatchObject({
      status: { disruptionsAllowed: 0 },
    });
  });

  it('that need a node answer at once as without one', async () => {
    await server.call('POST', pods, {
      metadata: { name: 'nonode' },
      spec: {
        containers: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'i' },
        ],
      },
    });
    expect((await server.call('GET', `${pods}/nonode/log`)).json()['message']).toBe(
      'a container name must be specified for pod nonode, choose one of: [a b]',
    );
    expect((await server.call('GET', `${pods}/nonode/log?container=x`)).status).toBe(400);
    expect(await server.call('GET', `${pods}/nonode/log?container=a`)).toMatchObject({
      status: 200,
      text: '',
    });
    const exec = await server.http1(`${pods}/nonode/exec?container=a`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    });
    expect(exec.json()).toMatchObject({ code: 400, message: 'pod nonode does not have a host assigned' });
    expect((await server.call('GET', `${pods}/none/log`)).status).toBe(404);
  });

  it('approval changes the conditions of a signing request only', async () => {
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const made = await server.call('POST', requests, {
      metadata: { name: 'csr' },
      spec: { request: 'eA==', signerName: 'example.com/x', usages: ['client auth'] },
    });
    expect(made.status).toBe(201);
    const next = structuredClone(made.json()) as JsonObject;
    next['status'] = { conditions: [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }] };
    const approved = await server.call('PUT', `${requests}/csr/approval`, next);
    expect(approved.json()).toMatchObject({ status: { conditions: [{ type: 'Approved' }] } });
  });
});

describe('several versions of one store', () => {
  it('serve an autoscaler as v1 and v2', async () => {
    const v1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
    const created = await server.call('POST', v1, {
      metadata: { name: 'h' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
        maxReplicas: 5,
        targetCPUUtilizationPercentage: 70,
      },
    });
    expect(created.status).toBe(201);
    expect(created.json()).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { targetCPUUtilizationPercentage: 70 },
    });
    const v2 = (await server.call('GET', v1.replace('/v1/', '/v2/').concat('/h'))).json();
    expect(v2).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: {
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 70 } } }],
      },
    });
  });

  it('serve an event of either group in both', async () => {
    const core = '/api/v1/namespaces/default/events';
    const created = await server.call('POST', core, {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Because',
      message: 'text',
      type: 'Normal',
    });
    expect(created.status).toBe(201);
    const other = await server.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events/e');
    expect(other.json()).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'text',
      regarding: { name: 'p' },
    });
    const list = await server.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events');
    expect(list.json()).toMatchObject({ kind: 'EventList', items: [{ note: 'text' }] });
  });
});
