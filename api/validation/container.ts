/** The rules of containers: names, images, ports, environment, mounts, probes, resources. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import {
  validateConfigKey,
  validateDns1123Label,
  validateEnvironmentName,
  validatePortName,
} from '../names.js';
import { listAt, objectAt, objectsAt, optionalNumberAt, sortedKeys, stringAt } from '../read.js';
import type { JsonObject } from '../value.js';
import {
  compareQuantityValues,
  duplicate,
  each,
  forbiddenField,
  inRange,
  namedBy,
  nonNegative,
  notFoundField,
  oneOf,
  quantityText,
  requiredText,
  validatePortReference,
} from './checks.js';

export interface ContainerContext {
  /** Names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  readonly kind: 'container' | 'init' | 'ephemeral';
  readonly hostNetwork: boolean;
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const terminationMessagePolicies = ['FallbackToLogsOnError', 'File'];
const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateContainer(
  container: JsonObject,
  path: string,
  context: ContainerContext,
): readonly FieldError[] {
  const image = stringAt(container, 'image');
  const errors: FieldError[] = [...namedBy(container, 'name', path, validateDns1123Label)];
  if (image === '') errors.push(required(`${path}.image`));
  else if (image.trim() !== image) {
    errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  }
  errors.push(
    ...oneOf(container, 'imagePullPolicy', path, pullPolicies, true),
    ...oneOf(container, 'terminationMessagePolicy', path, terminationMessagePolicies, true),
    ...validatePorts(container, path, context),
    ...each(container, 'env', path, validateEnvironmentVariable),
    ...each(container, 'envFrom', path, validateEnvironmentSource),
    ...validateMounts(container, path, context),
    ...validateResources(objectAt(container, 'resources'), `${path}.resources`),
    ...validateProbes(container, path, context),
    ...validateLifecycle(container, path),
  );
  return errors;
}

function validatePorts(
  container: JsonObject,
  path: string,
  context: ContainerContext,
): readonly FieldError[] {
  const names = new Set<string>();
  return each(container, 'ports', path, (port, portPath) => {
    const errors: FieldError[] = [];
    const name = stringAt(port, 'name');
    if (name !== '') {
      for (const problem of validatePortName(name)) errors.push(invalid(`${portPath}.name`, name, problem));
      if (names.has(name)) errors.push(duplicate(`${portPath}.name`, name));
      names.add(name);
    }
    const number = optionalNumberAt(port, 'containerPort') ?? 0;
    if (number === 0) errors.push(required(`${portPath}.containerPort`));
    else errors.push(...inRange(port, 'containerPort', portPath, 1, 65_535));
    const hostPort = optionalNumberAt(port, 'hostPort') ?? 0;
    if (hostPort !== 0) {
      errors.push(...inRange(port, 'hostPort', portPath, 1, 65_535));
      if (context.hostNetwork && hostPort !== number) {
        errors.push(
          invalid(`${portPath}.hostPort`, hostPort, 'must match `containerPort` when `hostNetwork` is true'),
        );
      }
    }
    errors.push(...oneOf(port, 'protocol', portPath, protocols, true));
    return errors;
  });
}

const environmentSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

function validateEnvironmentVariable(variable: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...namedBy(variable, 'name', path, validateEnvironmentName)];
  const from = objectAt(variable, 'valueFrom');
  if (from === undefined) return errors;
  const fromPath = `${path}.valueFrom`;
  const sources = environmentSources.filter((source) => objectAt(from, source) !== undefined);
  if (stringAt(variable, 'value') !== '') {
    errors.push(invalid(fromPath, '', 'may not be specified when `value` is not empty'));
  } else if (sources.length === 0) {
    errors.push(
      invalid(
        fromPath,
        '',
        `must specify one of: ${environmentSources.map((source) => `\`${source}\``).join(', ')}`,
      ),
    );
  } else if (sources.length > 1) {
    errors.push(invalid(fromPath, '', 'may not have more than one field specified at a time'));
  }
  for (const source of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = objectAt(from, source);
    if (reference === undefined) continue;
    errors.push(...requiredText(reference, 'name', `${fromPath}.${source}`));
    errors.push(...namedBy(reference, 'key', `${fromPath}.${source}`, validateConfigKey));
  }
  const field = objectAt(from, 'fieldRef');
  if (field !== undefined) errors.push(...requiredText(field, 'fieldPath', `${fromPath}.fieldRef`));
  const resource = objectAt(from, 'resourceFieldRef');
  if (resource !== undefined)
    errors.push(...requiredText(resource, 'resource', `${fromPath}.resourceFieldRef`));
  return errors;
}

function validateEnvironmentSource(source: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...namedBy(source, 'prefix', path, validateEnvironmentName, false)];
  const references = ['configMapRef', 'secretRef'].filter((key) => objectAt(source, key) !== undefined);
  if (references.length === 0) {
    errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
  } else if (references.length > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  for (const key of references) errors.push(...requiredText(objectAt(source, key), 'name', `${path}.${key}`));
  return errors;
}

function validateMounts(
  container: JsonObject,
  path: string,
  context: ContainerContext,
): readonly FieldError[] {
  const places = new Set<string>();
  return each(container, 'volumeMounts', path, (mount, mountPath) => {
    const errors: FieldError[] = [];
    const name = stringAt(mount, 'name');
    if (name === '') errors.push(required(`${mountPath}.name`));
    else if (!context.volumes.has(name)) errors.push(notFoundField(`${mountPath}.name`, name));
    const place = stringAt(mount, 'mountPath');
    if (place === '') errors.push(required(`${mountPath}.mountPath`));
    else if (places.has(place)) errors.push(invalid(`${mountPath}.mountPath`, place, 'must be unique'));
    places.add(place);
    const subPath = stringAt(mount, 'subPath');
    if (subPath !== '') errors.push(...validateLocalPath(subPath, `${mountPath}.subPath`));
    return errors;
  });
}

/** A path below a volume: relative and without `..`. */
function validateLocalPath(path: string, at: string): readonly FieldError[] {
  if (path.startsWith('/')) return [invalid(at, path, 'must be a relative path')];
  return path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : [];
}

