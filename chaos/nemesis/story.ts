/**
 * The story of a run: every change, by its revision, as the members still tell it and as watchers saw it while
 * it happened. Members forget: history is compacted by age, and a leader whose clock jumps an hour ahead makes
 * everything an hour old. So it is known for which revisions the story is complete.
 */
import type { WatchedObject, WatchLog, WatchRecord } from '../workload/index.js';

export type Change = Extract<WatchRecord, { readonly kind: 'event' }>;

/** All revisions after `from`, up to and including `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What one member still knows. */
export interface MemberStory {
  readonly member: string;
  readonly stretch: Stretch;
  readonly changes: readonly Change[];
}

export interface Story {
  /** In the order of revisions. */
  readonly changes: readonly Change[];
  /** Where no change is missing; apart from each other, in order. */
  readonly complete: readonly Stretch[];
}

/** Stretches that touch are one. */
export function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || stretch.from > last.to) result.push(stretch);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
  }
  return result;
}

/** What a watcher has seen without a hole: from each list on, as far as its streams took it. */
export function stretchesOf(records: readonly WatchRecord[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const record of records) {
    const last = stretches.at(-1);
    if (record.kind === 'list') stretches.push({ from: record.revision, to: record.revision });
    else if (record.kind !== 'broken' && last !== undefined && record.revision > last.to) {
      stretches[stretches.length - 1] = { from: last.from, to: record.revision };
    }
  }
  return stretches;
}

/** What members tell counts before what watchers saw. */
export function mergedStory(members: readonly MemberStory[], watches: readonly WatchLog[]): Story {
  const changes = new Map<number, Change>();
  const add = (change: Change): void => {
    if (!changes.has(change.revision)) changes.set(change.revision, change);
  };
  for (const member of members) for (const change of member.changes) add(change);
  for (const { records } of watches) {
    for (const record of records) if (record.kind === 'event') add(record);
  }
  return {
    changes: [...changes.values()].toSorted((a, b) => a.revision - b.revision),
    complete: joined([
      ...members.map(({ stretch }) => stretch),
      ...watches.flatMap(({ records }) => stretchesOf(records)),
    ]),
  };
}

export function isComplete({ complete }: Story, { from, to }: Stretch): boolean {
  return complete.some((stretch) => stretch.from <= from && to <= stretch.to);
}

/** The revisions of a stretch that the story cannot vouch for. */
export function gaps({ complete }: Story, { from, to }: Stretch): readonly Stretch[] {
  const missing: Stretch[] = [];
  let at = from;
  for (const stretch of complete) {
    if (stretch.from >= to) break;
    if (stretch.from > at) missing.push({ from: at, to: stretch.from });
    at = Math.max(at, stretch.to);
  }
  if (at < to) missing.push({ from: at, to });
  return missing;
}

/** After `from`, up to and including `to`. Bisects: a story is long and is asked about once an event. */
export function changesBetween({ changes }: Story, { from, to }: Stretch): readonly Change[] {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.revision ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while ((changes[end]?.revision ?? Number.POSITIVE_INFINITY) <= to) end += 1;
  return changes.slice(low, end);
}

/** The objects there are after every change up to the revision. */
export function stateAt({ changes }: Story, revision: number): ReadonlyMap<string, WatchedObject> {
  const state = new Map<string, WatchedObject>();
  for (const change of changes) {
    if (change.revision > revision) break;
    if (change.value === null) state.delete(change.key);
    else state.set(change.key, change);
  }
  return state;
}

const sameChange = (a: Change, b: Change | undefined): boolean =>
  b !== undefined && a.revision === b.revision && a.key === b.key && a.type === b.type && a.value === b.value;

const told = (change: Change | undefined): string =>
  change === undefined ? 'nothing' : `${change.type} ${change.key} at ${change.revision}`;

/** The first difference between what two members tell of the time that both remember; undefined: none. */
export function storyDifference(a: MemberStory, b: MemberStory): string | undefined {
  const from = Math.max(a.stretch.from, b.stretch.from);
  const [left, right] = [a, b].map(({ changes }) => changes.filter(({ revision }) => revision > from));
  if (left === undefined || right === undefined) return undefined;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const change = left[index];
    if (change === undefined || !sameChange(change, right[index])) {
      return `${told(change)} against ${told(right[index])}`;
    }
  }
  return undefined;
}
