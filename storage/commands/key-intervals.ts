/** A set of keys made of half-open intervals, kept sorted and disjoint; for finding what touches what quickly. */
import { textOf } from '../bytes.js';
import type { KeyRange } from '../store.js';

interface Interval {
  readonly from: string;
  readonly to: string;
}

export class KeyIntervals {
  static readonly none = new KeyIntervals([]);
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** Ranges without an upper end and those that hold nothing are left out. */
  static ofBounded(ranges: readonly KeyRange[]): KeyIntervals {
    const intervals: Interval[] = [];
    for (const { key, end } of ranges) {
      const from = textOf(key);
      const to = end === undefined ? `${from}\u0000` : textOf(end);
      if (from < to) intervals.push({ from, to });
    }
    return new KeyIntervals(disjoint(intervals));
  }

  union(other: KeyIntervals): KeyIntervals {
    if (this.#intervals.length === 0) return other;
    if (other.#intervals.length === 0) return this;
    return new KeyIntervals(disjoint([...this.#intervals, ...other.#intervals]));
  }

  has(key: string): boolean {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#intervals[middle]!.to <= key) low = middle + 1;
      else high = middle;
    }
    const interval = this.#intervals[low];
    return interval !== undefined && interval.from <= key;
  }
}

function disjoint(intervals: Interval[]): readonly Interval[] {
  if (intervals.length < 2) return intervals;
  intervals.sort((first, second) => (first.from < second.from ? -1 : 1));
  const merged: Interval[] = [];
  for (const interval of intervals) {
    const last = merged.at(-1);
    if (last === undefined || last.to < interval.from) merged.push(interval);
    else if (last.to < interval.to) merged[merged.length - 1] = { from: last.from, to: interval.to };
  }
  return merged;
}
