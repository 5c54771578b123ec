import { describe, expect, it } from 'vitest';
import { partialObjectMetadataList, tableColumnDefinitions, tableFor } from '../../../api/columns/table.js';
import { stringAt } from '../../../api/read.js';
import { index, servedFor } from '../support/kinds.js';
import { object, plain } from '../support/values.js';

const now = Date.parse('2030-01-10T12:00:00Z');
const fiveDaysAgo = '2030-01-05T09:00:00Z';

/** The cells of one object by column, as `kubectl get -o wide` would show them. */
function cells(literal: Record<string, unknown>): Record<string, unknown> {
  const source = object({ metadata: { name: 'x', creationTimestamp: fiveDaysAgo }, ...literal });
  const { served } = servedFor(source);
  return Object.fromEntries(served.columns.map((column) => [column.name, plain(column.cell(source, now))]));
}

function names(group: string, resource: string, version = 'v1'): string {
  const { served } = index.byResource(group, version, resource)!;
  return served.columns.map(({ name, priority }) => (priority === 1 ? `${name}*` : name)).join(',');
}

describe('the columns of a kind', () => {
  it.each([
    ['', 'pods', 'Name,Ready,Status,Restarts,Age,IP*,Node*,Nominated Node*,Readiness Gates*'],
    ['apps', 'deployments', 'Name,Ready,Up-to-date,Available,Age,Containers*,Images*,Selector*'],
    ['apps', 'replicasets', 'Name,Desired,Current,Ready,Age,Containers*,Images*,Selector*'],
    ['apps', 'statefulsets', 'Name,Ready,Age,Containers*,Images*'],
    [
      'apps',
      'daemonsets',
      'Name,Desired,Current,Ready,Up-to-date,Available,Node Selector,Age,Containers*,Images*,Selector*',
    ],
    ['batch', 'jobs', 'Name,Status,Completions,Duration,Age,Containers*,Images*,Selector*'],
    [
      'batch',
      'cronjobs',
      'Name,Schedule,Timezone,Suspend,Active,Last Schedule,Age,Containers*,Images*,Selector*',
    ],
    ['', 'services', 'Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector*'],
    [
      '',
      'nodes',
      'Name,Status,Roles,Age,Version,Internal-IP*,External-IP*,OS-Image*,Kernel-Version*,Container-Runtime*',
    ],
    ['', 'events', 'Last Seen,Type,Reason,Object,Subobject*,Source*,Message,First Seen*,Count*,Name*'],
    [
      '',
      'persistentvolumeclaims',
      'Name,Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,VolumeMode*',
    ],
    ['policy', 'poddisruptionbudgets', 'Name,Min Available,Max Unavailable,Allowed Disruptions,Age'],
    ['networking.k8s.io', 'ingresses', 'Name,Class,Hosts,Address,Ports,Age'],
    ['discovery.k8s.io', 'endpointslices', 'Name,AddressType,Ports,Endpoints,Age'],
    [
      'certificates.k8s.io',
      'certificatesigningrequests',
      'Name,Age,SignerName,Requestor,RequestedDuration,Condition',
    ],
    ['coordination.k8s.io', 'leases', 'Name,Holder,Age'],
    ['apiextensions.k8s.io', 'customresourcedefinitions', 'Name,Created At'],
  ])("%s %s are the contract's", (group, resource, expected) => {
    expect(names(group, resource)).toBe(expected);
  });

  it('are the same for both versions of the autoscaler', () => {
    const expected = 'Name,Reference,Targets,MinPods,MaxPods,Replicas,Age';
    expect(names('autoscaling', 'horizontalpodautoscalers', 'v2')).toBe(expected);
    expect(names('autoscaling', 'horizontalpodautoscalers', 'v1')).toBe(expected);
  });

  it('can be filled for an object that holds nothing, or nonsense', () => {
    for (const descriptor of index.descriptors) {
      for (const served of descriptor.versions) {
        for (const odd of [
          {},
          { metadata: null, spec: [], status: 7 },
          { metadata: { name: 3 }, spec: { containers: [null, 1] } },
        ]) {
          for (const column of served.columns) {
            expect(() => column.cell(object(odd), now), `${served.type} ${column.name}`).not.toThrow();
          }
        }
      }
    }
  });
});

