import { describe, expect, it } from 'vitest';
import { afterDeath, noDeaths, stableAfterMilliseconds } from '../../../cluster/supervisor/backoff.js';

describe('a member that dies again and again', () => {
  it('is started after 1 s, doubling to 30 s', () => {
    const delays: number[] = [];
    let state = noDeaths;
    for (let death = 0; death < 8; death += 1) {
      const next = afterDeath(state, 10);
      delays.push(next.delayMilliseconds);
      state = next.state;
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is forgiven once it lived for a while', () => {
    let state = noDeaths;
    for (let death = 0; death < 5; death += 1) ({ state } = afterDeath(state, 10));
    expect(afterDeath(state, stableAfterMilliseconds - 1).delayMilliseconds).toBe(30_000);
    const forgiven = afterDeath(state, stableAfterMilliseconds);
    expect(forgiven.delayMilliseconds).toBe(1_000);
    expect(afterDeath(forgiven.state, 10).delayMilliseconds).toBe(2_000);
  });

  it('never waits longer than 30 s, however often it died', () => {
    expect(afterDeath({ deaths: 5_000 }, 10).delayMilliseconds).toBe(30_000);
  });
});
