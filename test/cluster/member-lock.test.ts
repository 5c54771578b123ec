import { describe, expect, it } from 'vitest';
import { isLocked, lockWaitMilliseconds, whenUnlocked } from '../../cluster/member/wait-for-lock.js';
import { silentLogger } from '../../platform/index.js';
import { manualClock } from './support/manual-clock.js';

const locked = new Error('cannot open', {
  cause: Object.assign(new Error('not open'), {
    cause: Object.assign(new Error('lock'), { code: 'LEVEL_LOCKED' }),
  }),
});

describe('a member whose databases another process has open', () => {
  it('recognises a lock however deep it is said', () => {
    expect(isLocked(locked)).toBe(true);
    expect(isLocked(new Error('something else'))).toBe(false);
    expect(isLocked('LEVEL_LOCKED')).toBe(false);
  });

  it('waits until the other lets go', async () => {
    const clock = manualClock();
    let attempts = 0;
    const opened = whenUnlocked(
      async () => {
        attempts += 1;
        if (attempts < 4) throw locked;
        return 'open';
      },
      { clock, logger: silentLogger },
    );
    while (attempts < 4) {
      await Promise.resolve();
      clock.advance(50);
    }
    expect(await opened).toBe('open');
  });

  it('gives up in the end, and passes any other failure on at once', async () => {
    const clock = manualClock();
    let over = false;
    const failed = whenUnlocked(() => Promise.reject(locked), { clock, logger: silentLogger }).catch(
      (error: unknown) => {
        over = true;
        return error;
      },
    );
    while (!over) {
      await Promise.resolve();
      clock.advance(50);
    }
    expect(await failed).toBe(locked);
    expect(clock.monotonicMilliseconds()).toBeGreaterThanOrEqual(lockWaitMilliseconds);
    const other = new Error('corrupt');
    await expect(whenUnlocked(() => Promise.reject(other), { clock, logger: silentLogger })).rejects.toBe(
      other,
    );
  });
});