describe("a pod's row", () => {
  const running = { state: { running: {} }, ready: true, restartCount: 0, name: 'c' };

  function status(literal: Record<string, unknown>): [unknown, unknown, unknown] {
    const row = cells({ apiVersion: 'v1', kind: 'Pod', ...literal });
    return [row['Ready'], row['Status'], row['Restarts']];
  }

  it.each([
    ['has no status yet', ['0/1', 'Pending', '0'], { status: { phase: 'Pending' } }],
    ['runs', ['1/1', 'Running', '0'], { status: { phase: 'Running', containerStatuses: [running] } }],
    [
      'is being made',
      ['0/1', 'ContainerCreating', '0'],
      {
        status: {
          phase: 'Pending',
          containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
        },
      },
    ],
    [
      'crashes again and again',
      ['0/1', 'CrashLoopBackOff', '2 (5m ago)'],
      {
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              restartCount: 2,
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { finishedAt: '2030-01-10T11:55:00Z' } },
            },
          ],
        },
      },
    ],
    [
      'has ended well',
      ['0/1', 'Completed', '0'],
      {
        status: {
          phase: 'Succeeded',
          containerStatuses: [{ state: { terminated: { reason: 'Completed', exitCode: 0 } } }],
        },
      },
    ],
    [
      'was ended by a signal',
      ['0/1', 'Signal:9', '0'],
      {
        status: {
          phase: 'Failed',
          containerStatuses: [{ state: { terminated: { signal: 9, exitCode: 137 } } }],
        },
      },
    ],
    [
      'ended with a code',
      ['0/1', 'ExitCode:3', '0'],
      { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] } },
    ],
    ['was evicted', ['0/1', 'Evicted', '0'], { status: { phase: 'Failed', reason: 'Evicted' } }],
    [
      'is being deleted',
      ['1/1', 'Terminating', '0'],
      {
        metadata: { name: 'x', deletionTimestamp: fiveDaysAgo },
        status: { phase: 'Running', containerStatuses: [running] },
      },
    ],
    [
      'is gated',
      ['0/1', 'SchedulingGated', '0'],
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated', status: 'False' }],
        },
      },
    ],
  ])('that %s', (_what, expected, literal) => {
    expect(status({ spec: { containers: [{ name: 'c' }] }, ...literal })).toEqual(expected);
  });

  it('that waits for init containers says for which', () => {
    const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 'a' }, { name: 'b' }] };
    const done = { name: 'a', state: { terminated: { exitCode: 0 } } };
    const waiting = { name: 'b', state: { waiting: { reason: 'PodInitializing' } } };
    expect(status({ spec, status: { phase: 'Pending', initContainerStatuses: [done, waiting] } })[1]).toBe(
      'Init:1/2',
    );
    const failed = { name: 'b', state: { terminated: { exitCode: 1, reason: 'Error' } } };
    expect(status({ spec, status: { phase: 'Pending', initContainerStatuses: [done, failed] } })[1]).toBe(
      'Init:Error',
    );
    const pulling = { name: 'b', state: { waiting: { reason: 'ImagePullBackOff' } } };
    expect(status({ spec, status: { phase: 'Pending', initContainerStatuses: [done, pulling] } })[1]).toBe(
      'Init:ImagePullBackOff',
    );
  });

  it('lets the first container with something to say have the word', () => {
    const spec = { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] };
    const failing = [
      { state: { waiting: { reason: 'ErrImagePull' } } },
      { state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ];
    expect(status({ spec, status: { phase: 'Pending', containerStatuses: [running, ...failing] } })).toEqual([
      '1/3',
      'ErrImagePull',
      '0',
    ]);
  });

  it('counts sidecars', () => {
    const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] };
    const sidecar = { name: 's', started: true, ready: true, restartCount: 1, state: { running: {} } };
    expect(
      status({
        spec,
        status: { phase: 'Running', initContainerStatuses: [sidecar], containerStatuses: [running] },
      }),
    ).toEqual(['2/2', 'Running', '1']);
  });

  it('shows addresses and gates when wide', () => {
    const row = cells({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: { nodeName: 'n1', readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }] },
      status: { podIPs: [{ ip: '10.1.1.1' }], conditions: [{ type: 'a', status: 'True' }] },
    });
    expect(row).toMatchObject({
      IP: '10.1.1.1',
      Node: 'n1',
      'Nominated Node': '<none>',
      'Readiness Gates': '1/2',
      Age: '5d3h',
    });
  });
});

