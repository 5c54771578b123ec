/** What the original fills in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTyped } from '../../../api/codec/typed.js';
import { defaultsFor, typesWithDefaults } from '../../../api/defaults/index.js';
import { parseJson, stringifyJson } from '../../../api/json.js';
import { builtInSchemas } from '../../../api/schema/registry.js';
import { equalValues, getPath, type JsonObject, type JsonValue } from '../../../api/value.js';
import { arbitraryOf } from '../codec/arbitrary.js';

const schemas = builtInSchemas();

function defaulted(type: string, json: string): JsonObject {
  const object = decodeTyped(parseJson(json), type, schemas);
  defaultsFor(type)(object);
  return object;
}

/** As plain JSON, for comparisons that ignore the order of keys. */
function plain(value: JsonValue | undefined): unknown {
  return JSON.parse(stringifyJson(value ?? null));
}

describe('defaulting', () => {
  it.each(typesWithDefaults())('%s names a type, and a second time changes nothing', (type) => {
    expect(schemas.hasType(type)).toBe(true);
    fc.assert(
      fc.property(arbitraryOf(type, schemas), (sent) => {
        const object = decodeTyped(sent, type, schemas);
        defaultsFor(type)(object);
        const once = stringifyJson(object);
        defaultsFor(type)(object);
        expect(stringifyJson(object)).toBe(once);
        // Nothing but fields of the type, of their types, comes in; what it writes, decoding keeps.
        const unknown: string[] = [];
        const again = decodeTyped(parseJson(once), type, schemas, {
          onUnknownField: (path) => unknown.push(path),
        });
        expect(unknown).toEqual([]);
        defaultsFor(type)(again);
        expect(
          equalValues(decodeTyped(again, type, schemas), decodeTyped(parseJson(once), type, schemas)),
        ).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('of a type without defaults does nothing', () => {
    expect(stringifyJson(defaulted('coordination.k8s.io/v1.Lease', '{}'))).toBe('{"metadata":{},"spec":{}}');
  });
});

describe('a pod', () => {
  it('gets what kubectl describe and the kubelet rely on', () => {
    const pod = defaulted(
      'v1.Pod',
      '{"spec":{"containers":[{"name":"a","image":"nginx","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}]}}',
    );
    expect(plain(pod.spec)).toEqual({
      containers: [
        {
          name: 'a',
          image: 'nginx',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      securityContext: {},
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
    });
  });

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:0123', 'IfNotPresent'],
    ['nginx:latest@sha256:0123', 'Always'],
  ])('with the image %s is pulled %s', (image, policy) => {
    const pod = defaulted('v1.Pod', `{"spec":{"containers":[{"image":"${image}"}]}}`);
    expect(plain(getPath(pod, 'spec', 'containers'))).toMatchObject([{ imagePullPolicy: policy }]);
  });

  it('gets defaults in probes, variables, volumes and host ports', () => {
    const pod = defaulted(
      'v1.Pod',
      '{"spec":{"hostNetwork":true,"containers":[{"ports":[{"containerPort":9}],"livenessProbe":{"httpGet":{"port":1}},"readinessProbe":{"grpc":{"port":1}},"env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"B","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]}],"volumes":[{"name":"e"},{"name":"s","secret":{}},{"name":"h","hostPath":{"path":"/x"}},{"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"downwardAPI":{"items":[{"path":"n","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}]}}',
    );
    expect(plain(pod.spec)).toMatchObject({
      containers: [
        {
          ports: [{ hostPort: 9 }],
          livenessProbe: {
            httpGet: { path: '/', scheme: 'HTTP', port: 1 },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          readinessProbe: { grpc: { port: 1, service: '' } },
          env: [
            { valueFrom: { fieldRef: { apiVersion: 'v1' } } },
            { valueFrom: { resourceFieldRef: { divisor: '0' } } },
          ],
        },
      ],
      volumes: [
        { emptyDir: {} },
        { secret: { defaultMode: 420 } },
        { hostPath: { type: '' } },
        {
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3600 } },
              { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1' } }] } },
            ],
          },
        },
      ],
    });
  });

  it('keeps what was said, zero included', () => {
    const pod = defaulted(
      'v1.Pod',
      '{"spec":{"terminationGracePeriodSeconds":0,"enableServiceLinks":false,"restartPolicy":"Never","containers":[{"image":"a:1","imagePullPolicy":"Always"}]}}',
    );
    expect(plain(pod.spec)).toMatchObject({
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      containers: [{ imagePullPolicy: 'Always' }],
    });
  });
});

describe('workloads', () => {
  it('a deployment', () => {
    const deployment = defaulted(
      'apps/v1.Deployment',
      '{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b:1"}]}}}}',
    );
    expect(plain(deployment.spec)).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'IfNotPresent' }] } },
    });
    expect(getPath(deployment, 'spec', 'template', 'spec', 'enableServiceLinks')).toBeUndefined();
  });

  it('a deployment that recreates has no rolling update', () => {
    const deployment = defaulted(
      'apps/v1.Deployment',
      '{"spec":{"replicas":0,"strategy":{"type":"Recreate"}}}',
    );
    expect(plain(deployment.spec)).toMatchObject({ replicas: 0, strategy: { type: 'Recreate' } });
    expect(getPath(deployment, 'spec', 'strategy', 'rollingUpdate')).toBeUndefined();
  });

  it('a stateful set, a daemon set, a replica set and a replication controller', () => {
    expect(
      plain(defaulted('apps/v1.StatefulSet', '{"spec":{"volumeClaimTemplates":[{}]}}').spec),
    ).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
    });
    expect(plain(defaulted('apps/v1.DaemonSet', '{}').spec)).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    });
    expect(plain(defaulted('apps/v1.ReplicaSet', '{}').spec)).toMatchObject({ replicas: 1 });
    expect(
      plain(defaulted('v1.ReplicationController', '{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}')),
    ).toMatchObject({ metadata: { labels: { a: 'b' } }, spec: { replicas: 1, selector: { a: 'b' } } });
  });

  it('a job and a cron job', () => {
    expect(
      plain(defaulted('batch/v1.Job', '{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}')),
    ).toMatchObject({
      metadata: { labels: { a: 'b' } },
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    });
    const queue = defaulted(
      'batch/v1.Job',
      '{"spec":{"parallelism":3,"backoffLimitPerIndex":1,"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]}}}',
    );
    expect(plain(queue.spec)).toMatchObject({
      parallelism: 3,
      backoffLimit: 2147483647,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: [{ onPodConditions: [{ status: 'True' }] }] },
    });
    expect(getPath(queue, 'spec', 'completions')).toBeUndefined();
    const cron = defaulted('batch/v1.CronJob', '{}');
    expect(plain(cron.spec)).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    expect(getPath(cron, 'spec', 'jobTemplate', 'spec', 'backoffLimit')).toBeUndefined();
  });
});

