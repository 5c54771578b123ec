/** The kinds of the smaller groups: what their schemas do not say. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import {
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validatePathSegment,
} from '../names.js';
import { listAt, numberAt, objectAt, objectsAt, optionalNumberAt, stringAt, stringsAt } from '../read.js';
import type { JsonObject } from '../value.js';
import {
  duplicate,
  each,
  forbiddenField,
  immutable,
  inRange,
  namedBy,
  notSupported,
  oneOf,
} from './checks.js';
import { ipDetail, isIpv4, isIpv6 } from './ip.js';
import type { ValidationRules } from './rules.js';

function specs(
  object: JsonObject,
  old: JsonObject,
): readonly [JsonObject | undefined, JsonObject | undefined] {
  return [objectAt(object, 'spec'), objectAt(old, 'spec')];
}

export const leaseRules: ValidationRules = {
  validate: (lease) => {
    const spec = objectAt(lease, 'spec');
    const errors: FieldError[] = [];
    const duration = optionalNumberAt(spec, 'leaseDurationSeconds');
    if (duration !== undefined && duration <= 0) {
      errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
    }
    const transitions = optionalNumberAt(spec, 'leaseTransitions');
    if (transitions !== undefined && transitions < 0) {
      errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    return errors;
  },
};

export const roleRules: ValidationRules = {
  validate: (role) =>
    each(role, 'rules', '', (rule, path) => {
      const errors: FieldError[] = [];
      if (listAt(rule, 'verbs').length === 0) {
        errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
      }
      if (listAt(rule, 'nonResourceURLs').length > 0) {
        if (stringAt(role, 'kind') === 'Role') {
          const detail = 'namespaced rules cannot apply to non-resource URLs';
          errors.push(invalid(`${path}.nonResourceURLs`, [...listAt(rule, 'nonResourceURLs')], detail));
        } else if (listAt(rule, 'apiGroups').length > 0 || listAt(rule, 'resources').length > 0) {
          const detail = 'rules cannot apply to both regular resources and non-resource URLs';
          errors.push(invalid(`${path}.nonResourceURLs`, [...listAt(rule, 'nonResourceURLs')], detail));
        }
        return errors;
      }
      if (listAt(rule, 'apiGroups').length === 0) {
        errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
      }
      if (listAt(rule, 'resources').length === 0) {
        errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
      }
      return errors;
    }),
};

const rbacGroup = 'rbac.authorization.k8s.io';

export const roleBindingRules: ValidationRules = {
  validate: (binding) => {
    const role = objectAt(binding, 'roleRef');
    const group = stringAt(role, 'apiGroup');
    const kinds =
      stringAt(binding, 'kind') === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
    const errors: FieldError[] = [];
    if (group !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', group, [rbacGroup]));
    const kind = stringAt(role, 'kind');
    if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
    errors.push(...namedBy(role, 'name', 'roleRef', validatePathSegment));
    errors.push(...each(binding, 'subjects', '', (subject, path) => validateSubject(binding, subject, path)));
    return errors;
  },
  validateUpdate: (binding, old) => {
    const changed = immutable(binding, old, 'roleRef', '');
    return changed.map((error) => ({ ...error, detail: 'cannot change roleRef' }));
  },
};

function validateSubject(binding: JsonObject, subject: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(subject, 'name');
  const group = stringAt(subject, 'apiGroup');
  if (name === '') errors.push(required(`${path}.name`));
  const kind = stringAt(subject, 'kind');
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') {
        for (const problem of validateDns1123Subdomain(name))
          errors.push(invalid(`${path}.name`, name, problem));
      }
      if (group !== '') errors.push(notSupported(`${path}.apiGroup`, group, ['']));
      if (stringAt(subject, 'namespace') === '' && stringAt(binding, 'kind') === 'ClusterRoleBinding') {
        errors.push(required(`${path}.namespace`));
      }
      break;
    case 'User':
    case 'Group':
      if (group !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, group, [rbacGroup]));
      break;
    default:
      errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

export const storageClassRules: ValidationRules = {
  validate: (object) => [
    ...oneOf(object, 'reclaimPolicy', '', ['Delete', 'Retain']),
    ...oneOf(object, 'volumeBindingMode', '', ['Immediate', 'WaitForFirstConsumer'], true),
  ],
  validateUpdate: (object, old) => {
    const fixed = ['parameters', 'provisioner'].flatMap((field) =>
      immutable(object, old, field, '').map(() =>
        forbiddenField(field, `updates to ${field} are forbidden.`),
      ),
    );
    const policy = immutable(object, old, 'reclaimPolicy', '').map(() =>
      forbiddenField('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'),
    );
    return [...fixed, ...policy, ...immutable(object, old, 'volumeBindingMode', '')];
  },
};

export const volumeAttachmentRules: ValidationRules = {
  validate: (object) => {
    const source = objectAt(object, 'spec', 'source');
    const inline = objectAt(source, 'inlineVolumeSpec');
    const name = stringAt(source, 'persistentVolumeName');
    if (inline === undefined && name === '') {
      return [
        required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
      ];
    }
    return inline !== undefined && name !== ''
      ? [
          forbiddenField(
            'spec.source',
            'must specify exactly one of inlineVolumeSpec and persistentVolumeName',
          ),
        ]
      : [];
  },
  validateUpdate: (object, old) =>
    immutable(object, old, 'spec', '').map((error) => ({ ...error, detail: 'field is immutable' })),
};

export const volumeAttributesClassRules: ValidationRules = {
  validateUpdate: (object, old) =>
    ['driverName', 'parameters'].flatMap((field) =>
      immutable(object, old, field, '').map(() =>
        forbiddenField(field, `updates to ${field} are forbidden.`),
      ),
    ),
};

export const csiDriverRules: ValidationRules = {
  validate: (object) =>
    stringsAt(object, 'spec', 'volumeLifecycleModes')
      .filter((mode) => mode !== 'Persistent' && mode !== 'Ephemeral')
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent'])),
  validateUpdate: (object, old) => {
    const [spec, oldSpec] = specs(object, old);
    return ['attachRequired', 'volumeLifecycleModes'].flatMap((field) => [
      ...immutable(spec, oldSpec, field, 'spec'),
    ]);
  },
};

/** Above this, values are the system's. */
const highestUserPriority = 1_000_000_000;

