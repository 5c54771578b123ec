import { describe, expect, it } from 'vitest';
import { figuresOf, percentile } from '../../../chaos/nemesis/figures.js';
import type { OperationRecord } from '../../../chaos/workload/index.js';

const base: OperationRecord = {
  client: 0,
  workload: 'register',
  f: 'write',
  subject: 'k',
  isRead: false,
  target: 'm1',
  startMilliseconds: 0,
  endMilliseconds: 0,
  ending: 'ok',
  error: undefined,
  surprising: false,
};
const from = (
  startMilliseconds: number,
  endMilliseconds: number,
  more: Partial<OperationRecord> = {},
): OperationRecord => ({
  ...base,
  startMilliseconds,
  endMilliseconds,
  ...more,
});

describe('the figures of a run', () => {
  it('count every operation once, one that never ended as unknown', () => {
    const figures = figuresOf([
      from(0, 5),
      from(1, 9, { ending: 'fail', f: 'read' }),
      from(2, 9, { ending: 'info' }),
      { ...base, ending: undefined, endMilliseconds: undefined },
    ]);
    expect(figures).toMatchObject({ operations: 4, ok: 1, fail: 1, info: 2 });
    expect(figures.byFunction).toEqual([
      { f: 'read', ok: 0, fail: 1, info: 0 },
      { f: 'write', ok: 1, fail: 0, info: 2 },
    ]);
  });

  it('find the longest time in which no write was acknowledged, whatever reads did meanwhile', () => {
    const figures = figuresOf([
      from(0, 10),
      from(0, 20, { isRead: true, f: 'read' }),
      from(5, 30, { ending: 'info' }),
      from(8, 90),
      from(90, 100),
    ]);
    expect(figures.longestWriteGap).toEqual({ fromMilliseconds: 10, milliseconds: 80 });
  });

  it('take latencies from what was acknowledged only', () => {
    const figures = figuresOf([from(0, 4), from(0, 2), from(0, 5_000, { ending: 'fail' })]);
    expect(figures.latencyMilliseconds).toEqual({ p50: 4, p90: 4, p99: 4, max: 4 });
    expect(figuresOf([]).latencyMilliseconds.max).toBe(0);
    expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(10);
  });

  it('name what no fault explains, with how often', () => {
    const odd = { ending: 'fail' as const, error: '500: surprise', surprising: true };
    expect(figuresOf([from(0, 1, odd), from(0, 2, odd), from(0, 3)]).surprises).toEqual([
      { error: '500: surprise', count: 2 },
    ]);
  });
});
