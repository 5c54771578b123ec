/** A few measurements of one thing: too few for percentiles. */
export interface Summary {
  readonly roundsMilliseconds: readonly number[];
  readonly medianMilliseconds: number;
  readonly maxMilliseconds: number;
}

export function summarize(rounds: readonly number[]): Summary {
  const sorted = rounds.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { roundsMilliseconds: rounds, medianMilliseconds: median, maxMilliseconds: sorted.at(-1) ?? 0 };
}
