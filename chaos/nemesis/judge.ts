/**
 * The verdict over a run: linearizable, watches complete, members equal, nothing lost and nothing refused that
 * happened. Nothing that was not proven is called clean.
 */
import {
  checkHistory,
  checkWatches,
  gaps,
  type Operation,
  pairOperations,
  type Stretch,
  type Verdict,
  violationText,
} from '../checker/index.js';
import { storyProblems } from './check-story.js';
import type { Storm } from './storm.js';
import { committedOf, mergedStory, type Story, storyDifference } from './story.js';
import { watcherHistoryOf } from './watcher-history.js';

export interface ChaosViolation {
  readonly title: string;
  readonly text: string;
  /** Places among the history's operations. */
  readonly operations: readonly number[];
}

export interface Judgement {
  readonly verdict: 'clean' | 'violation' | 'undecided';
  readonly violations: readonly ChaosViolation[];
  readonly undecided: readonly string[];
  readonly checkedKeys: number;
  readonly checkedOperations: number;
  readonly checkedWatchEvents: number;
}

export function judge(storm: Storm): Judgement {
  const operations = pairOperations(storm.events);
  const { verdict: history } = checkHistory(operations);
  const { lastRevision } = storm;
  const run = lastRevision === undefined ? undefined : { from: storm.firstRevision, to: lastRevision };
  const story = mergedStory(storm.stories, storm.watches);
  const violations = [
    ...historyViolations(history),
    ...memberViolations(storm),
    ...storyViolations(story, operations),
    ...(run === undefined ? [] : watchViolations(storm, story, run)),
    ...storm.stuck.map((text) => ({ title: 'the cluster did not recover', text, operations: [] })),
  ];
  const undecided =
    history.kind === 'linearizable'
      ? []
      : history.undecided.map(({ subject, reason }) => `${subject}: ${reason}`);
  if (run === undefined) {
    undecided.push('watches could not be checked to their end: the members did not become equal');
  }
  for (const { from, to } of run === undefined ? [] : gaps(story.complete, run)) {
    undecided.push(`what happened after revision ${from} up to ${to} was compacted before anybody read it`);
  }
  return {
    verdict: violations.length > 0 ? 'violation' : undecided.length > 0 ? 'undecided' : 'clean',
    violations,
    undecided,
    checkedKeys: history.keys,
    checkedOperations: operations.length,
    checkedWatchEvents: storm.watches
      .map(({ records }) => records.filter(({ kind }) => kind === 'event').length)
      .reduce((sum, count) => sum + count, 0),
  };
}

function historyViolations(verdict: Verdict): readonly ChaosViolation[] {
  if (verdict.kind !== 'violation') return [];
  return verdict.violations.map((violation) => ({
    title: `not linearizable: ${violation.subject}`,
    text: violationText(violation),
    operations: violation.operations.map(({ id }) => id),
  }));
}

function memberViolations({ convergence, observations, stories }: Storm): readonly ChaosViolation[] {
  const violations: ChaosViolation[] = [];
  const diverged = observations.find((observation) => observation.diverged !== undefined)?.diverged;
  if (diverged !== undefined) violations.push({ title: 'members diverged', text: diverged, operations: [] });
  if (convergence.kind === 'not-equal') {
    violations.push({ title: 'members did not become equal', text: convergence.reason, operations: [] });
  }
  const [first, ...others] = stories;
  for (const other of others) {
    const difference = first === undefined ? undefined : storyDifference(first, other);
    if (first === undefined || difference === undefined) continue;
    violations.push({
      title: 'members remember different histories',
      text: `${first.member} against ${other.member}: ${difference}`,
      operations: [],
    });
  }
  return violations;
}

function storyViolations(story: Story, operations: readonly Operation[]): readonly ChaosViolation[] {
  return storyProblems(operations, story).map(({ operation, message }) => ({
    title: 'a client was told what did not happen',
    text: message,
    operations: [operation],
  }));
}

/** One a watcher, with the first thing that was wrong: the rest is often its consequence. */
function watchViolations({ watches }: Storm, story: Story, run: Stretch): readonly ChaosViolation[] {
  const watchers = watches.map(watcherHistoryOf);
  const { findings } = checkWatches(committedOf(story), watchers, {
    complete: story.complete,
    emptyAt: run.from,
    until: run.to,
  });
  return watchers.flatMap(({ name, targetOf }) => {
    const [first, ...others] = findings.filter(({ watcher }) => watcher === name);
    if (first === undefined) return [];
    const target = targetOf(first);
    const where = target === undefined ? '' : ` (through ${target})`;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return [
      { title: `${name} was not complete`, text: `it ${first.message}${where}${more}`, operations: [] },
    ];
  });
}
