/** LogStorage in memory: what `append` resolved for survives, and calls that break the contract throw. */
import type { Configuration, Entry, HardState, SnapshotMetadata } from '../../../raft/core/types.js';
import type { LogBatch, LogCondition, LogStorage, RecoveredLog } from '../../../raft/log-storage.js';
import { birth } from './cluster.js';

export class MemoryLog implements LogStorage {
  hardState: HardState = { term: 0, votedFor: undefined, commitIndex: 0 };
  snapshot: SnapshotMetadata;
  log: Entry[] = [];
  condition: LogCondition = { kind: 'intact' };
  /** Set to make every later write fail. */
  failure: Error | undefined;
  appends = 0;
  #busy = false;

  constructor(configuration: Configuration) {
    this.snapshot = birth(configuration);
  }

  load(): Promise<RecoveredLog> {
    const { hardState, snapshot, condition } = this;
    const firstIndex = snapshot.index + 1;
    return Promise.resolve({
      hardState,
      snapshot,
      condition,
      firstIndex,
      lastIndex: snapshot.index + this.log.length,
    });
  }

  append(batch: LogBatch): Promise<void> {
    return this.#write(() => {
      this.appends += 1;
      const { truncateFrom } = batch;
      if (truncateFrom !== undefined) this.log = this.log.filter(({ index }) => index < truncateFrom);
      for (const entry of batch.entries) {
        const last = this.log.at(-1)?.index ?? this.snapshot.index;
        if (entry.index !== last + 1) throw new Error(`gap: ${entry.index} after ${last}`);
        this.log.push(entry);
      }
      if (batch.hardState !== undefined) this.hardState = batch.hardState;
      if (batch.recovered === true) this.condition = { kind: 'intact' };
    });
  }

  entries(from: number, to: number, maxBytes: number): Promise<readonly Entry[]> {
    const found = this.log.filter(({ index }) => index >= from && index < to);
    if (found[0]?.index !== from) return Promise.reject(new Error(`entry ${from} is gone`));
    let bytes = 0;
    return Promise.resolve(
      found.filter((entry, position) => {
        bytes += entry.data.length;
        return position === 0 || bytes <= maxBytes;
      }),
    );
  }

  compact(through: SnapshotMetadata): Promise<void> {
    return this.#write(() => {
      this.snapshot = through;
      this.log = this.log.filter(({ index }) => index > through.index);
    });
  }

  reset(snapshot: SnapshotMetadata, hardState: HardState): Promise<void> {
    return this.#write(() => {
      this.snapshot = snapshot;
      this.hardState = hardState;
      this.log = [];
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #write(change: () => void): Promise<void> {
    if (this.#busy) throw new Error('two writes at once');
    this.#busy = true;
    await Promise.resolve();
    this.#busy = false;
    if (this.failure !== undefined) throw this.failure;
    change();
  }
}
