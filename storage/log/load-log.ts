/**
 * What a log is worth when it is opened: completes the last batch from the witness, verifies the whole chain,
 * and says honestly whether something promised is missing.
 */

import type { DiskDatabase } from '../../platform/index.js';
import type { HardState, LogIndex, SnapshotMetadata, Term } from '../../raft/index.js';
import { equalBytes } from '../bytes.js';
import { DamagedRecordError } from '../tuple.js';
import {
  COUNTER_KEY,
  chainOf,
  chainStart,
  decodeCounter,
  decodeEntry,
  decodeHardState,
  decodeRecovery,
  decodeTruncation,
  ENTRIES_END,
  entryKey,
  HARD_STATE_KEY,
  RECOVERY_KEY,
  type RecoveryMark,
  TRUNCATION_KEY,
  type TruncationPoint,
} from './log-records.js';
import type { Witness } from './witness.js';

const SCAN_PAGE_ENTRIES = 256;

/** The log as far as its records and chain can be trusted. */
export interface TrustedLog {
  readonly truncation: TruncationPoint;
  readonly hardState: HardState;
  readonly counter: number;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly lastChain: Uint8Array;
  /** Terms of the entries from the truncation point on, where they change: [index, term]. */
  readonly termChanges: readonly (readonly [LogIndex, Term])[];
  /** Entries past `lastIndex` that cannot be trusted are stored up to here. */
  readonly storedThrough: LogIndex;
  /** Set when something promised is missing, now or since an earlier start. */
  readonly recovery: RecoveryMark | undefined;
  /** The recovery was found now and is not written yet. */
  readonly recoveryIsNew: boolean;
}

interface Scan {
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly lastChain: Uint8Array;
  readonly termChanges: readonly (readonly [LogIndex, Term])[];
  readonly storedThrough: LogIndex;
  readonly damage: string | undefined;
}

type Decoded<Value> = { readonly value: Value | undefined; readonly damage: string | undefined };

async function readRecord<Value>(
  database: DiskDatabase,
  key: Uint8Array,
  what: string,
  decode: (record: Uint8Array) => Value,
): Promise<Decoded<Value>> {
  const record = await database.get(key);
  if (record === undefined) return { value: undefined, damage: undefined };
  try {
    return { value: decode(record), damage: undefined };
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    return { value: undefined, damage: `the ${what} is damaged` };
  }
}

/** Follows the chain from the truncation point to the first entry that is missing or damaged. */
async function scanEntries(database: DiskDatabase, truncation: TruncationPoint): Promise<Scan> {
  let lastIndex = truncation.snapshot.index;
  let lastTerm = truncation.snapshot.term;
  let lastChain = truncation.chain;
  let storedThrough = lastIndex;
  let damage: string | undefined;
  const termChanges: (readonly [LogIndex, Term])[] = [[lastIndex, lastTerm]];
  const iterator = database.iterate({ gte: entryKey(lastIndex + 1), lt: ENTRIES_END });
  try {
    for (;;) {
      const page = await iterator.nextPage(SCAN_PAGE_ENTRIES);
      if (page.length === 0) break;
      for (const { key, value } of page) {
        storedThrough =
          Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(1) * 0x1_0000_0000;
        storedThrough += Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(5);
        if (damage !== undefined) continue;
        try {
          if (storedThrough !== lastIndex + 1)
            throw new DamagedRecordError(`entry ${lastIndex + 1} is missing`);
          const entry = decodeEntry(lastIndex + 1, value, lastChain);
          lastChain = Uint8Array.from(chainOf(value));
          lastIndex = entry.index;
          if (entry.term !== lastTerm) termChanges.push([entry.index, entry.term]);
          lastTerm = entry.term;
        } catch (error) {
          if (!(error instanceof DamagedRecordError)) throw error;
          damage = error.message;
        }
      }
    }
  } finally {
    await iterator.close();
  }
  return { lastIndex, lastTerm, lastChain, termChanges, storedThrough, damage };
}

function emptyLogAt(snapshot: SnapshotMetadata): TruncationPoint {
  const chain = chainStart(snapshot.index, snapshot.term);
  return { snapshot, chain, lowestStored: snapshot.index + 1 };
}