function validateResources(resources: JsonObject | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const limits = objectAt(resources, 'limits');
  const requests = objectAt(resources, 'requests');
  for (const [group, values] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const resource of sortedKeys(values)) {
      const text = quantityText(values?.[resource]);
      if (text !== undefined && compareQuantityValues(text, '0') === -1) {
        errors.push(invalid(`${path}.${group}[${resource}]`, text, 'must be greater than or equal to 0'));
      }
    }
  }
  for (const resource of sortedKeys(requests)) {
    const limit = quantityText(limits?.[resource]);
    const request = quantityText(requests?.[resource]);
    if (limit === undefined || request === undefined) continue;
    const order = compareQuantityValues(request, limit);
    if (order !== undefined && order > 0) {
      errors.push(
        invalid(`${path}.requests`, request, `must be less than or equal to ${resource} limit of ${limit}`),
      );
    }
  }
  return errors;
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

function validateProbes(
  container: JsonObject,
  path: string,
  context: ContainerContext,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const restartable = context.kind === 'container' || stringAt(container, 'restartPolicy') === 'Always';
  for (const name of probes) {
    const probe = objectAt(container, name);
    if (probe === undefined) continue;
    const probePath = `${path}.${name}`;
    if (context.kind === 'ephemeral') {
      errors.push(forbiddenField(probePath, 'cannot be set for an Ephemeral Container'));
      continue;
    }
    if (!restartable) {
      errors.push(
        forbiddenField(probePath, 'may not be set for init containers without restartPolicy=Always'),
      );
      continue;
    }
    errors.push(...validateHandler(probe, probePath));
    for (const field of [
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
    ]) {
      errors.push(...nonNegative(probe, field, probePath));
    }
    const successes = optionalNumberAt(probe, 'successThreshold');
    if (name !== 'readinessProbe' && successes !== undefined && successes !== 1) {
      errors.push(invalid(`${probePath}.successThreshold`, successes, 'must be 1'));
    }
  }
  return errors;
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function validateHandler(handler: JsonObject, path: string): readonly FieldError[] {
  const used = handlers.filter((name) => objectAt(handler, name) !== undefined);
  if (used.length === 0) return [required(path, 'must specify a handler type')];
  const errors: FieldError[] = used
    .slice(1)
    .map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type'));
  const exec = objectAt(handler, 'exec');
  if (exec !== undefined && listAt(exec, 'command').length === 0)
    errors.push(required(`${path}.exec.command`));
  const http = objectAt(handler, 'httpGet');
  if (http !== undefined) {
    errors.push(...requiredText(http, 'path', `${path}.httpGet`));
    errors.push(...validatePortReference(http['port'], `${path}.httpGet.port`, validatePortName));
    errors.push(...oneOf(http, 'scheme', `${path}.httpGet`, ['HTTP', 'HTTPS'], true));
  }
  const tcp = objectAt(handler, 'tcpSocket');
  if (tcp !== undefined)
    errors.push(...validatePortReference(tcp['port'], `${path}.tcpSocket.port`, validatePortName));
  const grpc = objectAt(handler, 'grpc');
  if (grpc !== undefined)
    errors.push(...validatePortReference(grpc['port'], `${path}.grpc.port`, validatePortName));
  return errors;
}

function validateLifecycle(container: JsonObject, path: string): readonly FieldError[] {
  const lifecycle = objectAt(container, 'lifecycle');
  return ['postStart', 'preStop'].flatMap((hook) => {
    const handler = objectAt(lifecycle, hook);
    return handler === undefined ? [] : validateHandler(handler, `${path}.lifecycle.${hook}`);
  });
}

/** Container names are unique in a pod, across all lists. */
export function validateContainerNames(spec: JsonObject, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const [index, container] of objectsAt(spec, list).entries()) {
      const name = stringAt(container, 'name');
      if (name === '') continue;
      if (seen.has(name)) errors.push(duplicate(`${path}.${list}[${index}].name`, name));
      seen.add(name);
    }
  }
  return errors;
}
