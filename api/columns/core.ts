/** The columns of the core kinds other than pods. */
import type { TableColumn } from '../descriptor.js';
import {
  booleanAt,
  compareBytes,
  numberAt,
  objectAt,
  objectsAt,
  sortedKeys,
  stringAt,
  stringsAt,
} from '../read.js';
import type { JsonObject, JsonValue } from '../value.js';
import {
  ageColumn,
  ageOf,
  firstOf,
  formatLabels,
  integer,
  nameColumn,
  orNone,
  text,
  textAt,
  wide,
  wideAt,
} from './common.js';
import { quotaUsage } from './workloads.js';

export const serviceColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Type', 'How the service is reached.', 'spec', 'type'),
  text('Cluster-IP', 'The address within the cluster.', (service) => {
    const addresses = stringsAt(service, 'spec', 'clusterIPs');
    return orNone(firstOf(addresses[0] ?? '', stringAt(service, 'spec', 'clusterIP')));
  }),
  text('External-IP', 'The addresses from outside.', externalAddresses),
  text('Port(s)', 'The ports, with their node ports.', (service) => {
    const ports = objectsAt(service, 'spec', 'ports').map((port) => {
      const nodePort = numberAt(port, 'nodePort');
      const number = nodePort > 0 ? `${numberAt(port, 'port')}:${nodePort}` : String(numberAt(port, 'port'));
      return `${number}/${stringAt(port, 'protocol')}`;
    });
    return orNone(ports.join(','));
  }),
  ageColumn,
  wide('Selector', 'The labels of the pods behind the service.', (service) =>
    formatLabels(objectAt(service, 'spec', 'selector')),
  ),
];

/** Addresses that a load balancer gave, cut short as the original cuts them. */
export function loadBalancerAddresses(status: JsonObject | undefined): string {
  const addresses = objectsAt(status, 'loadBalancer', 'ingress').map((ingress) =>
    firstOf(stringAt(ingress, 'ip'), stringAt(ingress, 'hostname')),
  );
  return [...new Set(addresses)]
    .filter((address) => address !== '')
    .sort(compareBytes)
    .join(',');
}

function externalAddresses(service: JsonObject): string {
  const fixed = stringsAt(service, 'spec', 'externalIPs').join(',');
  switch (stringAt(service, 'spec', 'type')) {
    case 'ExternalName':
      return stringAt(service, 'spec', 'externalName');
    case 'LoadBalancer': {
      const balanced = loadBalancerAddresses(objectAt(service, 'status'));
      if (balanced === '') return fixed === '' ? '<pending>' : fixed;
      return fixed === '' ? balanced : `${balanced},${fixed}`;
    }
    default:
      return orNone(fixed);
  }
}

const roleLabelPrefix = 'node-role.kubernetes.io/';

export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  text('Status', 'Whether the node is ready, and whether pods may be put on it.', (node) => {
    const ready = objectsAt(node, 'status', 'conditions').find(
      (condition) => stringAt(condition, 'type') === 'Ready',
    );
    const words: string[] = [];
    if (ready === undefined) words.push('Unknown');
    else words.push(stringAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady');
    if (booleanAt(node, 'spec', 'unschedulable')) words.push('SchedulingDisabled');
    return words.join(',');
  }),
  text('Roles', 'The roles that labels give the node.', nodeRoles),
  ageColumn,
  textAt('Version', 'The version of the kubelet.', 'status', 'nodeInfo', 'kubeletVersion'),
  wide('Internal-IP', 'The address within the network.', (node) => nodeAddress(node, 'InternalIP')),
  wide('External-IP', 'The address from outside.', (node) => nodeAddress(node, 'ExternalIP')),
  wide('OS-Image', 'The operating system.', (node) => orUnknown(nodeInfo(node, 'osImage'))),
  wide('Kernel-Version', 'The kernel.', (node) => orUnknown(nodeInfo(node, 'kernelVersion'))),
  wide('Container-Runtime', 'The container runtime.', (node) =>
    orUnknown(nodeInfo(node, 'containerRuntimeVersion')),
  ),
];

function nodeInfo(node: JsonObject, field: string): string {
  return stringAt(node, 'status', 'nodeInfo', field);
}

function orUnknown(value: string): string {
  return value === '' ? '<unknown>' : value;
}

