/** Against printed tables, and against chance itself. */
import { describe, expect, it } from 'vitest';
import { difference, interval } from '../../../bench/compare/difference.js';
import { discoveries } from '../../../bench/compare/discoveries.js';
import { twoSidedProbability, twoSidedQuantile } from '../../../bench/compare/student.js';

describe("Student's t", () => {
  it.each([
    [0.05, 2, 4.303],
    [0.05, 4, 2.776],
    [0.01, 4, 4.604],
    [0.001, 4, 8.61],
    [0.01, 8, 3.355],
    [0.01, 10, 3.169],
    [0.05, 30, 2.042],
    [0.05, 120, 1.98],
    [0.001, 1000, 3.3],
  ])('is exceeded with %d at %d degrees of freedom by %d, as tables say', (probability, freedom, t) => {
    expect(twoSidedQuantile(probability, freedom)).toBeCloseTo(t, 2);
    expect(twoSidedProbability(t, freedom)).toBeCloseTo(probability, 4);
  });

  it('gives probabilities and quantiles that undo each other, also far out and between whole degrees', () => {
    for (const freedom of [2, 2.7, 4.4, 17.3, 60])
      for (const probability of [0.5, 0.05, 1e-3, 1e-5])
        expect(
          twoSidedProbability(twoSidedQuantile(probability, freedom), freedom) / probability,
        ).toBeCloseTo(1, 4);
  });

  it('of nothing is certain to be exceeded', () => {
    expect(twoSidedProbability(0, 5)).toBeCloseTo(1, 9);
  });
});

describe('the difference of two series of rounds', () => {
  it('is a ratio, with its interval around it', () => {
    const found = difference([100, 102, 98, 101], [200, 205, 196, 203]);
    expect(found.kind).toBe('ratio');
    expect(Math.exp(found.middle)).toBeCloseTo(2, 1);
    const { low, high } = interval(found, 0.99);
    expect(low).toBeGreaterThan(1.8);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
    expect(high).toBeLessThan(2.2);
  });

  it('is one of values where a round is zero', () => {
    const found = difference([0, 0, 1], [500, 510, 490]);
    expect(found.kind).toBe('difference');
    expect(found.probability).toBeLessThan(0.001);
    expect(interval(found, 0.95).low).toBeGreaterThan(400);
  });

  it('of zeros is none', () => {
    const found = difference([0, 0, 0], [0, 0, 0]);
    expect(found.probability).toBe(1);
    expect(interval(found, 0.99)).toEqual({ low: 0, high: 0 });
  });

  it('takes rounds that happen to be equal for luck, not for certainty', () => {
    expect(difference([1.52, 1.52, 1.52], [1.53, 1.53, 1.53]).probability).toBeGreaterThan(0.1);
  });
});

describe('what counts as changed among many', () => {
  it('is what one alone must be, divided among all, when one is found', () => {
    expect(discoveries([0.001, 0.5, 0.6, 0.7, 0.8])).toEqual({ threshold: 0.01, confidence: 0.99 });
  });

  it('is easier to be the more of them there are', () => {
    const { threshold } = discoveries([0.02, 0.02, 0.03, 0.04, 0.9]);
    expect(threshold).toBeCloseTo(0.04, 12);
  });

  it('is nothing when nothing stands out', () => {
    expect(discoveries([0.02, 0.3, 0.5, 0.9]).threshold).toBeLessThan(0.02);
    expect(discoveries([]).confidence).toBeCloseTo(0.95, 12);
  });
});
