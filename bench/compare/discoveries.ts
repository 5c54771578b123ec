/**
 * Who compares four hundred figures at 95% finds twenty changes where there is none. After Benjamini and Hochberg: with
 * the probabilities in order, the largest R is taken for which the R-th is at most R · share / count, and the first R
 * count as changed. Of what is reported so at most this share is noise on average, and when nothing at all has changed,
 * anything is reported in at most this share of comparisons.
 */

/** One in twenty. */
export const falseShare = 0.05;

export interface Discoveries {
  /** What a probability must not exceed. */
  readonly threshold: number;
  /**
   * Of each interval: those of what was reported miss the truth in at most `falseShare` of all cases (Benjamini and
   * Yekutieli, 2005). It fits the threshold, so that an interval leaves out "no change" exactly where one is reported.
   */
  readonly confidence: number;
}

export function discoveries(probabilities: readonly number[], share = falseShare): Discoveries {
  const count = Math.max(1, probabilities.length);
  const sorted = probabilities.toSorted((a, b) => a - b);
  const found =
    1 + sorted.findLastIndex((probability, index) => probability <= ((index + 1) * share) / count);
  const threshold = (Math.max(1, found) * share) / count;
  return { threshold, confidence: 1 - threshold };
}
