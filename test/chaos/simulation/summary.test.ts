import { describe, expect, it } from 'vitest';
import { faultKinds, markNames, type SeedResult, summarise, unreached } from '../../../chaos/index.js';

const all = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 1])) as Record<Name, number>;

function seed(change: Partial<SeedResult> = {}): SeedResult {
  return {
    kind: 'clean',
    seed: 1,
    members: 3,
    traceHash: '0',
    virtualMilliseconds: 60_000,
    events: 10,
    messages: 5,
    operations: { started: 700, done: 600, refused: 60, unknown: 40 },
    proposals: 3,
    elections: 2,
    committedEntries: 3,
    recoveredAfterMilliseconds: 100,
    faults: all(faultKinds),
    marks: all(markNames),
    ...change,
  } as SeedResult;
}

describe('a summary', () => {
  it('adds up, and remembers the extremes', () => {
    const slow = seed({
      recoveredAfterMilliseconds: 4_000,
      operations: { started: 300, done: 300, refused: 0, unknown: 0 },
    });
    const summary = summarise([seed(), slow]);
    expect(summary).toMatchObject({
      seeds: 2,
      virtualMilliseconds: 120_000,
      operations: { started: 1_000 },
      fewestOperations: 300,
      slowestRecoveryMilliseconds: 4_000,
      violations: [],
    });
    expect(summary.faults.drop).toBe(2);
    expect(unreached(summary)).toEqual([]);
  });

  it('names every mark and every kind of fault that was never reached', () => {
    const { 'conflict truncated': _mark, ...marks } = all(markNames);
    const { 'old-copy': _kind, ...faults } = all(faultKinds);
    expect(unreached(summarise([seed({ marks, faults })]))).toEqual([
      'conflict truncated',
      'the fault old-copy',
    ]);
  });

  it('keeps the violations', () => {
    const broken = seed({
      kind: 'violation',
      invariant: 'liveness',
      message: 'no answer',
      atMilliseconds: 1,
      lastEvents: [],
    });
    expect(summarise([seed(), broken]).violations).toEqual([broken]);
  });
});
