/** What a phase was like for its clients, while something was wrong, and how soon it was over. */
import { quantile } from '../failover/quantile.js';
import { longestGap } from '../failover/round.js';
import { Latencies } from '../generator/latencies.js';
import type { Measurement, Metric, Unit } from '../lab/document.js';
import type { PhaseRecord } from './phase-record.js';
import { type Row, rowsOf } from './rows.js';

export interface PhaseFigures {
  readonly seconds: number;
  /** Answers that came in it, by its length. */
  readonly answeredPerSecond: number;
  /** Of the requests that were due in it, and answered. */
  readonly p50Milliseconds: number | undefined;
  readonly p99Milliseconds: number | undefined;
  readonly due: number;
  /** Of these: refused, failed, or not answered in time. */
  readonly notAnswered: number;
  readonly longestGapMilliseconds: number | undefined;
  /** From its end until clients were as well off as before it; undefined: not as long as was looked, or never unwell. */
  readonly recoveryMilliseconds: number | undefined;
  readonly histogram: string;
}

/** So long all must be well, for it to be over. */
const WELL_MILLISECONDS = 1_000;
/** Latencies of a short stretch vary: by so much they may be above those of the quiet phase. */
const TOLERANCE = 1.5;

/** @param calmP99Milliseconds of the quiet phase; undefined: there was none */
export function phaseFigures(record: PhaseRecord, calmP99Milliseconds: number | undefined): PhaseFigures {
  const from = record.strikes[0]!.fromMilliseconds;
  const to = record.strikes.at(-1)!.toMilliseconds;
  const rows = rowsOf(record).filter((row) => row.fromMilliseconds < to && row.toMilliseconds > from);
  const latencies = new Latencies();
  let answered = 0;
  for (const { dueMilliseconds, answeredMilliseconds } of record.answers) {
    if (answeredMilliseconds >= from && answeredMilliseconds < to) answered += 1;
    if (dueMilliseconds >= from && dueMilliseconds < to)
      latencies.record(answeredMilliseconds - dueMilliseconds);
  }
  const { p50Milliseconds, p99Milliseconds } = latencies.summary();
  const seconds = (to - from) / 1000;
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    seconds,
    answeredPerSecond: answered / seconds,
    p50Milliseconds: latencies.count === 0 ? undefined : p50Milliseconds,
    p99Milliseconds: latencies.count === 0 ? undefined : p99Milliseconds,
    due: sum((row) => row.due),
    notAnswered: sum((row) => row.due - row.answeredOfDue),
    longestGapMilliseconds: longestGap(record.answers, from, to),
    recoveryMilliseconds: recovery(record, to, calmP99Milliseconds),
    histogram: latencies.encode(),
  };
}

/** What nine in ten of a quiet phase's short stretches have as their 99th percentile at most. */
export function calmP99(record: PhaseRecord): number | undefined {
  return quantile(
    rowsOf(record).flatMap(({ p99Milliseconds }) => p99Milliseconds ?? []),
    0.9,
  );
}

/** Until the beginning of the first second in which every stretch is as good as in the quiet phase. */
function recovery(record: PhaseRecord, end: number, calm: number | undefined): number | undefined {
  if (calm === undefined) return undefined;
  const isCalm = ({ due, answeredOfDue, p99Milliseconds }: Row): boolean =>
    due === answeredOfDue && (p99Milliseconds ?? 0) <= TOLERANCE * calm;
  // The last one is cut off by the end of the load.
  const rows = rowsOf(record).filter(
    (row) => row.toMilliseconds > end && row.fromMilliseconds < record.loadToMilliseconds,
  );
  const needed = Math.ceil(WELL_MILLISECONDS / record.intervalMilliseconds);
  for (let first = 0; first + needed <= rows.length; first += 1) {
    if (rows.slice(first, first + needed).every(isCalm))
      return Math.max(0, rows[first]!.fromMilliseconds - end);
  }
  return undefined;
}

export function phaseMeasurement(
  record: PhaseRecord,
  figures: PhaseFigures,
  { members, perSecond }: { readonly members: number; readonly perSecond: number },
): Measurement {
  const metric = (name: string, unit: Unit, better: Metric['better'], value: number | undefined): Metric[] =>
    value === undefined ? [] : [{ name, unit, better, value, rounds: [] }];
  const { due, notAnswered } = figures;
  return {
    id: `faults ${record.name}`,
    labels: { phase: record.name, members, perSecond },
    metrics: [
      ...metric('throughput', 'operations/s', 'higher', figures.answeredPerSecond),
      ...metric('p50', 'ms', 'lower', figures.p50Milliseconds),
      ...metric('p99', 'ms', 'lower', figures.p99Milliseconds),
      ...metric('not answered', 'percent', 'lower', due === 0 ? undefined : (100 * notAnswered) / due),
      ...metric('longest gap', 'ms', 'lower', figures.longestGapMilliseconds),
      ...metric('recovery', 'ms', 'lower', figures.recoveryMilliseconds),
      ...metric('length', 's', 'neither', figures.seconds),
    ],
    histogram: figures.histogram,
    invalid: record.invalid,
  };
}
