/** The columns of the other groups: networking, discovery, storage, rbac, certificates, admission … */
import type { TableColumn } from '../descriptor.js';
import { booleanAt, objectAt, objectsAt, optionalNumberAt, stringAt, stringsAt } from '../read.js';
import type { JsonObject, JsonValue } from '../value.js';
import {
  ageColumn,
  creationColumns,
  formatLabels,
  formatSelector,
  integer,
  integerAt,
  nameColumn,
  orNone,
  text,
  textAt,
  wide,
} from './common.js';
import { loadBalancerAddresses, shorten } from './core.js';
import { humanDuration } from './duration.js';

function unset(value: string): string {
  return value === '' ? '<unset>' : value;
}

function trueOrFalse(name: string, description: string, ...path: readonly string[]): TableColumn {
  return {
    name,
    type: 'boolean',
    format: '',
    description,
    priority: 0,
    cell: (object) => booleanAt(object, ...path),
  };
}

export const ingressColumns: readonly TableColumn[] = [
  nameColumn,
  text('Class', 'The ingress class.', (ingress) => {
    const annotations = objectAt(ingress, 'metadata', 'annotations');
    return orNone(
      stringAt(ingress, 'spec', 'ingressClassName') || stringAt(annotations, 'kubernetes.io/ingress.class'),
    );
  }),
  text('Hosts', 'The host names that rules name.', (ingress) => {
    const hosts = objectsAt(ingress, 'spec', 'rules')
      .map((rule) => stringAt(rule, 'host'))
      .filter((host) => host !== '');
    return hosts.length === 0 ? '*' : shorten(hosts, 3);
  }),
  text('Address', 'Where the ingress is reached.', (ingress) =>
    loadBalancerAddresses(objectAt(ingress, 'status')),
  ),
  text('Ports', 'The ports that it serves.', (ingress) =>
    objectsAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80',
  ),
  ageColumn,
];

export const ingressClassColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Controller', 'Who implements the class.', 'spec', 'controller'),
  text('Parameters', 'Further settings of the class.', (object) => {
    const parameters = objectAt(object, 'spec', 'parameters');
    if (parameters === undefined) return '<none>';
    const group = stringAt(parameters, 'apiGroup');
    const kind = stringAt(parameters, 'kind');
    return `${group === '' ? kind : `${kind}.${group}`}/${stringAt(parameters, 'name')}`;
  }),
  ageColumn,
];

export const networkPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  text('Pod-Selector', 'The pods that it governs.', (object) =>
    formatSelector(objectAt(object, 'spec')?.['podSelector']),
  ),
  ageColumn,
];

export const ipAddressColumns: readonly TableColumn[] = [
  nameColumn,
  text('ParentRef', 'What has the address.', (object) => {
    const parent = objectAt(object, 'spec', 'parentRef');
    if (parent === undefined) return '<none>';
    const parts = ['resource', 'group', 'namespace', 'name'].map((field) => stringAt(parent, field));
    return parts.filter((part) => part !== '').join('/');
  }),
  ageColumn,
];

export const serviceCidrColumns: readonly TableColumn[] = [
  nameColumn,
  text('CIDRs', 'The ranges of addresses.', (object) => stringsAt(object, 'spec', 'cidrs').join(',')),
  ageColumn,
];

export const endpointSliceColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('AddressType', 'What the addresses are.', 'addressType'),
  text('Ports', 'The ports of the endpoints.', (object) => {
    const ports = objectsAt(object, 'ports');
    if (ports.length === 0) return '<unset>';
    const shown = ports.map((port) => {
      const number = optionalNumberAt(port, 'port');
      return number === undefined ? '*' : String(number);
    });
    return shorten(shown, 3);
  }),
  text('Endpoints', 'The addresses of the endpoints.', (object) => {
    const addresses = objectsAt(object, 'endpoints').flatMap((endpoint) => stringsAt(endpoint, 'addresses'));
    return addresses.length === 0 ? '<unset>' : shorten(addresses, 3);
  }),
  ageColumn,
];

export const leaseColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Holder', 'Who has the lease.', 'spec', 'holderIdentity'),
  ageColumn,
];

/** Roles show when they were made, as in the original. */
export const roleColumns: readonly TableColumn[] = creationColumns;

export const roleBindingColumns: readonly TableColumn[] = [
  nameColumn,
  text('Role', 'What is granted.', (object) => {
    const role = objectAt(object, 'roleRef');
    return `${stringAt(role, 'kind')}/${stringAt(role, 'name')}`;
  }),
  ageColumn,
  wide('Users', 'Users to whom it is granted.', (object) => subjects(object, 'User')),
  wide('Groups', 'Groups to whom it is granted.', (object) => subjects(object, 'Group')),
  wide('ServiceAccounts', 'Service accounts to which it is granted.', (object) =>
    subjects(object, 'ServiceAccount'),
  ),
];

function subjects(binding: JsonObject, kind: string): string {
  return objectsAt(binding, 'subjects')
    .filter((subject) => stringAt(subject, 'kind') === kind)
    .map((subject) => {
      const name = stringAt(subject, 'name');
      return kind === 'ServiceAccount' ? `${stringAt(subject, 'namespace')}/${name}` : name;
    })
    .join(', ');
}

const defaultClassAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageClassColumns: readonly TableColumn[] = [
  {
    ...nameColumn,
    cell: (object) => {
      const annotations = objectAt(object, 'metadata', 'annotations');
      const isDefault = defaultClassAnnotations.some(
        (annotation) => stringAt(annotations, annotation) === 'true',
      );
      const name = stringAt(object, 'metadata', 'name');
      return isDefault ? `${name} (default)` : name;
    },
  },
  textAt('Provisioner', 'Who makes volumes of the class.', 'provisioner'),
  text(
    'ReclaimPolicy',
    'What happens when a claim goes.',
    (object) => stringAt(object, 'reclaimPolicy') || 'Delete',
  ),
  text(
    'VolumeBindingMode',
    'When volumes are made.',
    (object) => stringAt(object, 'volumeBindingMode') || 'Immediate',
  ),
  trueOrFalse('AllowVolumeExpansion', 'Whether claims may grow.', 'allowVolumeExpansion'),
  ageColumn,
];

export const volumeAttributesClassColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('DriverName', 'The driver that applies the attributes.', 'driverName'),
  ageColumn,
];

export const volumeAttachmentColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Attacher', 'Who attaches the volume.', 'spec', 'attacher'),
  textAt('PV', 'The volume.', 'spec', 'source', 'persistentVolumeName'),
  textAt('Node', 'The node.', 'spec', 'nodeName'),
  trueOrFalse('Attached', 'Whether it is attached.', 'status', 'attached'),
  ageColumn,
];

export const csiDriverColumns: readonly TableColumn[] = [
  nameColumn,
  trueOrFalse('AttachRequired', 'Whether volumes must be attached.', 'spec', 'attachRequired'),
  trueOrFalse('PodInfoOnMount', 'Whether mounts are told of the pod.', 'spec', 'podInfoOnMount'),
  trueOrFalse('StorageCapacity', 'Whether capacity is published.', 'spec', 'storageCapacity'),
  text('TokenRequests', 'The audiences of tokens it wants.', (object) => {
    const requests = objectsAt(object, 'spec', 'tokenRequests').map((request) =>
      stringAt(request, 'audience'),
    );
    return unset(requests.join(','));
  }),
  trueOrFalse(
    'RequiresRepublish',
    'Whether volumes are published again and again.',
    'spec',
    'requiresRepublish',
  ),
  text('Modes', 'The life of its volumes.', (object) => {
    const modes = stringsAt(object, 'spec', 'volumeLifecycleModes').join(',');
    return orNone(modes);
  }),
  ageColumn,
];

export const csiNodeColumns: readonly TableColumn[] = [
  nameColumn,
  integer(
    'Drivers',
    'How many drivers the node has.',
    (object) => objectsAt(object, 'spec', 'drivers').length,
  ),
  ageColumn,
];

export const csiStorageCapacityColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('StorageClassName', 'The class whose capacity this is.', 'storageClassName'),
  text('Capacity', 'What is left.', (object) => {
    const capacity = object['capacity'];
    return typeof capacity === 'string' ? capacity : '<unset>';
  }),
];

export const priorityClassColumns: readonly TableColumn[] = [
  nameColumn,
  integerAt('Value', 'The priority.', 'value'),
  trueOrFalse('Global-Default', 'Whether pods without a class get it.', 'globalDefault'),
  ageColumn,
  text(
    'PreemptionPolicy',
    'Whether it may push other pods out.',
    (object) => stringAt(object, 'preemptionPolicy') || 'PreemptLowerPriority',
  ),
];

export const runtimeClassColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Handler', 'The runtime that runs its pods.', 'handler'),
  ageColumn,
];

export const certificateSigningRequestColumns: readonly TableColumn[] = [
  nameColumn,
  ageColumn,
  text('SignerName', 'Who is asked to sign.', (object) => orNone(stringAt(object, 'spec', 'signerName'))),
  textAt('Requestor', 'Who asked.', 'spec', 'username'),
  text('RequestedDuration', 'How long it should be valid.', (object) => {
    const seconds = optionalNumberAt(object, 'spec', 'expirationSeconds');
    return seconds === undefined ? '<none>' : humanDuration(seconds * 1000);
  }),
  text('Condition', 'Approved, denied, issued, or pending.', (object) => {
    const conditions = objectsAt(object, 'status', 'conditions').map((condition) =>
      stringAt(condition, 'type'),
    );
    const words = ['Approved', 'Denied', 'Failed'].filter((type) => conditions.includes(type));
    if (stringAt(object, 'status', 'certificate') !== '') words.push('Issued');
    return words.length === 0 ? 'Pending' : words.join(',');
  }),
];

export const webhookConfigurationColumns: readonly TableColumn[] = [
  nameColumn,
  integer('Webhooks', 'How many webhooks it has.', (object) => objectsAt(object, 'webhooks').length),
  ageColumn,
];