describe('other kinds', () => {
  it.each<[string, string, object]>([
    [
      'v1.Service',
      '{"spec":{"ports":[{"port":80}]}}',
      {
        spec: {
          type: 'ClusterIP',
          sessionAffinity: 'None',
          internalTrafficPolicy: 'Cluster',
          ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
        },
      },
    ],
    [
      'v1.Service',
      '{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP"}}',
      {
        spec: {
          externalTrafficPolicy: 'Cluster',
          allocateLoadBalancerNodePorts: true,
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
        },
      },
    ],
    ['v1.Secret', '{}', { type: 'Opaque' }],
    [
      'v1.Namespace',
      '{"metadata":{"name":"n"}}',
      { metadata: { labels: { 'kubernetes.io/metadata.name': 'n' } }, status: { phase: 'Active' } },
    ],
    ['v1.PersistentVolumeClaim', '{}', { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
    [
      'v1.PersistentVolume',
      '{}',
      {
        spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ],
    ['v1.Node', '{"status":{"capacity":{"cpu":"4"}}}', { status: { allocatable: { cpu: '4' } } }],
    [
      'v1.LimitRange',
      '{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"}}]}}',
      { spec: { limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '1Mi' } }] } },
    ],
    [
      'networking.k8s.io/v1.NetworkPolicy',
      '{"spec":{"egress":[{"ports":[{"port":1}]}]}}',
      { spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ protocol: 'TCP' }] }] } },
    ],
    [
      'rbac.authorization.k8s.io/v1.RoleBinding',
      '{"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s"}]}',
      {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }, { kind: 'ServiceAccount' }],
      },
    ],
    ['storage.k8s.io/v1.StorageClass', '{}', { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }],
    [
      'autoscaling/v2.HorizontalPodAutoscaler',
      '{}',
      {
        spec: {
          minReplicas: 1,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
            },
          ],
        },
      },
    ],
    [
      'admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration',
      '{"webhooks":[{"clientConfig":{"service":{}},"rules":[{}]}]}',
      {
        webhooks: [
          {
            failurePolicy: 'Fail',
            matchPolicy: 'Equivalent',
            timeoutSeconds: 10,
            namespaceSelector: {},
            objectSelector: {},
            clientConfig: { service: { port: 443 } },
            rules: [{ scope: '*' }],
          },
        ],
      },
    ],
    [
      'apiextensions.k8s.io/v1.CustomResourceDefinition',
      '{"spec":{"names":{"kind":"Foo","plural":"foos"}}}',
      { spec: { names: { singular: 'foo', listKind: 'FooList' }, conversion: { strategy: 'None' } } },
    ],
    [
      'flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfiguration',
      '{"spec":{"limited":{"limitResponse":{"queuing":{}}}}}',
      {
        spec: {
          limited: {
            nominalConcurrencyShares: 30,
            lendablePercent: 0,
            limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
          },
        },
      },
    ],
    ['discovery.k8s.io/v1.EndpointSlice', '{"ports":[{}]}', { ports: [{ name: '', protocol: 'TCP' }] }],
  ])('%s %s', (type, json, expected) => {
    expect(plain(defaulted(type, json))).toMatchObject(expected);
  });
});
