/**
 * Reading values whose shape is known but not trusted: each function gives a neutral value ('' , 0, [] …) where
 * the field is absent or of another type, so that tables, strategies and validation never throw on odd objects.
 */
import { getPath, isObject, type JsonObject, type JsonValue } from './value.js';

export function stringAt(value: JsonValue | undefined, ...path: readonly string[]): string {
  const found = getPath(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A number; 0 where absent. Integers outside the safe range lose precision: for counts and durations only. */
export function numberAt(value: JsonValue | undefined, ...path: readonly string[]): number {
  return optionalNumberAt(value, ...path) ?? 0;
}

export function optionalNumberAt(
  value: JsonValue | undefined,
  ...path: readonly string[]
): number | undefined {
  const found = getPath(value, ...path);
  if (typeof found === 'number') return found;
  return typeof found === 'bigint' ? Number(found) : undefined;
}

export function booleanAt(value: JsonValue | undefined, ...path: readonly string[]): boolean {
  return getPath(value, ...path) === true;
}

export function objectAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject | undefined {
  const found = getPath(value, ...path);
  return isObject(found) ? found : undefined;
}

export function listAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const found = getPath(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects of a list; items of another type are skipped. */
export function objectsAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return listAt(value, ...path).filter((item) => isObject(item));
}

/** The strings of a list; items of another type are skipped. */
export function stringsAt(value: JsonValue | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string');
}

/** The keys of an object in byte order: the order in which the original walks and prints maps. */
export function sortedKeys(value: JsonObject | undefined): readonly string[] {
  return value === undefined ? [] : Object.keys(value).sort(compareBytes);
}

/** Order of UTF-8 bytes, which is the order of code points and not that of UTF-16 units. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit === rightUnit) continue;
    const leftSurrogate = leftUnit >= 0xd800 && leftUnit <= 0xdfff;
    const rightSurrogate = rightUnit >= 0xd800 && rightUnit <= 0xdfff;
    // A surrogate stands for a code point above every unit of the basic plane.
    if (leftSurrogate !== rightSurrogate) return leftSurrogate ? 1 : -1;
    return leftUnit - rightUnit;
  }
  return left.length - right.length;
}

/** A null-prototype object of the given entries; undefined values are left out. */
export function objectOf(entries: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const result = Object.create(null) as JsonObject;
  for (const [key, value] of Object.entries(entries)) {
    if (value !== undefined) result[key] = value;
  }
  return result;
}
