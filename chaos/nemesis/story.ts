/**
 * The story of a run: every change, by its revision, as the members still tell it and as watchers saw it while
 * it happened. Members forget: history is compacted by age, and a leader whose clock jumps an hour ahead makes
 * everything an hour old. So it is known for which revisions the story is complete.
 */
import { type CommittedRevision, covers, joined, type Stretch } from '../checker/index.js';
import type { WatchLog, WatchRecord } from '../workload/index.js';

export type Change = Extract<WatchRecord, { readonly kind: 'event' }>;

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

/** What members tell counts: where one of them remembers, watchers have nothing to add. */
export function mergedStory(members: readonly MemberStory[], watches: readonly WatchLog[]): Story {
  const changes = new Map<number, Change>();
  const add = (change: Change): void => {
    if (!changes.has(change.revision)) changes.set(change.revision, change);
  };
  const remembered = joined(members.map(({ stretch }) => stretch));
  for (const member of members) for (const change of member.changes) add(change);
  for (const { records } of watches) {
    for (const record of records) {
      if (record.kind !== 'event') continue;
      if (!covers(remembered, { from: record.revision - 1, to: record.revision })) add(record);
    }
  }
  return {
    changes: [...changes.values()].toSorted((a, b) => a.revision - b.revision),
    complete: joined([...remembered, ...watches.flatMap(({ records }) => stretchesOf(records))]),
  };
}

/** As the checker of watches takes it. */
export function committedOf({ changes }: Story): readonly CommittedRevision[] {
  return changes.map(({ revision, key, value, type }) => ({ revision, events: [{ key, value, type }] }));
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
