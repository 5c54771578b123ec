/** Defaults of networking.k8s.io/v1 and discovery.k8s.io/v1. */
import type { JsonObject } from '../value.js';
import { child, children, type Defaulter, ensureChild, setAbsent } from './helpers.js';

export const networkingDefaults: Readonly<Record<string, Defaulter>> = {
  'networking.k8s.io/v1.NetworkPolicy': defaultNetworkPolicy,
  'networking.k8s.io/v1.IngressClass': defaultIngressClass,
  'discovery.k8s.io/v1.EndpointSlice': defaultEndpointSlice,
};

function defaultNetworkPolicy(policy: JsonObject): void {
  const spec = ensureChild(policy, 'spec');
  for (const rule of [...children(spec, 'ingress'), ...children(spec, 'egress')]) {
    for (const port of children(rule, 'ports')) setAbsent(port, 'protocol', 'TCP');
  }
  if (Array.isArray(spec.policyTypes) && spec.policyTypes.length > 0) return;
  spec.policyTypes = children(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function defaultIngressClass(ingressClass: JsonObject): void {
  const parameters = child(child(ingressClass, 'spec'), 'parameters');
  if (parameters !== undefined) setAbsent(parameters, 'scope', 'Cluster');
}

function defaultEndpointSlice(slice: JsonObject): void {
  for (const port of children(slice, 'ports')) {
    setAbsent(port, 'name', '');
    setAbsent(port, 'protocol', 'TCP');
  }
}
