import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../bench/generator/open/arrivals.js';
import { seededRandom } from '../../../platform/index.js';

function all(perSecond: number, seconds: number, seed: number): readonly number[] {
  const arrivals = new Arrivals({ perSecond, seconds, random: seededRandom(seed) });
  const times: number[] = [];
  for (; arrivals.next !== undefined; arrivals.take()) times.push(arrivals.next);
  return times;
}

describe('arrivals', () => {
  it('follow from the seed alone', () => {
    expect(all(200, 5, 7)).toEqual(all(200, 5, 7));
    expect(all(200, 5, 7)).not.toEqual(all(200, 5, 8));
  });

  it('come in order, within the time, at the rate', () => {
    const times = all(1_000, 20, 1);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times.at(-1)).toBeLessThan(20_000);
    // Of 20,000 expected ones the standard deviation is 141.
    expect(Math.abs(times.length - 20_000)).toBeLessThan(5 * 141);
  });

  it('are as irregular as a Poisson process: gaps deviate by their own mean', () => {
    const times = all(1_000, 20, 3);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.05);
  });
});
