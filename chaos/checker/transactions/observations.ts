/** What was found, key by key, and which known write explains it. */
import type { HistoryValue } from '../history.js';
import { type Answered, type Found, foundAt } from './transaction.js';
import type { Versions } from './versions.js';

/** What one transaction found at one key. */
export interface Observation {
  readonly observer: Answered;
  readonly found: Found;
  /** The revision whose state was seen. */
  readonly at: number;
  /** The revision that explains it (0: nothing was written), or undefined when none does. */
  readonly explainedBy: number | undefined;
}

export type Observations = ReadonlyMap<string, readonly Observation[]>;

export function isExplained(
  found: Found,
  version: { readonly revision: number; readonly value: HistoryValue } | undefined,
): boolean {
  if ((version?.value ?? null) !== found.value) return false;
  return found.modRevision === undefined || found.value === null || found.modRevision === version?.revision;
}

/**
 * Each key's observations in the order of revisions. Who perhaps changed nothing has seen the state before its
 * revision or at it: where one of them explains it, it proves nothing and is left out.
 */
export function observationsOf(answered: readonly Answered[], versions: Versions): Observations {
  const byKey = new Map<string, Observation[]>();
  for (const observer of answered) {
    for (const found of observer.found) {
      const at = foundAt(observer);
      const perhaps = observer.effect === 'perhaps';
      if (perhaps && isExplained(found, versions.at(found.key, at - 1))) continue;
      const version = versions.at(found.key, at);
      const explainedBy = isExplained(found, version) ? (version?.revision ?? 0) : undefined;
      if (perhaps && explainedBy !== undefined) continue;
      const observation = { observer, found, at, explainedBy };
      const same = byKey.get(found.key);
      if (same === undefined) byKey.set(found.key, [observation]);
      else same.push(observation);
    }
  }
  for (const observations of byKey.values()) observations.sort((left, right) => left.at - right.at);
  return byKey;
}
