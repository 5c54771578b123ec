import { describe, expect, it } from 'vitest';
import type { ResourceDescriptor } from '../../../api/descriptor.js';
import { builtInResources } from '../../../api/resources/built-in.js';
import { indexResources } from '../../../api/resources/descriptor-index.js';
import { builtInSchemas } from '../../../api/schema/registry.js';
import { index, servedFor } from '../support/kinds.js';
import { object, plain } from '../support/values.js';

function get(group: string, resource: string, version = 'v1'): ResourceDescriptor {
  const found = index.byResource(group, version, resource);
  if (found === undefined) throw new Error(`${group}/${version} ${resource} is missing`);
  return found.descriptor;
}

/** Section 2 of the wire contract: `resource(short names){subresources}`, C before those of the whole cluster. */
const contract: readonly (readonly [group: string, resources: string])[] = [
  [
    '',
    'pods(po){attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status} services(svc){proxy,status} configmaps(cm) secrets serviceaccounts(sa){token} events(ev) endpoints(ep) persistentvolumeclaims(pvc){status} resourcequotas(quota){status} limitranges(limits) replicationcontrollers(rc){scale,status} podtemplates bindings C:namespaces(ns){finalize,status} C:nodes(no){proxy,status} C:persistentvolumes(pv){status} C:componentstatuses(cs)',
  ],
  [
    'apps',
    'deployments(deploy){scale,status} replicasets(rs){scale,status} statefulsets(sts){scale,status} daemonsets(ds){status} controllerrevisions',
  ],
  ['batch', 'jobs{status} cronjobs(cj){status}'],
  ['autoscaling', 'horizontalpodautoscalers(hpa){status}'],
  ['policy', 'poddisruptionbudgets(pdb){status}'],
  [
    'networking.k8s.io',
    'ingresses(ing){status} networkpolicies(netpol) C:ingressclasses C:ipaddresses(ip) C:servicecidrs{status}',
  ],
  ['discovery.k8s.io', 'endpointslices'],
  ['events.k8s.io', 'events(ev)'],
  ['coordination.k8s.io', 'leases'],
  ['rbac.authorization.k8s.io', 'roles rolebindings C:clusterroles C:clusterrolebindings'],
  [
    'storage.k8s.io',
    'C:storageclasses(sc) C:volumeattachments{status} C:csidrivers C:csinodes C:volumeattributesclasses(vac) csistoragecapacities',
  ],
  ['scheduling.k8s.io', 'C:priorityclasses(pc)'],
  ['node.k8s.io', 'C:runtimeclasses'],
  ['certificates.k8s.io', 'C:certificatesigningrequests(csr){approval,status}'],
  [
    'admissionregistration.k8s.io',
    'C:mutatingwebhookconfigurations C:validatingwebhookconfigurations C:validatingadmissionpolicies{status} C:validatingadmissionpolicybindings C:mutatingadmissionpolicies C:mutatingadmissionpolicybindings',
  ],
  ['apiextensions.k8s.io', 'C:customresourcedefinitions(crd,crds){status}'],
  ['apiregistration.k8s.io', 'C:apiservices{status}'],
  ['authentication.k8s.io', 'C:tokenreviews C:selfsubjectreviews'],
  [
    'authorization.k8s.io',
    'C:subjectaccessreviews C:selfsubjectaccessreviews localsubjectaccessreviews C:selfsubjectrulesreviews',
  ],
  ['flowcontrol.apiserver.k8s.io', 'C:flowschemas{status} C:prioritylevelconfigurations{status}'],
  ['resource.k8s.io', 'resourceclaims{status} resourceclaimtemplates C:deviceclasses C:resourceslices'],
];

function describeResource(descriptor: ResourceDescriptor): string {
  const scope = descriptor.namespaced ? '' : 'C:';
  const short = descriptor.shortNames.length === 0 ? '' : `(${descriptor.shortNames.join(',')})`;
  const names = descriptor.subresources.map(({ name }) => name).sort();
  return `${scope}${descriptor.resource}${short}${names.length === 0 ? '' : `{${names.join(',')}}`}`;
}

