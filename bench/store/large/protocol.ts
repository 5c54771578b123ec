/** What the benchmark and the process of the one member say to each other over the pipe between them. */
import type { LatencySummary } from '../../generator/latencies.js';

export interface TimedCalls extends LatencySummary {
  readonly seconds: number;
  readonly operations: number;
  readonly perSecond: number;
  /** Refused, above all because too many waited. */
  readonly refused: number;
  readonly firstRefusal: string | undefined;
  /** As `Latencies` encodes it. */
  readonly histogram: string;
}

export interface StalledCalls extends TimedCalls {
  /** The longest that the event loop of the member was late. */
  readonly maxStallMilliseconds: number;
  /** The longest without an answer to anybody. */
  readonly longestSilenceMilliseconds: number;
}

export interface CompactionResult {
  readonly revisionsForgotten: number;
  readonly seconds: number;
  readonly maxStallMilliseconds: number;
  /** Of the puts that went on meanwhile. */
  readonly puts: TimedCalls;
}

export type LargeRequest =
  /** Makes the folder a member of a cluster of one when `format` is set; then opens it and reads a key. */
  | { readonly kind: 'open'; readonly folder: string; readonly format: boolean }
  | { readonly kind: 'load'; readonly from: number; readonly count: number }
  | {
      readonly kind: 'read';
      readonly keys: number;
      readonly inFlight: number;
      readonly seconds: number;
    }
  /** So many puts a second, each on its time, whether or not those before have been answered. */
  | {
      readonly kind: 'steady';
      readonly keys: number;
      readonly putsPerSecond: number;
      readonly seconds: number;
    }
  | { readonly kind: 'flood'; readonly keys: number; readonly inFlight: number; readonly seconds: number }
  /** Forgets all history and has LevelDB take its files together, under a few puts. */
  | { readonly kind: 'compact'; readonly keys: number; readonly putsPerSecond: number }
  | { readonly kind: 'size' }
  /** Flushes and closes; the process is of no use after it. */
  | { readonly kind: 'close' };

export type LargeAnswer =
  | { readonly kind: 'opened'; readonly milliseconds: number; readonly revision: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'calls'; readonly calls: TimedCalls }
  | { readonly kind: 'stalled-calls'; readonly calls: StalledCalls }
  | { readonly kind: 'compacted'; readonly result: CompactionResult }
  | { readonly kind: 'size'; readonly databaseBytes: number }
  | { readonly kind: 'failed'; readonly message: string };
