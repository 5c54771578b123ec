/** The strategies of kinds that differ from the plain one in a point or two. */
import type { Requester } from '../descriptor.js';
import { nameIs1035Label } from '../names.js';
import { numberAt, objectAt, objectOf, objectsAt, sortedKeys, stringAt, stringsAt } from '../read.js';
import { cloneValue, isObject, type JsonObject, type JsonValue, newObject } from '../value.js';
import { carryResourceVersion } from './pod.js';
import { ensureObject, keepField, makeStrategy } from './strategy.js';

/** `stringData` is for writing only: it is merged into `data` and never stored. */
export const secretStrategy = makeStrategy({ create: mergeStringData, update: mergeStringData });

function mergeStringData(secret: JsonObject): void {
  const stringData = objectAt(secret, 'stringData');
  delete secret['stringData'];
  if (stringData === undefined) return;
  const keys = sortedKeys(stringData);
  if (keys.length === 0) return;
  const data = ensureObject(secret, 'data');
  for (const key of keys) data[key] = Buffer.from(stringAt(stringData, key), 'utf8').toString('base64');
}

export const serviceStrategy = makeStrategy({
  status: true,
  createOnUpdate: true,
  name: nameIs1035Label,
  update: keepAllocatedAddresses,
});

const allocating: ReadonlySet<string> = new Set(['ClusterIP', 'NodePort', 'LoadBalancer']);

/**
 * A PUT made from a manifest has no addresses: those that the service holds stay, as long as both forms want
 * them.
 */
function keepAllocatedAddresses(service: JsonObject, old: JsonObject): void {
  const spec = objectAt(service, 'spec');
  const oldSpec = objectAt(old, 'spec');
  if (spec === undefined || oldSpec === undefined) return;
  const type = stringAt(spec, 'type');
  const oldType = stringAt(oldSpec, 'type');
  if (!allocating.has(type) || !allocating.has(oldType)) return;
  if (stringAt(spec, 'clusterIP') === '') {
    keepField(spec, oldSpec, 'clusterIP');
    if (stringsAt(spec, 'clusterIPs').length === 0) keepField(spec, oldSpec, 'clusterIPs');
  }
  if (type === 'ClusterIP' || oldType === 'ClusterIP') return;
  const held = new Map(objectsAt(oldSpec, 'ports').map((port) => [portIdentity(port), port]));
  for (const port of objectsAt(spec, 'ports')) {
    const before = held.get(portIdentity(port));
    if (before !== undefined && (port['nodePort'] ?? 0) === 0) keepField(port, before, 'nodePort');
  }
  if (type === 'LoadBalancer' && (spec['healthCheckNodePort'] ?? 0) === 0) {
    keepField(spec, oldSpec, 'healthCheckNodePort');
  }
}

function portIdentity(port: JsonObject): string {
  return `${stringAt(port, 'protocol')}/${numberAt(port, 'port')}`;
}

/** A kubelet registers its node with the status it has. */
export const nodeStrategy = makeStrategy({
  update: (node, old) => {
    keepField(node, old, 'status');
  },
});

export const persistentVolumeStrategy = makeStrategy({
  status: true,
  initialStatus: () => objectOf({ phase: 'Pending' }),
});

export const persistentVolumeClaimStrategy = makeStrategy({
  status: true,
  initialStatus: () => objectOf({ phase: 'Pending' }),
});

export const customResourceDefinitionStrategy = makeStrategy({
  status: true,
  generation: true,
  unconditionalUpdate: false,
  statusKeeps: 'metadata',
  initialStatus: (definition) => objectOf({ storedVersions: storageVersionsOf(definition) }),
  update: (definition, old) => {
    const status = objectAt(definition, 'status');
    if (status === undefined) return;
    const stored = [...stringsAt(old, 'status', 'storedVersions')];
    for (const version of storageVersionsOf(definition)) {
      if (!stored.includes(version)) stored.push(version);
    }
    status['storedVersions'] = stored;
  },
});

function storageVersionsOf(definition: JsonObject): string[] {
  return objectsAt(definition, 'spec', 'versions')
    .filter((version) => version['storage'] === true)
    .map((version) => stringAt(version, 'name'));
}

const approvalConditions: ReadonlySet<string> = new Set(['Approved', 'Denied']);

/**
 * A request says who asks, which is never the client's to say, and its spec never changes. Its approval goes through a subresource of its own, so a status update keeps
 * the approval conditions as they are.
 */
export const certificateSigningRequestStrategy = makeStrategy({
  status: true,
  create: (request, requester) => recordRequester(ensureObject(request, 'spec'), requester),
  update: (request, old) => {
    keepField(request, old, 'spec');
  },
  statusUpdate: (request, old) => {
    const status = ensureObject(request, 'status');
    const others = conditionsOf(request).filter((condition) => !isApproval(condition));
    const approvals = conditionsOf(old).filter((condition) => isApproval(condition));
    const conditions: JsonValue[] = [...approvals.map((condition) => cloneValue(condition)), ...others];
    if (conditions.length > 0) status['conditions'] = conditions;
    else delete status['conditions'];
  },
});

function recordRequester(spec: JsonObject, requester: Requester | undefined): void {
  for (const field of ['username', 'uid', 'groups', 'extra']) delete spec[field];
  if (requester === undefined) return;
  if (requester.name !== '') spec['username'] = requester.name;
  if (requester.uid !== '') spec['uid'] = requester.uid;
  if (requester.groups.length > 0) spec['groups'] = [...requester.groups];
  const extraKeys = Object.keys(requester.extra).sort();
  if (extraKeys.length === 0) return;
  const extra = newObject();
  for (const key of extraKeys) extra[key] = [...requester.extra[key]!];
  spec['extra'] = extra;
}

function conditionsOf(request: JsonObject): readonly JsonObject[] {
  return objectsAt(request, 'status', 'conditions');
}

function isApproval(condition: JsonObject): boolean {
  return approvalConditions.has(stringAt(condition, 'type'));
}

/** PUT …/approval: only status.conditions may change. */
export function prepareApproval(next: JsonObject, old: JsonObject): JsonObject {
  const result = cloneValue(old);
  carryResourceVersion(result, next);
  const status = ensureObject(result, 'status');
  const nextStatus = next['status'];
  if (isObject(nextStatus)) keepField(status, nextStatus, 'conditions');
  else delete status['conditions'];
  return result;
}
