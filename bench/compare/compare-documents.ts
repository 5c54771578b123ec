/**
 * What changed from one report to another beyond noise. Noise is what rounds of one run differ by: the interval of each
 * ratio is Welch's on the logarithms of the rounds (`difference.ts`), and how sure one must be is decided for all figures
 * together (`discoveries.ts`). What two whole runs differ by besides, because the machine had other guests or was warmer,
 * no statistics of their rounds can know: that is what the warnings are for, and a third run.
 */
import type { BenchDocument, Measurement, Metric, Unit } from '../lab/document.js';
import { decodedHistogram } from '../report/histogram.js';
import { type Difference, difference, fewestRounds, type Interval, interval } from './difference.js';
import { type Discoveries, discoveries } from './discoveries.js';
import { warnings } from './warnings.js';

export type Verdict =
  | 'worse'
  | 'better'
  | 'changed'
  | 'no change'
  | 'cannot tell'
  | 'only before'
  | 'only after';

export interface ComparedMetric {
  readonly id: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly before: number | undefined;
  readonly after: number | undefined;
  /**
   * After by before: of the geometric means of the rounds where there are enough, otherwise of the values. Undefined
   * where one of them is zero or missing.
   */
  readonly ratio: number | undefined;
  /** Of the ratio; of the difference where there is no ratio. */
  readonly interval: Interval | undefined;
  readonly verdict: Verdict;
  /** Why nobody can tell. */
  readonly why: string | undefined;
}

export interface InvalidMeasurement {
  readonly id: string;
  readonly side: 'before' | 'after';
  readonly why: string;
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly warnings: readonly string[];
  readonly metrics: readonly ComparedMetric[];
  readonly invalid: readonly InvalidMeasurement[];
  /** How many figures had rounds enough on both sides. */
  readonly judged: number;
  /** Of each interval. */
  readonly confidence: number;
}

/** Before it is known how sure one must be. */
interface Pair {
  readonly id: string;
  readonly before: Metric | undefined;
  readonly after: Metric | undefined;
  /** Undefined where it cannot be told. */
  readonly difference: Difference | undefined;
}

function metricPairs(before: Measurement, after: Measurement): readonly Pair[] {
  const [from, to] = [withHistogram(before), withHistogram(after)];
  const metricNames = [...new Set([...from, ...to].map(({ name }) => name))];
  return metricNames.map((name) => {
    const pair = {
      before: from.find((each) => each.name === name),
      after: to.find((each) => each.name === name),
    };
    return { id: before.id, ...pair, difference: differenceOf(pair.before, pair.after) };
  });
}

function differenceOf(before: Metric | undefined, after: Metric | undefined): Difference | undefined {
  if (before === undefined || after === undefined || before.unit !== after.unit) return undefined;
  if (Math.min(before.rounds.length, after.rounds.length) < fewestRounds) return undefined;
  return difference(before.rounds, after.rounds);
}

/** A histogram's percentiles, where no metric tells them. All its rounds are one, so it has none. */
function withHistogram({ metrics, histogram }: Measurement): readonly Metric[] {
  const decoded = histogram === undefined ? undefined : decodedHistogram(histogram);
  if (decoded === undefined || decoded.totalCount === 0) return metrics;
  const told = [50, 99]
    .filter((percentile) => metrics.every(({ name }) => name !== `p${percentile}`))
    .map(
      (percentile): Metric => ({
        name: `p${percentile}`,
        unit: 'µs',
        better: 'lower',
        value: decoded.getValueAtPercentile(percentile),
        rounds: [],
      }),
    );
  return [...metrics, ...told];
}

function verdictOf(
  { middle, probability }: Difference,
  better: Metric['better'],
  threshold: number,
): Verdict {
  if (probability > threshold) return 'no change';
  if (better === 'neither') return 'changed';
  return middle > 0 === (better === 'higher') ? 'better' : 'worse';
}

function whyNot({ before, after }: Pair): string {
  if (before !== undefined && after !== undefined && before.unit !== after.unit)
    return `the units differ: ${before.unit} and ${after.unit}`;
  const counts = [before, after].map((metric) => Math.max(1, metric?.rounds.length ?? 1));
  return `too few rounds to tell: ${counts.join(' and ')}, of ${fewestRounds} at least`;
}

function ratioOf({ before, after, difference: found }: Pair): number | undefined {
  if (found?.kind === 'ratio') return Math.exp(found.middle);
  if (before === undefined || after === undefined || before.unit !== after.unit) return undefined;
  return before.value > 0 && after.value > 0 ? after.value / before.value : undefined;
}

function compared(pair: Pair, { threshold, confidence }: Discoveries): ComparedMetric {
  const { id, before, after, difference: found } = pair;
  const told = (before ?? after)!;
  const common = {
    id,
    metric: told.name,
    unit: told.unit,
    before: before?.value,
    after: after?.value,
    ratio: ratioOf(pair),
    interval: found === undefined ? undefined : interval(found, confidence),
    why: undefined,
  };
  if (before === undefined) return { ...common, verdict: 'only after' };
  if (after === undefined) return { ...common, verdict: 'only before' };
  if (found === undefined) return { ...common, verdict: 'cannot tell', why: whyNot(pair) };
  return { ...common, verdict: verdictOf(found, after.better, threshold) };
}

function pairs(before: BenchDocument, after: BenchDocument): readonly Pair[] {
  const ids = [...new Set([...before.measurements, ...after.measurements].map(({ id }) => id))];
  return ids.flatMap((id): readonly Pair[] => {
    const from = before.measurements.find((each) => each.id === id);
    const to = after.measurements.find((each) => each.id === id);
    // What an invalid measurement says is nothing, so there is nothing to compare.
    if (from?.invalid !== undefined || to?.invalid !== undefined) return [];
    if (from !== undefined && to !== undefined) return metricPairs(from, to);
    const one = (from ?? to)!;
    return one.metrics.map((metric) => ({
      id,
      before: from === undefined ? undefined : metric,
      after: to === undefined ? undefined : metric,
      difference: undefined,
    }));
  });
}

const invalidOf = (
  { measurements }: BenchDocument,
  side: 'before' | 'after',
): readonly InvalidMeasurement[] =>
  measurements.flatMap(({ id, invalid }) => (invalid === undefined ? [] : [{ id, side, why: invalid }]));

export function compareDocuments(before: BenchDocument, after: BenchDocument): Comparison {
  const all = pairs(before, after);
  const probabilities = all.flatMap(({ difference: found }) =>
    found === undefined ? [] : [found.probability],
  );
  const decided = discoveries(probabilities);
  return {
    before: `${before.title}, ${before.startedAt}`,
    after: `${after.title}, ${after.startedAt}`,
    warnings: warnings(before, after),
    metrics: all.map((pair) => compared(pair, decided)),
    invalid: [...invalidOf(before, 'before'), ...invalidOf(after, 'after')],
    judged: probabilities.length,
    confidence: decided.confidence,
  };
}
