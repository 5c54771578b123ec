/**
 * Checksums: SHA-256 cut to 128 bits where records must be told apart or chained, CRC-32 for small records
 * that only need damage found. The medium below checks neither.
 */
import crypto from 'node:crypto';

export const DIGEST_BYTES = 16;

/** Shorter inputs are gathered here and hashed in one call, which costs a third of a hash object. */
const gathered = Buffer.alloc(8 * 1024);

/** Node has it from 20.12 on. */
const hashAtOnce: typeof crypto.hash | undefined = crypto.hash;

/** The first 16 bytes of the SHA-256 of the parts in order. */
export function digest(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  if (hashAtOnce === undefined || length > gathered.length) return digestOfParts(parts);
  let at = 0;
  for (const part of parts) {
    gathered.set(part, at);
    at += part.length;
  }
  const text = hashAtOnce('sha256', gathered.subarray(0, length), 'binary');
  const bytes = new Uint8Array(DIGEST_BYTES);
  for (let index = 0; index < DIGEST_BYTES; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

function digestOfParts(parts: readonly Uint8Array[]): Uint8Array {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, DIGEST_BYTES);
}

export interface RunningSha256 {
  add(bytes: Uint8Array): void;
  /** All 32 bytes; nothing is added after it. */
  end(): Uint8Array;
}

export function startSha256(): RunningSha256 {
  const hash = crypto.createHash('sha256');
  return {
    add: (bytes) => {
      hash.update(bytes);
    },
    end: () => hash.digest(),
  };
}

const crcTable: Uint32Array = (() => {
  const table = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[index] = value >>> 0;
  }
  return table;
})();

/** CRC-32 (IEEE 802.3) of the bytes at and after `from`, continuing from `seed`. */
export function crc32(bytes: Uint8Array, seed = 0, from = 0): number {
  let crc = ~seed >>> 0;
  for (let index = from; index < bytes.length; index += 1) {
    crc = crcTable[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
