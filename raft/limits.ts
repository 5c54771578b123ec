/**
 * Every bound that the running member keeps, in one place. Memory is bounded by these and not by what peers
 * or clients send.
 */
export interface RaftLimits {
  /** A larger proposal is refused. */
  readonly maxEntryBytes: number;
  /** Entries in one append message; one entry may exceed it. */
  readonly maxMessageBytes: number;
  /** Entries appended by this leader and not committed yet; past it proposals are refused with `queue-full`. */
  readonly maxUncommittedBytes: number;
  /** Messages and bytes on their way to one follower without an answer. */
  readonly maxInflightMessages: number;
  readonly maxInflightBytes: number;
  /**
   * What recent entries may take in memory, counted with all that surrounds them; older ones are read from the
   * log when a follower needs them.
   */
  readonly maxCachedBytes: number;
  /** Committed entries handed to the state machine at once. */
  readonly maxApplyBytes: number;
  /** Entries in one write to the log. */
  readonly maxLogBatchBytes: number;
  /** What stays in the log behind the state's durable index, for followers that are a little behind. */
  readonly logMarginEntries: number;
  readonly logMarginBytes: number;
  /** Linearizable reads that wait at once on this member. */
  readonly maxPendingReads: number;
  /** Proposals of this member that wait at once for a leader or its answer. */
  readonly maxPendingProposals: number;
}

export const defaultRaftLimits: RaftLimits = {
  maxEntryBytes: 8 * 1024 * 1024,
  maxMessageBytes: 512 * 1024,
  maxUncommittedBytes: 32 * 1024 * 1024,
  maxInflightMessages: 256,
  maxInflightBytes: 8 * 1024 * 1024,
  maxCachedBytes: 16 * 1024 * 1024,
  maxApplyBytes: 2 * 1024 * 1024,
  maxLogBatchBytes: 8 * 1024 * 1024,
  logMarginEntries: 5_000,
  logMarginBytes: 16 * 1024 * 1024,
  maxPendingReads: 20_000,
  maxPendingProposals: 20_000,
};
