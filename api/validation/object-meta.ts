/** Validation of metadata: the same for every kind. */
import type { ResourceDescriptor } from '../descriptor.js';
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { type NameRule, validateDns1123Label, validateLabelValue, validateQualifiedName } from '../names.js';
import {
  booleanAt,
  objectAt,
  objectsAt,
  optionalNumberAt,
  sortedKeys,
  stringAt,
  stringsAt,
} from '../read.js';
import { equalValues, type JsonObject, type JsonValue } from '../value.js';

/** Of all keys and values of an object's annotations together. */
const maxAnnotationsBytes = 256 * 1024;

const immutableDetail = 'field is immutable';

/** Finalizers without a domain that the API itself knows. */
const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/**
 * Metadata of an object, after a name was generated.
 * @param kind the object's descriptor
 */
export function validateObjectMeta(
  object: JsonObject,
  kind: Pick<ResourceDescriptor, 'namespaced' | 'strategy'>,
): readonly FieldError[] {
  const metadata = objectAt(object, 'metadata');
  const nameRule: NameRule = (name, forPrefix) => kind.strategy.validateName(name, forPrefix);
  return validateMeta(metadata, kind.namespaced, nameRule, 'metadata');
}

function validateMeta(
  metadata: JsonObject | undefined,
  namespaced: boolean,
  nameRule: NameRule,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const generateName = stringAt(metadata, 'generateName');
  const name = stringAt(metadata, 'name');
  if (generateName !== '') {
    for (const problem of nameRule(generateName, true)) {
      errors.push(invalid(`${path}.generateName`, generateName, problem));
    }
  }
  if (name === '') errors.push(required(`${path}.name`, 'name or generateName is required'));
  else for (const problem of nameRule(name, false)) errors.push(invalid(`${path}.name`, name, problem));
  errors.push(...validateNamespaceField(stringAt(metadata, 'namespace'), namespaced, `${path}.namespace`));
  errors.push(...validateMutableMeta(metadata, path));
  return errors;
}

function validateNamespaceField(namespace: string, namespaced: boolean, path: string): readonly FieldError[] {
  if (!namespaced) {
    return namespace === ''
      ? []
      : [{ kind: 'FieldValueForbidden', path, detail: 'not allowed on this type' }];
  }
  if (namespace === '') return [required(path)];
  return validateDns1123Label(namespace).map((problem) => invalid(path, namespace, problem));
}

/** What may change over an object's life: labels, annotations, owners, finalizers; and generation. */
function validateMutableMeta(metadata: JsonObject | undefined, path: string): readonly FieldError[] {
  const generation = optionalNumberAt(metadata, 'generation') ?? 0;
  return [
    ...(generation < 0
      ? [invalid(`${path}.generation`, generation, 'must be greater than or equal to 0')]
      : []),
    ...validateLabels(objectAt(metadata, 'labels'), `${path}.labels`),
    ...validateAnnotations(objectAt(metadata, 'annotations'), `${path}.annotations`),
    ...validateOwnerReferences(objectsAt(metadata, 'ownerReferences'), `${path}.ownerReferences`),
    ...validateFinalizers(stringsAt(metadata, 'finalizers'), `${path}.finalizers`),
  ];
}

export function validateLabels(labels: JsonObject | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of sortedKeys(labels)) {
    for (const problem of validateQualifiedName(key)) errors.push(invalid(path, key, problem));
    const value = stringAt(labels, key);
    for (const problem of validateLabelValue(value)) errors.push(invalid(path, value, problem));
  }
  return errors;
}

export function validateAnnotations(
  annotations: JsonObject | undefined,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key of sortedKeys(annotations)) {
    // Upper case is let through in prefixes, as in the original.
    for (const problem of validateQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(stringAt(annotations, key));
  }
  if (bytes > maxAnnotationsBytes) {
    errors.push({
      kind: 'FieldValueTooLong',
      path,
      value: '',
      detail: `may not be more than ${maxAnnotationsBytes} bytes`,
    });
  }
  return errors;
}

function validateOwnerReferences(references: readonly JsonObject[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const reference of references) {
    for (const [field, label] of [
      ['apiVersion', 'version'],
      ['kind', 'kind'],
      ['name', 'name'],
      ['uid', 'uid'],
    ] as const) {
      if (stringAt(reference, field) === '') {
        errors.push(invalid(`${path}.${field}`, '', `${label} must not be empty`));
      }
    }
    if (stringAt(reference, 'apiVersion') === 'v1' && stringAt(reference, 'kind') === 'Event') {
      errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (!booleanAt(reference, 'controller')) continue;
    const name = stringAt(reference, 'name');
    if (controller === '') controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, [...references], detail));
    }
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) {
    for (const problem of validateQualifiedName(finalizer)) errors.push(invalid(path, finalizer, problem));
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
      const detail = 'name is neither a standard finalizer name nor is it fully qualified';
      errors.push(invalid(path, finalizer, detail));
    }
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer foregroundDeletion and orphan cannot be both set';
    errors.push(invalid(path, [...finalizers], detail));
  }
  return errors;
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/**
 * What of metadata may never change, besides what `validateObjectMeta` says of the object as it is. Finalizers
 * that are added while an object is being deleted are the deletion's matter.
 */
export function validateObjectMetaUpdate(object: JsonObject, oldObject: JsonObject): readonly FieldError[] {
  const metadata = objectAt(object, 'metadata');
  const old = objectAt(oldObject, 'metadata');
  const errors: FieldError[] = [];
  for (const field of immutableFields) {
    const value = metadata?.[field];
    if (!equalValues(absentAsUndefined(value), absentAsUndefined(old?.[field]))) {
      errors.push(invalid(`metadata.${field}`, value ?? '', immutableDetail));
    }
  }
  const generation = optionalNumberAt(metadata, 'generation') ?? 0;
  if (generation < (optionalNumberAt(old, 'generation') ?? 0)) {
    errors.push(invalid('metadata.generation', generation, 'must not be decremented'));
  }
  return errors;
}

function absentAsUndefined(value: JsonValue | undefined): JsonValue | undefined {
  return value === null || value === '' ? undefined : value;
}
