import { describe, expect, it } from 'vitest';
import { quantile } from '../../../bench/failover/quantile.js';
import { figuresOf, longestGap, type Round } from '../../../bench/failover/round.js';
import { voidBecause } from '../../../bench/failover/void-because.js';
import type { SentAndAnswered } from '../../../bench/lab/open-load.js';

const answer = (sentMilliseconds: number, answeredMilliseconds: number): SentAndAnswered => ({
  dueMilliseconds: sentMilliseconds,
  sentMilliseconds,
  answeredMilliseconds,
});

const quiet: Round = {
  steadyFromMilliseconds: 0,
  faultAtMilliseconds: 1_000,
  untilMilliseconds: 4_000,
  struckMember: 0,
  roleChanges: [],
  answers: [],
};

describe('a round', () => {
  it('counts detection, election and first write from the fault', () => {
    const figures = figuresOf({
      ...quiet,
      roleChanges: [
        { member: 1, role: 'leader', term: 1, atMilliseconds: 400 },
        { member: 2, role: 'pre-candidate', term: 4, atMilliseconds: 2_150 },
        { member: 2, role: 'candidate', term: 5, atMilliseconds: 2_155 },
        { member: 2, role: 'leader', term: 5, atMilliseconds: 2_170 },
      ],
      answers: [
        answer(100, 105),
        answer(900, 905),
        answer(990, 1_002),
        // Sent before the fault, answered by the next leader: it ends the silence, and is no first write.
        answer(999, 2_175),
        answer(1_500, 2_180),
        answer(2_500, 2_505),
        answer(3_500, 3_505),
      ],
    });
    expect(figures).toEqual({
      detection: 1_150,
      election: 1_170,
      'first write': 1_180,
      unavailability: 1_173,
      'ordinary gap': 800,
    });
  });

  it('does not take for a detection what the struck member makes of its own fate', () => {
    const figures = figuresOf({
      ...quiet,
      roleChanges: [{ member: 0, role: 'pre-candidate', term: 4, atMilliseconds: 1_900 }],
    });
    expect(figures.detection).toBeUndefined();
    expect(figures.election).toBeUndefined();
  });

  it('has no first write where nothing that was sent after the fault was answered', () => {
    const figures = figuresOf({ ...quiet, answers: [answer(900, 905), answer(990, 995)] });
    expect(figures['first write']).toBeUndefined();
    // Until nobody looked any more.
    expect(figures.unavailability).toBe(4_000 - 995);
  });
});

describe('the longest gap', () => {
  const answers = [10, 20, 100, 130].map((at) => answer(at, at));

  it('may have begun before the stretch that it ends in', () => {
    expect(longestGap(answers, 50, 140)).toBe(80);
    expect(longestGap(answers, 100, 140)).toBe(30);
  });

  it('goes on to the end', () => {
    expect(longestGap(answers, 0, 500)).toBe(370);
  });

  it('is not known without any answer', () => {
    expect(longestGap([], 0, 500)).toBeUndefined();
    expect(longestGap(answers, 0, 5)).toBeUndefined();
  });
});

describe('a quantile', () => {
  it('lies between its neighbours in proportion', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
    expect(quantile([0, 10], 0.9)).toBe(9);
    expect(quantile([7], 0.9)).toBe(7);
    expect(quantile([], 0.5)).toBeUndefined();
  });
});

describe('the generator', () => {
  const late = { invalid: 'it was late', sentLateMilliseconds: 40, busyShare: 0.1 };

  it('voids a round by lateness beside the silence that is measured', () => {
    expect(voidBecause(late, 1_000)).toBeUndefined();
    expect(voidBecause(late, 100)).toBe('it was late');
    expect(voidBecause({ ...late, sentLateMilliseconds: 9 }, 1)).toBeUndefined();
  });

  it('voids a round in which it had no time, and none that nobody complained of', () => {
    expect(voidBecause({ ...late, busyShare: 0.95 }, 1_000)).toBe('it was late');
    expect(voidBecause({ ...late, invalid: undefined, busyShare: 0.95 }, 0)).toBeUndefined();
  });
});
