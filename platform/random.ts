/**
 * Randomness as a dependency. The real one is the operating system's; a seeded one makes a whole run
 * replayable from one number.
 */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** An integer in [minimum, maximum), both integers. */
  integer(minimum: number, maximum: number): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

function fromUint32(next: () => number): Random {
  const float = (): number => next() / 0x1_0000_0000;
  return {
    float,
    integer: (minimum, maximum) => minimum + Math.floor(float() * (maximum - minimum)),
    bytes(length) {
      const out = new Uint8Array(length);
      for (let index = 0; index < length; index += 1) out[index] = next() & 0xff;
      return out;
    },
  };
}

/** Cryptographically strong randomness of this machine. */
export function systemRandom(): Random {
  return {
    ...fromUint32(() => randomBytes(4).readUInt32LE(0)),
    bytes: (length) => new Uint8Array(randomBytes(length)),
  };
}

/** A small, fast, seeded generator (splitmix32): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return fromUint32(() => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  });
}

/** A random (version 4) UUID as RFC 9562 writes it. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