describe('the row of', () => {
  it('an object without a creation time has an unknown age', () => {
    expect(cells({ apiVersion: 'v1', kind: 'Pod', metadata: {} })['Age']).toBe('<unknown>');
  });

  it('a deployment', () => {
    const row = cells({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'x' } },
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'i:1' },
              { name: 'b', image: 'j' },
            ],
          },
        },
      },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
    });
    expect(row).toMatchObject({
      Ready: '2/3',
      'Up-to-date': 3,
      Available: 1,
      Containers: 'a,b',
      Images: 'i:1,j',
      Selector: 'app=x',
    });
  });

  it.each([
    [
      { type: 'ClusterIP', clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP' }] },
      {},
      '10.0.0.1',
      '<none>',
      '80/TCP',
    ],
    [
      {
        type: 'NodePort',
        clusterIP: '10.0.0.1',
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
      {},
      '10.0.0.1',
      '<none>',
      '80:30080/TCP,53/UDP',
    ],
    [{ type: 'LoadBalancer' }, {}, '<none>', '<pending>', '<none>'],
    [
      { type: 'LoadBalancer', externalIPs: ['9.9.9.9'] },
      { loadBalancer: { ingress: [{ ip: '8.8.8.8' }, { hostname: 'h' }] } },
      '<none>',
      '8.8.8.8,h,9.9.9.9',
      '<none>',
    ],
    [{ type: 'ExternalName', externalName: 'a.b' }, {}, '<none>', 'a.b', '<none>'],
    [{ type: 'ClusterIP', clusterIP: 'None' }, {}, 'None', '<none>', '<none>'],
  ])('a service of %j', (spec, status, cluster, external, ports) => {
    const row = cells({ apiVersion: 'v1', kind: 'Service', spec, status });
    expect([row['Cluster-IP'], row['External-IP'], row['Port(s)']]).toEqual([cluster, external, ports]);
  });

  it('a node', () => {
    const row = cells({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'n',
        labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        nodeInfo: { kubeletVersion: 'v1.36.0' },
        addresses: [{ type: 'InternalIP', address: '10.0.0.9' }],
      },
    });
    expect(row).toMatchObject({
      Status: 'Ready,SchedulingDisabled',
      Roles: 'control-plane,worker',
      Version: 'v1.36.0',
      'Internal-IP': '10.0.0.9',
      'External-IP': '<none>',
    });
  });

  it('an event, the same in both groups', () => {
    const times = { count: 3, firstTimestamp: '2030-01-10T11:00:00Z', lastTimestamp: '2030-01-10T11:59:30Z' };
    const core = cells({
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: { kind: 'Pod', name: 'p' },
      reason: 'Pulled',
      type: 'Normal',
      message: ' done\n',
      source: { component: 'kubelet', host: 'n' },
      ...times,
    });
    expect(core).toMatchObject({
      'Last Seen': '30s',
      Object: 'pod/p',
      Message: 'done',
      Source: 'kubelet, n',
      'First Seen': '60m',
      Count: '3',
      Name: 'x',
    });
    const other = cells({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      regarding: { kind: 'Pod', name: 'p' },
      reason: 'Pulled',
      type: 'Normal',
      note: ' done\n',
      deprecatedSource: { component: 'kubelet', host: 'n' },
      deprecatedCount: 3,
      deprecatedFirstTimestamp: times.firstTimestamp,
      deprecatedLastTimestamp: times.lastTimestamp,
    });
    expect(other).toEqual(core);
  });

  it.each([
    [
      { spec: { completions: 2 }, status: { succeeded: 1, startTime: '2030-01-10T11:59:00Z' } },
      'Running',
      '1/2',
      '60s',
    ],
    [
      {
        spec: { completions: 1 },
        status: {
          succeeded: 1,
          startTime: '2030-01-10T11:00:00Z',
          completionTime: '2030-01-10T11:00:07Z',
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      'Complete',
      '1/1',
      '7s',
    ],
    [
      { spec: { parallelism: 3 }, status: { conditions: [{ type: 'Failed', status: 'True' }] } },
      'Failed',
      '0/1 of 3',
      '',
    ],
    [{ spec: {}, status: { conditions: [{ type: 'Suspended', status: 'True' }] } }, 'Suspended', '0/1', ''],
  ])('a job %j', (literal, status, completions, duration) => {
    const row = cells({ apiVersion: 'batch/v1', kind: 'Job', ...literal });
    expect([row['Status'], row['Completions'], row['Duration']]).toEqual([status, completions, duration]);
  });

  it('an autoscaler in either version', () => {
    const v2 = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40 } } },
        ],
      },
    };
    expect(cells(v2)).toMatchObject({
      Reference: 'Deployment/d',
      Targets: 'cpu: 40%/80%',
      MinPods: '1',
      MaxPods: 5,
      Replicas: 2,
    });
    const v1 = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        maxReplicas: 5,
        targetCPUUtilizationPercentage: 80,
      },
      status: {},
    };
    expect(cells(v1)).toMatchObject({ Targets: 'cpu: <unknown>/80%', MinPods: '<unset>' });
  });

  it('an ingress', () => {
    const spec = { ingressClassName: 'c', rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })), tls: [{}] };
    expect(cells({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec })).toMatchObject({
      Class: 'c',
      Hosts: 'a,b,c + 1 more...',
      Ports: '80, 443',
      Address: '',
    });
    expect(cells({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: {} })).toMatchObject({
      Class: '<none>',
      Hosts: '*',
      Ports: '80',
    });
  });

  it('a claim', () => {
    const row = cells({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { volumeName: 'v', storageClassName: 's' },
      status: {
        phase: 'Bound',
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
      },
    });
    expect(row).toMatchObject({
      Status: 'Bound',
      Volume: 'v',
      Capacity: '1Gi',
      'Access Modes': 'RWO,RWX',
      StorageClass: 's',
      VolumeAttributesClass: '<unset>',
    });
  });

  it('a component', () => {
    const row = cells({
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      conditions: [{ type: 'Healthy', status: 'False', message: 'm', error: 'e' }],
    });
    expect(row).toEqual({ Name: 'x', Status: 'Unhealthy', Message: 'm', Error: 'e' });
  });
});

