/**
 * The Raft log of one member on its disk (`LogStorage`). Faults assumed: a crash at any instant, records lost
 * or damaged behind LevelDB's back.
 *
 * One batch is in flight at a time on the database, whoever writes: appends, truncation and background
 * deletion queue behind each other. A batch counts as durable when both it and its witness are.
 */

import type { BatchOperation, Disk, DiskDatabase, Logger } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type {
  Entry,
  HardState,
  LogBatch,
  LogIndex,
  LogStorage,
  RecoveredLog,
  SnapshotMetadata,
  Term,
} from '../../raft/index.js';
import { bytesOf, equalBytes } from '../bytes.js';
import { DamagedRecordError, openRecord, sealRecord, stringAt } from '../tuple.js';
import { LOG_DATABASE, logDatabaseOptions } from './format-log.js';
import { loadTrustedLog, type TrustedLog } from './load-log.js';
import {
  COUNTER_KEY,
  chainOf,
  chainStart,
  decodeEntry,
  decodeTruncation,
  encodeCounter,
  encodeEntry,
  encodeHardState,
  encodeRecovery,
  encodeTruncation,
  entryKey,
  HARD_STATE_KEY,
  RECOVERY_KEY,
  STATE_NAME_KEY,
  TRUNCATION_KEY,
  type TruncationPoint,
} from './log-records.js';
import { MAX_WITNESSED_BATCH_BYTES, readWitness, type Witness, writeWitness } from './witness.js';

const DELETE_SLICE_ENTRIES = 512;
const READ_PAGE_ENTRIES = 64;
/** Deleted entries are reclaimed on disk once this many have gathered. */
const COMPACT_RANGE_ENTRIES = 16_384;

/** Where the log stands, in memory. */
interface Position {
  readonly truncation: TruncationPoint;
  readonly hardState: HardState;
  readonly counter: number;
  readonly lastIndex: LogIndex;
  readonly lastChain: Uint8Array;
}

function sizeOf(operations: readonly BatchOperation[]): number {
  let bytes = 0;
  for (const operation of operations) {
    bytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0) + 8;
  }
  return bytes;
}

function termAt(log: TrustedLog, index: LogIndex): Term | undefined {
  if (index > log.lastIndex) return undefined;
  return log.termChanges.findLast(([from]) => from <= index)?.[1];
}

export class MemberLog implements LogStorage {
  readonly #disk: Disk;
  readonly #database: DiskDatabase;
  readonly #logger: Logger;
  #position: Position | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #failure: DiskFailedError | undefined;
  #reclaimable = 0;
  #reclaiming: Promise<void> | undefined;
  #closed = false;
  #statePoint: SnapshotMetadata | undefined;

  constructor(disk: Disk, database: DiskDatabase, logger: Logger) {
    this.#disk = disk;
    this.#database = database;
    this.#logger = logger;
  }

  /** What stopped the log from being written. */
  get failure(): DiskFailedError | undefined {
    return this.#failure;
  }

  /** Which state database is the current one; undefined: the first. Throws `DamagedRecordError`. */
  async readStateName(): Promise<string | undefined> {
    const record = await this.#database.get(STATE_NAME_KEY);
    return record === undefined ? undefined : stringAt(openRecord(STATE_NAME_KEY, record), 0);
  }

