/** What a simulation says for itself: its summary, a failure, and how far it has got. */
import type { SeedResult, SimulationSummary } from '../chaos/index.js';

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

const MILLISECONDS_PER_HOUR = 3_600_000;
const NAME_WIDTH = 52;

function table(title: string, rows: Readonly<Record<string, number>>): readonly string[] {
  const lines = Object.entries(rows).map(
    ([name, value]) => `  ${name.padEnd(NAME_WIDTH, ' ')}${count(value).padStart(12)}`,
  );
  return ['', title, ...lines];
}

export interface SimulationRun {
  readonly summary: SimulationSummary;
  /** Marks and faults that were never reached. */
  readonly missing: readonly string[];
  readonly realMilliseconds: number;
}

export function summaryText({ summary, missing, realMilliseconds }: SimulationRun): string {
  const { operations, virtualMilliseconds } = summary;
  const perSecond = (value: number): string => count((value * 1_000) / Math.max(1, realMilliseconds));
  const facts: readonly (readonly [string, string])[] = [
    ['seeds', count(summary.seeds)],
    [
      'simulated',
      `${(virtualMilliseconds / MILLISECONDS_PER_HOUR).toFixed(2)} hours in ${(realMilliseconds / 1_000).toFixed(1)} s`,
    ],
    ['speed', `${count(virtualMilliseconds / Math.max(1, realMilliseconds))} times real time`],
    ['events', `${count(summary.events)}, ${perSecond(summary.events)} a second`],
    [
      'client operations',
      `${count(operations.started)}, ${perSecond(operations.started)} a second, at least ${count(summary.fewestOperations)} a seed`,
    ],
    [
      '  done, refused, unknown',
      `${count(operations.done)}, ${count(operations.refused)}, ${count(operations.unknown)}`,
    ],
    ['messages delivered', count(summary.messages)],
    ['proposals', count(summary.proposals)],
    ['committed entries', count(summary.committedEntries)],
    ['elections', count(summary.elections)],
    ['slowest recovery of a majority', `${(summary.slowestRecoveryMilliseconds / 1_000).toFixed(1)} s`],
    ['without a majority at the end', count(summary.seedsWithoutMajority)],
    ['violations', count(summary.violations.length)],
  ];
  const lines = [
    ...facts.map(([name, value]) => `${name.padEnd(32)}${value}`),
    ...table('Faults injected', summary.faults),
    ...table('Marks reached', summary.marks),
  ];
  if (missing.length > 0) lines.push('', `never reached: ${missing.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

export function violationText(result: Extract<SeedResult, { kind: 'violation' }>, replay: string): string {
  return [
    '',
    `seed ${result.seed} violates ${result.invariant} after ${(result.atMilliseconds / 1_000).toFixed(3)} s`,
    `  ${result.message}`,
    '  the last events:',
    ...result.lastEvents.map((line) => `  ${line}`),
    `  replay it with: ${replay}`,
    '',
  ].join('\n');
}

const BAR_CELLS = 30;

export function progressText(done: number, of: number, violations: number, speed: number): string {
  const full = Math.floor((done / Math.max(1, of)) * BAR_CELLS);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
  const bad = violations === 0 ? '' : `, ${violations} violations`;
  return `${bar} ${count(done)} of ${count(of)} seeds, ${count(speed)} times real time${bad}`;
}