describe('a Table', () => {
  const { descriptor, served } = index.byResource('', 'v1', 'configmaps')!;
  const configMap = object({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', creationTimestamp: fiveDaysAgo },
    data: { a: '1' },
  });

  it('carries metadata with each row unless asked otherwise', () => {
    const table = plain(
      tableFor(descriptor, 'v1', [configMap], {
        now,
        includeObject: 'Metadata',
        listMetadata: object({ resourceVersion: '9' }),
      }),
    );
    expect(table).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '9' },
      rows: [
        {
          cells: ['c', 1, '5d3h'],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'c' } },
        },
      ],
    });
    expect(plain(tableFor(descriptor, 'v1', [configMap], { now, includeObject: 'Object' }))).toMatchObject({
      rows: [{ object: { data: { a: '1' } } }],
    });
    expect(
      JSON.stringify(tableFor(descriptor, 'v1', [configMap], { now, includeObject: 'None' })),
    ).not.toContain('"object"');
  });

  it('defines its columns, except in the later tables of a watch', () => {
    expect(plain(tableColumnDefinitions(served)[0])).toEqual({
      name: 'Name',
      type: 'string',
      format: 'name',
      description: expect.any(String),
      priority: 0,
    });
    const later = tableFor(descriptor, 'v1', [configMap], { now, includeObject: 'None', omitColumns: true });
    expect(later['columnDefinitions']).toBeNull();
  });

  it('has metadata lists beside it', () => {
    const list = partialObjectMetadataList([configMap], object({ resourceVersion: '9' }));
    expect(stringAt(list, 'kind')).toBe('PartialObjectMetadataList');
    expect(JSON.stringify(list)).not.toContain('"data"');
  });
});
