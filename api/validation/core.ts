/** ConfigMaps, Secrets, namespaces, nodes, service accounts, endpoints, quotas and limits. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { validateConfigKey, validateDns1123Label, validateQualifiedName } from '../names.js';
import { booleanAt, listAt, objectAt, objectsAt, sortedKeys, stringAt, stringsAt } from '../read.js';
import { equalValues, type JsonObject } from '../value.js';
import {
  compareQuantityValues,
  each,
  forbiddenField,
  immutable,
  inRange,
  namedBy,
  notSupported,
  oneOf,
  quantityText,
  requiredText,
  tooLongField,
} from './checks.js';
import { ipDetail, isIp } from './ip.js';
import type { ValidationRules } from './rules.js';

/** Of all values of a ConfigMap or Secret together. */
const maxDataBytes = 1024 * 1024;

function validateKeys(object: JsonObject, field: string): readonly FieldError[] {
  return sortedKeys(objectAt(object, field)).flatMap((key) =>
    validateConfigKey(key).map((problem) => invalid(`${field}[${key}]`, key, problem)),
  );
}

function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

function sumOf(object: JsonObject, field: string, size: (text: string) => number): number {
  const values = objectAt(object, field);
  return sortedKeys(values).reduce((total, key) => total + size(stringAt(values, key)), 0);
}

/** Once `immutable` is set, nothing but metadata changes, and it stays set. */
function validateImmutable(
  object: JsonObject,
  old: JsonObject,
  fields: readonly string[],
): readonly FieldError[] {
  if (!booleanAt(old, 'immutable')) return [];
  const detail = 'field is immutable when `immutable` is set';
  const errors: FieldError[] = [];
  if (!booleanAt(object, 'immutable')) errors.push(forbiddenField('immutable', detail));
  for (const field of fields) {
    if (!equalValues(objectAt(object, field), objectAt(old, field)))
      errors.push(forbiddenField(field, detail));
  }
  return errors;
}

export const configMapRules: ValidationRules = {
  validate: (object) => {
    const errors: FieldError[] = [...validateKeys(object, 'data')];
    const data = objectAt(object, 'data');
    for (const key of sortedKeys(objectAt(object, 'binaryData'))) {
      for (const problem of validateConfigKey(key)) errors.push(invalid(`binaryData[${key}]`, key, problem));
      if (data !== undefined && Object.hasOwn(data, key)) {
        errors.push(invalid(`data[${key}]`, key, `duplicate of key present in binaryData`));
      }
    }
    const bytes =
      sumOf(object, 'data', (text) => Buffer.byteLength(text)) + sumOf(object, 'binaryData', base64Bytes);
    if (bytes > maxDataBytes) errors.push(tooLongField('', maxDataBytes));
    return errors;
  },
  validateUpdate: (object, old) => validateImmutable(object, old, ['data', 'binaryData']),
};

/** Keys that a type of secret must hold. */
const secretKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);

const serviceAccountNameAnnotation = 'kubernetes.io/service-account.name';

export const secretRules: ValidationRules = {
  validate: (object) => {
    const errors: FieldError[] = [...validateKeys(object, 'data')];
    if (sumOf(object, 'data', base64Bytes) > maxDataBytes) errors.push(tooLongField('data', maxDataBytes));
    const type = stringAt(object, 'type');
    const data = objectAt(object, 'data');
    const holds = (key: string): boolean => data !== undefined && Object.hasOwn(data, key);
    for (const key of secretKeys.get(type) ?? []) {
      if (!holds(key)) errors.push(required(`data[${key}]`));
    }
    if (type === 'kubernetes.io/basic-auth' && !holds('username') && !holds('password')) {
      errors.push(required('data[username]'), required('data[password]'));
    }
    if (type === 'kubernetes.io/service-account-token') {
      const annotations = objectAt(object, 'metadata', 'annotations');
      if (stringAt(annotations, serviceAccountNameAnnotation) === '') {
        errors.push(required(`metadata.annotations[${serviceAccountNameAnnotation}]`));
      }
    }
    return errors;
  },
  validateUpdate: (object, old) => [
    ...immutable(object, old, 'type', ''),
    ...validateImmutable(object, old, ['data']),
  ],
};

export const serviceAccountRules: ValidationRules = {};

