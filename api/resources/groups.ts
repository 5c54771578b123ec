/** The other groups, each a few lines: networking, rbac, storage, admission, extensions and more. */
import {
  admissionPolicyBindingColumns,
  admissionPolicyColumns,
  apiServiceColumns,
  certificateSigningRequestColumns,
  csiDriverColumns,
  csiNodeColumns,
  csiStorageCapacityColumns,
  customResourceDefinitionColumns,
  endpointSliceColumns,
  flowSchemaColumns,
  ingressClassColumns,
  ingressColumns,
  ipAddressColumns,
  leaseColumns,
  mutatingAdmissionPolicyColumns,
  nameAndAgeColumns,
  networkPolicyColumns,
  priorityClassColumns,
  priorityLevelColumns,
  resourceClaimColumns,
  resourceSliceColumns,
  roleBindingColumns,
  roleColumns,
  runtimeClassColumns,
  serviceCidrColumns,
  storageClassColumns,
  volumeAttachmentColumns,
  volumeAttributesClassColumns,
  webhookConfigurationColumns,
} from '../columns/groups.js';
import type { ResourceDescriptor } from '../descriptor.js';
import { nameIsPathSegment } from '../names.js';
import { objectAt, stringAt } from '../read.js';
import {
  certificateSigningRequestStrategy,
  customResourceDefinitionStrategy,
  prepareApproval,
} from '../strategies/others.js';
import { makeStrategy } from '../strategies/strategy.js';
import {
  apiServiceRules,
  certificateSigningRequestRules,
  csiDriverRules,
  customResourceDefinitionRules,
  endpointSliceRules,
  leaseRules,
  priorityClassRules,
  roleBindingRules,
  roleRules,
  runtimeClassRules,
  storageClassRules,
  volumeAttachmentRules,
  volumeAttributesClassRules,
} from '../validation/groups.js';
import {
  ingressClassRules,
  ingressRules,
  ipAddressRules,
  networkPolicyRules,
  serviceCidrRules,
} from '../validation/networking.js';
import { defineResource, fieldAt, statusSubresource } from './define.js';

const withStatus = makeStrategy({ status: true, generation: true });

function networking(): readonly ResourceDescriptor[] {
  const group = 'networking.k8s.io';
  return [
    defineResource({
      group,
      resource: 'ingressclasses',
      kind: 'IngressClass',
      namespaced: false,
      columns: ingressClassColumns,
      rules: ingressClassRules,
      strategy: makeStrategy({ generation: true }),
    }),
    defineResource({
      group,
      resource: 'ingresses',
      kind: 'Ingress',
      shortNames: ['ing'],
      key: 'ingress/',
      columns: ingressColumns,
      rules: ingressRules,
      subresources: [statusSubresource],
      strategy: withStatus,
    }),
    defineResource({
      group,
      resource: 'ipaddresses',
      kind: 'IPAddress',
      shortNames: ['ip'],
      namespaced: false,
      columns: ipAddressColumns,
      selectableFields: [
        {
          name: 'spec.parentRef',
          value: (object) => {
            const parent = objectAt(object, 'spec', 'parentRef');
            const parts = ['group', 'resource', 'namespace', 'name'].map((field) => stringAt(parent, field));
            return parts.filter((part) => part !== '').join('/');
          },
        },
      ],
      rules: ipAddressRules,
      // The name is the address itself; the rules look at it.
      strategy: makeStrategy({ name: nameIsPathSegment }),
    }),
    defineResource({
      group,
      resource: 'networkpolicies',
      kind: 'NetworkPolicy',
      shortNames: ['netpol'],
      columns: networkPolicyColumns,
      rules: networkPolicyRules,
      strategy: makeStrategy({ generation: true }),
    }),
    defineResource({
      group,
      resource: 'servicecidrs',
      kind: 'ServiceCIDR',
      namespaced: false,
      columns: serviceCidrColumns,
      rules: serviceCidrRules,
      subresources: [statusSubresource],
      strategy: makeStrategy({ status: true, statusKeeps: 'metadata' }),
    }),
  ];
}

function coordination(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      group: 'discovery.k8s.io',
      resource: 'endpointslices',
      kind: 'EndpointSlice',
      columns: endpointSliceColumns,
      rules: endpointSliceRules,
      strategy: makeStrategy({ generation: true }),
    }),
    defineResource({
      group: 'coordination.k8s.io',
      resource: 'leases',
      kind: 'Lease',
      columns: leaseColumns,
      rules: leaseRules,
      strategy: makeStrategy({ createOnUpdate: true, unconditionalUpdate: false }),
    }),
  ];
}

