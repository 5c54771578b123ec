/**
 * Reading protobuf that a client sent: every length is checked against what is left, 64-bit integers are exact,
 * and whatever is wrong ends as a `ProtobufDecodeError`.
 */
import protobuf from 'protobufjs/minimal.js';
import { fromBigInt } from './scalars.js';

export class ProtobufDecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufDecodeError';
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One member of a message, positioned at its value; exactly one method is to be called, once (packed: `skip`). */
export interface MemberReader {
  readonly wireType: number;
  string(): string;
  bytes(): Buffer;
  bool(): boolean;
  int32(): number;
  int64(): number | bigint;
  double(): number;
  skip(): void;
}

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

/** Calls `visit` for each member of the message in `bytes`, in the order of the bytes. */
export function readMembers(bytes: Uint8Array, visit: (number: number, reader: MemberReader) => void): void {
  try {
    const reader = protobuf.Reader.create(asBuffer(bytes));
    const member = new Member(reader);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      member.wireType = tag & 7;
      if (tag >>> 3 === 0) throw new ProtobufDecodeError('proto: illegal tag 0');
      visit(tag >>> 3, member);
    }
  } catch (error) {
    if (error instanceof ProtobufDecodeError) throw error;
    // The reader throws RangeError at an early end and plain errors at bad varints.
    if (error instanceof Error) throw new ProtobufDecodeError(`proto: ${decodeReason(error)}`);
    throw error;
  }
}

function decodeReason(error: Error): string {
  return error instanceof RangeError ? 'unexpected end of message' : 'malformed message';
}

class Member implements MemberReader {
  wireType = 0;
  readonly #reader: protobuf.Reader;

  constructor(reader: protobuf.Reader) {
    this.#reader = reader;
  }

  string(): string {
    return this.bytes().toString('utf8');
  }

  bytes(): Buffer {
    this.#expect(delimited);
    return asBuffer(this.#reader.bytes());
  }

  bool(): boolean {
    this.#expect(varint);
    return this.#int64() !== 0n;
  }

  int32(): number {
    this.#expect(varint);
    return Number(BigInt.asIntN(32, this.#int64()));
  }

  int64(): number | bigint {
    this.#expect(varint);
    return fromBigInt(this.#int64());
  }

  double(): number {
    this.#expect(fixed64);
    return this.#reader.double();
  }

  skip(): void {
    switch (this.wireType) {
      case varint:
        this.#reader.skip();
        break;
      case fixed64:
        this.#reader.skip(8);
        break;
      case delimited:
        this.#reader.skip(this.#reader.uint32());
        break;
      case fixed32:
        this.#reader.skip(4);
        break;
      default:
        // Groups went out of use before this API was born.
        throw new ProtobufDecodeError(`proto: illegal wireType ${this.wireType}`);
    }
  }

  #expect(wireType: number): void {
    if (this.wireType !== wireType) throw new ProtobufDecodeError(`proto: wrong wireType = ${this.wireType}`);
  }

  #int64(): bigint {
    return readVarint(this.#reader);
  }
}

/** A varint as a signed 64-bit integer. */
function readVarint(reader: protobuf.Reader): bigint {
  const long: unknown = reader.int64();
  if (typeof long === 'number') return BigInt(long);
  const { low, high } = long as { low: number; high: number };
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** The varints of a packed list. */
export function readPackedVarints(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  try {
    const reader = protobuf.Reader.create(asBuffer(bytes));
    while (reader.pos < reader.len) values.push(readVarint(reader));
  } catch {
    throw new ProtobufDecodeError('proto: malformed packed list');
  }
  return values;
}
