/**
 * What raft drives: implemented by storage/. `apply` is total: an entry that cannot be applied is a defect
 * that stops the member, identically everywhere.
 */
import type { Entry, LogIndex, SnapshotMetadata } from './core/types.js';

export interface SnapshotSource {
  readonly metadata: SnapshotMetadata;
  /** Chunks of at most 256 KiB, from one point-in-time view. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Releases the view; always called. */
  close(): Promise<void>;
}

export interface StateMachine {
  /** Index of the last applied entry, as of now; at start the log is replayed from here. */
  readonly appliedIndex: LogIndex;
  /**
   * What it has cannot be trusted: nothing is applied to it until a snapshot has taken its place. Absent: false.
   */
  readonly awaitsSnapshot?: boolean;
  /**
   * Committed entries in order, each durable in this member's own log. Returns when their effects are readable.
   * Of entries that come when it begins to await a snapshot, it may apply none or only the first ones.
   */
  apply(entries: readonly Entry[]): Promise<void>;
  /** Index up to which the state is durable: the log may be truncated only at or below it. */
  durableIndex(): LogIndex;
  openSnapshot(): Promise<SnapshotSource>;
  /**
   * Builds a fresh state beside the old one from the chunks, checks it, and switches to it atomically; throws
   * and keeps the old one when the stream breaks or its checksum is wrong.
   */
  installSnapshot(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}