export const priorityClassRules: ValidationRules = {
  validate: (object) => {
    const value = numberAt(object, 'value');
    const name = stringAt(object, 'metadata', 'name');
    const errors: FieldError[] = [];
    if (name.startsWith('system-')) {
      if (name !== 'system-node-critical' && name !== 'system-cluster-critical') {
        const detail = "priority class names with 'system-' prefix are reserved for system use only";
        errors.push(forbiddenField('metadata.name', detail));
      }
    } else if (value > highestUserPriority) {
      const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
      errors.push(forbiddenField('value', detail));
    }
    errors.push(...oneOf(object, 'preemptionPolicy', '', ['Never', 'PreemptLowerPriority']));
    return errors;
  },
  validateUpdate: (object, old) => [
    ...immutable(object, old, 'value', '').map(() =>
      forbiddenField('value', 'may not be changed in an update.'),
    ),
    ...immutable(object, old, 'preemptionPolicy', ''),
  ],
};

export const runtimeClassRules: ValidationRules = {
  validate: (object) => namedBy(object, 'handler', '', validateDns1123Label),
  validateUpdate: (object, old) => immutable(object, old, 'handler', ''),
};

const signerPattern = /^[^/]+\/[^/].*$/;
const minExpirationSeconds = 600;

export const certificateSigningRequestRules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    const errors: FieldError[] = [];
    const signer = stringAt(spec, 'signerName');
    if (signer === '') errors.push(required('spec.signerName'));
    else if (!signerPattern.test(signer)) {
      const detail = 'must be a fully qualified domain and path of the form "example.com/signer-name"';
      errors.push(invalid('spec.signerName', signer, detail));
    }
    if (listAt(spec, 'usages').length === 0) errors.push(required('spec.usages'));
    const seconds = optionalNumberAt(spec, 'expirationSeconds');
    if (seconds !== undefined && seconds < minExpirationSeconds) {
      errors.push(
        invalid(
          'spec.expirationSeconds',
          seconds,
          `may not specify a duration less than ${minExpirationSeconds} seconds (10 minutes)`,
        ),
      );
    }
    const types = objectsAt(object, 'status', 'conditions').map((condition) => stringAt(condition, 'type'));
    if (types.includes('Approved') && types.includes('Denied')) {
      const index =
        types.lastIndexOf('Approved') > types.lastIndexOf('Denied')
          ? types.lastIndexOf('Approved')
          : types.lastIndexOf('Denied');
      const detail = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalid(`status.conditions[${index}].type`, types[index]!, detail));
    }
    return errors;
  },
};

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

