/**
 * The verdict over a run: linearizable, watches complete, members equal, nothing lost and nothing refused that
 * happened. Nothing that was not proven is called clean.
 */
import { type Operation, pairOperations } from '../checker/index.js';
import { checkHistory } from './check-history.js';
import { storyProblems } from './check-story.js';
import { watchProblem } from './check-watch.js';
import type { Storm } from './storm.js';
import { gaps, mergedStory, type Story, type Stretch, storyDifference } from './story.js';

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
  const history = checkHistory(operations);
  const { lastRevision } = storm;
  const run = lastRevision === undefined ? undefined : { from: storm.firstRevision, to: lastRevision };
  const story = mergedStory(storm.stories, storm.watches);
  const violations = [
    ...history.violations,
    ...memberViolations(storm),
    ...storyViolations(story, operations),
    ...(run === undefined ? [] : watchViolations(storm, story, run)),
    ...storm.stuck.map((text) => ({ title: 'the cluster did not recover', text, operations: [] })),
  ];
  const undecided = [...history.undecided];
  if (run === undefined) {
    undecided.push('watches could not be checked to their end: the members did not become equal');
  }
  for (const { from, to } of run === undefined ? [] : gaps(story, run)) {
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

function watchViolations({ watches }: Storm, story: Story, run: Stretch): readonly ChaosViolation[] {
  return watches.flatMap(({ name, records }) => {
    const problem = watchProblem(records, story, run);
    if (problem === undefined) return [];
    const record = records[problem.record];
    const where = record === undefined ? '' : ` (through ${record.target})`;
    return [{ title: `${name} was not complete`, text: `${problem.message}${where}`, operations: [] }];
  });
}
