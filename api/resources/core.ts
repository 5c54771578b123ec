/** The core group, save for events. */
import {
  componentStatusColumns,
  configMapColumns,
  endpointsColumns,
  limitRangeColumns,
  namespaceColumns,
  nodeColumns,
  persistentVolumeClaimColumns,
  persistentVolumeColumns,
  resourceQuotaColumns,
  secretColumns,
  serviceAccountColumns,
  serviceColumns,
} from '../columns/core.js';
import { podColumns } from '../columns/pod.js';
import { podTemplateColumns, replicationControllerColumns } from '../columns/workloads.js';
import type { ResourceDescriptor, SelectableField, SubresourceDescriptor } from '../descriptor.js';
import { booleanAt, numberAt, objectAt, objectsAt, stringAt } from '../read.js';
import { labelSelectorFromMap, labelSelectorToString } from '../selectors/labels.js';
import { namespaceStrategy, prepareFinalize } from '../strategies/namespace.js';
import {
  nodeStrategy,
  persistentVolumeClaimStrategy,
  persistentVolumeStrategy,
  secretStrategy,
  serviceStrategy,
} from '../strategies/others.js';
import { podStrategy, prepareEphemeralContainers, prepareResize } from '../strategies/pod.js';
import { makeStrategy } from '../strategies/strategy.js';
import { replicationControllerRules } from '../validation/apps.js';
import {
  configMapRules,
  endpointsRules,
  limitRangeRules,
  namespaceRules,
  nodeRules,
  resourceQuotaRules,
  secretRules,
  serviceAccountRules,
} from '../validation/core.js';
import {
  podRules,
  podTemplateRules,
  validateEphemeralContainersUpdate,
  validateResizeUpdate,
} from '../validation/pod.js';
import { serviceRules } from '../validation/service.js';
import { persistentVolumeClaimRules, persistentVolumeRules } from '../validation/volume-claims.js';
import { allVerbs, defineResource, fieldAt, statusSubresource } from './define.js';

const podFields: readonly SelectableField[] = [
  fieldAt('spec.nodeName'),
  fieldAt('spec.restartPolicy'),
  fieldAt('spec.schedulerName'),
  fieldAt('spec.serviceAccountName'),
  { name: 'spec.hostNetwork', value: (pod) => String(booleanAt(pod, 'spec', 'hostNetwork')) },
  fieldAt('status.phase'),
  {
    name: 'status.podIP',
    value: (pod) => stringAt(objectsAt(pod, 'status', 'podIPs')[0], 'ip') || stringAt(pod, 'status', 'podIP'),
  },
  fieldAt('status.nominatedNodeName'),
];

const getAndPost = ['GET', 'POST'] as const;
const editVerbs = ['get', 'update', 'patch'] as const;

const podSubresources: readonly SubresourceDescriptor[] = [
  { kind: 'connect', name: 'attach', methods: getAndPost },
  { kind: 'action', name: 'binding', group: '', version: 'v1', requestKind: 'Binding', type: 'v1.Binding' },
  {
    kind: 'object',
    name: 'ephemeralcontainers',
    verbs: editVerbs,
    prepare: (next, old) => prepareEphemeralContainers(next, old),
    validateUpdate: (pod, old) => validateEphemeralContainersUpdate(pod, old),
  },
  {
    kind: 'action',
    name: 'eviction',
    group: 'policy',
    version: 'v1',
    requestKind: 'Eviction',
    type: 'policy/v1.Eviction',
  },
  { kind: 'connect', name: 'exec', methods: getAndPost },
  { kind: 'connect', name: 'log', methods: ['GET'] },
  { kind: 'connect', name: 'portforward', methods: getAndPost },
  { kind: 'connect', name: 'proxy', methods: getAndPost },
  {
    kind: 'object',
    name: 'resize',
    verbs: editVerbs,
    prepare: (next, old) => prepareResize(next, old),
    validateUpdate: (pod) => validateResizeUpdate(pod),
  },
  statusSubresource,
];

const proxySubresource: SubresourceDescriptor = { kind: 'connect', name: 'proxy', methods: getAndPost };

function workloads(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'pods',
      deletionAnswersObject: true,
      kind: 'Pod',
      shortNames: ['po'],
      categories: ['all'],
      columns: podColumns,
      selectableFields: podFields,
      rules: podRules,
      subresources: podSubresources,
      strategy: podStrategy,
    }),
    defineResource({
      resource: 'podtemplates',
      deletionAnswersObject: true,
      kind: 'PodTemplate',
      columns: podTemplateColumns,
      rules: podTemplateRules,
      strategy: makeStrategy({ generation: true }),
    }),
    defineResource({
      resource: 'replicationcontrollers',
      kind: 'ReplicationController',
      shortNames: ['rc'],
      categories: ['all'],
      key: 'controllers/',
      columns: replicationControllerColumns,
      selectableFields: [
        { name: 'status.replicas', value: (object) => String(numberAt(object, 'status', 'replicas')) },
      ],
      rules: replicationControllerRules,
      subresources: [
        {
          kind: 'scale',
          name: 'scale',
          replicasPath: ['spec', 'replicas'],
          statusReplicasPath: ['status', 'replicas'],
          selector: (object) =>
            labelSelectorToString(labelSelectorFromMap(objectAt(object, 'spec', 'selector'))),
        },
        statusSubresource,
      ],
      strategy: makeStrategy({ status: true, generation: true }),
    }),
  ];
}

