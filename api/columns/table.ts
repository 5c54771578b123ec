/** Table and PartialObjectMetadata: what `kubectl get` shows, and metadata alone. */
import type { ResourceDescriptor, ServedVersion } from '../descriptor.js';
import { objectAt, objectOf } from '../read.js';
import type { JsonObject } from '../value.js';

/** What a row carries besides its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  readonly includeObject: IncludeObject;
  /** meta/v1 or meta/v1beta1; default `v1`. */
  readonly tableVersion?: 'v1' | 'v1beta1';
  /** resourceVersion, continue and remainingItemCount of the list. */
  readonly listMetadata?: JsonObject;
  /** A watch sends column definitions with its first table only. */
  readonly omitColumns?: boolean;
}

function servedVersion(descriptor: ResourceDescriptor, version: string): ServedVersion {
  const served = descriptor.versions.find((candidate) => candidate.version === version);
  if (served === undefined) throw new Error(`${descriptor.resource} is not served in version ${version}`);
  return served;
}

/** A Table of objects of one served version. */
export function tableFor(
  descriptor: ResourceDescriptor,
  version: string,
  objects: readonly JsonObject[],
  options: TableOptions,
): JsonObject {
  const served = servedVersion(descriptor, version);
  return objectOf({
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.tableVersion ?? 'v1'}`,
    metadata: options.listMetadata ?? objectOf({}),
    columnDefinitions: options.omitColumns === true ? null : tableColumnDefinitions(served),
    rows: objects.map((object) => tableRow(served, object, options)),
  });
}

export function tableColumnDefinitions(served: ServedVersion): JsonObject[] {
  return served.columns.map(({ name, type, format, description, priority }) =>
    objectOf({ name, type, format, description, priority }),
  );
}

/** One row: cells in the order of the columns, and the object as asked. */
export function tableRow(
  served: ServedVersion,
  object: JsonObject,
  options: Pick<TableOptions, 'now' | 'includeObject' | 'tableVersion'>,
): JsonObject {
  const cells = served.columns.map((column) => column.cell(object, options.now));
  const row = objectOf({ cells });
  switch (options.includeObject) {
    case 'None':
      return row;
    case 'Metadata':
      row['object'] = partialObjectMetadata(object, options.tableVersion ?? 'v1');
      return row;
    case 'Object':
      row['object'] = object;
      return row;
    default: {
      const never: never = options.includeObject;
      return never;
    }
  }
}

/** An object's metadata alone. */
export function partialObjectMetadata(object: JsonObject, version: 'v1' | 'v1beta1' = 'v1'): JsonObject {
  return objectOf({
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: objectAt(object, 'metadata') ?? objectOf({}),
  });
}

export function partialObjectMetadataList(
  objects: readonly JsonObject[],
  listMetadata: JsonObject,
  version: 'v1' | 'v1beta1' = 'v1',
): JsonObject {
  return objectOf({
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: listMetadata,
    items: objects.map((object) => partialObjectMetadata(object, version)),
  });
}
