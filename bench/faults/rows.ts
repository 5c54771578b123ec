/** A phase cut into short stretches: how many requests were due in each, how many of these were answered, and how late. */
import { quantile } from '../failover/quantile.js';
import type { PhaseRecord } from './phase-record.js';

export interface Row {
  /** Wall clock. */
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
  readonly due: number;
  /** Of those that were due in it, whenever that was. */
  readonly answeredOfDue: number;
  /** Answers that came in it. */
  readonly answers: number;
  readonly p50Milliseconds: number | null;
  readonly p99Milliseconds: number | null;
}

export function rowsOf(record: PhaseRecord): readonly Row[] {
  const { loadFromMilliseconds: start, intervalMilliseconds: length, intervals } = record;
  const latencies: number[][] = intervals.map(() => []);
  for (const { dueMilliseconds, answeredMilliseconds } of record.answers)
    latencies[Math.floor((dueMilliseconds - start) / length)]?.push(answeredMilliseconds - dueMilliseconds);
  return intervals.map(({ fromMilliseconds, due, answers }, index) => {
    const own = latencies[index] ?? [];
    return {
      fromMilliseconds: start + fromMilliseconds,
      toMilliseconds: start + fromMilliseconds + length,
      due,
      answeredOfDue: own.length,
      answers,
      p50Milliseconds: quantile(own, 0.5) ?? null,
      p99Milliseconds: quantile(own, 0.99) ?? null,
    };
  });
}
