import { describe, expect, it } from 'vitest';
import {
  checkFaultsSettings,
  defaultFaultsSettings,
  type FaultsSettings,
  phaseSeconds,
  phasesOf,
} from '../../../bench/faults/plan.js';

const settings = (own: Partial<FaultsSettings>): FaultsSettings => ({ ...defaultFaultsSettings, ...own });

describe('what is asked of faults', () => {
  it.each([
    [{ members: 2 }, /3, 5 or 7 members, not 2/],
    [{ members: 6 }, /3, 5 or 7 members, not 6/],
    [{ perSecond: 0 }, /--rate: above 0/],
    [{ perSecond: Number.NaN }, /not NaN/],
    [{ faultSeconds: 0 }, /more than nothing and at most an hour, not 0 s/],
    [{ only: [] }, /--only names nothing/],
    [{ only: ['growth', 'growth'] }, /--only has growth twice/],
    [
      { only: ['slow-disk', 'fast-disk'] },
      /there is no fault fast-disk; take some of slow-disk, .*, growth$/,
    ],
  ] as const)('is refused with a reason: %j', (own, reason) => {
    expect(() => checkFaultsSettings(settings(own))).toThrow(reason);
  });

  it('is all faults between two quiet phases, in their own order', () => {
    expect(() => checkFaultsSettings(defaultFaultsSettings)).not.toThrow();
    expect(phasesOf(defaultFaultsSettings)).toEqual([
      'quiet-before',
      'slow-disk',
      'slow-network',
      'lossy-network',
      'one-way-partition',
      'minority-partition',
      'majority-partition',
      'rolling-restart',
      'growth',
      'quiet-after',
    ]);
    expect(phasesOf(settings({ only: ['growth', 'slow-disk'] }))).toEqual([
      'quiet-before',
      'slow-disk',
      'growth',
      'quiet-after',
    ]);
  });

  it('leaves out growth where there is no room for it', () => {
    expect(phasesOf(settings({ members: 7 }))).not.toContain('growth');
  });

  it('takes longer the longer each fault lasts', () => {
    const short = settings({ faultSeconds: 1 });
    const long = settings({ faultSeconds: 10 });
    expect(phaseSeconds('slow-disk', long) - phaseSeconds('slow-disk', short)).toBe(9);
    expect(phaseSeconds('growth', long)).toBe(phaseSeconds('growth', short));
  });
});