/** Why the log is less than its witness says; undefined when it is not. */
function missingAgainst(witness: Witness | undefined, counter: number, scan: Scan): string | undefined {
  if (witness === undefined) return 'both witnesses of the log are damaged or missing';
  if (counter < witness.counter) {
    return `the log holds ${witness.counter - counter} batches less than its witness`;
  }
  if (counter > witness.counter) return undefined;
  if (scan.lastIndex !== witness.lastIndex) {
    return `the log ends at ${scan.lastIndex}, its witness at ${witness.lastIndex}`;
  }
  if (!equalBytes(scan.lastChain, witness.chain)) return `entry ${scan.lastIndex} is not the one witnessed`;
  return undefined;
}

async function examine(
  database: DiskDatabase,
  witness: Witness | undefined,
  statePoint: SnapshotMetadata,
): Promise<{ readonly log: TrustedLog; readonly problem: string | undefined }> {
  const truncation = await readRecord(database, TRUNCATION_KEY, 'truncation point', decodeTruncation);
  const hardState = await readRecord(database, HARD_STATE_KEY, 'hard state', decodeHardState);
  const counter = await readRecord(database, COUNTER_KEY, 'batch counter', decodeCounter);
  const mark = await readRecord(database, RECOVERY_KEY, 'recovery mark', decodeRecovery);
  const base = truncation.value ?? emptyLogAt(statePoint);
  const scan = await scanEntries(database, base);
  const missing = truncation.value === undefined ? 'the truncation point of the log is lost' : undefined;
  const problem =
    truncation.damage ??
    hardState.damage ??
    counter.damage ??
    mark.damage ??
    missing ??
    (hardState.value === undefined ? 'the hard state is lost' : undefined) ??
    missingAgainst(witness, counter.value ?? 0, scan) ??
    scan.damage;
  const log: TrustedLog = {
    truncation: base,
    hardState: {
      term: Math.max(hardState.value?.term ?? 0, witness?.term ?? 0, scan.lastTerm),
      // A term that only the witness knows: so is the vote in it.
      votedFor:
        hardState.value !== undefined && hardState.value.term >= (witness?.term ?? 0)
          ? hardState.value.votedFor
          : witness?.votedFor,
      commitIndex: Math.min(hardState.value?.commitIndex ?? base.snapshot.index, scan.lastIndex),
    },
    counter: Math.max(counter.value ?? 0, witness?.counter ?? 0),
    lastIndex: scan.lastIndex,
    lastTerm: scan.lastTerm,
    lastChain: scan.lastChain,
    termChanges: scan.termChanges,
    storedThrough: scan.storedThrough,
    recovery: mark.value,
    recoveryIsNew: false,
  };
  return { log, problem };
}

/** `statePoint`: what the state on disk has applied, where a log without a beginning starts again. */
export async function loadTrustedLog(
  database: DiskDatabase,
  witness: Witness | undefined,
  statePoint: SnapshotMetadata,
): Promise<TrustedLog> {
  let { log, problem } = await examine(database, witness, statePoint);
  if (problem !== undefined && witness?.operations !== undefined) {
    const { value: counter = 0 } = await readRecord(database, COUNTER_KEY, 'batch counter', decodeCounter);
    // Only the last batch can be completed: what lies before it must have arrived by itself.
    if (counter === witness.counter - 1 || counter === witness.counter) {
      await database.batch(witness.operations, { sync: true });
      ({ log, problem } = await examine(database, witness, statePoint));
    }
  }
  if (problem === undefined) return log;
  const promisedIndex = Math.max(
    witness?.lastIndex ?? 0,
    log.storedThrough,
    log.recovery?.promisedIndex ?? 0,
  );
  const promisedTerm = Math.max(log.hardState.term, log.recovery?.promisedTerm ?? 0);
  // A batch lost from the middle may have replaced entries that are back now, under the commit index of a
  // later batch: only what the state has applied is certainly committed.
  const commitIndex = Math.min(
    log.hardState.commitIndex,
    Math.max(statePoint.index, log.truncation.snapshot.index),
  );
  return {
    ...log,
    hardState: { ...log.hardState, commitIndex },
    recovery: { promisedIndex, promisedTerm, reason: problem },
    recoveryIsNew: true,
  };
}
