/**
 * What clients were told against the story that the members agree on. Every value is written by one operation
 * only, so the story says directly whether an acknowledged write is there and whether a refused one is not. The
 * checkers of histories find the same faults where somebody read them; this finds them where nobody did.
 */
import { covers, type HistoryCall, type Operation } from '../checker/index.js';
import type { Story } from './story.js';

export interface StoryProblem {
  readonly operation: number;
  readonly message: string;
}

/** The key and the value that the operation alone writes; undefined for reads and deletions. */
function written(call: HistoryCall): { readonly key: string; readonly mark: string } | undefined {
  switch (call.f) {
    case 'write':
      return call.value === null ? undefined : { key: call.key, mark: String(call.value) };
    case 'cas':
      return { key: call.key, mark: String(call.next) };
    case 'append':
    case 'add':
      return { key: call.key, mark: String(call.value) };
    case 'txn': {
      const [operation] = call.operations;
      if (operation?.kind !== 'write') return undefined;
      return { key: operation.key, mark: String(operation.value) };
    }
    case 'read':
      return undefined;
  }
}

/** Where each value of each key first appears: for lists and sets each element. */
function firstRevisions({ changes }: Story): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { key, revision, value } of changes) {
    if (value === null) continue;
    for (const part of value.split(',')) {
      const mark = `${key} ${part}`;
      if (!first.has(mark)) first.set(mark, revision);
    }
  }
  return first;
}

export function storyProblems(operations: readonly Operation[], story: Story): readonly StoryProblem[] {
  const first = firstRevisions(story);
  return operations.flatMap((operation): readonly StoryProblem[] => {
    const wrote = written(operation.call);
    if (wrote === undefined) return [];
    const revision = first.get(`${wrote.key} ${wrote.mark}`);
    const message = problemOf(operation, wrote, revision, story);
    return message === undefined ? [] : [{ operation: operation.id, message }];
  });
}

function problemOf(
  { call, outcome }: Operation,
  { key, mark }: { readonly key: string; readonly mark: string },
  revision: number | undefined,
  story: Story,
): string | undefined {
  switch (outcome.kind) {
    case 'ok':
      // Where the story has holes, the change may stand in one of them.
      if (
        outcome.revision !== undefined &&
        !covers(story.complete, { from: outcome.revision - 1, to: outcome.revision })
      )
        return undefined;
      if (revision === undefined) return `${call.f} of ${mark} to ${key} was acknowledged and never happened`;
      if (outcome.revision === undefined || outcome.revision === revision) return undefined;
      return `${call.f} of ${mark} to ${key} was acknowledged at ${outcome.revision} and happened at ${revision}`;
    case 'failed':
      if (revision === undefined) return undefined;
      return `${call.f} of ${mark} to ${key} was refused (${outcome.error ?? 'no reason'}) and happened at ${revision}`;
    case 'unknown':
      return undefined;
  }
}