function nodeRoles(node: JsonObject): string {
  const labels = objectAt(node, 'metadata', 'labels');
  const roles = new Set<string>();
  for (const label of sortedKeys(labels)) {
    if (label.startsWith(roleLabelPrefix)) {
      const role = label.slice(roleLabelPrefix.length);
      if (role !== '') roles.add(role);
    } else if (label === 'kubernetes.io/role' && stringAt(labels, label) !== '') {
      roles.add(stringAt(labels, label));
    }
  }
  return orNone([...roles].sort(compareBytes).join(','));
}

function nodeAddress(node: JsonObject, type: string): string {
  const address = objectsAt(node, 'status', 'addresses').find((entry) => stringAt(entry, 'type') === type);
  return orNone(stringAt(address, 'address'));
}

export const namespaceColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Status', 'The phase of the namespace.', 'status', 'phase'),
  ageColumn,
];

export const configMapColumns: readonly TableColumn[] = [
  nameColumn,
  integer(
    'Data',
    'How many keys it holds.',
    (object) => countKeys(object, 'data') + countKeys(object, 'binaryData'),
  ),
  ageColumn,
];

export const secretColumns: readonly TableColumn[] = [
  nameColumn,
  textAt('Type', 'What the data is for.', 'type'),
  integer('Data', 'How many keys it holds.', (object) => countKeys(object, 'data')),
  ageColumn,
];

function countKeys(object: JsonObject, field: string): number {
  return Object.keys(objectAt(object, field) ?? {}).length;
}

export const serviceAccountColumns: readonly TableColumn[] = [
  nameColumn,
  integer('Secrets', 'How many secrets it may use.', (object) => objectsAt(object, 'secrets').length),
  ageColumn,
];

const shownEndpoints = 3;

export const endpointsColumns: readonly TableColumn[] = [
  nameColumn,
  text('Endpoints', 'The addresses and ports behind the service.', (object) => {
    const all: string[] = [];
    for (const subset of objectsAt(object, 'subsets')) {
      const addresses = objectsAt(subset, 'addresses').map((address) => stringAt(address, 'ip'));
      const ports = objectsAt(subset, 'ports');
      if (ports.length === 0) all.push(...addresses);
      for (const port of ports) all.push(...addresses.map((ip) => joinHostPort(ip, numberAt(port, 'port'))));
    }
    return shorten(all, shownEndpoints);
  }),
  ageColumn,
];

function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The first few of a list; says how many more there are. */
export function shorten(items: readonly string[], shown: number): string {
  if (items.length <= shown) return orNone(items.join(','));
  return `${items.slice(0, shown).join(',')} + ${items.length - shown} more...`;
}

const accessModes: ReadonlyMap<string, string> = new Map([
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
]);

