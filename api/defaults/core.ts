/** Defaults of the core group: v1. */
import { cloneValue, type JsonObject } from '../value.js';
import {
  child,
  children,
  type Defaulter,
  ensureChild,
  isEmptyMap,
  make,
  setAbsent,
  setEmpty,
} from './helpers.js';
import { defaultPersistentVolume, defaultPersistentVolumeClaim } from './persistent-volume.js';
import { defaultPod, defaultPodTemplate } from './pod.js';
import { defaultService } from './service.js';

export const coreDefaults: Readonly<Record<string, Defaulter>> = {
  'v1.Pod': defaultPod,
  'v1.PodTemplate': defaultPodTemplate,
  'v1.Service': defaultService,
  'v1.PersistentVolume': defaultPersistentVolume,
  'v1.PersistentVolumeClaim': defaultPersistentVolumeClaim,
  'v1.ReplicationController': defaultReplicationController,
  'v1.Namespace': defaultNamespace,
  'v1.Node': defaultNode,
  'v1.Secret': (secret) => setEmpty(secret, 'type', 'Opaque'),
  'v1.Endpoints': defaultEndpoints,
  'v1.LimitRange': defaultLimitRange,
};

function defaultReplicationController(controller: JsonObject): void {
  const spec = ensureChild(controller, 'spec');
  const labels = child(child(child(spec, 'template'), 'metadata'), 'labels');
  if (labels !== undefined && !isEmptyMap(labels)) {
    if (isEmptyMap(spec.selector)) spec.selector = cloneValue(labels);
    const metadata = ensureChild(controller, 'metadata');
    if (isEmptyMap(metadata.labels)) metadata.labels = cloneValue(labels);
  }
  setAbsent(spec, 'replicas', 1);
  defaultPodTemplate(spec);
}

/** Every namespace can be selected by its name. */
function defaultNamespace(namespace: JsonObject): void {
  setEmpty(ensureChild(namespace, 'status'), 'phase', 'Active');
  const metadata = ensureChild(namespace, 'metadata');
  const { name } = metadata;
  if (typeof name === 'string' && name !== '') {
    setAbsent(ensureChild(metadata, 'labels'), 'kubernetes.io/metadata.name', name);
  }
}

function defaultNode(node: JsonObject): void {
  const status = child(node, 'status');
  const capacity = child(status, 'capacity');
  if (status === undefined || capacity === undefined) return;
  setAbsent(status, 'allocatable', cloneValue(capacity));
}

function defaultEndpoints(endpoints: JsonObject): void {
  for (const subset of children(endpoints, 'subsets')) {
    for (const port of children(subset, 'ports')) setEmpty(port, 'protocol', 'TCP');
  }
}

/** For containers an upper bound is also the default limit, and that the default request. */
function defaultLimitRange(range: JsonObject): void {
  for (const item of children(child(range, 'spec'), 'limits')) {
    if (item.type !== 'Container') continue;
    const limits = ensureChild(item, 'default');
    const requests = ensureChild(item, 'defaultRequest');
    copyMissing(limits, child(item, 'max'));
    copyMissing(requests, limits);
    copyMissing(requests, child(item, 'min'));
    for (const name of ['default', 'defaultRequest']) if (isEmptyMap(item[name])) delete item[name];
  }
}

function copyMissing(target: JsonObject, source: JsonObject | undefined): void {
  for (const [name, value] of Object.entries(source ?? make({}))) setAbsent(target, name, value);
}
