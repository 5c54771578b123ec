/**
 * How far two series of rounds stand apart, measured by how far rounds of one series do: Welch's test, which does not
 * ask that both are equally noisy. On logarithms, so that the outcome is a ratio; where a round is zero or less, on the
 * values themselves.
 */
import { twoSidedProbability, twoSidedQuantile } from './student.js';

/** With two rounds a side an interval says hardly more than nothing. */
export const fewestRounds = 3;

/**
 * No series counts as quieter than this share of its mean: histograms keep three digits, and a few rounds that happen to
 * be equal are luck, not certainty.
 */
const leastDeviation = 0.005;

export interface Difference {
  readonly kind: 'ratio' | 'difference';
  /** A ratio's logarithm, or a difference. */
  readonly middle: number;
  readonly standardError: number;
  readonly freedom: number;
  /** That chance alone puts them so far apart. */
  readonly probability: number;
}

interface Moments {
  readonly mean: number;
  /** Of the mean. */
  readonly variance: number;
  readonly count: number;
}

function moments(values: readonly number[], least: number): Moments {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: Math.max(squares / (count - 1), least ** 2) / count, count };
}

/** Both of at least `fewestRounds`. */
export function difference(before: readonly number[], after: readonly number[]): Difference {
  const isRatio = [...before, ...after].every((value) => value > 0);
  const size = (values: readonly number[]): number =>
    Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length);
  const [from, to] = isRatio
    ? [moments(before.map(Math.log), leastDeviation), moments(after.map(Math.log), leastDeviation)]
    : [moments(before, leastDeviation * size(before)), moments(after, leastDeviation * size(after))];
  const variance = from.variance + to.variance;
  const middle = to.mean - from.mean;
  const kind = isRatio ? 'ratio' : 'difference';
  // All rounds of both are zero.
  if (variance === 0) return { kind, middle, standardError: 0, freedom: 2, probability: 1 };
  const freedom = variance ** 2 / (from.variance ** 2 / (from.count - 1) + to.variance ** 2 / (to.count - 1));
  const standardError = Math.sqrt(variance);
  return {
    kind,
    middle,
    standardError,
    freedom,
    probability: twoSidedProbability(middle / standardError, freedom),
  };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the ratio after by before, or of the difference. @param confidence between 0 and 1 */
export function interval({ kind, middle, standardError, freedom }: Difference, confidence: number): Interval {
  const half = standardError === 0 ? 0 : standardError * twoSidedQuantile(1 - confidence, freedom);
  const ends = { low: middle - half, high: middle + half };
  return kind === 'ratio' ? { low: Math.exp(ends.low), high: Math.exp(ends.high) } : ends;
}