export const endpointSliceRules: ValidationRules = {
  validate: (slice) => {
    const type = stringAt(slice, 'addressType');
    const errors: FieldError[] = [...oneOf(slice, 'addressType', '', addressTypes, true)];
    errors.push(
      ...each(slice, 'endpoints', '', (endpoint, path) => {
        const addresses = stringsAt(endpoint, 'addresses');
        if (addresses.length === 0) return [required(`${path}.addresses`, 'must contain at least 1 address')];
        return addresses.flatMap((address, index) =>
          addressProblems(type, address, `${path}.addresses[${index}]`),
        );
      }),
    );
    const names = new Set<string>();
    errors.push(
      ...each(slice, 'ports', '', (port, path) => {
        const name = stringAt(port, 'name');
        const repeated = names.has(name) ? [duplicate(`${path}.name`, name)] : [];
        names.add(name);
        return [
          ...repeated,
          ...namedBy(port, 'name', path, validateDns1123Label, false),
          ...oneOf(port, 'protocol', path, ['SCTP', 'TCP', 'UDP']),
          ...inRange(port, 'port', path, 1, 65_535),
        ];
      }),
    );
    return errors;
  },
  validateUpdate: (slice, old) => immutable(slice, old, 'addressType', ''),
};

function addressProblems(type: string, address: string, path: string): readonly FieldError[] {
  switch (type) {
    case 'IPv4':
      return isIpv4(address) ? [] : [invalid(path, address, 'must be an IPv4 address')];
    case 'IPv6':
      return isIpv6(address) ? [] : [invalid(path, address, 'must be an IPv6 address')];
    case 'FQDN':
      return validateDns1123Subdomain(address).map((problem) => invalid(path, address, problem));
    default:
      return address === '' ? [invalid(path, address, ipDetail)] : [];
  }
}

export const customResourceDefinitionRules: ValidationRules = {
  validate: (definition) => {
    const spec = objectAt(definition, 'spec');
    const names = objectAt(spec, 'names');
    const group = stringAt(spec, 'group');
    const plural = stringAt(names, 'plural');
    const errors: FieldError[] = [];
    const name = stringAt(definition, 'metadata', 'name');
    if (name !== `${plural}.${group}`) {
      errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
    }
    errors.push(
      ...namedBy(spec, 'group', 'spec', validateDns1123Subdomain),
      ...oneOf(spec, 'scope', 'spec', ['Cluster', 'Namespaced'], true),
      ...namedBy(names, 'plural', 'spec.names', validateDns1035Label),
      ...namedBy(names, 'singular', 'spec.names', validateDns1035Label, false),
      ...namedBy(names, 'kind', 'spec.names', (kind) => validateDns1035Label(kind.toLowerCase())),
    );
    if (group !== '' && !group.includes('.')) {
      errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
    }
    errors.push(...validateDefinitionVersions(spec));
    return errors;
  },
  validateUpdate: (definition, old) => {
    const [spec, oldSpec] = specs(definition, old);
    return ['group', 'scope'].flatMap((field) => [...immutable(spec, oldSpec, field, 'spec')]);
  },
};

function validateDefinitionVersions(spec: JsonObject | undefined): readonly FieldError[] {
  const versions = objectsAt(spec, 'versions');
  const errors: FieldError[] = [];
  const storage = versions.filter((version) => version['storage'] === true);
  if (storage.length !== 1) {
    errors.push(
      invalid('spec.versions', [...versions], 'must have exactly one version marked as storage version'),
    );
  }
  const seen = new Set<string>();
  errors.push(
    ...each(spec, 'versions', 'spec', (version, path) => {
      const name = stringAt(version, 'name');
      const found: FieldError[] = [...namedBy(version, 'name', path, validateDns1035Label)];
      if (seen.has(name)) found.push(duplicate(`${path}.name`, name));
      seen.add(name);
      if (objectAt(version, 'schema', 'openAPIV3Schema') === undefined) {
        found.push(required(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
      }
      return found;
    }),
  );
  return errors;
}

export const apiServiceRules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    const version = stringAt(spec, 'version');
    const group = stringAt(spec, 'group');
    const name = stringAt(object, 'metadata', 'name');
    const errors: FieldError[] = [];
    if (name !== `${version}.${group}`) {
      errors.push(invalid('metadata.name', name, 'must be `spec.version+"."+spec.group`'));
    }
    errors.push(...namedBy(spec, 'version', 'spec', validateDns1035Label));
    for (const field of ['groupPriorityMinimum', 'versionPriority']) {
      const value = numberAt(spec, field);
      const maximum = field === 'versionPriority' ? 1000 : 20_000;
      if (value <= 0 || value > maximum) {
        errors.push(invalid(`spec.${field}`, value, `must be positive and less than ${maximum}`));
      }
    }
    return errors;
  },
};
