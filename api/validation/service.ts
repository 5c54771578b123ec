/** Services: ports, type, addresses, and what of the addresses is for ever. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { validateDns1123Label, validateDns1123Subdomain, validatePortName } from '../names.js';
import { listAt, objectAt, optionalNumberAt, stringAt, stringsAt } from '../read.js';
import type { JsonObject } from '../value.js';
import {
  duplicate,
  each,
  forbiddenField,
  inRange,
  namedBy,
  notSupported,
  oneOf,
  validatePortReference,
} from './checks.js';
import { ipDetail, isIp } from './ip.js';
import { validateLabels } from './object-meta.js';
import type { ValidationRules } from './rules.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export const serviceRules: ValidationRules = {
  validate: (service) => {
    const spec = objectAt(service, 'spec');
    const type = stringAt(spec, 'type');
    const errors: FieldError[] = [];
    const headless = stringAt(spec, 'clusterIP') === 'None';
    if (type === '') errors.push(required('spec.type'));
    else if (!types.includes(type)) errors.push(notSupported('spec.type', type, types));
    if (listAt(spec, 'ports').length === 0 && !headless && type !== 'ExternalName') {
      errors.push(required('spec.ports'));
    }
    if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
      const detail = `may not be set to 'None' for ${type} services`;
      errors.push(invalid('spec.clusterIPs[0]', 'None', detail));
    }
    if (type === 'ExternalName') errors.push(...validateExternalName(spec));
    errors.push(
      ...validatePorts(spec, type),
      ...validateLabels(objectAt(spec, 'selector'), 'spec.selector'),
      ...oneOf(spec, 'sessionAffinity', 'spec', ['ClientIP', 'None'], true),
      ...validateAddresses(spec),
      ...oneOf(spec, 'externalTrafficPolicy', 'spec', ['Cluster', 'Local']),
      ...oneOf(spec, 'internalTrafficPolicy', 'spec', ['Cluster', 'Local']),
      ...oneOf(spec, 'ipFamilyPolicy', 'spec', ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
    );
    return errors;
  },
  validateUpdate: (service, old) => validateAddressChange(objectAt(service, 'spec'), objectAt(old, 'spec')),
};

function validateExternalName(spec: JsonObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (stringAt(spec, 'clusterIP') !== '') {
    errors.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
  }
  const name = stringAt(spec, 'externalName').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else
    for (const problem of validateDns1123Subdomain(name))
      errors.push(invalid('spec.externalName', name, problem));
  return errors;
}

function validatePorts(spec: JsonObject | undefined, type: string): readonly FieldError[] {
  const several = listAt(spec, 'ports').length > 1;
  const names = new Set<string>();
  const places = new Set<string>();
  return each(spec, 'ports', 'spec', (port, path) => {
    const errors: FieldError[] = [];
    const name = stringAt(port, 'name');
    if (name === '' && several) errors.push(required(`${path}.name`));
    errors.push(...namedBy(port, 'name', path, validateDns1123Label, false));
    if (name !== '' && names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    const number = optionalNumberAt(port, 'port') ?? 0;
    if (number < 1 || number > 65_535) {
      errors.push(invalid(`${path}.port`, number, 'must be between 1 and 65535, inclusive'));
    }
    errors.push(...oneOf(port, 'protocol', path, ['SCTP', 'TCP', 'UDP'], true));
    if (type !== 'ExternalName' || port['targetPort'] !== undefined) {
      errors.push(
        ...validatePortReference(port['targetPort'] ?? number, `${path}.targetPort`, validatePortName),
      );
    }
    const nodePort = optionalNumberAt(port, 'nodePort') ?? 0;
    if (nodePort !== 0) {
      errors.push(...inRange(port, 'nodePort', path, 1, 65_535));
      if (type === 'ClusterIP' || type === 'ExternalName') {
        errors.push(forbiddenField(`${path}.nodePort`, `may not be used when \`type\` is '${type}'`));
      }
    }
    const place = `${stringAt(port, 'protocol')}/${number}`;
    if (places.has(place)) errors.push(duplicate(path, port));
    places.add(place);
    return errors;
  });
}

function validateAddresses(spec: JsonObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, address] of stringsAt(spec, 'clusterIPs').entries()) {
    if (address !== 'None' && !isIp(address))
      errors.push(invalid(`spec.clusterIPs[${index}]`, address, ipDetail));
  }
  const clusterIp = stringAt(spec, 'clusterIP');
  const first = stringsAt(spec, 'clusterIPs')[0];
  if (clusterIp !== '' && first === undefined && clusterIp !== 'None' && !isIp(clusterIp)) {
    errors.push(invalid('spec.clusterIP', clusterIp, ipDetail));
  }
  if (first !== undefined && clusterIp !== '' && first !== clusterIp) {
    errors.push(
      invalid('spec.clusterIPs', [...stringsAt(spec, 'clusterIPs')], 'first value must match `clusterIP`'),
    );
  }
  for (const [index, address] of stringsAt(spec, 'externalIPs').entries()) {
    if (!isIp(address)) errors.push(invalid(`spec.externalIPs[${index}]`, address, ipDetail));
  }
  return errors;
}

/** An address, once given, stays as long as the service wants one. */
function validateAddressChange(
  spec: JsonObject | undefined,
  oldSpec: JsonObject | undefined,
): readonly FieldError[] {
  const before = stringAt(oldSpec, 'clusterIP');
  const now = stringAt(spec, 'clusterIP');
  if (before === '' || before === now) return [];
  if (stringAt(oldSpec, 'type') === 'ExternalName' || stringAt(spec, 'type') === 'ExternalName') return [];
  const list = stringsAt(spec, 'clusterIPs');
  return [invalid('spec.clusterIPs[0]', list.length > 0 ? [...list] : now, 'may not change once set')];
}
