import { describe, expect, it } from 'vitest';
import { milliseconds, resultsText } from '../../bench/report.js';
import { summarize } from '../../bench/summary.js';

describe('the report', () => {
  it('sums up rounds by median and worst', () => {
    expect(summarize([5, 1, 3])).toMatchObject({ medianMilliseconds: 3, maxMilliseconds: 5 });
    expect(summarize([4, 1, 3, 2])).toMatchObject({ medianMilliseconds: 2.5, maxMilliseconds: 4 });
    expect(summarize([]).medianMilliseconds).toBe(0);
  });

  it('shows durations in the unit that fits', () => {
    expect([0.614, 45.3, 1234].map(milliseconds)).toEqual(['0.61 ms', '45 ms', '1.23 s']);
  });

  it('leaves out what was not measured', () => {
    const text = resultsText({
      members: 1,
      startUp: summarize([900]),
      idle: undefined,
      load: [],
      failover: undefined,
    });
    expect(text).toContain('command to ready, median');
    expect(text).not.toContain('leader kill');
    expect(text).not.toContain('idle');
  });
});