export const admissionPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  integer(
    'Validations',
    'How many validations it has.',
    (object) => objectsAt(object, 'spec', 'validations').length,
  ),
  text('ParamKind', 'The kind of its parameters.', paramKind),
  ageColumn,
];

export const mutatingAdmissionPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  integer(
    'Mutations',
    'How many mutations it has.',
    (object) => objectsAt(object, 'spec', 'mutations').length,
  ),
  text('ParamKind', 'The kind of its parameters.', paramKind),
  ageColumn,
];

function paramKind(object: JsonObject): string {
  const kind = objectAt(object, 'spec', 'paramKind');
  return kind === undefined ? '<unset>' : `${stringAt(kind, 'apiVersion')}/${stringAt(kind, 'kind')}`;
}

export const admissionPolicyBindingColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('PolicyName', 'The policy that it puts to work.', 'spec', 'policyName'),
  text('ParamRef', 'Where its parameters are.', (object) => {
    const reference = objectAt(object, 'spec', 'paramRef');
    if (reference === undefined) return '<unset>';
    const name = stringAt(reference, 'name');
    const namespace = stringAt(reference, 'namespace');
    if (name === '') return formatLabels(objectAt(reference, 'selector', 'matchLabels'));
    return namespace === '' ? name : `${namespace}/${name}`;
  }),
  ageColumn,
];

export const customResourceDefinitionColumns: readonly TableColumn[] = creationColumns;

export const apiServiceColumns: readonly TableColumn[] = [
  nameColumn,
  text('Service', 'Who serves the version.', (object) => {
    const service = objectAt(object, 'spec', 'service');
    return service === undefined ? 'Local' : `${stringAt(service, 'namespace')}/${stringAt(service, 'name')}`;
  }),
  text('Available', 'Whether it answers.', (object) => {
    const condition = objectsAt(object, 'status', 'conditions').find(
      (entry) => stringAt(entry, 'type') === 'Available',
    );
    if (condition === undefined) return 'Unknown';
    const status = stringAt(condition, 'status');
    return status === 'True' ? 'True' : `${status} (${stringAt(condition, 'reason')})`;
  }),
  ageColumn,
];

export const flowSchemaColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('PriorityLevel', 'The level of its requests.', 'spec', 'priorityLevelConfiguration', 'name'),
  integerAt('MatchingPrecedence', 'Lower ones are asked first.', 'spec', 'matchingPrecedence'),
  text('DistinguisherMethod', 'By what its requests are told apart.', (object) =>
    orNone(stringAt(object, 'spec', 'distinguisherMethod', 'type')),
  ),
  ageColumn,
  text('MissingPL', 'Whether its level is missing.', (object) => {
    const dangling = objectsAt(object, 'status', 'conditions').find(
      (condition) => stringAt(condition, 'type') === 'Dangling',
    );
    return dangling === undefined ? '?' : stringAt(dangling, 'status');
  }),
];

export const priorityLevelColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Type', 'Limited or exempt.', 'spec', 'type'),
  text('NominalConcurrencyShares', 'Its share of the seats.', (object) =>
    numberOrNone(objectAt(object, 'spec', limitedOrExempt(object))?.['nominalConcurrencyShares']),
  ),
  text('Queues', 'How many queues.', (object) => queuing(object, 'queues')),
  text('HandSize', 'How many queues one flow may use.', (object) => queuing(object, 'handSize')),
  text('QueueLengthLimit', 'How long a queue may grow.', (object) => queuing(object, 'queueLengthLimit')),
  ageColumn,
];

function limitedOrExempt(object: JsonObject): string {
  return stringAt(object, 'spec', 'type') === 'Exempt' ? 'exempt' : 'limited';
}

function queuing(object: JsonObject, field: string): string {
  return numberOrNone(objectAt(object, 'spec', 'limited', 'limitResponse', 'queuing')?.[field]);
}

function numberOrNone(value: JsonValue | undefined): string {
  return typeof value === 'number' ? String(value) : '<none>';
}

export const resourceClaimColumns: readonly TableColumn[] = [
  nameColumn,
  text('State', 'Allocated, reserved, or pending.', (object) => {
    const states: string[] = [];
    if (stringAt(object, 'metadata', 'deletionTimestamp') !== '') states.push('deleted');
    if (objectAt(object, 'status', 'allocation') === undefined) {
      if (states.length === 0) states.push('pending');
    } else {
      states.push('allocated');
      if (objectsAt(object, 'status', 'reservedFor').length > 0) states.push('reserved');
    }
    return states.join(',');
  }),
  ageColumn,
];

export const nameAndAgeColumns: readonly TableColumn[] = [nameColumn, ageColumn];

export const resourceSliceColumns: readonly TableColumn[] = [
  nameColumn,
  text(
    'Node',
    'The node whose devices these are.',
    (object) =>
      stringAt(object, 'spec', 'nodeName') || (booleanAt(object, 'spec', 'allNodes') ? '<all>' : '<unset>'),
  ),
  textAt('Driver', 'The driver of the devices.', 'spec', 'driver'),
  textAt('Pool', 'The pool of the devices.', 'spec', 'pool', 'name'),
  ageColumn,
];
