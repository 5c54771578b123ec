/** The figures of a run, from what its clients wrote down. */
import type { OperationRecord } from '../workload/index.js';

export interface Figures {
  readonly operations: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly byFunction: readonly {
    readonly f: string;
    readonly ok: number;
    readonly fail: number;
    readonly info: number;
  }[];
  /** The longest time in which no write was acknowledged, from the first to the last of them. */
  readonly longestWriteGap: { readonly fromMilliseconds: number; readonly milliseconds: number };
  /** Of acknowledged operations. */
  readonly latencyMilliseconds: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Answers that no fault explains, with how often. */
  readonly surprises: readonly { readonly error: string; readonly count: number }[];
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function count(records: readonly OperationRecord[], ending: OperationRecord['ending']): number {
  return records.filter((record) => record.ending === ending).length;
}

function gapOf(ends: readonly number[]): Figures['longestWriteGap'] {
  let longest = { fromMilliseconds: ends[0] ?? 0, milliseconds: 0 };
  for (const [index, end] of ends.entries()) {
    const before = ends[index - 1];
    if (before !== undefined && end - before > longest.milliseconds) {
      longest = { fromMilliseconds: before, milliseconds: end - before };
    }
  }
  return longest;
}

export function figuresOf(records: readonly OperationRecord[]): Figures {
  const done = records.filter(({ ending }) => ending === 'ok');
  const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
  const latencies = ascending(
    done.map(
      ({ startMilliseconds, endMilliseconds }) => (endMilliseconds ?? startMilliseconds) - startMilliseconds,
    ),
  );
  const writeEnds = ascending(
    done.filter(({ isRead }) => !isRead).map(({ endMilliseconds }) => endMilliseconds ?? 0),
  );
  const surprises = new Map<string, number>();
  for (const { surprising, error } of records) {
    if (surprising && error !== undefined) surprises.set(error, (surprises.get(error) ?? 0) + 1);
  }
  const functions = [...new Set(records.map(({ f }) => f))].toSorted();
  return {
    operations: records.length,
    ok: done.length,
    fail: count(records, 'fail'),
    info: records.length - done.length - count(records, 'fail'),
    byFunction: functions.map((f) => {
      const some = records.filter((record) => record.f === f);
      const [ok, fail] = [count(some, 'ok'), count(some, 'fail')];
      return { f, ok, fail, info: some.length - ok - fail };
    }),
    longestWriteGap: gapOf(writeEnds),
    latencyMilliseconds: {
      p50: percentile(latencies, 0.5),
      p90: percentile(latencies, 0.9),
      p99: percentile(latencies, 0.99),
      max: latencies.at(-1) ?? 0,
    },
    surprises: [...surprises].map(([error, times]) => ({ error, count: times })),
  };
}
