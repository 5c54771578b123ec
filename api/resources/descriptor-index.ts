/** Finding a descriptor by what a URL or an object names. */
import type { ResourceDescriptor, ServedVersion } from '../descriptor.js';

export interface ServedResource {
  readonly descriptor: ResourceDescriptor;
  readonly served: ServedVersion;
}

export interface DescriptorIndex {
  readonly descriptors: readonly ResourceDescriptor[];
  byResource(group: string, version: string, resource: string): ServedResource | undefined;
  byKind(group: string, version: string, kind: string): ServedResource | undefined;
  hasGroup(group: string): boolean;
  hasGroupVersion(group: string, version: string): boolean;
}

/** An index over a fixed set of descriptors; throws when two of them claim the same place. */
export function indexResources(descriptors: readonly ResourceDescriptor[]): DescriptorIndex {
  const resources = new Map<string, ServedResource>();
  const kinds = new Map<string, ServedResource>();
  const groups = new Set<string>();
  const groupVersions = new Set<string>();
  for (const descriptor of descriptors) {
    groups.add(descriptor.group);
    for (const served of descriptor.versions) {
      const groupVersion = `${descriptor.group}/${served.version}`;
      groupVersions.add(groupVersion);
      const entry: ServedResource = { descriptor, served };
      const place = `${groupVersion}/${descriptor.resource}`;
      if (resources.has(place)) throw new Error(`two descriptors claim ${place}`);
      resources.set(place, entry);
      const kind = `${groupVersion}/${descriptor.kind}`;
      if (!kinds.has(kind)) kinds.set(kind, entry);
    }
  }
  return {
    descriptors,
    byResource: (group, version, resource) => resources.get(`${group}/${version}/${resource}`),
    byKind: (group, version, kind) => kinds.get(`${group}/${version}/${kind}`),
    hasGroup: (group) => groups.has(group),
    hasGroupVersion: (group, version) => groupVersions.has(`${group}/${version}`),
  };
}
