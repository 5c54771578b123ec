/** Values in ConfigMaps: each key of a history is one object, its value one text in `data.value`. */
import { getPath, type JsonObject } from '../../api/index.js';
import type { ResourceReference } from '../../client/index.js';

export const workloadNamespace = 'chaos';

/** Groups the keys that one list reads together. */
export const groupLabel = 'kuorum-chaos-group';

export const configMaps: ResourceReference = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: workloadNamespace,
};

export interface StoredValue {
  readonly value: string;
  /** The revision that wrote it. */
  readonly revision: number;
}

export function configMap(
  key: string,
  value: string,
  options: { readonly revision?: number; readonly group?: string } = {},
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: key,
      ...(options.group === undefined ? {} : { labels: { [groupLabel]: options.group } }),
      ...(options.revision === undefined ? {} : { resourceVersion: String(options.revision) }),
    },
    data: { value },
  };
}

/** Throws for an object that nobody here has written: no fault explains it. */
export function storedValue(object: JsonObject): StoredValue {
  const value = getPath(object, 'data', 'value');
  const revision = revisionOf(object);
  if (typeof value !== 'string') throw new Error(`an object without a value: ${JSON.stringify(object)}`);
  return { value, revision };
}

export function revisionOf(object: JsonObject): number {
  const text = getPath(object, 'metadata', 'resourceVersion');
  const revision = typeof text === 'string' ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(revision) || revision <= 0) {
    throw new Error(`an answer without a resourceVersion: ${JSON.stringify(object)}`);
  }
  return revision;
}

export function nameOf(object: JsonObject): string {
  const name = getPath(object, 'metadata', 'name');
  if (typeof name !== 'string') throw new Error(`an object without a name: ${JSON.stringify(object)}`);
  return name;
}
