/** JSON merge patch, RFC 7386. */
import { cloneValue, isObject, type JsonValue, newObject } from '../value.js';

/** A new document; neither argument is changed, and nothing mutable is shared with them. */
export function applyMergePatch(document: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return cloneValue(patch);
  const result = isObject(document) ? cloneValue(document) : newObject();
  for (const key of Object.keys(patch)) {
    const change = patch[key]!;
    if (change === null) delete result[key];
    else result[key] = applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, change);
  }
  return result;
}
