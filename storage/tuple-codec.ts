/**
 * The few msgpack shapes that records are made of: null, booleans, numbers, strings, bytes and arrays. Written
 * by hand because every write of every member goes through here several times, and because a record's header
 * (its checksum) then needs no second buffer: the bytes are made once, behind the room that is left for it.
 */

export type TupleValue = null | boolean | number | string | Uint8Array | readonly TupleValue[];
export type Tuple = readonly TupleValue[];

const FIXED_ARRAY = 0x90;
const FIXED_STRING = 0xa0;
const NULL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const BYTES_8 = 0xc4;
const BYTES_16 = 0xc5;
const BYTES_32 = 0xc6;
const FLOAT_64 = 0xcb;
const UNSIGNED_8 = 0xcc;
const UNSIGNED_16 = 0xcd;
const UNSIGNED_32 = 0xce;
const SIGNED_8 = 0xd0;
const SIGNED_16 = 0xd1;
const SIGNED_32 = 0xd2;
const STRING_8 = 0xd9;
const STRING_16 = 0xda;
const STRING_32 = 0xdb;
const ARRAY_16 = 0xdc;
const ARRAY_32 = 0xdd;

/** Room that any value takes beside its own bytes. */
const HEAD_BYTES = 9;
const FIRST_SCRATCH_BYTES = 64 * 1024;
/** A scratch that one large record has needed is not kept. */
const KEPT_SCRATCH_BYTES = 1024 * 1024;

let scratch = Buffer.alloc(FIRST_SCRATCH_BYTES);
let view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);
let at = 0;

function useScratch(next: Buffer<ArrayBuffer>): void {
  scratch = next;
  view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);
}

function makeRoom(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, at + bytes));
  larger.set(scratch.subarray(0, at));
  useScratch(larger);
}

/**
 * `headerBytes` zero bytes and the tuple behind them, in a buffer of their own whose length is a multiple of
 * `unitBytes`, filled up with zeros.
 */
export function packBehind(
  headerBytes: number,
  tuple: Tuple,
  unitBytes = 1,
): { readonly bytes: Uint8Array; readonly packedLength: number } {
  at = 0;
  writeArray(tuple);
  const packedLength = at;
  const length = Math.ceil((headerBytes + packedLength) / unitBytes) * unitBytes;
  const bytes = new Uint8Array(length);
  bytes.set(new Uint8Array(scratch.buffer, scratch.byteOffset, packedLength), headerBytes);
  if (scratch.length > KEPT_SCRATCH_BYTES) useScratch(Buffer.alloc(FIRST_SCRATCH_BYTES));
  return { bytes, packedLength };
}

function write(value: TupleValue): void {
  makeRoom(HEAD_BYTES);
  if (typeof value === 'number') writeNumber(value);
  else if (value instanceof Uint8Array) writeBytes(value);
  else if (typeof value === 'string') writeString(value);
  else if (value === null) scratch[at++] = NULL;
  else if (typeof value === 'boolean') scratch[at++] = value ? TRUE : FALSE;
  else writeArray(value);
}

function writeArray(values: Tuple): void {
  makeRoom(HEAD_BYTES);
  const { length } = values;
  if (length < 16) scratch[at++] = FIXED_ARRAY | length;
  else if (length < 0x1_0000) writeHead16(ARRAY_16, length);
  else writeHead32(ARRAY_32, length);
  for (let index = 0; index < length; index += 1) write(values[index]!);
}

function writeNumber(value: number): void {
  if (value >>> 0 === value) {
    if (value < 0x80) scratch[at++] = value;
    else if (value < 0x100) writeHead8(UNSIGNED_8, value);
    else if (value < 0x1_0000) writeHead16(UNSIGNED_16, value);
    else writeHead32(UNSIGNED_32, value);
    return;
  }
  if (value >> 0 === value) {
    if (value >= -0x20) scratch[at++] = 0x100 + value;
    else if (value >= -0x80) writeHead8(SIGNED_8, value + 0x100);
    else if (value >= -0x8000) writeHead16(SIGNED_16, value + 0x1_0000);
    else writeHead32(SIGNED_32, value >>> 0);
    return;
  }
  scratch[at++] = FLOAT_64;
  view.setFloat64(at, value);
  at += 8;
}

