/**
 * The records of the log database: entries chained by checksum, the hard state, the truncation point, the
 * batch counter, the mark of a member that lost something, and which state database is the current one.
 */

import type { Entry, EntryKind, HardState, LogIndex, SnapshotMetadata, Term } from '../../raft/index.js';
import { decodeConfiguration, encodeConfiguration } from '../../raft/index.js';
import { bytesOf, equalBytes } from '../bytes.js';
import { DIGEST_BYTES, digest } from '../checksum.js';
import {
  bytesAt,
  DamagedRecordError,
  numberAt,
  openRecord,
  packBehind,
  packTuple,
  sealRecord,
  stringAt,
  unpackBehind,
} from '../tuple.js';

export const HARD_STATE_KEY = bytesOf('h');
export const TRUNCATION_KEY = bytesOf('t');
export const COUNTER_KEY = bytesOf('c');
export const RECOVERY_KEY = bytesOf('x');
export const STATE_NAME_KEY = bytesOf('s');

const ENTRY_LETTER = 'e'.charCodeAt(0);
const TWO_TO_32 = 0x1_0000_0000;

export function entryKey(index: LogIndex): Uint8Array {
  const key = Buffer.allocUnsafe(9);
  key[0] = ENTRY_LETTER;
  key.writeUInt32BE(Math.floor(index / TWO_TO_32), 1);
  key.writeUInt32BE(index % TWO_TO_32, 5);
  return key;
}

/** The first key after all entries. */
export const ENTRIES_END = bytesOf('f');

/** What the first entry's checksum is chained to, and where a chain starts anew after a snapshot. */
export function chainStart(index: LogIndex, term: Term): Uint8Array {
  return index === 0 ? new Uint8Array(DIGEST_BYTES) : digest(packTuple(['chain start', index, term]));
}

const kinds: readonly EntryKind[] = ['command', 'configuration', 'empty'];

export interface EntryRecord {
  readonly chain: Uint8Array;
  readonly bytes: Uint8Array;
}

export function encodeEntry(entry: Entry, previousChain: Uint8Array): EntryRecord {
  const { term, timeMilliseconds, kind, data } = entry;
  const { bytes } = packBehind(DIGEST_BYTES, [term, timeMilliseconds, kinds.indexOf(kind), data]);
  const chain = digest(previousChain, entryKey(entry.index), bytes.subarray(DIGEST_BYTES));
  bytes.set(chain);
  return { chain, bytes };
}

/** The chain value that a stored entry carries, unverified. */
export function chainOf(record: Uint8Array): Uint8Array {
  return record.subarray(0, DIGEST_BYTES);
}

/** Throws `DamagedRecordError` unless the record is the entry at `index` that follows `previousChain`. */
export function decodeEntry(index: LogIndex, record: Uint8Array, previousChain: Uint8Array): Entry {
  if (record.length <= DIGEST_BYTES) throw new DamagedRecordError(`entry ${index} is too short`);
  const body = record.subarray(DIGEST_BYTES);
  if (!equalBytes(chainOf(record), digest(previousChain, entryKey(index), body))) {
    throw new DamagedRecordError(`entry ${index} breaks the chain`);
  }
  const tuple = unpackBehind(DIGEST_BYTES, record);
  const kind = kinds[numberAt(tuple, 2)];
  if (kind === undefined) throw new DamagedRecordError(`entry ${index} has an unknown kind`);
  return {
    index,
    term: numberAt(tuple, 0),
    timeMilliseconds: numberAt(tuple, 1),
    kind,
    data: bytesAt(tuple, 3),
  };
}

export function encodeHardState(hardState: HardState): Uint8Array {
  const { term, votedFor, commitIndex } = hardState;
  return sealRecord(HARD_STATE_KEY, [term, votedFor ?? null, commitIndex]);
}

export function decodeHardState(record: Uint8Array): HardState {
  const tuple = openRecord(HARD_STATE_KEY, record);
  const votedFor = tuple[1] === null ? undefined : numberAt(tuple, 1);
  return { term: numberAt(tuple, 0), votedFor, commitIndex: numberAt(tuple, 2) };
}

/** Where the log begins. Entries from `lowestStored` up to the point may still wait to be deleted. */
export interface TruncationPoint {
  readonly snapshot: SnapshotMetadata;
  readonly chain: Uint8Array;
  readonly lowestStored: LogIndex;
}

export function encodeTruncation(point: TruncationPoint): Uint8Array {
  const { index, term, timeMilliseconds, configuration } = point.snapshot;
  return sealRecord(TRUNCATION_KEY, [
    index,
    term,
    timeMilliseconds,
    encodeConfiguration(configuration),
    point.chain,
    point.lowestStored,
  ]);
}

export function decodeTruncation(record: Uint8Array): TruncationPoint {
  const tuple = openRecord(TRUNCATION_KEY, record);
  return {
    snapshot: {
      index: numberAt(tuple, 0),
      term: numberAt(tuple, 1),
      timeMilliseconds: numberAt(tuple, 2),
      configuration: decodeConfiguration(bytesAt(tuple, 3)),
    },
    chain: bytesAt(tuple, 4),
    lowestStored: numberAt(tuple, 5),
  };
}

export function encodeCounter(counter: number): Uint8Array {
  return sealRecord(COUNTER_KEY, [counter]);
}

export function decodeCounter(record: Uint8Array): number {
  return numberAt(openRecord(COUNTER_KEY, record), 0);
}

export interface RecoveryMark {
  readonly promisedIndex: LogIndex;
  readonly promisedTerm: Term;
  readonly reason: string;
}

export function encodeRecovery(mark: RecoveryMark): Uint8Array {
  return sealRecord(RECOVERY_KEY, [mark.promisedIndex, mark.promisedTerm, mark.reason]);
}

export function decodeRecovery(record: Uint8Array): RecoveryMark {
  const tuple = openRecord(RECOVERY_KEY, record);
  return { promisedIndex: numberAt(tuple, 0), promisedTerm: numberAt(tuple, 1), reason: stringAt(tuple, 2) };
}
