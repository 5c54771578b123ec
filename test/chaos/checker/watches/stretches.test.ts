import { describe, expect, it } from 'vitest';
import { covers, gaps, joined } from '../../../../chaos/checker/index.js';

const stretches = [
  { from: 5, to: 9 },
  { from: 1, to: 3 },
  { from: 3, to: 4 },
  { from: 6, to: 7 },
];

describe('stretches of revisions', () => {
  it('are joined where they touch', () => {
    expect(joined(stretches)).toEqual([
      { from: 1, to: 4 },
      { from: 5, to: 9 },
    ]);
  });

  it('cover what is whole in one of them, and leave the gaps between', () => {
    const all = joined(stretches);
    expect(covers(all, { from: 1, to: 4 })).toBe(true);
    expect(covers(all, { from: 3, to: 6 })).toBe(false);
    expect(gaps(all, { from: 0, to: 10 })).toEqual([
      { from: 0, to: 1 },
      { from: 4, to: 5 },
      { from: 9, to: 10 },
    ]);
    expect(gaps(all, { from: 6, to: 8 })).toEqual([]);
  });
});
