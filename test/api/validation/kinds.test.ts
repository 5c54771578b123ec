import { describe, expect, it } from 'vitest';
import { getPath, isObject, type JsonObject, type JsonValue } from '../../../api/value.js';
import { created, createErrors, servedFor, updateErrors } from '../support/kinds.js';
import { value } from '../support/values.js';

const container = { name: 'c', image: 'i' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const jobTemplate = { spec: { containers: [container], restartPolicy: 'Never' } };
const selector = { matchLabels: { a: 'b' } };

type Manifest = Record<string, unknown>;

function manifest(apiVersion: string, kind: string, body: Manifest, metadata: Manifest = {}): Manifest {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'd', uid: 'u', ...metadata }, ...body };
}

const pod = (spec: Manifest = {}): Manifest =>
  manifest('v1', 'Pod', { spec: { containers: [container], ...spec } });
const deployment = (spec: Manifest = {}): Manifest =>
  manifest('apps/v1', 'Deployment', { spec: { selector, template, ...spec } });
const service = (spec: Manifest = {}): Manifest =>
  manifest('v1', 'Service', { spec: { ports: [{ port: 80 }], ...spec } });
const job = (spec: Manifest = {}): Manifest =>
  manifest('batch/v1', 'Job', { spec: { template: jobTemplate, ...spec } });
const cronJob = (spec: Manifest = {}): Manifest =>
  manifest('batch/v1', 'CronJob', {
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: jobTemplate } }, ...spec },
  });
const claim = (spec: Manifest = {}): Manifest =>
  manifest('v1', 'PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
const volume = (spec: Manifest = {}): Manifest =>
  manifest('v1', 'PersistentVolume', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
  });
const backend = { service: { name: 's', port: { number: 80 } } };
const ingress = (spec: Manifest = {}): Manifest =>
  manifest('networking.k8s.io/v1', 'Ingress', {
    spec: {
      rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      ...spec,
    },
  });
const policy = (spec: Manifest = {}): Manifest =>
  manifest('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ...spec } });
const statefulSet = (spec: Manifest = {}): Manifest =>
  manifest('apps/v1', 'StatefulSet', { spec: { serviceName: 's', selector, template, ...spec } });
const binding = (body: Manifest = {}): Manifest =>
  manifest('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'u' }],
    ...body,
  });

