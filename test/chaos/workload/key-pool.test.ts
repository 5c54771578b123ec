import { describe, expect, it } from 'vitest';
import { KeyPool } from '../../../chaos/workload/key-pool.js';
import { seededRandom } from '../../../platform/index.js';

const limits = { prefix: 'k', active: 3, maxOperations: 10, maxUnknown: 2 };

describe('the keys that clients use', () => {
  it('are given up after a number of operations, so that no key has more', () => {
    const pool = new KeyPool(limits);
    const random = seededRandom(1);
    const counts = new Map<string, number>();
    for (let pick = 0; pick < 200; pick += 1) {
      const key = pool.pick(random);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).toBe(10);
    expect(pool.all().length).toBeGreaterThanOrEqual(20);
    expect(pool.all()).toEqual(expect.arrayContaining([...counts.keys()]));
  });

  it('are given up early when too much about them is unknown', () => {
    const pool = new KeyPool({ ...limits, active: 1 });
    const random = seededRandom(1);
    const first = pool.pick(random);
    pool.unknown(first);
    expect(pool.pick(random)).toBe(first);
    pool.unknown(first);
    const second = pool.pick(random);
    expect(second).not.toBe(first);
    expect(pool.all()).toEqual([first, second]);
  });
});