function shortAccessModes(modes: readonly string[]): string {
  return [...accessModes]
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function quantity(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export const persistentVolumeClaimColumns: readonly TableColumn[] = [
  nameColumn,
  text('Status', 'The phase of the claim.', (claim) =>
    stringAt(claim, 'metadata', 'deletionTimestamp') === ''
      ? stringAt(claim, 'status', 'phase')
      : 'Terminating',
  ),
  textAt('Volume', 'The volume that the claim has.', 'spec', 'volumeName'),
  text('Capacity', 'The size of that volume.', (claim) =>
    stringAt(claim, 'spec', 'volumeName') === ''
      ? ''
      : quantity(objectAt(claim, 'status', 'capacity')?.['storage'] ?? '0'),
  ),
  text('Access Modes', 'How that volume may be mounted.', (claim) =>
    stringAt(claim, 'spec', 'volumeName') === ''
      ? ''
      : shortAccessModes(stringsAt(claim, 'status', 'accessModes')),
  ),
  text('StorageClass', 'The class asked for.', (claim) =>
    firstOf(
      stringAt(objectAt(claim, 'metadata', 'annotations'), 'volume.beta.kubernetes.io/storage-class'),
      stringAt(claim, 'spec', 'storageClassName'),
    ),
  ),
  text('VolumeAttributesClass', 'The attributes asked for.', (claim) =>
    unsetWhenEmpty(stringAt(claim, 'spec', 'volumeAttributesClassName')),
  ),
  ageColumn,
  wide('VolumeMode', 'File system or block device.', (claim) =>
    unsetWhenEmpty(stringAt(claim, 'spec', 'volumeMode')),
  ),
];

function unsetWhenEmpty(value: string): string {
  return value === '' ? '<unset>' : value;
}

export const persistentVolumeColumns: readonly TableColumn[] = [
  nameColumn,
  text('Capacity', 'The size.', (volume) =>
    quantity(objectAt(volume, 'spec', 'capacity')?.['storage'] ?? '0'),
  ),
  text('Access Modes', 'How it may be mounted.', (volume) =>
    shortAccessModes(stringsAt(volume, 'spec', 'accessModes')),
  ),
  textAt('Reclaim Policy', 'What happens when its claim goes.', 'spec', 'persistentVolumeReclaimPolicy'),
  text('Status', 'The phase of the volume.', (volume) =>
    stringAt(volume, 'metadata', 'deletionTimestamp') === ''
      ? stringAt(volume, 'status', 'phase')
      : 'Terminating',
  ),
  text('Claim', 'The claim that has it.', (volume) => {
    const claim = objectAt(volume, 'spec', 'claimRef');
    return claim === undefined ? '' : `${stringAt(claim, 'namespace')}/${stringAt(claim, 'name')}`;
  }),
  textAt('StorageClass', 'The class it belongs to.', 'spec', 'storageClassName'),
  text('VolumeAttributesClass', 'The attributes it has.', (volume) =>
    unsetWhenEmpty(stringAt(volume, 'spec', 'volumeAttributesClassName')),
  ),
  textAt('Reason', 'Why it is in its phase.', 'status', 'reason'),
  ageColumn,
  wide('VolumeMode', 'File system or block device.', (volume) =>
    unsetWhenEmpty(stringAt(volume, 'spec', 'volumeMode')),
  ),
];

export const resourceQuotaColumns: readonly TableColumn[] = [
  nameColumn,
  text('Request', 'Used and allowed, of requests and counts.', (quota) =>
    quotaUsage(quota, (resource) => !resource.startsWith('limits.')),
  ),
  text('Limit', 'Used and allowed, of limits.', (quota) =>
    quotaUsage(quota, (resource) => resource.startsWith('limits.')),
  ),
  ageColumn,
];

export const limitRangeColumns: readonly TableColumn[] = [
  nameColumn,
  {
    ...ageColumn,
    name: 'Created At',
    type: 'date',
    cell: (object) => stringAt(object, 'metadata', 'creationTimestamp'),
  },
];

export const componentStatusColumns: readonly TableColumn[] = [
  nameColumn,
  text('Status', 'Whether the component is healthy.', (object) => {
    const status = stringAt(healthy(object), 'status');
    return status === 'True' ? 'Healthy' : status === 'False' ? 'Unhealthy' : 'Unknown';
  }),
  text('Message', 'What the component says.', (object) => stringAt(healthy(object), 'message')),
  text('Error', 'What went wrong.', (object) => stringAt(healthy(object), 'error')),
];

function healthy(object: JsonObject): JsonObject | undefined {
  return objectsAt(object, 'conditions').find((condition) => stringAt(condition, 'type') === 'Healthy');
}

/** The columns look at the core form of events. */
export const eventColumns: readonly TableColumn[] = [
  text('Last Seen', 'When it was last seen.', (event, now) => ageOf(lastSeen(event), now)),
  textAt('Type', 'Normal or Warning.', 'type'),
  textAt('Reason', 'What happened, in a word.', 'reason'),
  text('Object', 'What it happened to.', (event) => {
    const kind = stringAt(event, 'involvedObject', 'kind').toLowerCase();
    const name = stringAt(event, 'involvedObject', 'name');
    return name === '' ? kind : `${kind}/${name}`;
  }),
  wideAt('Subobject', 'The part it happened to.', 'involvedObject', 'fieldPath'),
  wide('Source', 'Who reports it.', (event) => {
    const component = firstOf(stringAt(event, 'source', 'component'), stringAt(event, 'reportingComponent'));
    const host = firstOf(stringAt(event, 'source', 'host'), stringAt(event, 'reportingInstance'));
    return host === '' ? component : `${component}, ${host}`;
  }),
  text('Message', 'What happened.', (event) => stringAt(event, 'message').trim()),
  wide('First Seen', 'When it was first seen.', (event, now) =>
    ageOf(firstOf(stringAt(event, 'firstTimestamp'), stringAt(event, 'eventTime')), now),
  ),
  wide('Count', 'How often.', (event) => {
    const series = numberAt(event, 'series', 'count');
    const count = series > 0 ? series : numberAt(event, 'count');
    return String(count === 0 ? 1 : count);
  }),
  { ...nameColumn, priority: 1 },
];

function lastSeen(event: JsonObject): string {
  return firstOf(
    stringAt(event, 'series', 'lastObservedTime'),
    stringAt(event, 'lastTimestamp'),
    stringAt(event, 'eventTime'),
    stringAt(event, 'firstTimestamp'),
  );
}
