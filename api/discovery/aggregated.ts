/** Aggregated discovery: all groups, versions and resources in one document. */
import type { ResourceDescriptor } from '../descriptor.js';
import { objectOf } from '../read.js';
import type { JsonObject } from '../value.js';
import { type GroupVersions, groupsOf } from './groups.js';
import { type KindName, subresourceRows } from './rows.js';

export interface AggregatedDiscoveryOptions {
  /** `core`: what `/api` answers; `groups`: what `/apis` answers. */
  readonly root: 'core' | 'groups';
  /** Of apidiscovery.k8s.io. */
  readonly version: 'v2' | 'v2beta1';
}

/** An APIGroupDiscoveryList; every version is Current, since this server answers for itself. */
export function aggregatedDiscovery(
  descriptors: readonly ResourceDescriptor[],
  options: AggregatedDiscoveryOptions,
): JsonObject {
  const groups = groupsOf(descriptors).filter(({ group }) => (group === '') === (options.root === 'core'));
  return objectOf({
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${options.version}`,
    metadata: objectOf({}),
    items: groups.map((group) => groupDiscovery(descriptors, group)),
  });
}

function groupDiscovery(
  descriptors: readonly ResourceDescriptor[],
  { group, versions }: GroupVersions,
): JsonObject {
  return objectOf({
    metadata: objectOf({ name: group === '' ? undefined : group, creationTimestamp: null }),
    versions: versions.map((version) =>
      objectOf({
        version,
        resources: descriptors
          .filter((descriptor) => descriptor.group === group)
          .filter((descriptor) => descriptor.versions.some((served) => served.version === version))
          .toSorted((left, right) => (left.resource < right.resource ? -1 : 1))
          .map((descriptor) => resourceDiscovery(descriptor, version)),
        freshness: 'Current',
      }),
    ),
  });
}

function resourceDiscovery(descriptor: ResourceDescriptor, version: string): JsonObject {
  const subresources = subresourceRows(descriptor, version).map((row) =>
    objectOf({ subresource: row.name, responseKind: responseKind(row.kind), verbs: [...row.verbs] }),
  );
  return objectOf({
    resource: descriptor.resource,
    responseKind: responseKind({ group: descriptor.group, version, kind: descriptor.kind }),
    scope: descriptor.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: descriptor.singular,
    verbs: descriptor.verbs.toSorted(),
    shortNames: descriptor.shortNames.length === 0 ? undefined : [...descriptor.shortNames],
    categories: descriptor.categories.length === 0 ? undefined : [...descriptor.categories],
    subresources: subresources.length === 0 ? undefined : subresources,
  });
}

function responseKind({ group, version, kind }: KindName): JsonObject {
  return objectOf({ group, version, kind });
}
