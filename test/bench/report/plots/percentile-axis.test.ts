/** Each further nine takes the same room. */
import { describe, expect, it } from 'vitest';
import { ninesOf, percentileAxis, percentileOf } from '../../../../bench/report/plots/percentile-axis.js';

describe('the axis of percentiles', () => {
  const axis = percentileAxis(4, { from: 0, to: 400 });

  it('begins at the median and marks every nine', () => {
    expect(axis.ticks.map(({ label }) => label)).toEqual(['50', '90', '99', '99.9', '99.99']);
    expect(axis.at(50)).toBe(0);
    expect(axis.at(percentileOf(4))).toBeCloseTo(400, 6);
  });

  it('puts the 99.9th as far from the 99th as the 99th from the 90th', () => {
    expect(axis.at(99.9) - axis.at(99)).toBeCloseTo(axis.at(99) - axis.at(90), 6);
  });

  it('holds what lies outside at its ends', () => {
    expect(axis.at(0)).toBe(0);
    expect(axis.at(100)).toBe(400);
  });

  it('goes as far as the values can tell', () => {
    expect(ninesOf(1000)).toBeCloseTo(3, 12);
    expect(ninesOf(1)).toBe(1);
    expect(ninesOf(0)).toBe(1);
    expect(ninesOf(1e9)).toBe(6);
  });
});
