/** What happened in each stretch of a run: what was due in it, what was answered in it, and how long that took. */
import type { OpenInterval } from '../../lab/open-load.js';

interface Row {
  due: number;
  answers: number;
  failures: number;
  /** Milliseconds, of the requests that were due in it. */
  readonly latencies: number[];
}

/** @param sorted ascending */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export class IntervalBook {
  readonly #length: number;
  readonly #rows: Row[] = [];

  /** Those within `seconds` are all there, also when nothing happens in them. */
  constructor(intervalMilliseconds: number, seconds: number) {
    this.#length = intervalMilliseconds;
    this.#row(Math.max(0, seconds * 1000 - 1));
  }

  #row(atMilliseconds: number): Row {
    const index = Math.floor(atMilliseconds / this.#length);
    while (this.#rows.length <= index) this.#rows.push({ due: 0, answers: 0, failures: 0, latencies: [] });
    return this.#rows[index]!;
  }

  due(atMilliseconds: number): void {
    this.#row(atMilliseconds).due += 1;
  }

  answered(dueMilliseconds: number, atMilliseconds: number): void {
    this.#row(dueMilliseconds).latencies.push(atMilliseconds - dueMilliseconds);
    this.#row(atMilliseconds).answers += 1;
  }

  failed(atMilliseconds: number): void {
    this.#row(atMilliseconds).failures += 1;
  }

  /** @param plannedMilliseconds how long the plan was in the end: later rows in which nothing happened are left out */
  intervals(plannedMilliseconds: number): readonly OpenInterval[] {
    const last = this.#rows.findLastIndex(
      ({ due, answers, failures }, index) =>
        due + answers + failures > 0 || index * this.#length < plannedMilliseconds,
    );
    return this.#rows.slice(0, last + 1).map(({ due, answers, failures, latencies }, index) => {
      const sorted = latencies.toSorted((left, right) => left - right);
      return {
        fromMilliseconds: index * this.#length,
        due,
        answers,
        failures,
        p50Milliseconds: percentile(sorted, 0.5),
        p99Milliseconds: percentile(sorted, 0.99),
        maxMilliseconds: sorted.at(-1) ?? null,
      };
    });
  }
}