  /** The one synced record that makes another state database the current one. */
  async writeStateName(name: string): Promise<void> {
    const value = sealRecord(STATE_NAME_KEY, [name]);
    await this.#exclusively(() =>
      this.#database.batch([{ type: 'put', key: STATE_NAME_KEY, value }], { sync: true }),
    );
  }

  /**
   * What an empty state begins with: what the member was formatted with. Throws `DamagedRecordError` when the log
   * has lost that, or begins later: whatever the state would begin with instead, it would not be its peers' state.
   */
  async readBirth(): Promise<SnapshotMetadata> {
    const beginning = await this.readBeginning();
    if (beginning?.index === 0) return beginning;
    throw new DamagedRecordError('the state is empty, and the log has lost what it began with');
  }

  /** Behind which entry the log begins, and what the members were then; undefined when it has lost that. */
  async readBeginning(): Promise<SnapshotMetadata | undefined> {
    const stored = await this.#database.get(TRUNCATION_KEY);
    for (const record of [stored, stored === undefined ? await this.#witnessedTruncation() : undefined]) {
      if (record === undefined) continue;
      try {
        return decodeTruncation(record).snapshot;
      } catch (error) {
        if (!(error instanceof DamagedRecordError)) throw error;
      }
    }
    return undefined;
  }

  /** The log's first batch may be the one that was lost. */
  async #witnessedTruncation(): Promise<Uint8Array | undefined> {
    const witness = await readWitness(this.#disk);
    const put = witness?.operations?.find(
      (operation) => operation.type === 'put' && equalBytes(operation.key, TRUNCATION_KEY),
    );
    return put?.type === 'put' ? put.value : undefined;
  }

  /** What the state has applied on disk; before `load`. */
  setStatePoint(point: SnapshotMetadata): void {
    this.#statePoint = point;
  }

  async load(): Promise<RecoveredLog> {
    if (this.#statePoint === undefined) throw new Error('the state is opened before the log is loaded');
    const witness = await readWitness(this.#disk);
    const trusted = await loadTrustedLog(this.#database, witness, this.#statePoint);
    const { base, keepsEntries } = this.#reconcile(trusted, this.#statePoint);
    await this.#repair(trusted, base, keepsEntries, witness);
    const position = this.#loaded();
    if (trusted.recovery !== undefined) {
      this.#logger.warn('this member lost a part of its log and recovers from a leader', {
        ...trusted.recovery,
      });
    }
    return {
      hardState: position.hardState,
      snapshot: position.truncation.snapshot,
      firstIndex: position.truncation.snapshot.index + 1,
      lastIndex: position.lastIndex,
      condition:
        trusted.recovery === undefined ? { kind: 'intact' } : { kind: 'recovering', ...trusted.recovery },
    };
  }

  /**
   * A crash between the switch to a received state and the reset of the log leaves the state ahead: then the
   * log begins anew after the state, unless it has the very entry that the state ends with.
   */
  #reconcile(
    trusted: TrustedLog,
    statePoint: SnapshotMetadata,
  ): { base: TruncationPoint; keepsEntries: boolean } {
    const begins = trusted.truncation.snapshot.index;
    if (statePoint.index >= begins && termAt(trusted, statePoint.index) === statePoint.term) {
      return { base: trusted.truncation, keepsEntries: true };
    }
    if (statePoint.index < begins) {
      throw new DiskFailedError(
        'corrupt',
        `the state ends at ${statePoint.index} but the log begins after ${begins}: the state has lost writes`,
      );
    }
    const chain = chainStart(statePoint.index, statePoint.term);
    return { base: { snapshot: statePoint, chain, lowestStored: begins + 1 }, keepsEntries: false };
  }

  /** Writes what loading found, so that the next start sees a consistent log. */
  async #repair(
    trusted: TrustedLog,
    base: TruncationPoint,
    keepsEntries: boolean,
    witness: Witness | undefined,
  ): Promise<void> {
    const lastIndex = keepsEntries ? trusted.lastIndex : base.snapshot.index;
    this.#position = {
      truncation: base,
      hardState: {
        ...trusted.hardState,
        commitIndex: Math.max(trusted.hardState.commitIndex, base.snapshot.index),
      },
      counter: trusted.counter,
      lastIndex,
      lastChain: keepsEntries ? trusted.lastChain : base.chain,
    };
    const matchesWitness = witness !== undefined && witness.counter === trusted.counter;
    const staleTail = trusted.storedThrough > lastIndex;
    if (keepsEntries && matchesWitness && !trusted.recoveryIsNew && !staleTail) return;
    const operations: BatchOperation[] = [];
    for (let index = lastIndex + 1; index <= trusted.storedThrough; index += 1) {
      operations.push({ type: 'delete', key: entryKey(index) });
    }
    operations.push({ type: 'put', key: TRUNCATION_KEY, value: encodeTruncation(base) });
    if (trusted.recovery !== undefined) {
      operations.push({ type: 'put', key: RECOVERY_KEY, value: encodeRecovery(trusted.recovery) });
    }
    await this.#exclusively(() => this.#commit(operations, { hardState: this.#loaded().hardState }));
  }

  append(batch: LogBatch): Promise<void> {
    return this.#exclusively(() => this.#append(batch));
  }

  async #append(batch: LogBatch): Promise<void> {
    let { lastIndex, lastChain } = this.#loaded();
    const operations: BatchOperation[] = [];
    if (batch.truncateFrom !== undefined && batch.truncateFrom <= lastIndex) {
      lastChain = await this.#chainAt(batch.truncateFrom - 1);
      for (let index = batch.truncateFrom; index <= lastIndex; index += 1) {
        operations.push({ type: 'delete', key: entryKey(index) });
      }
      lastIndex = batch.truncateFrom - 1;
    }
    for (const entry of batch.entries) {
      if (entry.index !== lastIndex + 1) {
        throw new Error(`entry ${entry.index} does not follow the log's end at ${lastIndex}`);
      }
      const record = encodeEntry(entry, lastChain);
      operations.push({ type: 'put', key: entryKey(entry.index), value: record.bytes });
      lastIndex = entry.index;
      lastChain = record.chain;
    }
    if (batch.recovered === true) operations.push({ type: 'delete', key: RECOVERY_KEY });
    await this.#commit(operations, {
      lastIndex,
      lastChain,
      ...(batch.hardState === undefined ? {} : { hardState: batch.hardState }),
    });
  }

  async entries(from: LogIndex, to: LogIndex, maxBytes: number): Promise<readonly Entry[]> {
    const { truncation, lastIndex } = this.#loaded();
    if (from <= truncation.snapshot.index || to > lastIndex + 1 || from >= to) {
      throw new RangeError(
        `the log holds ${truncation.snapshot.index + 1} to ${lastIndex}, not [${from}, ${to})`,
      );
    }
    const entries: Entry[] = [];
    let bytes = 0;
    let chain = await this.#chainAt(from - 1);
    for (let start = from; start < to; start += READ_PAGE_ENTRIES) {
      const indexes = Array.from(
        { length: Math.min(READ_PAGE_ENTRIES, to - start) },
        (_, offset) => start + offset,
      );
      const records = await this.#database.getMany(indexes.map(entryKey));
      for (const [offset, index] of indexes.entries()) {
        const record = records[offset];
        const entry = this.#verified(index, record, chain);
        if (entries.length > 0 && bytes + entry.data.length > maxBytes) return entries;
        entries.push(entry);
        bytes += entry.data.length;
        chain = chainOf(record!);
      }
    }
    return entries;
  }

  /**
   * Reads some entries from `from` on, or from the first when that is gone, against their checksums. `next`: where
   * to go on; undefined: that was the end. Throws `DiskFailedError` when it cannot be read at all.
   */
  async scrub(
    from: LogIndex,
    maxBytes: number,
  ): Promise<{ readonly next: LogIndex | undefined; readonly damage: string | undefined }> {
    try {
      return await this.#scrub(from, maxBytes);
    } catch {
      // What was being read may have been truncated meanwhile: with nobody writing it is certain.
      const turn = this.#queue.then(() => this.#scrub(from, maxBytes));
      this.#queue = turn.catch(() => undefined);
      return turn.catch((error: unknown) => {
        if (!(error instanceof DiskFailedError) || error.kind !== 'corrupt') throw error;
        return { next: undefined, damage: error.message };
      });
    }
  }

  async #scrub(
    from: LogIndex,
    maxBytes: number,
  ): Promise<{ readonly next: LogIndex | undefined; readonly damage: undefined }> {
    const { truncation, lastIndex } = this.#loaded();
    const first = Math.max(from, truncation.snapshot.index + 1);
    if (first > lastIndex) return { next: undefined, damage: undefined };
    const last = (await this.entries(first, lastIndex + 1, maxBytes)).at(-1)!.index;
    return { next: last < lastIndex ? last + 1 : undefined, damage: undefined };
  }

  #verified(index: LogIndex, record: Uint8Array | undefined, chain: Uint8Array): Entry {
    try {
      if (record === undefined) throw new DamagedRecordError(`entry ${index} is missing`);
      return decodeEntry(index, record, chain);
    } catch (error) {
      if (!(error instanceof DamagedRecordError)) throw error;
      throw new DiskFailedError('corrupt', `the log is damaged: ${error.message}`, { cause: error });
    }
  }

  async compact(through: SnapshotMetadata): Promise<void> {
    const { truncation, lastIndex } = this.#loaded();
    if (through.index <= truncation.snapshot.index) return;
    if (through.index > lastIndex)
      throw new RangeError(`the log ends at ${lastIndex}, before ${through.index}`);
    await this.#exclusively(async () => {
      const { lowestStored } = this.#loaded().truncation;
      const chain = Uint8Array.from(await this.#chainAt(through.index));
      await this.#writeTruncation({ snapshot: through, chain, lowestStored });
    });
    await this.#deleteForgotten();
  }

  async #writeTruncation(truncation: TruncationPoint): Promise<void> {
    const operation = { type: 'put', key: TRUNCATION_KEY, value: encodeTruncation(truncation) } as const;
    await this.#database.batch([operation], { sync: true });
    this.#position = { ...this.#loaded(), truncation };
  }

  /** Deletes entries below the truncation point, by their known keys and in slices, so that appends get between. */
  async #deleteForgotten(): Promise<void> {
    for (;;) {
      const done = await this.#exclusively(async () => {
        const { truncation } = this.#loaded();
        const { lowestStored, snapshot } = truncation;
        const end = Math.min(snapshot.index + 1, lowestStored + DELETE_SLICE_ENTRIES);
        if (end <= lowestStored) return true;
        const next = { ...truncation, lowestStored: end };
        const operations: BatchOperation[] = [
          { type: 'put', key: TRUNCATION_KEY, value: encodeTruncation(next) },
        ];
        for (let index = lowestStored; index < end; index += 1) {
          operations.push({ type: 'delete', key: entryKey(index) });
        }
        // Unsynced: if it vanishes, so does the record that says it was done.
        await this.#database.batch(operations, { sync: false });
        this.#position = { ...this.#loaded(), truncation: next };
        this.#reclaimable += end - lowestStored;
        return false;
      });
      if (done) break;
    }
    this.#reclaim();
  }

  /** Without this a start would crawl over deleted keys; it runs on LevelDB's own thread. */
  #reclaim(): void {
    if (this.#reclaimable < COMPACT_RANGE_ENTRIES || this.#reclaiming !== undefined || this.#closed) return;
    this.#reclaimable = 0;
    const to = entryKey(this.#loaded().truncation.snapshot.index);
    this.#reclaiming = this.#database
      .compactRange({ from: bytesOf('e'), to })
      .catch((error: unknown) => this.#logger.warn('reclaiming log space failed', { error: String(error) }))
      .then(() => {
        this.#reclaiming = undefined;
      });
  }

  async reset(snapshot: SnapshotMetadata, hardState: HardState): Promise<void> {
    await this.#exclusively(async () => {
      const { lastIndex, truncation } = this.#loaded();
      const operations: BatchOperation[] = [];
      for (let index = truncation.lowestStored; index <= lastIndex; index += 1) {
        operations.push({ type: 'delete', key: entryKey(index) });
      }
      const chain = chainStart(snapshot.index, snapshot.term);
      const point: TruncationPoint = { snapshot, chain, lowestStored: snapshot.index + 1 };
      operations.push({ type: 'put', key: TRUNCATION_KEY, value: encodeTruncation(point) });
      await this.#commit(operations, {
        lastIndex: snapshot.index,
        lastChain: chain,
        truncation: point,
        hardState,
      });
    });
  }

  /** One durable step: the batch and its witness. */
  async #commit(operations: readonly BatchOperation[], change: Partial<Position>): Promise<void> {
    const next: Position = { ...this.#loaded(), ...change, counter: this.#loaded().counter + 1 };
    const all: BatchOperation[] = [
      ...operations,
      { type: 'put', key: COUNTER_KEY, value: encodeCounter(next.counter) },
    ];
    if (change.hardState !== undefined) {
      all.push({ type: 'put', key: HARD_STATE_KEY, value: encodeHardState(change.hardState) });
    }
    const { counter, lastIndex, lastChain: chain } = next;
    const { term, votedFor } = next.hardState;
    const carried = sizeOf(all) <= MAX_WITNESSED_BATCH_BYTES ? all : undefined;
    const witness: Witness = { counter, lastIndex, chain, term, votedFor, operations: carried };
    if (carried === undefined) {
      await this.#database.batch(all, { sync: true });
      await writeWitness(this.#disk, witness);
    } else {
      const results = await Promise.allSettled([
        this.#database.batch(all, { sync: true }),
        writeWitness(this.#disk, witness),
      ]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
    this.#position = next;
  }

  async #chainAt(index: LogIndex): Promise<Uint8Array> {
    const { truncation, lastIndex, lastChain } = this.#loaded();
    if (index === lastIndex) return lastChain;
    if (index === truncation.snapshot.index) return truncation.chain;
    const record = await this.#database.get(entryKey(index));
    if (record === undefined)
      throw new DiskFailedError('corrupt', `the log is damaged: entry ${index} is missing`);
    return chainOf(record);
  }

  #loaded(): Position {
    if (this.#position === undefined) throw new Error('the log is not loaded');
    return this.#position;
  }

  /** After a failed write nothing more is written: what the failure left on disk is unknown. */
  #exclusively<Value>(action: () => Promise<Value>): Promise<Value> {
    const turn = this.#queue.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        return await action();
      } catch (error) {
        if (error instanceof DiskFailedError) this.#failure = error;
        throw error;
      }
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue;
    await this.#reclaiming;
    await this.#database.close();
  }
}

export async function openMemberLog(disk: Disk, logger: Logger): Promise<MemberLog> {
  return new MemberLog(disk, await disk.openDatabase(LOG_DATABASE, logDatabaseOptions), logger);
}
