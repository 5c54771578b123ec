/** Defaults of services. Cluster addresses and IP families are allocated, not defaulted. */
import type { JsonObject } from '../value.js';
import { child, children, ensureChild, setAbsent, setEmpty } from './helpers.js';

const sessionTimeoutSeconds = 10_800;

export function defaultService(service: JsonObject): void {
  const spec = ensureChild(service, 'spec');
  setEmpty(spec, 'sessionAffinity', 'None');
  setEmpty(spec, 'type', 'ClusterIP');
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const clientIp = ensureChild(ensureChild(spec, 'sessionAffinityConfig'), 'clientIP');
    setAbsent(clientIp, 'timeoutSeconds', sessionTimeoutSeconds);
  }
  for (const port of children(spec, 'ports')) {
    setEmpty(port, 'protocol', 'TCP');
    setEmpty(port, 'targetPort', port.port ?? 0);
  }
  const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const externalAddresses = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
  if (outside || (spec.type === 'ClusterIP' && externalAddresses))
    setEmpty(spec, 'externalTrafficPolicy', 'Cluster');
  if (outside || spec.type === 'ClusterIP') setAbsent(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec.type === 'LoadBalancer') {
    setAbsent(spec, 'allocateLoadBalancerNodePorts', true);
    for (const ingress of children(child(child(service, 'status'), 'loadBalancer'), 'ingress')) {
      if (typeof ingress.ip === 'string' && ingress.ip !== '') setAbsent(ingress, 'ipMode', 'VIP');
    }
  }
}
