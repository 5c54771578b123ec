/** What a pod and a pod template get where their author said nothing. */
import { isObject, type JsonObject, newObject } from '../value.js';
import { child, children, ensureChild, setAbsent, setEmpty } from './helpers.js';
import { defaultPersistentVolumeClaimSpec } from './persistent-volume.js';
import { defaultVolumeSource } from './volume-source.js';

/** A whole Pod: a template's defaults and what only pods get. */
export function defaultPod(pod: JsonObject): void {
  const spec = ensureChild(pod, 'spec');
  defaultPodSpec(spec);
  setAbsent(spec, 'enableServiceLinks', true);
  for (const container of [...children(spec, 'containers'), ...children(spec, 'initContainers')]) {
    requestWhatIsLimited(container);
    if (spec.hostNetwork === true) useHostPorts(container);
  }
}

/** The `template` of a workload. */
export function defaultPodTemplate(owner: JsonObject | undefined): void {
  const template = child(owner, 'template');
  if (template !== undefined) defaultPodSpec(ensureChild(template, 'spec'));
}

export function defaultPodSpec(spec: JsonObject): void {
  setEmpty(spec, 'restartPolicy', 'Always');
  setEmpty(spec, 'dnsPolicy', 'ClusterFirst');
  setAbsent(spec, 'terminationGracePeriodSeconds', 30);
  setAbsent(spec, 'securityContext', newObject());
  setEmpty(spec, 'schedulerName', 'default-scheduler');
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of children(spec, list)) defaultContainer(container);
  }
  for (const volume of children(spec, 'volumes')) defaultVolume(volume);
}

function defaultContainer(container: JsonObject): void {
  setEmpty(container, 'imagePullPolicy', pullPolicy(container.image));
  setEmpty(container, 'terminationMessagePath', '/dev/termination-log');
  setEmpty(container, 'terminationMessagePolicy', 'File');
  for (const port of children(container, 'ports')) setEmpty(port, 'protocol', 'TCP');
  for (const variable of children(container, 'env')) {
    const source = child(variable, 'valueFrom');
    defaultFieldRef(source);
    const file = child(source, 'fileKeyRef');
    if (file !== undefined) setAbsent(file, 'optional', false);
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    defaultProbe(child(container, name));
  const lifecycle = child(container, 'lifecycle');
  for (const name of ['postStart', 'preStop']) defaultHttpGet(child(lifecycle, name));
}

function defaultProbe(probe: JsonObject | undefined): void {
  if (probe === undefined) return;
  defaultHttpGet(probe);
  const grpc = child(probe, 'grpc');
  if (grpc !== undefined) setAbsent(grpc, 'service', '');
  setEmpty(probe, 'timeoutSeconds', 1);
  setEmpty(probe, 'periodSeconds', 10);
  setEmpty(probe, 'successThreshold', 1);
  setEmpty(probe, 'failureThreshold', 3);
}

function defaultHttpGet(handler: JsonObject | undefined): void {
  const get = child(handler, 'httpGet');
  if (get === undefined) return;
  setEmpty(get, 'path', '/');
  setEmpty(get, 'scheme', 'HTTP');
}

function defaultFieldRef(source: JsonObject | undefined): void {
  const reference = child(source, 'fieldRef');
  if (reference !== undefined) setEmpty(reference, 'apiVersion', 'v1');
}

/** An image that may change under its name is pulled each time: one tagged latest, or with neither tag nor digest. */
function pullPolicy(image: unknown): 'Always' | 'IfNotPresent' {
  if (typeof image !== 'string') return 'Always';
  const [name = '', digest] = image.split('@');
  // A colon before the last slash belongs to the registry's port.
  const tag = /:([^:/]*)$/.exec(name)?.[1];
  if (tag === undefined) return digest === undefined ? 'Always' : 'IfNotPresent';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function requestWhatIsLimited(container: JsonObject): void {
  const resources = child(container, 'resources');
  const limits = child(resources, 'limits');
  if (resources === undefined || limits === undefined) return;
  const requests = ensureChild(resources, 'requests');
  for (const name of Object.keys(limits)) setAbsent(requests, name, limits[name]!);
}

function useHostPorts(container: JsonObject): void {
  for (const port of children(container, 'ports')) setEmpty(port, 'hostPort', port.containerPort ?? 0);
}

const defaultMode = 420;

function defaultVolume(volume: JsonObject): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name' && isObject(volume[key]));
  if (sources.length === 0) volume.emptyDir = newObject();
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = child(volume, name);
    if (source !== undefined) setAbsent(source, 'defaultMode', defaultMode);
  }
  for (const item of children(child(volume, 'downwardAPI'), 'items')) defaultFieldRef(item);
  for (const source of children(child(volume, 'projected'), 'sources')) defaultProjection(source);
  const claim = child(child(volume, 'ephemeral'), 'volumeClaimTemplate');
  if (claim !== undefined) defaultPersistentVolumeClaimSpec(ensureChild(claim, 'spec'));
  const image = child(volume, 'image');
  if (image !== undefined) setEmpty(image, 'pullPolicy', pullPolicy(image.reference));
  defaultVolumeSource(volume);
}

function defaultProjection(source: JsonObject): void {
  for (const item of children(child(source, 'downwardAPI'), 'items')) defaultFieldRef(item);
  const token = child(source, 'serviceAccountToken');
  if (token !== undefined) setAbsent(token, 'expirationSeconds', 3600);
  const certificate = child(source, 'podCertificate');
  if (certificate !== undefined) setAbsent(certificate, 'maxExpirationSeconds', 86_400);
}