function services(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'services',
      deletionAnswersObject: true,
      kind: 'Service',
      shortNames: ['svc'],
      categories: ['all'],
      key: 'services/specs/',
      columns: serviceColumns,
      selectableFields: [fieldAt('spec.clusterIP'), fieldAt('spec.type')],
      rules: serviceRules,
      subresources: [proxySubresource, statusSubresource],
      strategy: serviceStrategy,
    }),
    defineResource({
      resource: 'endpoints',
      kind: 'Endpoints',
      shortNames: ['ep'],
      key: 'services/endpoints/',
      columns: endpointsColumns,
      rules: endpointsRules,
      strategy: makeStrategy({ createOnUpdate: true }),
    }),
  ];
}

function configuration(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'configmaps',
      kind: 'ConfigMap',
      shortNames: ['cm'],
      columns: configMapColumns,
      rules: configMapRules,
    }),
    defineResource({
      resource: 'secrets',
      kind: 'Secret',
      columns: secretColumns,
      selectableFields: [fieldAt('type')],
      rules: secretRules,
      strategy: secretStrategy,
    }),
    defineResource({
      resource: 'serviceaccounts',
      deletionAnswersObject: true,
      kind: 'ServiceAccount',
      shortNames: ['sa'],
      columns: serviceAccountColumns,
      rules: serviceAccountRules,
      subresources: [
        {
          kind: 'action',
          name: 'token',
          group: 'authentication.k8s.io',
          version: 'v1',
          requestKind: 'TokenRequest',
          type: 'authentication.k8s.io/v1.TokenRequest',
        },
      ],
      strategy: makeStrategy({ unconditionalUpdate: false }),
    }),
    defineResource({
      resource: 'limitranges',
      kind: 'LimitRange',
      shortNames: ['limits'],
      columns: limitRangeColumns,
      rules: limitRangeRules,
      strategy: makeStrategy({ createOnUpdate: true }),
    }),
    defineResource({
      resource: 'resourcequotas',
      deletionAnswersObject: true,
      kind: 'ResourceQuota',
      shortNames: ['quota'],
      columns: resourceQuotaColumns,
      rules: resourceQuotaRules,
      subresources: [statusSubresource],
      strategy: makeStrategy({ status: true }),
    }),
  ];
}

function volumes(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'persistentvolumeclaims',
      deletionAnswersObject: true,
      kind: 'PersistentVolumeClaim',
      shortNames: ['pvc'],
      columns: persistentVolumeClaimColumns,
      rules: persistentVolumeClaimRules,
      subresources: [statusSubresource],
      strategy: persistentVolumeClaimStrategy,
    }),
    defineResource({
      resource: 'persistentvolumes',
      deletionAnswersObject: true,
      kind: 'PersistentVolume',
      shortNames: ['pv'],
      namespaced: false,
      columns: persistentVolumeColumns,
      rules: persistentVolumeRules,
      subresources: [statusSubresource],
      strategy: persistentVolumeStrategy,
    }),
  ];
}

function clusterWide(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'namespaces',
      kind: 'Namespace',
      shortNames: ['ns'],
      namespaced: false,
      // Deleting all namespaces at once is not offered.
      verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
      columns: namespaceColumns,
      selectableFields: [fieldAt('status.phase')],
      rules: namespaceRules,
      subresources: [
        {
          kind: 'object',
          name: 'finalize',
          verbs: ['update'],
          prepare: (next, old) => prepareFinalize(next, old),
        },
        statusSubresource,
      ],
      strategy: namespaceStrategy,
    }),
    defineResource({
      resource: 'nodes',
      kind: 'Node',
      shortNames: ['no'],
      namespaced: false,
      key: 'minions/',
      columns: nodeColumns,
      selectableFields: [
        { name: 'spec.unschedulable', value: (node) => String(booleanAt(node, 'spec', 'unschedulable')) },
      ],
      rules: nodeRules,
      subresources: [proxySubresource, statusSubresource],
      strategy: nodeStrategy,
    }),
    defineResource({
      resource: 'componentstatuses',
      kind: 'ComponentStatus',
      shortNames: ['cs'],
      namespaced: false,
      verbs: ['get', 'list'],
      virtual: true,
      columns: componentStatusColumns,
    }),
    defineResource({ resource: 'bindings', kind: 'Binding', verbs: ['create'], virtual: true }),
  ];
}

export function coreResources(): readonly ResourceDescriptor[] {
  return [...workloads(), ...services(), ...configuration(), ...volumes(), ...clusterWide()];
}
