/** The older discovery documents: versions, groups, and a list of resources for each group and version. */
import type { ResourceDescriptor } from '../descriptor.js';
import { objectOf } from '../read.js';
import type { JsonObject } from '../value.js';
import { type GroupVersions, groupsOf } from './groups.js';
import { subresourceRows } from './rows.js';

/** `/api` */
export function apiVersions(descriptors: readonly ResourceDescriptor[], serverAddress: string): JsonObject {
  const core = groupsOf(descriptors).find(({ group }) => group === '');
  return objectOf({
    kind: 'APIVersions',
    versions: [...(core?.versions ?? [])],
    serverAddressByClientCIDRs: [objectOf({ clientCIDR: '0.0.0.0/0', serverAddress })],
  });
}

/** `/apis` */
export function apiGroupList(descriptors: readonly ResourceDescriptor[]): JsonObject {
  const groups = groupsOf(descriptors).filter(({ group }) => group !== '');
  return objectOf({
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) => groupEntry(group)),
  });
}

/** `/apis/GROUP`; undefined when no resource is in the group. */
export function apiGroup(descriptors: readonly ResourceDescriptor[], group: string): JsonObject | undefined {
  const found = groupsOf(descriptors).find((candidate) => candidate.group === group);
  if (found === undefined) return undefined;
  return objectOf({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(found) });
}

function groupEntry({ group, versions }: GroupVersions): JsonObject {
  const entries = versions.map((version) =>
    objectOf({ groupVersion: groupVersionOf(group, version), version }),
  );
  return objectOf({ name: group, versions: entries, preferredVersion: entries[0]! });
}

function groupVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `/api/VERSION` and `/apis/GROUP/VERSION`; undefined when nothing is served there. */
export function apiResourceList(
  descriptors: readonly ResourceDescriptor[],
  group: string,
  version: string,
): JsonObject | undefined {
  const served = descriptors
    .filter((descriptor) => descriptor.group === group)
    .filter((descriptor) => descriptor.versions.some((candidate) => candidate.version === version))
    .toSorted((left, right) => (left.resource < right.resource ? -1 : 1));
  if (served.length === 0) return undefined;
  return objectOf({
    kind: 'APIResourceList',
    // The original leaves the version out of the core group's document.
    apiVersion: group === '' ? undefined : 'v1',
    groupVersion: groupVersionOf(group, version),
    resources: served.flatMap((descriptor) => resourceRows(descriptor, version)),
  });
}

function resourceRows(descriptor: ResourceDescriptor, version: string): readonly JsonObject[] {
  const own = objectOf({
    name: descriptor.resource,
    singularName: descriptor.singular,
    namespaced: descriptor.namespaced,
    kind: descriptor.kind,
    verbs: descriptor.verbs.toSorted(),
    shortNames: descriptor.shortNames.length === 0 ? undefined : [...descriptor.shortNames],
    categories: descriptor.categories.length === 0 ? undefined : [...descriptor.categories],
  });
  const subresources = subresourceRows(descriptor, version).map((row) => {
    const elsewhere = row.kind.group !== descriptor.group || row.kind.version !== version;
    return objectOf({
      name: `${descriptor.resource}/${row.name}`,
      singularName: '',
      namespaced: descriptor.namespaced,
      group: elsewhere && row.kind.group !== '' ? row.kind.group : undefined,
      version: elsewhere ? row.kind.version : undefined,
      kind: row.kind.kind,
      verbs: [...row.verbs],
    });
  });
  return [own, ...subresources];
}
