/**
 * Cuts the log off below what the state has on disk, less a margin for followers that are a little behind and what is
 * kept for those that catch up from a snapshot.
 */
import type { Clock } from '../platform/index.js';
import type { RaftCore } from './core/core.js';
import type { LogIndex, SnapshotMetadata } from './core/types.js';
import type { RaftLimits } from './limits.js';
import type { LogSize } from './log-size.js';
import type { LogStorage } from './log-storage.js';
import type { RetainedLog } from './retained-log.js';
import type { StateMachine } from './state-machine.js';

export interface LogTruncationOptions {
  readonly limits: RaftLimits;
  readonly log: LogStorage;
  readonly stateMachine: StateMachine;
  readonly clock: Clock;
  readonly size: LogSize;
  readonly retained: RetainedLog;
}

/** A log this many times its margin is truncated even under a follower that catches up from a snapshot. */
const RETENTION_FACTOR = 4;

export class LogTruncation {
  readonly #options: LogTruncationOptions;

  constructor(options: LogTruncationOptions) {
    this.#options = options;
  }

  /** The log is worth cutting off through here; undefined: not yet. */
  due(core: RaftCore): LogIndex | undefined {
    const { limits, size, stateMachine } = this.#options;
    const { appliedIndex } = core.view;
    const { logMarginEntries, logMarginBytes } = limits;
    const base = core.log.base.index;
    const beyondMargin = Math.max(
      appliedIndex - logMarginEntries,
      size.lastIndexWithBytesAfter(logMarginBytes),
    );
    const slackEntries = Math.ceil(logMarginEntries / 5);
    const oversized = size.bytes > logMarginBytes + logMarginBytes / 4;
    if (beyondMargin - base < slackEntries && !(oversized && beyondMargin > base)) return undefined;
    const through = Math.min(
      beyondMargin,
      appliedIndex,
      core.log.durableIndex,
      stateMachine.durableIndex(),
      this.#retainedFloor(core),
    );
    return through <= base ? undefined : through;
  }

  /** Resolves with what the log begins after; undefined when it did so already. */
  async truncate(core: RaftCore, through: LogIndex): Promise<SnapshotMetadata | undefined> {
    if (through <= core.log.base.index) return undefined;
    const { log, size } = this.#options;
    const entry = core.entryAt(through) ?? (await log.entries(through, through + 1, 1))[0];
    if (entry === undefined) throw new Error(`raft: entry ${through} is not in the log`);
    const snapshot: SnapshotMetadata = {
      index: entry.index,
      term: entry.term,
      timeMilliseconds: entry.timeMilliseconds,
      configuration: core.configurationAt(through),
    };
    await log.compact(snapshot);
    size.compacted(through);
    return snapshot;
  }

  #retainedFloor(core: RaftCore): LogIndex {
    const { size, limits, clock, retained } = this.#options;
    if (size.bytes > limits.logMarginBytes * RETENTION_FACTOR) return Number.MAX_SAFE_INTEGER;
    const { peers } = core;
    return retained.floor(
      clock.monotonicMilliseconds(),
      (id) => peers.find((candidate) => candidate.id === id)?.matchIndex,
    );
  }
}
