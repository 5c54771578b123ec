/**
 * How records and commands become bytes: msgpack arrays whose places are fixed in code and numbered by the
 * format version. No structure is learned at run time, so the same values are the same bytes on every member.
 * Only null, booleans, numbers, strings, bytes and arrays of these are written.
 */
import { Packr } from 'msgpackr';
import { crc32 } from './checksum.js';

export type TupleValue = null | boolean | number | string | Uint8Array | readonly TupleValue[];
export type Tuple = readonly TupleValue[];

const packr = new Packr({
  useRecords: false,
  int64AsType: 'number',
  moreTypes: false,
  variableMapSize: true,
});

export function packTuple(tuple: Tuple): Uint8Array {
  return packr.pack(tuple);
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
  let value: unknown;
  try {
    value = packr.unpack(bytes);
  } catch {
    throw new DamagedRecordError('not a tuple');
  }
  if (!Array.isArray(value)) throw new DamagedRecordError('not a tuple');
  return value as Tuple;
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
  const body = packTuple(tuple);
  const record = Buffer.allocUnsafeSlow(CRC_BYTES + body.length);
  record.writeUInt32BE(crc32(body, crc32(key)), 0);
  record.set(body, CRC_BYTES);
  return record;
}

/** Throws `DamagedRecordError` when the record was not sealed under this key. */
export function openRecord(key: Uint8Array, record: Uint8Array): Tuple {
  if (record.length <= CRC_BYTES) throw new DamagedRecordError('too short');
  const body = record.subarray(CRC_BYTES);
  const stored = Buffer.from(record.buffer, record.byteOffset, CRC_BYTES).readUInt32BE(0);
  if (stored !== crc32(body, crc32(key))) throw new DamagedRecordError('checksum');
  return unpackTuple(body);
}
