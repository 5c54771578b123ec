import { describe, expect, it } from 'vitest';
import { createWorkQueue } from '../../client/index.js';
import { runController } from '../../controllers/controller.js';
import { seededRandom, silentLogger } from '../../platform/index.js';
import { virtualClock } from '../client/support/virtual-clock.js';

describe('a controller', () => {
  it('tries a key again after an error, forgets its failures after success, and stops cleanly', async () => {
    const clock = virtualClock();
    const stop = new AbortController();
    const queue = createWorkQueue({ clock, random: seededRandom(1), initialRetryMilliseconds: 100 });
    const seen: number[] = [];
    const running = runController({
      name: 'test',
      queue,
      logger: silentLogger,
      workers: 2,
      signal: stop.signal,
      reconcile: (key) => {
        expect(key).toBe('a');
        seen.push(clock.monotonicMilliseconds());
        if (seen.length === 1) return Promise.reject(new Error('first'));
        if (seen.length === 2) return Promise.resolve({ kind: 'again' });
        if (seen.length === 3) return Promise.resolve({ kind: 'again-after', delayMilliseconds: 5_000 });
        return Promise.resolve({ kind: 'done' });
      },
    });
    queue.add('a');
    await clock.advance(60_000);
    expect(seen).toHaveLength(4);
    expect(seen[1]).toBeLessThanOrEqual(100);
    expect(seen[3]! - seen[2]!).toBe(5_000);
    stop.abort();
    await running;
  });
});
