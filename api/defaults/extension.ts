/** Defaults of what extends the API: apiextensions, apiregistration, flowcontrol, resource, authentication. */
import type { JsonObject } from '../value.js';
import { defaultServicePort } from './admissionregistration.js';
import { child, children, type Defaulter, ensureChild, make, setAbsent, setEmpty } from './helpers.js';

export const extensionDefaults: Readonly<Record<string, Defaulter>> = {
  'apiextensions.k8s.io/v1.CustomResourceDefinition': defaultCustomResourceDefinition,
  'apiregistration.k8s.io/v1.APIService': (service) => defaultServicePort(child(service, 'spec')),
  'flowcontrol.apiserver.k8s.io/v1.FlowSchema': (schema) =>
    setEmpty(ensureChild(schema, 'spec'), 'matchingPrecedence', 1000),
  'flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfiguration': defaultPriorityLevel,
  'resource.k8s.io/v1.ResourceClaim': (claim) => defaultDeviceRequests(child(claim, 'spec')),
  'resource.k8s.io/v1.ResourceClaimTemplate': (template) =>
    defaultDeviceRequests(child(child(template, 'spec'), 'spec')),
  'authentication.k8s.io/v1.TokenRequest': (request) =>
    setAbsent(ensureChild(request, 'spec'), 'expirationSeconds', 3600),
};

function defaultCustomResourceDefinition(definition: JsonObject): void {
  const spec = ensureChild(definition, 'spec');
  const names = ensureChild(spec, 'names');
  if (typeof names.kind === 'string' && names.kind !== '') {
    setEmpty(names, 'singular', names.kind.toLowerCase());
    setEmpty(names, 'listKind', `${names.kind}List`);
  }
  setAbsent(spec, 'conversion', make({ strategy: 'None' }));
  defaultServicePort(child(child(child(spec, 'conversion'), 'webhook'), 'clientConfig'));
}

function defaultPriorityLevel(level: JsonObject): void {
  const spec = ensureChild(level, 'spec');
  const exempt = child(spec, 'exempt');
  if (exempt !== undefined) {
    setAbsent(exempt, 'nominalConcurrencyShares', 0);
    setAbsent(exempt, 'lendablePercent', 0);
  }
  const limited = child(spec, 'limited');
  if (limited === undefined) return;
  setAbsent(limited, 'nominalConcurrencyShares', 30);
  setAbsent(limited, 'lendablePercent', 0);
  const queuing = child(child(limited, 'limitResponse'), 'queuing');
  if (queuing === undefined) return;
  setEmpty(queuing, 'queues', 64);
  setEmpty(queuing, 'handSize', 8);
  setEmpty(queuing, 'queueLengthLimit', 50);
}

function defaultDeviceRequests(claim: JsonObject | undefined): void {
  for (const request of children(child(claim, 'devices'), 'requests')) {
    const exactly = child(request, 'exactly');
    for (const wanted of [
      ...(exactly === undefined ? [] : [exactly]),
      ...children(request, 'firstAvailable'),
    ]) {
      setEmpty(wanted, 'allocationMode', 'ExactCount');
      if (wanted.allocationMode === 'ExactCount') setEmpty(wanted, 'count', 1);
      for (const toleration of children(wanted, 'tolerations')) setEmpty(toleration, 'operator', 'Equal');
    }
  }
}
