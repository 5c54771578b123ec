/**
 * Watches against the story that the members agree on: ordered, without repetition, complete, and resumed
 * without a hole on whatever member they went on.
 */
import type { WatchedObject, WatchRecord } from '../workload/index.js';
import { type Change, stateAt } from './audit.js';

export interface WatchProblem {
  readonly message: string;
  /** Its place in the log. */
  readonly record: number;
}

/** The first thing wrong with what one watcher saw; undefined: nothing. `until`: what it must have seen. */
export function watchProblem(
  records: readonly WatchRecord[],
  story: readonly Change[],
  until: number,
): WatchProblem | undefined {
  let seen: number | undefined;
  for (const [index, record] of records.entries()) {
    if (record.kind === 'broken') continue;
    const problem = recordProblem(record, seen, story);
    if (problem !== undefined) return { message: problem, record: index };
    seen = record.revision;
  }
  if (seen !== undefined && seen >= until) return undefined;
  const message = `it has seen nothing past ${seen ?? 'its start'}, the last change was at ${until}`;
  return { message, record: Math.max(0, records.length - 1) };
}

function recordProblem(
  record: Exclude<WatchRecord, { readonly kind: 'broken' }>,
  seen: number | undefined,
  story: readonly Change[],
): string | undefined {
  switch (record.kind) {
    case 'list':
      if (seen !== undefined && record.revision < seen)
        return `a list went back from ${seen} to ${record.revision}`;
      return listProblem(record.objects, stateAt(story, record.revision), record.revision);
    case 'bookmark': {
      if (seen === undefined || record.revision < seen) return `a bookmark went back to ${record.revision}`;
      const missed = changesBetween(story, seen, record.revision)[0];
      return missed === undefined
        ? undefined
        : `a bookmark at ${record.revision} passed over ${missed.type} ${missed.key} at ${missed.revision}`;
    }
    case 'event': {
      if (seen === undefined) return 'an event came before any list';
      if (record.revision <= seen) return `${record.key} at ${record.revision} came again, after ${seen}`;
      const [next] = changesBetween(story, seen, record.revision);
      if (next === undefined) return `${record.type} ${record.key} at ${record.revision} never happened`;
      if (next.revision !== record.revision)
        return `${next.type} ${next.key} at ${next.revision} was left out before ${record.revision}`;
      const same = next.key === record.key && next.type === record.type && next.value === record.value;
      return same
        ? undefined
        : `${record.type} ${record.key} at ${record.revision} was ${next.type} ${next.key} with another value`;
    }
  }
}

/** After `from`, up to and including `to`. Bisects: a story is long and is asked about once an event. */
function changesBetween(story: readonly Change[], from: number, to: number): readonly Change[] {
  let low = 0;
  let high = story.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((story[middle]?.revision ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while ((story[end]?.revision ?? Number.POSITIVE_INFINITY) <= to) end += 1;
  return story.slice(low, end);
}

function listProblem(
  objects: readonly WatchedObject[],
  state: ReadonlyMap<string, WatchedObject>,
  revision: number,
): string | undefined {
  for (const { key, revision: modified, value } of objects) {
    const actual = state.get(key);
    if (actual?.revision !== modified || actual.value !== value)
      return `a list at ${revision} showed ${key} of ${modified}, which was not its state`;
  }
  if (objects.length === state.size) return undefined;
  const shown = new Set(objects.map(({ key }) => key));
  const missing = [...state.keys()].find((key) => !shown.has(key));
  return `a list at ${revision} left out ${missing ?? 'an object'}`;
}
