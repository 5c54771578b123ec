/**
 * The value model of everything that clients send and the store keeps.
 *
 * - Objects have a **null prototype**, so `__proto__`, `constructor` and `toString` are ordinary keys. Build
 *   them with `newObject()` and plain assignment; test with `Object.hasOwn` or compare with undefined.
 * - Integers outside ±(2^53 - 1) are `bigint`; every other number is `number`. Nothing is rounded.
 * - JavaScript orders integer-like keys (`"10"`) first whatever the insertion order, so writers never rely on
 *   insertion order for maps: they sort.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject;
export type JsonArray = JsonValue[];
export interface JsonObject {
  [key: string]: JsonValue;
}

export function newObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A deep copy that shares nothing mutable with the original. */
export function cloneValue<Value extends JsonValue>(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => cloneValue(item)) as Value;
  if (isObject(value)) {
    const copy = newObject();
    for (const key of Object.keys(value)) copy[key] = cloneValue(value[key]!);
    return copy as Value;
  }
  return value;
}

/** Deep equality; the order of an object's keys does not matter, that of a list's items does. */
export function equalValues(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalValues(item, right[index]));
  }
  if (isObject(left)) {
    if (!isObject(right)) return false;
    const keys = Object.keys(left);
    if (keys.length !== Object.keys(right).length) return false;
    return keys.every((key) => Object.hasOwn(right, key) && equalValues(left[key], right[key]));
  }
  return false;
}

/** The value at a path of keys, undefined where there is none. */
export function getPath(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}
