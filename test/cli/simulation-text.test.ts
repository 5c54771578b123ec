import { describe, expect, it } from 'vitest';
import { faultKinds, markNames, type SeedResult, summarise } from '../../chaos/index.js';
import { progressText, summaryText, violationText } from '../../cli/simulation-text.js';

const violation: Extract<SeedResult, { kind: 'violation' }> = {
  kind: 'violation',
  seed: 7,
  members: 3,
  traceHash: '0123456789abcdef',
  virtualMilliseconds: 12_345,
  events: 1_000,
  messages: 500,
  operations: { started: 100, done: 90, refused: 5, unknown: 5 },
  proposals: 50,
  elections: 3,
  committedEntries: 40,
  recoveredAfterMilliseconds: undefined,
  faults: { drop: 4 },
  marks: { 'conflict truncated': 2 },
  invariant: 'election-safety',
  message: 'm1 leads term 3, as did m2',
  atMilliseconds: 12_345,
  lastEvents: ['  12.345000 m2 → m1 heartbeat term 3, commit 1, read round 0'],
};

describe('what a simulation prints', () => {
  it('is a summary with speed, faults, marks and what is missing', () => {
    const text = summaryText({
      summary: summarise([violation]),
      missing: ['vote split'],
      realMilliseconds: 100,
    });
    expect(text).toMatch(/^seeds +1$/m);
    expect(text).toMatch(/^speed +123 times real time$/m);
    expect(text).toMatch(/^events +1,000, 10,000 a second$/m);
    expect(text).toMatch(/^client operations +100, 1,000 a second, at least 100 a seed$/m);
    expect(text).toMatch(/^violations +1$/m);
    expect(text).toMatch(/^ {2}drop +4$/m);
    expect(text).toMatch(/^ {2}conflict truncated +2$/m);
    expect(text.split('\n').length).toBeGreaterThan(faultKinds.length + markNames.length);
    expect(text).toContain('never reached: vote split');
  });

  it('says for a violation which seed, what, when, what happened before, and how to see it again', () => {
    const text = violationText(violation, 'kuorum simulate --seed 7 --trace');
    expect(text).toContain('seed 7 violates election-safety after 12.345 s');
    expect(text).toContain('m1 leads term 3, as did m2');
    expect(text).toContain('m2 → m1 heartbeat');
    expect(text).toContain('replay it with: kuorum simulate --seed 7 --trace');
  });

  it('shows how far it has got', () => {
    expect(progressText(25, 100, 0, 321.4)).toMatch(/^█{7}░{23} 25 of 100 seeds, 321 times real time$/);
    expect(progressText(100, 100, 2, 300)).toMatch(
      /^█{30} 100 of 100 seeds, 300 times real time, 2 violations$/,
    );
  });
});