const good: readonly Manifest[] = [
  pod(),
  pod({
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      {
        ...container,
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
        ports: [{ containerPort: 80 }],
        readinessProbe: { httpGet: { port: 80 } },
      },
    ],
  }),
  deployment(),
  deployment({ strategy: { type: 'Recreate' } }),
  manifest('apps/v1', 'ReplicaSet', { spec: { selector, template } }),
  manifest('apps/v1', 'DaemonSet', { spec: { selector, template } }),
  statefulSet(),
  manifest('apps/v1', 'ControllerRevision', { revision: 1, data: {} }),
  manifest('v1', 'ReplicationController', { spec: { selector: { a: 'b' }, template } }),
  manifest('v1', 'PodTemplate', { template }),
  service(),
  service({ type: 'ExternalName', externalName: 'a.b', ports: [] }),
  service({ clusterIP: 'None', ports: [] }),
  manifest('v1', 'ConfigMap', { data: { 'a.b': 'c' }, binaryData: { d: 'ZQ==' } }),
  manifest('v1', 'Secret', { stringData: { a: 'b' } }),
  manifest('v1', 'ServiceAccount', {}),
  manifest('v1', 'Namespace', {}),
  manifest('v1', 'Node', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
  manifest('v1', 'Endpoints', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }),
  manifest('v1', 'ResourceQuota', { spec: { hard: { pods: '3', 'requests.cpu': '1' } } }),
  manifest('v1', 'LimitRange', {
    spec: { limits: [{ type: 'Container', max: { cpu: '2' }, default: { cpu: '1' } }] },
  }),
  manifest('v1', 'Event', { involvedObject: { kind: 'Pod', namespace: 'd', name: 'p' } }),
  manifest('events.k8s.io/v1', 'Event', {
    eventTime: '2030-01-01T00:00:00.000000Z',
    reportingController: 'a.b/c',
    reportingInstance: 'i',
    action: 'a',
    reason: 'r',
    type: 'Normal',
    regarding: { namespace: 'd' },
  }),
  claim(),
  volume(),
  job(),
  job({ completionMode: 'Indexed', completions: 2 }),
  cronJob(),
  cronJob({ schedule: '@daily' }),
  cronJob({ schedule: '0 3 1-5 JAN,feb MON-FRI' }),
  ingress(),
  ingress({ rules: [], defaultBackend: backend }),
  manifest('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'a.b/c' } }),
  policy({
    ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80, endPort: 90 }] }],
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
  }),
  manifest('networking.k8s.io/v1', 'ServiceCIDR', { spec: { cidrs: ['10.96.0.0/12'] } }),
  manifest('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 2 },
  }),
  manifest('autoscaling/v1', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 2 },
  }),
  manifest('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '50%', selector } }),
  manifest('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'm', leaseDurationSeconds: 15 } }),
  manifest('discovery.k8s.io/v1', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ port: 80 }],
  }),
  manifest('rbac.authorization.k8s.io/v1', 'Role', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', {
    rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }],
  }),
  manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', {}),
  binding(),
  manifest('storage.k8s.io/v1', 'StorageClass', { provisioner: 'a/b' }),
  manifest('scheduling.k8s.io/v1', 'PriorityClass', { value: 7 }),
  manifest('node.k8s.io/v1', 'RuntimeClass', { handler: 'h' }),
  manifest('certificates.k8s.io/v1', 'CertificateSigningRequest', {
    spec: { request: 'YQ==', signerName: 'a.b/c', usages: ['client auth'] },
  }),
  manifest(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    {
      spec: {
        group: 'e.com',
        scope: 'Namespaced',
        names: { plural: 'foos', kind: 'Foo' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    },
    { name: 'foos.e.com' },
  ),
  manifest(
    'apiregistration.k8s.io/v1',
    'APIService',
    { spec: { group: 'e.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
    { name: 'v1.e.com' },
  ),
  manifest('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
    webhooks: [
      {
        name: 'a.b.c',
        clientConfig: { url: 'https://x' },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  }),
  manifest('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
    spec: { priorityLevelConfiguration: { name: 'p' }, matchingPrecedence: 1 },
  }),
  manifest('resource.k8s.io/v1', 'DeviceClass', { spec: {} }),
];

describe('a good object', () => {
  it.each(
    good.map((literal) => [`${String(literal['apiVersion'])} ${String(literal['kind'])}`, literal] as const),
  )('%s has no errors', (_kind, literal) => {
    expect(createErrors(literal)).toEqual([]);
  });
});

const bad: readonly (readonly [literal: Manifest, ...messages: string[]])[] = [
  [pod({ containers: [] }), 'spec.containers: Required value'],
  [
    pod({ containers: [{}] }),
    'spec.containers[0].name: Required value',
    'spec.containers[0].image: Required value',
  ],
  [pod({ containers: [container, container] }), 'spec.containers[1].name: Duplicate value: "c"'],
  [
    pod({ containers: [{ ...container, image: ' i' }] }),
    'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
  ],
  [
    pod({ restartPolicy: 'Sometimes' }),
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    pod({ containers: [{ ...container, ports: [{ containerPort: 70_000 }] }] }),
    'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    pod({ containers: [{ ...container, ports: [{}] }] }),
    'spec.containers[0].ports[0].containerPort: Required value',
  ],
  [
    pod({ containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
    'spec.containers[0].volumeMounts[0].name: Not found: "v"',
  ],
  [
    pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] }),
    'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
  ],
  [
    pod({ containers: [{ ...container, env: [{ name: 'A=B' }] }] }),
    "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '=' (regex used for validation is '[ -<>-~]+')",
  ],
  [
    pod({ containers: [{ ...container, livenessProbe: {} }] }),
    'spec.containers[0].livenessProbe: Required value: must specify a handler type',
  ],
  [
    pod({ containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] }),
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    pod({ activeDeadlineSeconds: 0 }),
    'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
  ],
  [
    pod({ tolerations: [{ operator: 'Equal' }] }),
    'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  ],
  [deployment({ selector: undefined }), 'spec.selector: Required value'],
  [
    deployment({ selector: {} }),
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ],
  [
    deployment({ selector: { matchLabels: { a: 'z' } } }),
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
  [deployment({ replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  [
    deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    deployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    deployment({ template: { ...template, spec: { containers: [container], restartPolicy: 'Never' } } }),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    deployment({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
    'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
  ],
  [
    manifest('v1', 'ReplicationController', { spec: { selector: { a: 'z' }, template } }),
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
  [service({ ports: [] }), 'spec.ports: Required value'],
  [
    service({ ports: [{ port: 80 }, { port: 81 }] }),
    'spec.ports[0].name: Required value',
    'spec.ports[1].name: Required value',
  ],
  [
    service({ ports: [{ port: 0 }] }),
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    service({ type: 'Odd' }),
    'spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    service({ ports: [{ port: 80, nodePort: 30_080 }] }),
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  [service({ type: 'ExternalName', ports: [] }), 'spec.externalName: Required value'],
  [
    manifest('v1', 'ConfigMap', { data: { 'a/b': '' } }),
    "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ],
  [
    manifest('v1', 'ConfigMap', { data: { a: '' }, binaryData: { a: '' } }),
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  [
    manifest('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
    'data[tls.key]: Required value',
  ],
  [
    manifest('v1', 'Secret', { data: { a: 'A'.repeat(1_500_000) } }),
    'data: Too long: may not be more than 1048576 bytes',
  ],
  [
    manifest('v1', 'Node', { spec: { taints: [{ key: 'a', effect: 'Odd' }] } }),
    'spec.taints[0].effect: Unsupported value: "Odd": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
  [
    manifest('v1', 'Endpoints', { subsets: [{ addresses: [{ ip: 'x' }], ports: [{ port: 80 }] }] }),
    'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    manifest('v1', 'Event', { involvedObject: { namespace: 'other' } }),
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ],
  [claim({ accessModes: [] }), 'spec.accessModes: Required value: at least 1 access mode is required'],
  [claim({ resources: {} }), 'spec.resources[storage]: Required value'],
  [
    claim({ accessModes: ['Odd'] }),
    'spec.accessModes: Unsupported value: "Odd": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
  ],
  [volume({ hostPath: undefined }), 'spec: Required value: must specify a volume type'],
  [volume({ capacity: undefined }), 'spec.capacity: Required value'],
  [
    job({ template: { spec: { containers: [container], restartPolicy: 'Always' } } }),
    'spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
  ],
  [
    job({ completionMode: 'Indexed', completions: undefined, parallelism: 2 }),
    'spec.completions: Required value: when completion mode is Indexed',
  ],
  [cronJob({ schedule: '' }), 'spec.schedule: Required value'],
  [
    cronJob({ schedule: '61 * * * *' }),
    'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
  ],
  [
    cronJob({ schedule: '* * *' }),
    'spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
  ],
  [
    cronJob({ concurrencyPolicy: 'Odd' }),
    'spec.concurrencyPolicy: Unsupported value: "Odd": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    ingress({ rules: [{ http: { paths: [{ path: 'x', pathType: 'Prefix', backend }] } }] }),
    'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
  ],
  [
    ingress({ rules: [{ http: { paths: [{ path: '/', backend }] } }] }),
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ],
  [
    ingress({ rules: [], defaultBackend: { service: { name: 's' } } }),
    'spec.defaultBackend.service.port: Required value: port name or number is required',
  ],
  [manifest('networking.k8s.io/v1', 'IngressClass', { spec: {} }), 'spec.controller: Required value'],
  [policy({ ingress: [{ from: [{}] }] }), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
  [
    policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/40' } }] }] }),
    'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0/40": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  ],
  [
    policy({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    manifest('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, minReplicas: 3, maxReplicas: 2 },
    }),
    'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
  ],
  [
    manifest('coordination.k8s.io/v1', 'Lease', { spec: { leaseDurationSeconds: 0 } }),
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    manifest('discovery.k8s.io/v1', 'EndpointSlice', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['x'] }],
    }),
    'endpoints[0].addresses[0]: Invalid value: "x": must be an IPv4 address',
  ],
  [
    manifest('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'] }] }),
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    binding({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Odd', name: 'r' } }),
    'roleRef.kind: Unsupported value: "Odd": supported values: "Role", "ClusterRole"',
  ],
  [manifest('storage.k8s.io/v1', 'StorageClass', {}), 'provisioner: Required value'],
  [
    manifest('scheduling.k8s.io/v1', 'PriorityClass', { value: 2_000_000_000 }),
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    manifest('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      spec: { request: 'YQ==', usages: ['client auth'] },
    }),
    'spec.signerName: Required value',
  ],
  [
    manifest('storage.k8s.io/v1', 'VolumeAttachment', {
      spec: { attacher: 'a', source: { persistentVolumeName: 'v' } },
    }),
    'spec.nodeName: Required value',
  ],
  [
    manifest('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: [{ clientConfig: {}, sideEffects: 'None' }],
    }),
    'webhooks[0].name: Required value',
  ],
];

describe('a bad object', () => {
  it.each(bad.map(([literal, ...messages]) => [String(literal['kind']), literal, messages] as const))(
    '%s is told what is wrong: %#',
    (_kind, literal, messages) => {
      expect(createErrors(literal)).toEqual(messages);
    },
  );
});

function set(object: JsonObject, path: string, to: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let parent: JsonValue | undefined = object;
  for (const key of keys) parent = Array.isArray(parent) ? parent[Number(key)] : getPath(parent, key);
  if (Array.isArray(parent)) parent[Number(last)] = value(to);
  else if (isObject(parent)) parent[last] = value(to);
  else throw new Error(`nothing at ${path}`);
}

const podForbidden =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const changes: readonly (readonly [
  literal: Manifest,
  path: string,
  to: unknown,
  message: string | undefined,
])[] = [
  [pod(), 'spec.containers.0.image', 'j', undefined],
  [pod(), 'spec.activeDeadlineSeconds', 5, undefined],
  [pod(), 'spec.tolerations', [{ key: 'a', operator: 'Exists' }], undefined],
  [pod(), 'spec.nodeName', 'n', podForbidden],
  [pod(), 'spec.containers.0.command', ['x'], podForbidden],
  [
    pod(),
    'spec.containers',
    [container, { ...container, name: 'd' }],
    'spec.containers: Forbidden: pod updates may not add or remove containers',
  ],
  [
    pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
    'spec.tolerations',
    [],
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ],
  [
    pod({ activeDeadlineSeconds: 5 }),
    'spec.activeDeadlineSeconds',
    6,
    'spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value',
  ],
  [
    pod(),
    'spec.schedulingGates',
    [{ name: 'g' }],
    "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'g'",
  ],
  [deployment(), 'spec.replicas', 4, undefined],
  [
    deployment(),
    'spec.selector.matchLabels',
    { a: 'b', c: 'd' },
    'spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable',
  ],
  [statefulSet(), 'spec.replicas', 4, undefined],
  [
    statefulSet(),
    'spec.serviceName',
    'z',
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
  [job(), 'spec.parallelism', 3, undefined],
  [job({ completions: 2 }), 'spec.completions', 3, 'spec.completions: Invalid value: 3: field is immutable'],
  [job(), 'spec.template.spec.containers.0.image', 'j', 'spec.template: Invalid value'],
  [manifest('v1', 'Secret', {}), 'type', 'other', 'type: Invalid value: "other": field is immutable'],
  [
    manifest('v1', 'Secret', { immutable: true, data: { a: '' } }),
    'data',
    { a: 'YQ==' },
    'data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    manifest('v1', 'ConfigMap', { immutable: true }),
    'immutable',
    false,
    'immutable: Forbidden: field is immutable when `immutable` is set',
  ],
  [manifest('v1', 'ConfigMap', { immutable: true }), 'metadata.labels', { a: 'b' }, undefined],
  [
    service({ clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] }),
    'spec.clusterIP',
    '10.96.0.8',
    'spec.clusterIPs',
  ],
  [claim(), 'spec.resources.requests.storage', '2Gi', undefined],
  [
    claim(),
    'spec.resources.requests.storage',
    '1Mi',
    'spec.resources.requests.storage: Forbidden: field can not be less than previous value',
  ],
  [
    claim(),
    'spec.accessModes',
    ['ReadOnlyMany'],
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ],
  [
    volume(),
    'spec.hostPath.path',
    '/y',
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
  ],
  [
    binding(),
    'roleRef.name',
    'z',
    'roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"z"}: cannot change roleRef',
  ],
  [
    manifest('scheduling.k8s.io/v1', 'PriorityClass', { value: 7 }),
    'value',
    8,
    'value: Forbidden: may not be changed in an update.',
  ],
  [
    manifest('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [] }),
    'addressType',
    'IPv6',
    'addressType: Invalid value: "IPv6": field is immutable',
  ],
];

describe('a change', () => {
  it.each(
    changes.map(
      ([literal, path, to, message]) => [String(literal['kind']), path, to, message, literal] as const,
    ),
  )('of %s %s to %j: %s', (_kind, path, to, message, literal) => {
    const errors = updateErrors(literal, (object) => set(object, path, to));
    if (message === undefined) expect(errors).toEqual([]);
    else expect(errors.join('\n')).toContain(message);
  });

  it("of a pod's ephemeral containers only adds", () => {
    const old = created(pod());
    const { descriptor, served } = servedFor(old);
    const endpoint = descriptor.subresources.find(({ name }) => name === 'ephemeralcontainers');
    if (endpoint?.kind !== 'object' || endpoint.validateUpdate === undefined) throw new Error('no endpoint');
    const next = created(
      pod({ ephemeralContainers: [{ ...container, name: 'debug' }], nodeName: 'elsewhere' }),
    );
    const added = endpoint.prepare(next, old);
    served.applyDefaults(added);
    expect(getPath(added, 'spec', 'nodeName')).toBeUndefined();
    expect(endpoint.validateUpdate(added, old)).toEqual([]);
    expect(
      endpoint.validateUpdate(endpoint.prepare(created(pod({ ephemeralContainers: [] })), added), added),
    ).toMatchObject([{ kind: 'FieldValueForbidden', path: 'spec.ephemeralContainers' }]);
  });
});
