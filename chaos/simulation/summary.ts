/** What many seeds came to, added up. */
import type { OperationCounts } from './clients/workload.js';
import { type FaultKind, faultKinds } from './faults/kinds.js';
import { type MarkName, markNames } from './marks.js';
import type { SeedResult } from './simulate.js';

export interface SimulationSummary {
  readonly seeds: number;
  readonly virtualMilliseconds: number;
  readonly events: number;
  readonly messages: number;
  readonly operations: Readonly<OperationCounts>;
  /** The least that any seed saw. */
  readonly fewestOperations: number;
  readonly proposals: number;
  readonly committedEntries: number;
  readonly elections: number;
  /** Seeds at whose end too much was broken to heal a majority: their end was not judged. */
  readonly seedsWithoutMajority: number;
  /** The longest that a healed majority took to answer everywhere. */
  readonly slowestRecoveryMilliseconds: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly marks: Readonly<Record<MarkName, number>>;
  readonly violations: readonly Extract<SeedResult, { kind: 'violation' }>[];
}

/** A run of this many seeds reaches every mark and every kind of fault, or something is wrong with it. */
export const SEEDS_THAT_REACH_ALL = 1_000;

function sumOf<Name extends string>(
  names: readonly Name[],
  parts: readonly Readonly<Partial<Record<Name, number>>>[],
): Record<Name, number> {
  const total = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (const part of parts) for (const name of names) total[name] += part[name] ?? 0;
  return total;
}

export function summarise(results: readonly SeedResult[]): SimulationSummary {
  const sum = (value: (result: SeedResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  return {
    seeds: results.length,
    virtualMilliseconds: sum((result) => result.virtualMilliseconds),
    events: sum((result) => result.events),
    messages: sum((result) => result.messages),
    operations: {
      started: sum(({ operations }) => operations.started),
      done: sum(({ operations }) => operations.done),
      refused: sum(({ operations }) => operations.refused),
      unknown: sum(({ operations }) => operations.unknown),
    },
    fewestOperations: results.reduce(
      (least, { operations }) => Math.min(least, operations.started),
      Number.POSITIVE_INFINITY,
    ),
    proposals: sum((result) => result.proposals),
    committedEntries: sum((result) => result.committedEntries),
    elections: sum((result) => result.elections),
    seedsWithoutMajority: results.filter(
      ({ kind, recoveredAfterMilliseconds }) => kind === 'clean' && recoveredAfterMilliseconds === undefined,
    ).length,
    slowestRecoveryMilliseconds: results.reduce(
      (slowest, result) => Math.max(slowest, result.recoveredAfterMilliseconds ?? 0),
      0,
    ),
    faults: sumOf(
      faultKinds,
      results.map(({ faults }) => faults),
    ),
    marks: sumOf(
      markNames,
      results.map(({ marks }) => marks),
    ),
    violations: results.filter((result) => result.kind === 'violation'),
  };
}

/** Marks and kinds of faults that were never reached. */
export function unreached(summary: SimulationSummary): readonly string[] {
  return [
    ...markNames.filter((name) => summary.marks[name] === 0),
    ...faultKinds.filter((kind) => summary.faults[kind] === 0).map((kind) => `the fault ${kind}`),
  ];
}
