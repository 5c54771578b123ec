/** The end of a run, for people at a terminal. */
import type { Figures } from './figures.js';
import type { Judgement } from './judge.js';
import type { FaultRecord } from './nemesis.js';
import type { ChaosPlan } from './options.js';
import type { Storm } from './storm.js';

const shownViolations = 5;

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const milliseconds = (value: number): string =>
  value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;

/** `partition 7, kill 4 (1 refused)` */
export function faultCounts(faults: readonly FaultRecord[]): string {
  const kinds = [...new Set(faults.map(({ nemesis }) => nemesis))];
  const parts = kinds.map((kind) => {
    const some = faults.filter(({ nemesis }) => nemesis === kind);
    const troubled = some.filter(({ trouble }) => trouble !== undefined).length;
    return `${kind} ${some.length}${troubled === 0 ? '' : ` (${troubled} not as planned)`}`;
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function killedRow(faults: readonly FaultRecord[]): readonly (readonly [string, string])[] {
  const killed = faults.filter(({ nemesis }) => nemesis === 'kill').flatMap(({ members }) => members);
  return killed.length === 0 ? [] : [['killed', `${killed.length} processes, by kill -9`]];
}

export function headline({ verdict, violations, undecided }: Judgement): string {
  switch (verdict) {
    case 'clean':
      return 'clean: linearizable, watches complete, members equal, nothing lost';
    case 'violation':
      return `VIOLATION: ${violations.length} ${violations.length === 1 ? 'finding' : 'findings'}`;
    case 'undecided':
      return `undecided: ${undecided.length} ${undecided.length === 1 ? 'question' : 'questions'} left open`;
  }
}

export function verdictText(plan: ChaosPlan, storm: Storm, figures: Figures, judgement: Judgement): string {
  const { latencyMilliseconds: latency, longestWriteGap: gap } = figures;
  const { convergence } = storm;
  const rows: readonly (readonly [string, string])[] = [
    [
      'run',
      `${plan.members} members, ${plan.nemeses.join(',')} for ${seconds(plan.durationMilliseconds)}, seed ${plan.seed}`,
    ],
    [
      'operations',
      `${figures.operations}: ${figures.ok} ok, ${figures.fail} failed, ${figures.info} unknown`,
    ],
    ...figures.byFunction.map(({ f, ok, fail, info }): readonly [string, string] => [
      '',
      `${f}: ${ok} ok, ${fail} failed, ${info} unknown`,
    ]),
    ['faults', faultCounts(storm.faults)],
    ...killedRow(storm.faults),
    [
      'longest gap',
      `${seconds(gap.milliseconds)} without an acknowledged write, from ${seconds(gap.fromMilliseconds - storm.startMilliseconds)} on`,
    ],
    [
      'latency',
      `p50 ${milliseconds(latency.p50)}, p90 ${milliseconds(latency.p90)}, p99 ${milliseconds(latency.p99)}, max ${milliseconds(latency.max)}`,
    ],
    [
      'members',
      convergence.kind === 'equal'
        ? `equal at index ${convergence.appliedIndex}, state hash ${convergence.stateHash}, ${seconds(convergence.milliseconds)} after the clients ended`
        : convergence.reason,
    ],
    [
      'checked',
      `${judgement.checkedOperations} operations on ${judgement.checkedKeys} keys, ${judgement.checkedWatchEvents} watch events`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
  for (const { error, count } of figures.surprises) lines.push(`unexpected answer, ${count} times: ${error}`);
  for (const { title, text } of judgement.violations.slice(0, shownViolations)) {
    lines.push('', title, text);
  }
  if (judgement.violations.length > shownViolations) {
    lines.push('', `… and ${judgement.violations.length - shownViolations} more`);
  }
  for (const question of judgement.undecided) lines.push('', `undecided: ${question}`);
  lines.push('', headline(judgement));
  return `${lines.join('\n')}\n`;
}
