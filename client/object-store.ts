/** What an informer knows: every object it watches, by key. */
import { getPath, type JsonObject } from '../api/index.js';

export interface ObjectStore {
  get(key: string): JsonObject | undefined;
  list(): readonly JsonObject[];
  keys(): readonly string[];
}

/** `NAMESPACE/NAME`, or `NAME` for an object of the cluster's. */
export function objectKey(object: JsonObject): string {
  const namespace = getPath(object, 'metadata', 'namespace');
  const name = getPath(object, 'metadata', 'name');
  const ownName = typeof name === 'string' ? name : '';
  return typeof namespace === 'string' && namespace !== '' ? `${namespace}/${ownName}` : ownName;
}
