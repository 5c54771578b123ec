/** Persistent volumes and the claims to them. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { validateDns1123Subdomain } from '../names.js';
import { listAt, objectAt, stringAt, stringsAt } from '../read.js';
import { cloneValue, equalValues, type JsonObject, newObject } from '../value.js';
import {
  compareQuantityValues,
  forbiddenField,
  namedBy,
  notSupported,
  oneOf,
  quantityText,
  validateLabelSelector,
} from './checks.js';
import type { ValidationRules } from './rules.js';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function validateAccessModes(spec: JsonObject | undefined): readonly FieldError[] {
  const modes = stringsAt(spec, 'accessModes');
  const path = 'spec.accessModes';
  if (modes.length === 0) return [required(path, 'at least 1 access mode is required')];
  const errors: FieldError[] = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => notSupported(path, mode, accessModes));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

function validateSize(values: JsonObject | undefined, path: string): readonly FieldError[] {
  const text = quantityText(values?.['storage']);
  if (text === undefined) return [required(path)];
  const positive = compareQuantityValues(text, '0');
  return positive === 1 ? [] : [invalid(path, text, 'must be greater than zero')];
}

export const persistentVolumeClaimRules: ValidationRules = {
  validate: (claim) => {
    const spec = objectAt(claim, 'spec');
    return [
      ...validateAccessModes(spec),
      ...validateSize(objectAt(spec, 'resources', 'requests'), 'spec.resources[storage]'),
      ...validateLabelSelector(spec?.['selector'], 'spec.selector'),
      ...namedBy(spec, 'storageClassName', 'spec', validateDns1123Subdomain, false),
      ...oneOf(spec, 'volumeMode', 'spec', ['Block', 'Filesystem']),
    ];
  },
  validateUpdate: (claim, old) => {
    const spec = objectAt(claim, 'spec');
    const oldSpec = objectAt(old, 'spec');
    if (equalValues(withoutChangeable(spec, oldSpec), withoutChangeable(oldSpec, oldSpec))) {
      return validateShrink(spec, oldSpec);
    }
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    return [forbiddenField('spec', detail)];
  },
};

/** A claim gets its volume once, may grow, and may change its attributes. */
function withoutChangeable(spec: JsonObject | undefined, oldSpec: JsonObject | undefined): JsonObject {
  const copy = cloneValue(spec ?? newObject());
  if (stringAt(oldSpec, 'volumeName') === '') delete copy['volumeName'];
  if (stringAt(oldSpec, 'storageClassName') === '') delete copy['storageClassName'];
  delete copy['volumeAttributesClassName'];
  const requests = objectAt(copy, 'resources', 'requests');
  if (requests !== undefined) delete requests['storage'];
  return copy;
}

function validateShrink(
  spec: JsonObject | undefined,
  oldSpec: JsonObject | undefined,
): readonly FieldError[] {
  const now = objectAt(spec, 'resources', 'requests')?.['storage'];
  const before = objectAt(oldSpec, 'resources', 'requests')?.['storage'];
  const order = compareQuantityValues(now, before);
  if (order === undefined || order >= 0) return [];
  return [forbiddenField('spec.resources.requests.storage', 'field can not be less than previous value')];
}

const volumeSources: readonly string[] = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'hostPath',
  'glusterfs',
  'nfs',
  'rbd',
  'iscsi',
  'cinder',
  'cephfs',
  'fc',
  'flocker',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

export const persistentVolumeRules: ValidationRules = {
  validate: (volume) => {
    const spec = objectAt(volume, 'spec');
    const errors: FieldError[] = [...validateAccessModes(spec)];
    const capacity = objectAt(spec, 'capacity');
    if (capacity === undefined) errors.push(required('spec.capacity'));
    else errors.push(...validateSize(capacity, 'spec.capacity[storage]'));
    errors.push(
      ...oneOf(spec, 'persistentVolumeReclaimPolicy', 'spec', ['Delete', 'Recycle', 'Retain']),
      ...namedBy(spec, 'storageClassName', 'spec', validateDns1123Subdomain, false),
      ...oneOf(spec, 'volumeMode', 'spec', ['Block', 'Filesystem']),
    );
    const sources = sourcesOf(spec);
    if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
    for (const source of sources.slice(1)) {
      errors.push(forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type'));
    }
    if (
      sources.includes('local') &&
      listAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms').length === 0
    ) {
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
    }
    return errors;
  },
  validateUpdate: (volume, old) => {
    const errors: FieldError[] = [];
    const spec = objectAt(volume, 'spec');
    const oldSpec = objectAt(old, 'spec');
    const changed = sourcesOf(spec)
      .concat(sourcesOf(oldSpec))
      .some((source) => !equalValues(objectAt(spec, source), objectAt(oldSpec, source)));
    if (changed) {
      errors.push(
        forbiddenField(
          'spec.persistentvolumesource',
          'spec.persistentvolumesource is immutable after creation',
        ),
      );
    }
    if (!equalValues(spec?.['volumeMode'], oldSpec?.['volumeMode'])) {
      errors.push(invalid('spec.volumeMode', spec?.['volumeMode'] ?? null, 'field is immutable'));
    }
    return errors;
  },
};

function sourcesOf(spec: JsonObject | undefined): readonly string[] {
  return volumeSources.filter((source) => objectAt(spec, source) !== undefined);
}
