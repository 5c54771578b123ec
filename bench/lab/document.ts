/**
 * What a benchmark leaves behind: one document from which the table on the terminal, the page and a comparison are made.
 * It is plain JSON. Readers take a document only of a `formatVersion` that they know.
 */

export type BenchmarkName = 'quorum' | 'failover' | 'faults' | 'reads' | 'api' | 'store' | 'raft';

export interface BenchDocument {
  readonly formatVersion: 2;
  readonly benchmark: BenchmarkName;
  readonly title: string;
  /** The command line that makes it again, beginning with `kuorum bench`. */
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly machine: Machine;
  readonly versions: { readonly kuorum: string; readonly etcd?: string };
  /** Why it ended before all was measured; undefined: it is whole. */
  readonly partial: string | undefined;
  /** What a reader must know before the figures: who else used the machine, what was left out. */
  readonly notes: readonly string[];
  readonly measurements: readonly Measurement[];
  readonly timelines: readonly Timeline[];
  readonly sections: readonly Section[];
}

export interface Machine {
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly node: string;
  /** What one write of 4 KiB with its sync takes where the members' folders stand: the median of a hundred. */
  readonly syncMilliseconds?: number;
  /** What 256 bytes take over loopback to another process and back: the median of three hundred. */
  readonly roundTripMilliseconds?: number;
}

/** One thing that was measured under one condition. */
export interface Measurement {
  /** The same in every run of the benchmark with this condition, for example `put members=3 clients=100 load=50%`. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metrics: readonly Metric[];
  /** Microseconds: an HDR histogram, compressed, in base64. */
  readonly histogram: string | undefined;
  /** Why its figures say nothing, for example that the generator fell behind. */
  readonly invalid: string | undefined;
}

export interface Metric {
  /** `throughput`, `p50`, `p99`, `p99.9`, `entries per sync`, `CPU per operation`, … */
  readonly name: string;
  readonly unit: Unit;
  readonly better: 'higher' | 'lower' | 'neither';
  readonly value: number;
  /** The same figure of each round alone, in order: what tells a change from noise. Empty when there was one round. */
  readonly rounds: readonly number[];
}

export type Unit =
  | 'operations/s'
  | 'ms'
  | 's'
  | 'µs'
  | 'bytes'
  | 'cores'
  | 'ratio'
  | 'percent'
  | 'count'
  | 'entries'
  | 'messages';

/** How something went while time passed. */
export interface Timeline {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  readonly series: readonly Series[];
  /** What was done meanwhile. */
  readonly shades: readonly Shade[];
}

export interface Series {
  readonly name: string;
  readonly unit: Unit;
  /** `[seconds, value]`; a value of null is a gap: nothing was answered then. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface Shade {
  readonly label: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** A part of the report, in the order in which it is read. */
export interface Section {
  readonly title: string;
  /** Plain sentences. */
  readonly text: string;
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
}

export interface Table {
  readonly title: string;
  /** The first is the row's name; figures stand to the right of it. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Cell {
  readonly text: string;
  /** Wanted and reached, wanted and missed; undefined where nothing was wanted or nothing was found. */
  readonly verdict?: 'reached' | 'missed' | 'invalid';
}

export type Plot =
  /** Latency by percentile (on a scale that spreads the tail), one curve for each measurement. */
  | {
      readonly kind: 'percentiles';
      readonly title: string;
      readonly curves: readonly { readonly name: string; readonly measurementId: string }[];
    }
  /** Groups of bars side by side, with whiskers where rounds differ. */
  | {
      readonly kind: 'bars';
      readonly title: string;
      readonly unit: Unit;
      /** The names of the bars in each group, in order. */
      readonly series: readonly string[];
      readonly groups: readonly {
        readonly name: string;
        readonly bars: readonly ({
          readonly value: number;
          readonly low?: number;
          readonly high?: number;
        } | null)[];
      }[];
    }
  /** One quantity by another. */
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly x: { readonly name: string; readonly unit: string; readonly scale: 'linear' | 'logarithmic' };
      readonly y: { readonly name: string; readonly unit: Unit; readonly scale: 'linear' | 'logarithmic' };
      readonly lines: readonly {
        readonly name: string;
        readonly points: readonly (readonly [number, number])[];
      }[];
    }
  /** What share of the values is at most x: each value counts, as there are few. */
  | {
      readonly kind: 'distribution';
      readonly title: string;
      readonly unit: Unit;
      readonly groups: readonly { readonly name: string; readonly values: readonly number[] }[];
    }
  /** Throughput and latency over time with the faults shaded. */
  | { readonly kind: 'timeline'; readonly title: string; readonly timelineId: string };