describe('the table of built-in resources', () => {
  it.each(contract)('group %j holds exactly what the contract lists', (group, resources) => {
    const actual = builtInResources().filter((descriptor) => descriptor.group === group);
    expect(actual.map((descriptor) => describeResource(descriptor)).sort()).toEqual(
      resources.split(' ').sort(),
    );
  });

  it('has no group besides', () => {
    const groups = new Set(builtInResources().map(({ group }) => group));
    expect([...groups].sort()).toEqual(contract.map(([group]) => group).sort());
  });

  it('names a type of the schema registry for every version, and an own key prefix for every stored kind', () => {
    const prefixes = new Map<string, string>();
    for (const descriptor of builtInResources()) {
      for (const served of descriptor.versions) {
        expect(builtInSchemas().hasType(served.type), served.type).toBe(true);
        if (descriptor.verbs.includes('list'))
          expect(builtInSchemas().hasType(served.listType), served.listType).toBe(true);
      }
      if (descriptor.persistence.kind === 'virtual') continue;
      const { keyPrefix } = descriptor.persistence;
      expect(keyPrefix).toMatch(/^\/registry\/.+\/$/);
      const owner = descriptor.storedAs === undefined ? descriptor.group : '';
      expect(prefixes.get(keyPrefix) ?? `${owner}/${descriptor.resource}`).toBe(
        `${owner}/${descriptor.resource}`,
      );
      prefixes.set(keyPrefix, `${owner}/${descriptor.resource}`);
    }
  });

  it.each([
    ['', 'pods', '/registry/pods/'],
    ['', 'services', '/registry/services/specs/'],
    ['', 'endpoints', '/registry/services/endpoints/'],
    ['', 'nodes', '/registry/minions/'],
    ['', 'replicationcontrollers', '/registry/controllers/'],
    ['networking.k8s.io', 'ingresses', '/registry/ingress/'],
    ['coordination.k8s.io', 'leases', '/registry/leases/'],
    [
      'apiextensions.k8s.io',
      'customresourcedefinitions',
      '/registry/apiextensions.k8s.io/customresourcedefinitions/',
    ],
    ['events.k8s.io', 'events', '/registry/events/'],
  ])('keeps %s %s under the original key %s', (group, resource, keyPrefix) => {
    expect(get(group, resource).persistence).toEqual({ kind: 'stored', keyPrefix });
  });

  it('offers no deletecollection of namespaces, and create alone of reviews', () => {
    expect(get('', 'namespaces').verbs).not.toContain('deletecollection');
    expect(get('', 'namespaces').verbs).toContain('delete');
    expect(get('authorization.k8s.io', 'selfsubjectaccessreviews').verbs).toEqual(['create']);
    expect(get('', 'componentstatuses').verbs).toEqual(['get', 'list']);
  });

  it('counts generations only where the original does', () => {
    for (const [group, resource] of [
      ['apps', 'deployments'],
      ['batch', 'jobs'],
      ['', 'pods'],
      ['policy', 'poddisruptionbudgets'],
    ] as const) {
      expect(get(group, resource).strategy.tracksGeneration, resource).toBe(true);
    }
    for (const [group, resource] of [
      ['', 'configmaps'],
      ['', 'nodes'],
      ['', 'services'],
      ['coordination.k8s.io', 'leases'],
    ] as const) {
      expect(get(group, resource).strategy.tracksGeneration, resource).toBe(false);
    }
  });

  it('asks for a resourceVersion where the original does, and creates on update where it does', () => {
    expect(get('coordination.k8s.io', 'leases').strategy).toMatchObject({
      allowUnconditionalUpdate: false,
      allowCreateOnUpdate: true,
    });
    expect(get('', 'configmaps').strategy).toMatchObject({
      allowUnconditionalUpdate: true,
      allowCreateOnUpdate: false,
    });
    expect(get('apiextensions.k8s.io', 'customresourcedefinitions').strategy.allowUnconditionalUpdate).toBe(
      false,
    );
  });

  it('shows a scale with its selector as text', () => {
    const scale = get('apps', 'deployments').subresources.find(({ kind }) => kind === 'scale');
    if (scale?.kind !== 'scale') throw new Error('no scale');
    const deployment = object({
      spec: {
        selector: {
          matchLabels: { b: '2', a: '1' },
          matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }],
        },
      },
    });
    expect(scale.selector(deployment)).toBe('a=1,b=2,c in (x,y)');
    const controllers = get('', 'replicationcontrollers').subresources.find(({ kind }) => kind === 'scale');
    if (controllers?.kind !== 'scale') throw new Error('no scale');
    expect(controllers.selector(object({ spec: { selector: { app: 'x' } } }))).toBe('app=x');
  });
});

