/**
 * JSON in and out of the value model: objects without a prototype, integers never rounded, maps with
 * integer-like keys written in order. The engine's own reader and writer do the work wherever the text or value
 * holds nothing that they would get wrong; that is nearly always, and several times faster.
 */
import { JsonSyntaxError, parseCarefully } from './json-parser.js';
import type { JsonObject, JsonValue } from './value.js';

export { JsonSyntaxError } from './json-parser.js';

export interface ParseJsonOptions {
  /**
   * Arrays and objects within each other; deeper text is refused. The default of 1,000 is below the original's
   * 10,000 and far above any real object, so that every recursive walk over a value fits the stack.
   */
  readonly maxDepth?: number;
  /** Told the path (`spec.replicas`) of each key that its object already had; the last value wins. */
  readonly onDuplicateKey?: (path: string) => void;
}

export const defaultMaxDepth = 1000;

/**
 * What the engine's reader would get wrong: integers beyond 2^53 (16 digits and more), numbers out of range
 * (exponents of three digits), and escaped halves of characters.
 */
const needsCare = /\d{16}|\d[eE]\+?\d{3}|\\u[dD][89a-fA-F]/;

/** One JSON text. Bytes that are no UTF-8 become U+FFFD, as in the original. Throws `JsonSyntaxError`. */
export function parseJson(input: Uint8Array | string, options: ParseJsonOptions = {}): JsonValue {
  const text = typeof input === 'string' ? input : decodeUtf8(input);
  const careful = {
    maxDepth: options.maxDepth ?? defaultMaxDepth,
    onDuplicateKey: options.onDuplicateKey,
  };
  if (needsCare.test(text)) return parseCarefully(text, careful);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Only for the original's words: the careful reader refuses it as well.
    return parseCarefully(text, careful);
  }
  const counter = { keys: 0 };
  dropPrototypes(value, careful.maxDepth, counter);
  if (options.onDuplicateKey !== undefined && countKeyMarks(text) !== counter.keys) {
    return parseCarefully(text, careful);
  }
  return value as JsonValue;
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Takes `Object.prototype` off every object, in place; it costs a tenth of the parse, a copy costs a third. */
function dropPrototypes(value: unknown, depthLeft: number, counter: { keys: number }): void {
  if (typeof value !== 'object' || value === null) return;
  if (depthLeft === 0) throw new JsonSyntaxError('exceeded max depth', 0);
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object' && item !== null) dropPrototypes(item, depthLeft - 1, counter);
    }
    return;
  }
  Object.setPrototypeOf(value, null);
  for (const key in value) {
    counter.keys += 1;
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && member !== null) dropPrototypes(member, depthLeft - 1, counter);
  }
}

/**
 * How often a quote and a colon follow each other: at least once for every key in the text, so the count equals
 * the number of distinct keys read only when no key came twice.
 */
function countKeyMarks(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/"[ \t\r\n]*:/g)) count += 1;
  return count;
}

/** An object whose first key looks like an array index: the engine has moved such keys to the front. */
const hasIndexKey = /[{,]"\d+":/;

/**
 * Compact JSON. Keys stand in insertion order, which for typed values is the order of the schema and, for maps,
 * sorted; objects that hold an integer-like key are maps, and are sorted here, since the engine keeps no
 * insertion order for them. A bigint is an integer literal.
 */
export function stringifyJson(value: JsonValue): string {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return writeCarefully(value);
    throw error;
  }
  return hasIndexKey.test(text) ? writeCarefully(value) : text;
}

export function encodeJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(stringifyJson(value));
}

function writeCarefully(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeCarefully).join(',')}]`;
  if (typeof value === 'object' && value !== null) return writeObject(value);
  return JSON.stringify(value);
}

function writeObject(object: JsonObject): string {
  const keys = Object.keys(object);
  if (keys.length > 0 && isIndexLike(keys[0]!)) keys.sort(compareUtf8);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${writeCarefully(object[key]!)}`).join(',')}}`;
}

function isIndexLike(key: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(key);
}

/** The order of the strings' UTF-8 bytes, which is the order of their code points. */
export function compareUtf8(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return surrogatesLast(a) - surrogatesLast(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above every other unit's. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** A map's keys in the order in which they are written. */
export function sortedKeys(map: JsonObject): string[] {
  return Object.keys(map).sort(compareUtf8);
}