function writeHead8(type: number, value: number): void {
  scratch[at++] = type;
  scratch[at++] = value;
}

function writeHead16(type: number, value: number): void {
  scratch[at++] = type;
  view.setUint16(at, value);
  at += 2;
}

function writeHead32(type: number, value: number): void {
  scratch[at++] = type;
  view.setUint32(at, value);
  at += 4;
}

function writeBytes(value: Uint8Array): void {
  const { length } = value;
  if (length < 0x100) writeHead8(BYTES_8, length);
  else if (length < 0x1_0000) writeHead16(BYTES_16, length);
  else writeHead32(BYTES_32, length);
  makeRoom(length);
  scratch.set(value, at);
  at += length;
}

function writeString(value: string): void {
  const length = Buffer.byteLength(value);
  if (length < 32) scratch[at++] = FIXED_STRING | length;
  else if (length < 0x100) writeHead8(STRING_8, length);
  else if (length < 0x1_0000) writeHead16(STRING_16, length);
  else writeHead32(STRING_32, length);
  makeRoom(length);
  scratch.write(value, at);
  at += length;
}

// One record is read at a time, from here.
let source: Uint8Array = scratch;
let from = 0;
const floatView = new DataView(new ArrayBuffer(8));

/** Throws RangeError when there are fewer. */
function advance(bytes: number): number {
  const place = from;
  if (place + bytes > source.length) throw new RangeError('too short');
  from = place + bytes;
  return place;
}

function readUnsigned(bytes: 1 | 2 | 4): number {
  const place = advance(bytes);
  let value = source[place]!;
  for (let index = 1; index < bytes; index += 1) value = value * 256 + source[place + index]!;
  return value;
}

function readFloat(): number {
  const place = advance(8);
  for (let index = 0; index < 8; index += 1) floatView.setUint8(index, source[place + index]!);
  return floatView.getFloat64(0);
}

function readBytes(length: number): Uint8Array {
  const place = advance(length);
  return new Uint8Array(source.buffer, source.byteOffset + place, length);
}

function readString(length: number): string {
  const place = advance(length);
  return Buffer.from(source.buffer, source.byteOffset + place, length).toString('utf8');
}

function readArray(length: number): Tuple {
  // Each value takes a byte at least: a length beyond that is damage, not a reason to allocate.
  if (length > source.length - from) throw new RangeError('too short');
  const values: TupleValue[] = [];
  for (let index = 0; index < length; index += 1) values.push(read());
  return values;
}

function read(): TupleValue {
  const type = readUnsigned(1);
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 0x100;
  if (type < FIXED_ARRAY) throw new RangeError('a map');
  if (type < FIXED_STRING) return readArray(type - FIXED_ARRAY);
  if (type < NULL) return readString(type - FIXED_STRING);
  switch (type) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case BYTES_8:
      return readBytes(readUnsigned(1));
    case BYTES_16:
      return readBytes(readUnsigned(2));
    case BYTES_32:
      return readBytes(readUnsigned(4));
    case FLOAT_64:
      return readFloat();
    case UNSIGNED_8:
      return readUnsigned(1);
    case UNSIGNED_16:
      return readUnsigned(2);
    case UNSIGNED_32:
      return readUnsigned(4);
    case SIGNED_8:
      return (readUnsigned(1) << 24) >> 24;
    case SIGNED_16:
      return (readUnsigned(2) << 16) >> 16;
    case SIGNED_32:
      return readUnsigned(4) | 0;
    case STRING_8:
      return readString(readUnsigned(1));
    case STRING_16:
      return readString(readUnsigned(2));
    case STRING_32:
      return readString(readUnsigned(4));
    case ARRAY_16:
      return readArray(readUnsigned(2));
    case ARRAY_32:
      return readArray(readUnsigned(4));
    default:
      throw new RangeError(`type ${type}`);
  }
}

/** The tuple from `headerBytes` to the end. Byte strings inside are views of `bytes`. Throws RangeError. */
export function unpackFrom(bytes: Uint8Array, headerBytes: number): Tuple {
  source = bytes;
  from = headerBytes;
  try {
    const value = read();
    if (!Array.isArray(value) || from !== bytes.length) throw new RangeError('not a tuple');
    return value as Tuple;
  } finally {
    source = scratch;
  }
}
