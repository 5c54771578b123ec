/** What is written and read: keys of 8 bytes, values that nothing compresses. */
import type { Random } from '../../platform/index.js';

export const KEY_COUNT = 10_000;
/** Unless others are asked for. */
export const VALUE_BYTES = 256;
const VALUE_COUNT = 64;

export interface Material {
  readonly valueBytes: number;
  key(number: number): Uint8Array;
  anyKey(): Uint8Array;
  anyValue(): Uint8Array;
}

/** Eight bytes, so that no range of them needs an end. */
export const keyOf = (number: number): Uint8Array => Buffer.from(`k${String(number).padStart(7, '0')}`);

export function material(random: Random, valueBytes: number): Material {
  const keys = Array.from({ length: KEY_COUNT }, (_, number) => keyOf(number));
  const values = Array.from({ length: VALUE_COUNT }, () => random.bytes(valueBytes));
  const oneOf = (all: readonly Uint8Array[]): Uint8Array => all[Math.floor(random.float() * all.length)]!;
  return {
    valueBytes,
    key: (number) => keys[number % KEY_COUNT]!,
    anyKey: () => oneOf(keys),
    anyValue: () => oneOf(values),
  };
}
