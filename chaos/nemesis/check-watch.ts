/**
 * Watches against the story that the members agree on: ordered, without repetition, complete, and resumed
 * without a hole on whatever member they went on.
 */
import type { WatchedObject, WatchRecord } from '../workload/index.js';
import { changesBetween, isComplete, type Story, type Stretch, stateAt } from './story.js';

export interface WatchProblem {
  readonly message: string;
  /** Its place in the log. */
  readonly record: number;
}

/** The first thing wrong with what one watcher saw of the run; undefined: nothing. It must have seen its end. */
export function watchProblem(
  records: readonly WatchRecord[],
  story: Story,
  run: Stretch,
): WatchProblem | undefined {
  let seen: number | undefined;
  for (const [index, record] of records.entries()) {
    if (record.kind === 'broken') continue;
    const problem = recordProblem(record, seen, story, run);
    if (problem !== undefined) return { message: problem, record: index };
    seen = record.revision;
  }
  if (seen !== undefined && seen >= run.to) return undefined;
  const message = `it has seen nothing past ${seen ?? 'its start'}, the last change was at ${run.to}`;
  return { message, record: Math.max(0, records.length - 1) };
}

function recordProblem(
  record: Exclude<WatchRecord, { readonly kind: 'broken' }>,
  seen: number | undefined,
  story: Story,
  run: Stretch,
): string | undefined {
  switch (record.kind) {
    case 'list':
      if (seen !== undefined && record.revision < seen)
        return `a list went back from ${seen} to ${record.revision}`;
      // Where the story has holes it cannot say what there was.
      if (!isComplete(story, { from: run.from, to: record.revision })) return undefined;
      return listProblem(record.objects, stateAt(story, record.revision), record.revision);
    case 'bookmark': {
      if (seen === undefined || record.revision < seen) return `a bookmark went back to ${record.revision}`;
      const missed = changesBetween(story, { from: seen, to: record.revision })[0];
      return missed === undefined
        ? undefined
        : `a bookmark at ${record.revision} passed over ${missed.type} ${missed.key} at ${missed.revision}`;
    }
    case 'event': {
      if (seen === undefined) return 'an event came before any list';
      if (record.revision <= seen) return `${record.key} at ${record.revision} came again, after ${seen}`;
      const [next] = changesBetween(story, { from: seen, to: record.revision });
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
