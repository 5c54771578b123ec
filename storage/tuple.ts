/**
 * How records and commands become bytes: msgpack arrays whose places are fixed in code and numbered by the
 * format version. No structure is learned at run time, so the same values are the same bytes on every member.
 * Only null, booleans, numbers, strings, bytes and arrays of these are written.
 */
import { crc32 } from './checksum.js';
import { packBehind, type Tuple, unpackFrom } from './tuple-codec.js';

export { packBehind, type Tuple, type TupleValue } from './tuple-codec.js';

export function packTuple(tuple: Tuple): Uint8Array {
  return packBehind(0, tuple).bytes;
}

/** A record is not what was written: damaged, or written by something else. */
export class DamagedRecordError extends Error {
  constructor(what: string) {
    super(`damaged record: ${what}`);
    this.name = 'DamagedRecordError';
  }
}

/** Byte strings inside are views of `bytes`. Throws `DamagedRecordError`. */
export function unpackTuple(bytes: Uint8Array): Tuple {
  return unpackBehind(0, bytes);
}

/** What `packBehind` wrote. Throws `DamagedRecordError`. */
export function unpackBehind(headerBytes: number, bytes: Uint8Array): Tuple {
  try {
    return unpackFrom(bytes, headerBytes);
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedRecordError('not a tuple');
    throw error;
  }
}

export function numberAt(tuple: Tuple, index: number): number {
  const value = tuple[index];
  if (typeof value !== 'number') throw new DamagedRecordError(`no number at ${index}`);
  return value;
}

export function stringAt(tuple: Tuple, index: number): string {
  const value = tuple[index];
  if (typeof value !== 'string') throw new DamagedRecordError(`no string at ${index}`);
  return value;
}

export function booleanAt(tuple: Tuple, index: number): boolean {
  const value = tuple[index];
  if (typeof value !== 'boolean') throw new DamagedRecordError(`no boolean at ${index}`);
  return value;
}

export function bytesAt(tuple: Tuple, index: number): Uint8Array {
  const value = tuple[index];
  if (!(value instanceof Uint8Array)) throw new DamagedRecordError(`no bytes at ${index}`);
  return value;
}

export function tupleAt(tuple: Tuple, index: number): Tuple {
  const value = tuple[index];
  if (!Array.isArray(value)) throw new DamagedRecordError(`no tuple at ${index}`);
  return value as Tuple;
}

const CRC_BYTES = 4;

/** A small record: the CRC-32 of its database key and its tuple, then the tuple. */
export function sealRecord(key: Uint8Array, tuple: Tuple): Uint8Array {
  const { bytes } = packBehind(CRC_BYTES, tuple);
  const checksum = crc32(bytes, crc32(key), CRC_BYTES);
  for (let place = 0; place < CRC_BYTES; place += 1) bytes[place] = checksum >>> (24 - 8 * place);
  return bytes;
}

/** Throws `DamagedRecordError` when the record was not sealed under this key. */
export function openRecord(key: Uint8Array, record: Uint8Array): Tuple {
  if (record.length <= CRC_BYTES) throw new DamagedRecordError('too short');
  const [first = 0, second = 0, third = 0, fourth = 0] = record;
  const stored = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  if (stored !== crc32(record, crc32(key), CRC_BYTES)) throw new DamagedRecordError('checksum');
  return unpackBehind(CRC_BYTES, record);
}
