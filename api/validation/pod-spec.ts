/** The rules of pod specs, for pods and for the templates of workloads. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { validateDns1123Label, validateDns1123Subdomain, validateQualifiedName } from '../names.js';
import { booleanAt, listAt, objectAt, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import type { JsonObject } from '../value.js';
import {
  duplicate,
  each,
  forbiddenField,
  inRange,
  join,
  maxInt32,
  namedBy,
  nonNegative,
  notSupported,
  oneOf,
  requiredText,
} from './checks.js';
import { type ContainerContext, validateContainer, validateContainerNames } from './container.js';
import { ipDetail, isIp } from './ip.js';
import { validateAnnotations, validateLabels } from './object-meta.js';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** What a volume may be made from: exactly one of these. */
const volumeSources: readonly string[] = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'projected',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'csi',
  'ephemeral',
  'image',
];

export function validatePodSpec(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  const volumes = new Set(objectsAt(spec, 'volumes').map((volume) => stringAt(volume, 'name')));
  const context: ContainerContext = {
    volumes,
    kind: 'container',
    hostNetwork: booleanAt(spec, 'hostNetwork'),
  };
  const errors: FieldError[] = [...validateVolumes(spec, path)];
  if (listAt(spec, 'containers').length === 0) errors.push(required(`${path}.containers`));
  for (const [list, kind] of [
    ['containers', 'container'],
    ['initContainers', 'init'],
    ['ephemeralContainers', 'ephemeral'],
  ] as const) {
    errors.push(...each(spec, list, path, (item, at) => validateContainer(item, at, { ...context, kind })));
  }
  if (spec !== undefined) errors.push(...validateContainerNames(spec, path));
  errors.push(
    ...oneOf(spec, 'restartPolicy', path, restartPolicies, true),
    ...oneOf(spec, 'dnsPolicy', path, dnsPolicies, true),
    ...validateLabels(objectAt(spec, 'nodeSelector'), `${path}.nodeSelector`),
    ...namedBy(spec, 'serviceAccountName', path, validateDns1123Subdomain, false),
    ...namedBy(spec, 'nodeName', path, validateDns1123Subdomain, false),
    ...namedBy(spec, 'hostname', path, validateDns1123Label, false),
    ...namedBy(spec, 'subdomain', path, validateDns1123Label, false),
    ...namedBy(spec, 'priorityClassName', path, validateDns1123Subdomain, false),
    ...namedBy(spec, 'runtimeClassName', path, validateDns1123Subdomain, false),
    ...inRange(spec, 'activeDeadlineSeconds', path, 1, maxInt32),
    ...nonNegative(spec, 'terminationGracePeriodSeconds', path),
    ...each(spec, 'imagePullSecrets', path, (item, at) => requiredText(item, 'name', at)),
    ...each(spec, 'hostAliases', path, (item, at) => {
      const ip = stringAt(item, 'ip');
      return isIp(ip) ? [] : [invalid(`${at}.ip`, ip, ipDetail)];
    }),
    ...validateTolerations(spec, path),
    ...validateTopologySpread(spec, path),
    ...validateSchedulingGates(spec, path),
  );
  return errors;
}

function validateVolumes(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  const names = new Set<string>();
  return each(spec, 'volumes', path, (volume, at) => {
    const errors: FieldError[] = [...namedBy(volume, 'name', at, validateDns1123Label)];
    const name = stringAt(volume, 'name');
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    const sources = volumeSources.filter((source) => objectAt(volume, source) !== undefined);
    if (sources.length === 0) errors.push(required(at, 'must specify a volume type'));
    for (const source of sources.slice(1)) {
      errors.push(forbiddenField(`${at}.${source}`, 'may not specify more than 1 volume type'));
    }
    errors.push(...validateVolumeSource(volume, at));
    return errors;
  });
}

function validateVolumeSource(volume: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const needed: readonly (readonly [source: string, field: string])[] = [
    ['hostPath', 'path'],
    ['secret', 'secretName'],
    ['configMap', 'name'],
    ['persistentVolumeClaim', 'claimName'],
    ['csi', 'driver'],
    ['nfs', 'server'],
    ['nfs', 'path'],
  ];
  for (const [source, field] of needed) {
    const parent = objectAt(volume, source);
    if (parent !== undefined) errors.push(...requiredText(parent, field, `${path}.${source}`));
  }
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const parent = objectAt(volume, source);
    const mode = optionalNumberAt(parent, 'defaultMode');
    if (mode !== undefined && (mode < 0 || mode > 0o777)) {
      errors.push(
        invalid(
          `${path}.${source}.defaultMode`,
          mode,
          'must be a number between 0 and 0777 (octal), both inclusive',
        ),
      );
    }
    for (const [index, item] of objectsAt(parent, 'items').entries()) {
      const at = `${path}.${source}.items[${index}]`;
      if (source !== 'downwardAPI') errors.push(...requiredText(item, 'key', at));
      errors.push(...requiredText(item, 'path', at));
    }
  }
  return errors;
}

function validateTolerations(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  return each(spec, 'tolerations', path, (toleration, at) => {
    const errors: FieldError[] = [];
    const key = stringAt(toleration, 'key');
    const operator = stringAt(toleration, 'operator');
    const effect = stringAt(toleration, 'effect');
    if (key !== '')
      for (const problem of validateQualifiedName(key)) errors.push(invalid(`${at}.key`, key, problem));
    if (key === '' && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(`${at}.operator`, operator, detail));
    }
    if (optionalNumberAt(toleration, 'tolerationSeconds') !== undefined && effect !== 'NoExecute') {
      errors.push(
        invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    }
    if (operator !== '' && !['Equal', 'Exists', 'Lt', 'Gt'].includes(operator)) {
      errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    }
    const value = stringAt(toleration, 'value');
    if (operator === 'Exists' && value !== '') {
      errors.push(invalid(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
    }
    if (effect !== '' && !taintEffects.includes(effect))
      errors.push(notSupported(`${at}.effect`, effect, taintEffects));
    return errors;
  });
}

function validateTopologySpread(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  return each(spec, 'topologySpreadConstraints', path, (constraint, at) => {
    const errors: FieldError[] = [];
    const skew = optionalNumberAt(constraint, 'maxSkew') ?? 0;
    if (skew <= 0) errors.push(invalid(`${at}.maxSkew`, skew, 'must be greater than zero'));
    errors.push(...requiredText(constraint, 'topologyKey', at, 'can not be empty'));
    errors.push(...oneOf(constraint, 'whenUnsatisfiable', at, ['DoNotSchedule', 'ScheduleAnyway'], true));
    return errors;
  });
}

function validateSchedulingGates(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return each(spec, 'schedulingGates', path, (gate, at) => {
    const name = stringAt(gate, 'name');
    const errors: FieldError[] = validateQualifiedName(name).map((problem) =>
      invalid(`${at}.name`, name, problem),
    );
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    return errors;
  });
}

/** A pod template: labels, annotations and spec. */
export function validatePodTemplate(template: JsonObject | undefined, path: string): readonly FieldError[] {
  return [
    ...validateLabels(objectAt(template, 'metadata', 'labels'), join(path, 'metadata.labels')),
    ...validateAnnotations(objectAt(template, 'metadata', 'annotations'), join(path, 'metadata.annotations')),
    ...validatePodSpec(objectAt(template, 'spec'), join(path, 'spec')),
    ...(listAt(template, 'spec', 'ephemeralContainers').length === 0
      ? []
      : [
          forbiddenField(
            join(path, 'spec.ephemeralContainers'),
            'ephemeral containers not allowed in pod template',
          ),
        ]),
  ];
}