function rbac(): readonly ResourceDescriptor[] {
  const group = 'rbac.authorization.k8s.io';
  const strategy = makeStrategy({ createOnUpdate: true, name: nameIsPathSegment });
  const role = { group, columns: roleColumns, rules: roleRules, strategy };
  const binding = { group, columns: roleBindingColumns, rules: roleBindingRules, strategy };
  return [
    defineResource({
      ...binding,
      resource: 'clusterrolebindings',
      kind: 'ClusterRoleBinding',
      namespaced: false,
    }),
    defineResource({ ...role, resource: 'clusterroles', kind: 'ClusterRole', namespaced: false }),
    defineResource({ ...binding, resource: 'rolebindings', kind: 'RoleBinding' }),
    defineResource({ ...role, resource: 'roles', kind: 'Role' }),
  ];
}

function storage(): readonly ResourceDescriptor[] {
  const group = 'storage.k8s.io';
  return [
    defineResource({
      group,
      resource: 'csidrivers',
      deletionAnswersObject: true,
      kind: 'CSIDriver',
      namespaced: false,
      columns: csiDriverColumns,
      rules: csiDriverRules,
      strategy: makeStrategy({ unconditionalUpdate: false, generation: true }),
    }),
    defineResource({
      group,
      resource: 'csinodes',
      deletionAnswersObject: true,
      kind: 'CSINode',
      namespaced: false,
      columns: csiNodeColumns,
      strategy: makeStrategy({ unconditionalUpdate: false }),
    }),
    defineResource({
      group,
      resource: 'csistoragecapacities',
      deletionAnswersObject: true,
      kind: 'CSIStorageCapacity',
      columns: csiStorageCapacityColumns,
      strategy: makeStrategy({ unconditionalUpdate: false }),
    }),
    defineResource({
      group,
      resource: 'storageclasses',
      deletionAnswersObject: true,
      kind: 'StorageClass',
      shortNames: ['sc'],
      namespaced: false,
      columns: storageClassColumns,
      rules: storageClassRules,
    }),
    defineResource({
      group,
      resource: 'volumeattachments',
      deletionAnswersObject: true,
      kind: 'VolumeAttachment',
      namespaced: false,
      columns: volumeAttachmentColumns,
      rules: volumeAttachmentRules,
      subresources: [statusSubresource],
      strategy: makeStrategy({ status: true, unconditionalUpdate: false, statusKeeps: 'metadata' }),
    }),
    defineResource({
      group,
      resource: 'volumeattributesclasses',
      deletionAnswersObject: true,
      kind: 'VolumeAttributesClass',
      shortNames: ['vac'],
      namespaced: false,
      columns: volumeAttributesClassColumns,
      rules: volumeAttributesClassRules,
    }),
  ];
}

function nodesAndScheduling(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      group: 'scheduling.k8s.io',
      resource: 'priorityclasses',
      kind: 'PriorityClass',
      shortNames: ['pc'],
      namespaced: false,
      columns: priorityClassColumns,
      rules: priorityClassRules,
      // The generation stays 1: a class hardly changes.
      strategy: makeStrategy({ generation: true, generationView: () => null }),
    }),
    defineResource({
      group: 'node.k8s.io',
      resource: 'runtimeclasses',
      kind: 'RuntimeClass',
      namespaced: false,
      columns: runtimeClassColumns,
      rules: runtimeClassRules,
      strategy: makeStrategy({ unconditionalUpdate: false }),
    }),
    defineResource({
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      kind: 'CertificateSigningRequest',
      shortNames: ['csr'],
      namespaced: false,
      columns: certificateSigningRequestColumns,
      selectableFields: [fieldAt('spec.signerName')],
      rules: certificateSigningRequestRules,
      subresources: [
        {
          kind: 'object',
          name: 'approval',
          verbs: ['get', 'update', 'patch'],
          prepare: (next, old) => prepareApproval(next, old),
        },
        statusSubresource,
      ],
      strategy: certificateSigningRequestStrategy,
    }),
  ];
}

