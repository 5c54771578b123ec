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

/** The opposite of `objectKey`. */
export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/');
  if (slash === -1) return { namespace: undefined, name: key };
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