describe('an index of descriptors', () => {
  it('finds by resource and by kind, and knows groups and versions', () => {
    expect(index.byResource('apps', 'v1', 'deployments')?.descriptor.kind).toBe('Deployment');
    expect(index.byKind('autoscaling', 'v1', 'HorizontalPodAutoscaler')?.served.version).toBe('v1');
    expect(index.byResource('apps', 'v2', 'deployments')).toBeUndefined();
    expect(index.byResource('', 'v1', '__proto__')).toBeUndefined();
    expect(index.hasGroup('batch')).toBe(true);
    expect(index.hasGroupVersion('batch', 'v1beta1')).toBe(false);
  });

  it('refuses two descriptors of one place', () => {
    const pods = get('', 'pods');
    expect(() => indexResources([pods, pods])).toThrow('two descriptors claim /v1/pods');
  });
});

describe('two groups, one event', () => {
  const core = object({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'd' },
    involvedObject: { kind: 'Pod', name: 'p' },
    message: 'pulled',
    source: { component: 'kubelet' },
    count: 3,
    reportingComponent: 'kubelet',
    type: 'Normal',
  });

  it('turns a core event into the other form and back without loss', async () => {
    const descriptor = get('events.k8s.io', 'events');
    const [other] = await descriptor.convert([core], 'v1');
    expect(plain(other)).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { kind: 'Pod', name: 'p' },
      note: 'pulled',
      deprecatedSource: { component: 'kubelet' },
      deprecatedCount: 3,
      reportingController: 'kubelet',
    });
    expect(other).not.toHaveProperty('involvedObject');
    expect(plain(descriptor.storedAs!.toStored(other!))).toEqual(plain(core));
    expect(plain(descriptor.storedAs!.fromStored(core))).toEqual(plain(other));
  });

  it('selects both forms by their own field names', () => {
    const { served } = servedFor(core);
    const field = served.selectableFields.find(({ name }) => name === 'involvedObject.name');
    expect(field?.value(core)).toBe('p');
    expect(get('events.k8s.io', 'events').versions[0]!.selectableFields.map(({ name }) => name)).toContain(
      'regarding.name',
    );
  });
});

describe('horizontal pod autoscalers in two versions', () => {
  const v2 = object({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 5,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
        {
          type: 'Resource',
          resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 10 } },
    },
  });

  it('go through v1 and back without loss', async () => {
    const descriptor = get('autoscaling', 'horizontalpodautoscalers', 'v2');
    const [v1] = await descriptor.convert([v2], 'v1');
    expect(plain(v1)).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { targetCPUUtilizationPercentage: 70, maxReplicas: 5 },
    });
    expect(v1!['spec']).not.toHaveProperty('metrics');
    const [back] = await descriptor.convert([v1!], 'v2');
    expect(plain(back)).toEqual(plain(v2));
  });

  it('drop a carrying annotation that is no JSON', async () => {
    const descriptor = get('autoscaling', 'horizontalpodautoscalers', 'v2');
    const v1 = object({
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': '{' } },
      spec: { maxReplicas: 1 },
    });
    const [back] = await descriptor.convert([v1], 'v2');
    expect(plain(back)).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: {},
      spec: { maxReplicas: 1 },
    });
  });
});
