/** Stretches of revisions: for which of them something is known to be complete. */

/** All revisions after `from`, up to and including `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** In order, and those that touch are one. */
export function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || stretch.from > last.to) result.push(stretch);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
  }
  return result;
}

export function covers(stretches: readonly Stretch[], { from, to }: Stretch): boolean {
  return stretches.some((stretch) => stretch.from <= from && to <= stretch.to);
}

/** What of a stretch is in none of them; they must be in order. */
export function gaps(stretches: readonly Stretch[], { from, to }: Stretch): readonly Stretch[] {
  const missing: Stretch[] = [];
  let at = from;
  for (const stretch of stretches) {
    if (stretch.from >= to) break;
    if (stretch.from > at) missing.push({ from: at, to: stretch.from });
    at = Math.max(at, stretch.to);
  }
  if (at < to) missing.push({ from: at, to });
  return missing;
}
