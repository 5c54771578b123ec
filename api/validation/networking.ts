/** Ingresses and their classes, network policies, and the service address objects. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import {
  validateDns1035Label,
  validateDns1123Subdomain,
  validatePortName,
  validateWildcardDns1123Subdomain,
} from '../names.js';
import { listAt, objectAt, optionalNumberAt, stringAt, stringsAt } from '../read.js';
import type { JsonObject } from '../value.js';
import {
  each,
  forbiddenField,
  immutable,
  inRange,
  namedBy,
  notSupported,
  oneOf,
  requiredText,
  validateLabelSelector,
  validatePortReference,
} from './checks.js';
import { cidrDetail, ipDetail, isCidr, isIp } from './ip.js';
import type { ValidationRules } from './rules.js';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export const ingressRules: ValidationRules = {
  validate: (ingress) => {
    const spec = objectAt(ingress, 'spec');
    const errors: FieldError[] = [];
    const defaultBackend = objectAt(spec, 'defaultBackend');
    if (listAt(spec, 'rules').length === 0 && defaultBackend === undefined) {
      errors.push(
        invalid(
          'spec',
          listAt(spec, 'rules').length === 0 ? [] : null,
          'either `defaultBackend` or `rules` must be specified',
        ),
      );
    }
    if (defaultBackend !== undefined) errors.push(...validateBackend(defaultBackend, 'spec.defaultBackend'));
    errors.push(...each(spec, 'rules', 'spec', validateIngressRule));
    errors.push(
      ...each(spec, 'tls', 'spec', (tls, path) =>
        stringsAt(tls, 'hosts').flatMap((host, index) => validateHost(host, `${path}.hosts[${index}]`)),
      ),
      ...namedBy(spec, 'ingressClassName', 'spec', validateDns1123Subdomain, false),
    );
    return errors;
  },
};

function validateHost(host: string, path: string): readonly FieldError[] {
  const problems = host.includes('*')
    ? validateWildcardDns1123Subdomain(host)
    : validateDns1123Subdomain(host);
  return problems.map((problem) => invalid(path, host, problem));
}

function validateIngressRule(rule: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const host = stringAt(rule, 'host');
  if (host !== '') {
    if (isIp(host)) errors.push(invalid(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    errors.push(...validateHost(host, `${path}.host`));
  }
  const http = objectAt(rule, 'http');
  if (http === undefined) return errors;
  if (listAt(http, 'paths').length === 0) errors.push(required(`${path}.http.paths`));
  errors.push(...each(http, 'paths', `${path}.http`, validateIngressPath));
  return errors;
}

function validateIngressPath(entry: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = stringAt(entry, 'pathType');
  const text = stringAt(entry, 'path');
  if (type === '') errors.push(required(`${path}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(type)) errors.push(notSupported(`${path}.pathType`, type, pathTypes));
  const exact = type === 'Exact' || type === 'Prefix';
  if (exact || text !== '') {
    if (!text.startsWith('/')) errors.push(invalid(`${path}.path`, text, 'must be an absolute path'));
  }
  if (exact) {
    for (const sequence of ['//', '/./', '/../', '%2f', '%2F']) {
      if (text.includes(sequence))
        errors.push(invalid(`${path}.path`, text, `must not contain '${sequence}'`));
    }
  }
  const backend = objectAt(entry, 'backend');
  return [...errors, ...validateBackend(backend, `${path}.backend`)];
}

function validateBackend(backend: JsonObject | undefined, path: string): readonly FieldError[] {
  const service = objectAt(backend, 'service');
  const resource = objectAt(backend, 'resource');
  if (service === undefined && resource === undefined) {
    return [required(path, 'a service or resource backend is required')];
  }
  if (service !== undefined && resource !== undefined) {
    return [invalid(path, '', 'cannot set both resource and service backends')];
  }
  if (service === undefined) {
    return [
      ...requiredText(resource, 'kind', `${path}.resource`),
      ...requiredText(resource, 'name', `${path}.resource`),
    ];
  }
  const errors: FieldError[] = [...namedBy(service, 'name', `${path}.service`, validateDns1035Label)];
  const port = objectAt(service, 'port');
  const name = stringAt(port, 'name');
  const number = optionalNumberAt(port, 'number') ?? 0;
  const portPath = `${path}.service.port`;
  if (name === '' && number === 0) errors.push(required(portPath, 'port name or number is required'));
  else if (name !== '' && number !== 0)
    errors.push(invalid(portPath, '', 'cannot set both port name & port number'));
  else if (name !== '')
    for (const problem of validatePortName(name)) errors.push(invalid(`${portPath}.name`, name, problem));
  else errors.push(...inRange(port, 'number', portPath, 1, 65_535));
  return errors;
}

export const ingressClassRules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    const controller = stringAt(spec, 'controller');
    const errors: FieldError[] = [];
    if (controller === '') errors.push(required('spec.controller'));
    else if (!/^[^/]+\/.+$/.test(controller)) {
      errors.push(
        invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")'),
      );
    }
    const parameters = objectAt(spec, 'parameters');
    if (parameters !== undefined) {
      errors.push(
        ...requiredText(parameters, 'kind', 'spec.parameters'),
        ...requiredText(parameters, 'name', 'spec.parameters'),
      );
      errors.push(...oneOf(parameters, 'scope', 'spec.parameters', ['Cluster', 'Namespace'], true));
      const namespace = stringAt(parameters, 'namespace');
      const scope = stringAt(parameters, 'scope');
      if (scope === 'Namespace' && namespace === '') {
        errors.push(required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'"));
      }
      if (scope === 'Cluster' && namespace !== '') {
        errors.push(forbiddenField('spec.parameters.namespace', "`parameters.scope` is set to 'Cluster'"));
      }
    }
    return errors;
  },
  validateUpdate: (object, old) =>
    immutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'controller', 'spec'),
};

export const networkPolicyRules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    const errors: FieldError[] = [...validateLabelSelector(spec?.['podSelector'], 'spec.podSelector')];
    for (const [direction, peers] of [
      ['ingress', 'from'],
      ['egress', 'to'],
    ] as const) {
      errors.push(
        ...each(spec, direction, 'spec', (rule, path) => [
          ...each(rule, 'ports', path, validatePolicyPort),
          ...each(rule, peers, path, validatePeer),
        ]),
      );
    }
    const types = stringsAt(spec, 'policyTypes');
    if (types.length > 2) {
      errors.push(invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes'));
    }
    for (const [index, type] of types.entries()) {
      if (type !== 'Ingress' && type !== 'Egress') {
        errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']));
      }
    }
    return errors;
  },
};

function validatePolicyPort(port: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...oneOf(port, 'protocol', path, ['TCP', 'UDP', 'SCTP'])];
  const value = port['port'];
  const end = optionalNumberAt(port, 'endPort');
  if (value === undefined || value === null) {
    if (end !== undefined)
      errors.push(required(`${path}.port`, 'must be specified when `endPort` is specified'));
    return errors;
  }
  errors.push(...validatePortReference(value, `${path}.port`, validatePortName));
  if (end === undefined) return errors;
  if (typeof value === 'number' && end < value) {
    errors.push(invalid(`${path}.endPort`, end, 'must be greater than or equal to `port`'));
  }
  if (typeof value === 'string') {
    errors.push(forbiddenField(`${path}.endPort`, 'may not specify endPort when port is non-numeric'));
  }
  return [...errors, ...inRange(port, 'endPort', path, 1, 65_535)];
}

function validatePeer(peer: JsonObject, path: string): readonly FieldError[] {
  const block = objectAt(peer, 'ipBlock');
  const selectors = ['podSelector', 'namespaceSelector'].filter(
    (field) => objectAt(peer, field) !== undefined,
  );
  if (block === undefined && selectors.length === 0) return [required(path, 'must specify a peer')];
  if (block !== undefined && selectors.length > 0) {
    return [forbiddenField(path, 'may not specify both ipBlock and another peer')];
  }
  const errors: FieldError[] = selectors.flatMap((field) => [
    ...validateLabelSelector(peer[field], `${path}.${field}`),
  ]);
  if (block === undefined) return errors;
  const cidr = stringAt(block, 'cidr');
  if (cidr === '') errors.push(required(`${path}.ipBlock.cidr`));
  else if (!isCidr(cidr)) errors.push(invalid(`${path}.ipBlock.cidr`, cidr, cidrDetail));
  for (const [index, except] of stringsAt(block, 'except').entries()) {
    if (!isCidr(except)) errors.push(invalid(`${path}.ipBlock.except[${index}]`, except, cidrDetail));
  }
  return errors;
}

export const ipAddressRules: ValidationRules = {
  validate: (object) => {
    const name = stringAt(object, 'metadata', 'name');
    const errors: FieldError[] = isIp(name) ? [] : [invalid('metadata.name', name, ipDetail)];
    const parent = objectAt(object, 'spec', 'parentRef');
    if (parent === undefined) errors.push(required('spec.parentRef'));
    else
      errors.push(
        ...requiredText(parent, 'resource', 'spec.parentRef'),
        ...requiredText(parent, 'name', 'spec.parentRef'),
      );
    return errors;
  },
  validateUpdate: (object, old) =>
    immutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'parentRef', 'spec'),
};

export const serviceCidrRules: ValidationRules = {
  validate: (object) => {
    const cidrs = stringsAt(object, 'spec', 'cidrs');
    if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
    if (cidrs.length > 2) return [invalid('spec', [...cidrs], 'may only hold up to 2 values')];
    return cidrs.flatMap((cidr, index) =>
      isCidr(cidr) ? [] : [invalid(`spec.cidrs[${index}]`, cidr, cidrDetail)],
    );
  },
};