function admission(): readonly ResourceDescriptor[] {
  const common = {
    group: 'admissionregistration.k8s.io',
    namespaced: false,
    categories: ['api-extensions'],
    strategy: makeStrategy({ unconditionalUpdate: false, generation: true }),
  };
  return [
    defineResource({
      ...common,
      resource: 'mutatingadmissionpolicies',
      kind: 'MutatingAdmissionPolicy',
      columns: mutatingAdmissionPolicyColumns,
    }),
    defineResource({
      ...common,
      resource: 'mutatingadmissionpolicybindings',
      kind: 'MutatingAdmissionPolicyBinding',
      columns: admissionPolicyBindingColumns,
    }),
    defineResource({
      ...common,
      resource: 'mutatingwebhookconfigurations',
      kind: 'MutatingWebhookConfiguration',
      columns: webhookConfigurationColumns,
    }),
    defineResource({
      ...common,
      resource: 'validatingadmissionpolicies',
      kind: 'ValidatingAdmissionPolicy',
      columns: admissionPolicyColumns,
      subresources: [statusSubresource],
      strategy: makeStrategy({
        status: true,
        unconditionalUpdate: false,
        generation: true,
        statusKeeps: 'metadata',
      }),
    }),
    defineResource({
      ...common,
      resource: 'validatingadmissionpolicybindings',
      kind: 'ValidatingAdmissionPolicyBinding',
      columns: admissionPolicyBindingColumns,
    }),
    defineResource({
      ...common,
      resource: 'validatingwebhookconfigurations',
      kind: 'ValidatingWebhookConfiguration',
      columns: webhookConfigurationColumns,
    }),
  ];
}

function extensions(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      namespaced: false,
      key: 'apiextensions.k8s.io/customresourcedefinitions/',
      columns: customResourceDefinitionColumns,
      rules: customResourceDefinitionRules,
      subresources: [statusSubresource],
      strategy: customResourceDefinitionStrategy,
    }),
    defineResource({
      group: 'apiregistration.k8s.io',
      resource: 'apiservices',
      kind: 'APIService',
      categories: ['api-extensions'],
      namespaced: false,
      key: 'apiregistration.k8s.io/apiservices/',
      columns: apiServiceColumns,
      rules: apiServiceRules,
      subresources: [statusSubresource],
      strategy: makeStrategy({
        status: true,
        unconditionalUpdate: false,
        statusKeeps: 'metadata',
        name: nameIsPathSegment,
      }),
    }),
  ];
}

function flowControl(): readonly ResourceDescriptor[] {
  const common = {
    group: 'flowcontrol.apiserver.k8s.io',
    namespaced: false,
    subresources: [statusSubresource],
    strategy: makeStrategy({ status: true, generation: true, statusKeeps: 'metadata' }),
  };
  return [
    defineResource({ ...common, resource: 'flowschemas', kind: 'FlowSchema', columns: flowSchemaColumns }),
    defineResource({
      ...common,
      resource: 'prioritylevelconfigurations',
      kind: 'PriorityLevelConfiguration',
      columns: priorityLevelColumns,
    }),
  ];
}

function dynamicResources(): readonly ResourceDescriptor[] {
  const group = 'resource.k8s.io';
  const plain = makeStrategy({ generation: true });
  return [
    defineResource({
      group,
      resource: 'deviceclasses',
      deletionAnswersObject: true,
      kind: 'DeviceClass',
      namespaced: false,
      columns: nameAndAgeColumns,
      strategy: plain,
    }),
    defineResource({
      group,
      resource: 'resourceclaims',
      deletionAnswersObject: true,
      kind: 'ResourceClaim',
      columns: resourceClaimColumns,
      subresources: [statusSubresource],
      strategy: makeStrategy({ status: true, statusKeeps: 'metadata' }),
    }),
    defineResource({
      group,
      resource: 'resourceclaimtemplates',
      deletionAnswersObject: true,
      kind: 'ResourceClaimTemplate',
      columns: nameAndAgeColumns,
    }),
    defineResource({
      group,
      resource: 'resourceslices',
      deletionAnswersObject: true,
      kind: 'ResourceSlice',
      namespaced: false,
      columns: resourceSliceColumns,
      selectableFields: [fieldAt('spec.nodeName'), fieldAt('spec.driver')],
      strategy: plain,
    }),
  ];
}

/** Kinds that are questions: created, answered, never stored. */
function reviews(): readonly ResourceDescriptor[] {
  const review = (group: string, resource: string, kind: string, namespaced = false): ResourceDescriptor =>
    defineResource({ group, resource, kind, namespaced, verbs: ['create'], virtual: true });
  const authentication = 'authentication.k8s.io';
  const authorization = 'authorization.k8s.io';
  return [
    review(authentication, 'selfsubjectreviews', 'SelfSubjectReview'),
    review(authentication, 'tokenreviews', 'TokenReview'),
    review(authorization, 'localsubjectaccessreviews', 'LocalSubjectAccessReview', true),
    review(authorization, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
    review(authorization, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
    review(authorization, 'subjectaccessreviews', 'SubjectAccessReview'),
  ];
}

export function groupResources(): readonly ResourceDescriptor[] {
  return [
    ...networking(),
    ...coordination(),
    ...rbac(),
    ...storage(),
    ...nodesAndScheduling(),
    ...admission(),
    ...extensions(),
    ...flowControl(),
    ...dynamicResources(),
    ...reviews(),
  ];
}
