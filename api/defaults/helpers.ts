/** Filling in fields of objects in normal form. All of these leave what is set alone, so defaulting is idempotent. */
import { isObject, type JsonObject, type JsonValue, newObject } from '../value.js';

/** Mutates an object. */
export type Defaulter = (object: JsonObject) => void;

/** The struct at `name`, undefined when there is none. */
export function child(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name];
  return isObject(value) ? value : undefined;
}

/** The struct at `name`, made when there is none. */
export function ensureChild(object: JsonObject, name: string): JsonObject {
  const found = child(object, name);
  if (found !== undefined) return found;
  const made = newObject();
  object[name] = made;
  return made;
}

/** The structs in the list at `name`. */
export function children(object: JsonObject | undefined, name: string): readonly JsonObject[] {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Sets a pointer field that nobody gave. */
export function setAbsent(object: JsonObject, name: string, value: JsonValue): void {
  if (object[name] === undefined || object[name] === null) object[name] = value;
}

/** Sets a field that is no pointer, whose empty string or zero means that nobody gave it. */
export function setEmpty(object: JsonObject, name: string, value: JsonValue): void {
  const current = object[name];
  if (current === undefined || current === null || current === '' || current === 0) object[name] = value;
}

export function isEmptyMap(value: JsonValue | undefined): boolean {
  return !isObject(value) || Object.keys(value).length === 0;
}

/** An object of these members, without a prototype. */
export function make(members: Readonly<Record<string, JsonValue>>): JsonObject {
  const object = newObject();
  for (const [key, value] of Object.entries(members)) object[key] = value;
  return object;
}
