/** The order in which groups and versions are offered: clients prefer what comes first. */
import type { ResourceDescriptor } from '../descriptor.js';

/** Built-in groups in the original's order of priority; others follow by name. */
const groupOrder: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

export interface GroupVersions {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly string[];
}

/** Every group that some descriptor serves, in order of priority. */
export function groupsOf(descriptors: readonly ResourceDescriptor[]): readonly GroupVersions[] {
  const versions = new Map<string, string[]>();
  for (const descriptor of descriptors) {
    const known = versions.get(descriptor.group) ?? [];
    for (const { version } of descriptor.versions) {
      if (!known.includes(version)) known.push(version);
    }
    versions.set(descriptor.group, known);
  }
  return [...versions]
    .sort(([left], [right]) => rank(left) - rank(right) || compare(left, right))
    .map(([group, served]) => ({ group, versions: served.sort(compareVersions) }));
}

function rank(group: string): number {
  const index = groupOrder.indexOf(group);
  return index < 0 ? groupOrder.length : index;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Kubernetes' order of versions: stable before beta before alpha, higher before lower within each
 * (`v10`, `v2`, `v1`, `v2beta1`, `v1alpha1`), then all others by name.
 */
export function compareVersions(left: string, right: string): number {
  const leftParts = versionParts(left);
  const rightParts = versionParts(right);
  if (leftParts === undefined || rightParts === undefined) {
    if (leftParts === rightParts) return compare(left, right);
    return leftParts === undefined ? 1 : -1;
  }
  for (const [index, part] of leftParts.entries()) {
    const difference = rightParts[index]! - part;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Stage (3 stable, 2 beta, 1 alpha), major, minor; undefined when it is no such version. */
function versionParts(version: string): readonly number[] | undefined {
  const match = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version);
  if (match === null) return undefined;
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}
