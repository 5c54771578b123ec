/**
 * A snapshot as a file, for people to keep. Numbers are big-endian.
 *
 *     16 bytes   "KUORUM SNAPSHOT" and a line feed
 *      4 bytes   the format version, 1
 *      4 bytes   the length of the header
 *     16 bytes   the first half of the SHA-256 of the two numbers and the header
 *     …          the header: JSON in UTF-8, see `SnapshotHeader`
 *     then for each chunk of chunks.ts, which hold the records of the state in the order of their keys:
 *      4 bytes   its length, at most 256 KiB
 *     …          the chunk
 *     and at the end
 *      4 bytes   0: no further chunk
 *      8 bytes   how many chunks there were
 *      8 bytes   how many bytes precede the 0
 *     …          zeros, until the length is a multiple of 512
 *     32 bytes   the SHA-256 of everything before
 *
 * A multiple of 512 and 32 bytes over: by that etcd's tools tell that a snapshot came whole.
 *
 * Faults assumed: a file that is cut anywhere, bits that flip anywhere, another file or a newer format in its place.
 */

import { DIGEST_BYTES, digest } from '../checksum.js';

export const SNAPSHOT_FORMAT_VERSION = 1;

export const MAGIC: Buffer = Buffer.from('KUORUM SNAPSHOT\n', 'latin1');
export const LENGTH_BYTES = 4;
/** What precedes the header's JSON. */
export const PREAMBLE_BYTES: number = MAGIC.length + 2 * LENGTH_BYTES + DIGEST_BYTES;
const COUNT_BYTES = 8;
/** What follows the chunks, without the padding and the hash. */
export const TRAILER_BYTES: number = LENGTH_BYTES + 2 * COUNT_BYTES;
export const SHA256_BYTES = 32;
const SECTOR_BYTES = 512;

/** Larger than any configuration needs, and small enough to be read at once whatever stands there. */
export const MAX_HEADER_BYTES: number = 1024 * 1024;

export interface SnapshotMember {
  readonly id: number;
  readonly name: string;
  readonly role: 'voter' | 'learner';
}

export interface SnapshotHeader {
  readonly clusterId: string;
  /** Who saved it. */
  readonly memberName: string;
  readonly revision: number;
  readonly compactRevision: number;
  readonly appliedIndex: number;
  readonly appliedTerm: number;
  /** Of the logical records: 32 hex digits. */
  readonly stateHash: string;
  readonly members: readonly SnapshotMember[];
  /** The wall clock of who saved it, since 1970. */
  readonly savedMilliseconds: number;
}

/** Why a file is no snapshot that can be used; `message` says where, in one line. */
export class SnapshotFileError extends Error {
  readonly problem: 'not-a-snapshot' | 'newer-format' | 'cut-short' | 'damaged';
  constructor(problem: SnapshotFileError['problem'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SnapshotFileError';
    this.problem = problem;
  }
}

export function encodeHeader(header: SnapshotHeader): Uint8Array {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const numbers = Buffer.alloc(2 * LENGTH_BYTES);
  numbers.writeUInt32BE(SNAPSHOT_FORMAT_VERSION, 0);
  numbers.writeUInt32BE(json.length, LENGTH_BYTES);
  return Buffer.concat([MAGIC, numbers, digest(numbers, json), json]);
}

export function frameChunk(chunk: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(LENGTH_BYTES + chunk.length);
  framed.writeUInt32BE(chunk.length, 0);
  framed.set(chunk, LENGTH_BYTES);
  return framed;
}

/** How many zeros follow the trailer of a file that had so many bytes before it. */
export function paddingBytes(bytesBefore: number): number {
  return (SECTOR_BYTES - ((bytesBefore + TRAILER_BYTES) % SECTOR_BYTES)) % SECTOR_BYTES;
}

/** With the padding, without the hash. */
export function encodeTrailer(chunks: number, bytesBefore: number): Uint8Array {
  const bytes = Buffer.alloc(TRAILER_BYTES + paddingBytes(bytesBefore));
  bytes.writeBigUInt64BE(BigInt(chunks), LENGTH_BYTES);
  bytes.writeBigUInt64BE(BigInt(bytesBefore), LENGTH_BYTES + COUNT_BYTES);
  return bytes;
}
