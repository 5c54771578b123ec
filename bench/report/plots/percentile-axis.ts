/**
 * The axis of percentiles on which each further nine takes the same room: the 99.9th stands as far from the 99th as
 * the 99th from the 90th. On a linear one the tail, which is what people wait for, would be one line wide.
 */
import type { Span } from './scale.js';

/** How many nines: 0 for the 0th, 1 for the 90th, 2 for the 99th. */
export const nines = (percentile: number): number => -Math.log10(1 - percentile / 100);

export const percentileOf = (nineCount: number): number => 100 * (1 - 10 ** -nineCount);

/** Below the median nobody waits. */
export const firstNines = nines(50);

export interface PercentileAxis {
  readonly at: (percentile: number) => number;
  readonly ticks: readonly { readonly percentile: number; readonly label: string }[];
}

/** Up to the percentile that so many values can tell: of a thousand values, the 99.9th is the largest. */
export function ninesOf(count: number): number {
  return Math.min(6, Math.max(1, Math.log10(Math.max(1, count))));
}

/** `99.9`, with as many nines as it has. */
function label(nineCount: number): string {
  return nineCount <= 2 ? String(Math.round(percentileOf(nineCount))) : `99.${'9'.repeat(nineCount - 2)}`;
}

export function percentileAxis(maxNines: number, paper: Span): PercentileAxis {
  const inside = (value: number): number => Math.min(maxNines, Math.max(firstNines, value));
  const whole = Array.from({ length: Math.floor(maxNines + 1e-9) }, (_, index) => ({
    percentile: percentileOf(index + 1),
    label: label(index + 1),
  }));
  return {
    at: (percentile) =>
      paper.from +
      ((inside(nines(percentile)) - firstNines) / (maxNines - firstNines)) * (paper.to - paper.from),
    ticks: [{ percentile: 50, label: '50' }, ...whole],
  };
}
