/** What is written and read: keys of 8 bytes, values that nothing compresses. */
import type { Random } from '../../platform/index.js';

const MAX_KEYS = 10_000;
/** Of all keys together: large values have fewer keys, or filling them in would be the longest part. */
const MAX_FILLED_BYTES = 64 * 1024 * 1024;
/** Unless others are asked for. */
export const VALUE_BYTES = 256;
/** What both Kuorum and etcd take in one request, with room for what is around it. */
export const MAX_VALUE_BYTES = 1024 * 1024;
const VALUE_COUNT = 64;

export interface Material {
  readonly valueBytes: number;
  readonly keyCount: number;
  key(number: number): Uint8Array;
  anyKey(): Uint8Array;
  anyValue(): Uint8Array;
}

/** Eight bytes, so that no range of them needs an end. */
export const keyOf = (number: number): Uint8Array => Buffer.from(`k${String(number).padStart(7, '0')}`);

export function material(random: Random, valueBytes: number): Material {
  const keyCount = Math.min(MAX_KEYS, Math.floor(MAX_FILLED_BYTES / Math.max(1, valueBytes)));
  const keys = Array.from({ length: keyCount }, (_, number) => keyOf(number));
  const values = Array.from({ length: VALUE_COUNT }, () => random.bytes(valueBytes));
  const oneOf = (all: readonly Uint8Array[]): Uint8Array => all[Math.floor(random.float() * all.length)]!;
  return {
    valueBytes,
    keyCount,
    key: (number) => keys[number % keyCount]!,
    anyKey: () => oneOf(keys),
    anyValue: () => oneOf(values),
  };
}
