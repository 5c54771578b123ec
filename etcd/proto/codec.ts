/**
 * What the generated codecs stand on. 64-bit integers are numbers: ours are all below 2^53, and what a client sends
 * beyond that is carried as `beyondInteger`, which is greater than every number of ours and no safe integer, so that
 * bounds and comparisons still come out right and ids are recognised as nobody's.
 *
 * Faults assumed: bytes that are no message, cut off, or nested without end.
 */
import protobuf from 'protobufjs/minimal.js';

/** What the codecs use of protobufjs's reader: the published types do not mention its package. */
export interface Reader {
  pos: number;
  readonly len: number;
  readonly buf: Uint8Array;
  uint32(): number;
  int32(): number;
  bool(): boolean;
  bytes(): Uint8Array;
  string(): string;
  skipType(wireType: number, depth?: number, fieldNumber?: number): unknown;
}

/** And of its writer. */
export interface Writer {
  uint32(value: number): Writer;
  int32(value: number): Writer;
  int64(value: number): Writer;
  bool(value: boolean): Writer;
  bytes(value: Uint8Array): Writer;
  string(value: string): Writer;
  fork(): Writer;
  ldelim(): Writer;
}

/** What a message is made from: every field may be absent. */
export type Init<Message> = Message extends Uint8Array | string | number | boolean
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly Init<Item>[]
    : { readonly [Name in keyof Message]?: Init<Message[Name]> | undefined };

export interface Codec<Message> {
  /** Reads fields up to `end`; unknown ones are skipped. Throws on bytes that are no message. */
  read(reader: Reader, end: number, depth: number): Message;
  /** Fields of the default value are left out. */
  write(message: Init<Message>, writer: Writer): void;
}

/** Greater than any integer of ours. */
export const beyondInteger: number = 2 ** 53;

/** Deeper messages than any request needs would only exhaust the stack. */
const maxDepth = 100;

export class MalformedMessageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MalformedMessageError';
  }
}

export function decode<Message>(codec: Codec<Message>, bytes: Uint8Array): Message {
  try {
    return codec.read(protobuf.Reader.create(bytes), bytes.length, 0);
  } catch (error) {
    throw new MalformedMessageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function encode<Message>(codec: Codec<Message>, message: Init<Message>): Uint8Array {
  const writer = protobuf.Writer.create();
  codec.write(message, writer);
  return writer.finish();
}

/** With gRPC's prefix (not compressed, four bytes of length) in front: one buffer, written once. */
export function encodeFrame<Message>(codec: Codec<Message>, message: Init<Message>): Uint8Array {
  const writer = protobuf.Writer.create().bool(false).fixed32(0);
  codec.write(message, writer);
  const frame = writer.finish();
  const length = frame.length - 5;
  frame[1] = length >>> 24;
  frame[2] = (length >>> 16) & 0xff;
  frame[3] = (length >>> 8) & 0xff;
  frame[4] = length & 0xff;
  return frame;
}

/** The end of the message that begins here with its length. */
export function enter(reader: Reader, end: number, depth: number): number {
  if (depth > maxDepth) throw new Error('messages are nested too deeply');
  const inner = reader.uint32() + reader.pos;
  if (inner > end) throw new Error('a message is longer than what is around it');
  return inner;
}

/** Its last field must not reach into what follows. */
export function leave(reader: Reader, end: number): void {
  if (reader.pos !== end) throw new Error('a field is longer than its message');
}

/** A field of another wire type than its own is one that we do not know. */
export function skip(reader: Reader, tag: number): void {
  reader.skipType(tag & 7, 0, tag >>> 3);
}

function negative(reader: Reader, start: number): number {
  let bits = 0n;
  for (let at = start, shift = 0n; at < reader.pos; at += 1, shift += 7n) {
    bits |= BigInt(reader.buf[at]! & 0x7f) << shift;
  }
  const value = Number(BigInt.asIntN(64, bits));
  return Math.max(value, -beyondInteger);
}

function readVarint64(reader: Reader, signed: boolean): number {
  const { buf, len } = reader;
  const start = reader.pos;
  let position = start;
  let value = 0;
  let scale = 1;
  for (let count = 1; count <= 10; count += 1) {
    if (position >= len) break;
    const byte = buf[position++]!;
    // The tenth byte holds the one bit that is left: the sign.
    if (count < 10) value += (byte & 0x7f) * scale;
    else if (signed && (byte & 1) === 1) {
      reader.pos = position;
      return negative(reader, start);
    } else if ((byte & 1) === 1) value = beyondInteger;
    if (byte < 0x80) {
      reader.pos = position;
      return value < beyondInteger ? value : beyondInteger;
    }
    scale *= 128;
  }
  throw new Error('a number does not end');
}

export function readInt64(reader: Reader): number {
  return readVarint64(reader, true);
}

export function readUint64(reader: Reader): number {
  return readVarint64(reader, false);
}

export function writeInt64(writer: Writer, value: number): void {
  if (value >= 0 && value <= 0xffff_ffff) writer.uint32(value);
  else writer.int64(value);
}

export const noBytes: Uint8Array = new Uint8Array(0);
