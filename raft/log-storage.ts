/**
 * What raft needs from the disk: implemented by storage/, simulated in tests. Faults assumed: a crash at any
 * instant, lost records behind a torn file; what comes back from `load` says honestly what was lost.
 */
import type { Entry, HardState, LogIndex, SnapshotMetadata, Term } from './core/types.js';

/**
 * `recovering`: the log on disk is behind what its witness says was promised, or its chain is broken. Such a
 * member votes for nobody, acknowledges nothing towards a commit and never campaigns, until a leader of a term
 * above `promisedTerm` has brought it past `promisedIndex` with a commit index at or above it.
 */
export type LogCondition =
  | { readonly kind: 'intact' }
  | {
      readonly kind: 'recovering';
      readonly promisedIndex: LogIndex;
      readonly promisedTerm: Term;
      readonly reason: string;
    };

export interface RecoveredLog {
  readonly hardState: HardState;
  /** What stands before the first entry: the truncation point, index 0 and term 0 at birth. */
  readonly snapshot: SnapshotMetadata;
  /** `snapshot.index + 1` when the log is empty or whole. */
  readonly firstIndex: LogIndex;
  /** `firstIndex - 1` when there is no entry. */
  readonly lastIndex: LogIndex;
  readonly condition: LogCondition;
}

/** One durable step: truncate, then append, then the hard state; all or nothing. */
export interface LogBatch {
  /** Remove this index and all after it first. */
  readonly truncateFrom?: LogIndex;
  /** Consecutive. */
  readonly entries: readonly Entry[];
  readonly hardState?: HardState;
  /** The member has recovered: forget the condition. */
  readonly recovered?: true;
}

export interface LogStorage {
  /** Reads what is there; once, before anything else. */
  load(): Promise<RecoveredLog>;
  /** Resolves when the whole batch and its witness are durable. Callers keep one call in flight. */
  append(batch: LogBatch): Promise<void>;
  /** Entries [from, to), as many as fit in `maxBytes` but at least one. */
  entries(from: LogIndex, to: LogIndex, maxBytes: number): Promise<readonly Entry[]>;
  /** Forgets entries up to and including `through.index`, which becomes the new truncation point. */
  compact(through: SnapshotMetadata): Promise<void>;
  /** After a snapshot was installed: the log is empty and begins after `snapshot`. */
  reset(snapshot: SnapshotMetadata, hardState: HardState): Promise<void>;
  close(): Promise<void>;
}
