/** One measurement of the log: what was asked, and what came out. */
import type { RaftStatistics } from '../../raft/index.js';
import type { LoopResult } from './closed-loop.js';

/** What stands between a proposal and its being applied. */
export type Layer =
  /** Three cores in one thread: a write is durable at once, a message is an object handed over. */
  | 'core'
  /** Three members in one process: the store on LevelDB, messages handed over. */
  | 'in-process'
  /** Three processes: the store on LevelDB, messages under mutual TLS. */
  | 'processes';

/** So many entries under way at once, each followed by the next. */
export interface ClosedLoad {
  readonly kind: 'closed';
  readonly inFlight: number;
}

/** So many due a second, whatever is outstanding. */
export interface OpenLoad {
  readonly kind: 'open';
  readonly perSecond: number;
  readonly seed: number;
}

export type Load = ClosedLoad | OpenLoad;

export interface RunOptions<Loads extends Load = Load> {
  readonly payloadBytes: number;
  readonly load: Loads;
  /** False: one entry in each write and each message, for comparison. */
  readonly batching: boolean;
  readonly seconds: number;
}

export interface RunResult extends LoopResult, Omit<RunOptions, 'seconds'> {
  readonly layer: Layer;
  /** At the leader; a write is one batch and one fsync of the log, with its witness beside it. */
  readonly entriesPerWrite: number;
  readonly entriesPerMessage: number;
  /** The payload and what the log adds to it. */
  readonly bytesPerEntry: number;
}

/** What is measured with: opened once, used for many runs. */
export interface Subject {
  readonly layer: Layer;
  readonly batching: boolean;
  run(options: RunOptions<ClosedLoad>, signal: AbortSignal): Promise<RunResult>;
  close(): Promise<void>;
}

/** One that also bears a load that comes when it is due. */
export interface OpenSubject extends Subject {
  run(options: RunOptions, signal: AbortSignal): Promise<RunResult>;
}

/** Limits under which nothing shares a write or a message. */
export const unbatchedLimits = { maxLogBatchBytes: 1, maxMessageBytes: 1 } as const;

/** A run that is not counted, so that the first one counted is not the compiler's. */
export const warmUp = <Loads extends Load>(options: RunOptions<Loads>): RunOptions<Loads> => ({
  ...options,
  seconds: Math.min(0.5, options.seconds / 2),
});

export function runResult(
  layer: Layer,
  { payloadBytes, load, batching }: RunOptions,
  loop: LoopResult,
  before: RaftStatistics,
  after: RaftStatistics,
): RunResult {
  const share = (of: keyof RaftStatistics, by: keyof RaftStatistics): number =>
    (after[of] - before[of]) / Math.max(1, after[by] - before[by]);
  return {
    layer,
    payloadBytes,
    load,
    batching,
    ...loop,
    entriesPerWrite: share('entriesWritten', 'entryWrites'),
    entriesPerMessage: share('entriesSent', 'entryMessagesSent'),
    bytesPerEntry: share('entryBytesSent', 'entriesSent'),
  };
}