export const namespaceRules: ValidationRules = {
  validate: (object) =>
    stringsAt(object, 'spec', 'finalizers').flatMap((finalizer, index) => {
      const problems = validateQualifiedName(finalizer);
      if (problems.length === 0 && !finalizer.includes('/') && finalizer !== 'kubernetes') {
        return [
          invalid(
            `spec.finalizers[${index}]`,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ];
      }
      return problems.map((problem) => invalid(`spec.finalizers[${index}]`, finalizer, problem));
    }),
};

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const nodeRules: ValidationRules = {
  validate: (object) => {
    const seen = new Set<string>();
    return each(objectAt(object, 'spec'), 'taints', 'spec', (taint, path) => {
      const errors: FieldError[] = [
        ...namedBy(taint, 'key', path, validateQualifiedName),
        ...oneOf(taint, 'effect', path, taintEffects, true),
      ];
      const identity = `${stringAt(taint, 'key')}:${stringAt(taint, 'effect')}`;
      if (seen.has(identity)) errors.push({ kind: 'FieldValueDuplicate', path, value: taint, detail: '' });
      seen.add(identity);
      return errors;
    });
  },
  validateUpdate: (object, old) => {
    const before = stringAt(old, 'spec', 'providerID');
    const now = stringAt(object, 'spec', 'providerID');
    if (before === '' || before === now) return [];
    return [
      forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    ];
  },
};

export const endpointsRules: ValidationRules = {
  validate: (object) =>
    each(object, 'subsets', '', (subset, path) => {
      const errors: FieldError[] = [];
      if (listAt(subset, 'addresses').length === 0 && listAt(subset, 'notReadyAddresses').length === 0) {
        errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
      }
      for (const list of ['addresses', 'notReadyAddresses']) {
        for (const [index, address] of objectsAt(subset, list).entries()) {
          const ip = stringAt(address, 'ip');
          if (!isIp(ip)) errors.push(invalid(`${path}.${list}[${index}].ip`, ip, ipDetail));
        }
      }
      const several = listAt(subset, 'ports').length > 1;
      errors.push(
        ...each(subset, 'ports', path, (port, at) => [
          ...(several && stringAt(port, 'name') === '' ? [required(`${at}.name`)] : []),
          ...namedBy(port, 'name', at, validateDns1123Label, false),
          ...inRange(port, 'port', at, 1, 65_535),
          ...oneOf(port, 'protocol', at, ['TCP', 'UDP', 'SCTP'], true),
        ]),
      );
      return errors;
    }),
};

export const resourceQuotaRules: ValidationRules = {
  validate: (object) => {
    const hard = objectAt(object, 'spec', 'hard');
    return sortedKeys(hard).flatMap((resource) => {
      const path = `spec.hard[${resource}]`;
      const text = quantityText(hard?.[resource]);
      const errors: FieldError[] = validateQualifiedName(resource).map((problem) =>
        invalid(path, resource, problem),
      );
      if (text !== undefined && compareQuantityValues(text, '0') === -1) {
        errors.push(invalid(path, text, 'must be greater than or equal to 0'));
      }
      return errors;
    });
  },
  validateUpdate: (object, old) =>
    immutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'scopes', 'spec'),
};

const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];

export const limitRangeRules: ValidationRules = {
  validate: (object) => {
    const seen = new Set<string>();
    return each(objectAt(object, 'spec'), 'limits', 'spec', (limit, path) => {
      const type = stringAt(limit, 'type');
      const errors: FieldError[] = [...requiredText(limit, 'type', path)];
      if (type !== '' && !type.includes('/') && !limitTypes.includes(type)) {
        errors.push(notSupported(`${path}.type`, type, limitTypes));
      }
      if (seen.has(type))
        errors.push({ kind: 'FieldValueDuplicate', path: `${path}.type`, value: type, detail: '' });
      seen.add(type);
      return [...errors, ...validateLimitOrder(limit, path)];
    });
  },
};

/** min ≤ defaultRequest ≤ default ≤ max, as far as they are given. */
function validateLimitOrder(limit: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const order = ['min', 'defaultRequest', 'default', 'max'];
  const resources = new Set(order.flatMap((field) => sortedKeys(objectAt(limit, field))));
  for (const resource of resources) {
    const present = order.filter((field) => objectAt(limit, field)?.[resource] !== undefined);
    for (const [index, field] of present.slice(1).entries()) {
      const lower = objectAt(limit, present[index]!)![resource];
      const upper = objectAt(limit, field)![resource];
      const compared = compareQuantityValues(lower, upper);
      if (compared === undefined || compared <= 0) continue;
      const detail = `${present[index]!} value ${quantityText(lower)!} is greater than ${field} value ${quantityText(upper)!}`;
      errors.push(invalid(`${path}.${present[index]!}[${resource}]`, quantityText(lower), detail));
    }
  }
  return errors;
}
