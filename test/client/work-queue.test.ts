import { describe, expect, it } from 'vitest';
import { createWorkQueue, type WorkQueue } from '../../client/index.js';
import { seededRandom } from '../../platform/index.js';
import { settle, type VirtualClock, virtualClock } from './support/virtual-clock.js';

function setUp(): { readonly clock: VirtualClock; readonly queue: WorkQueue } {
  const clock = virtualClock();
  return {
    clock,
    queue: createWorkQueue({
      clock,
      random: seededRandom(1),
      initialRetryMilliseconds: 100,
      maxRetryMilliseconds: 1_000,
    }),
  };
}

describe('a work queue', () => {
  it('hands a key out once however often it was added', async () => {
    const { queue } = setUp();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(queue.length).toBe(2);
    expect(await queue.take()).toBe('a');
    expect(await queue.take()).toBe('b');
    expect(queue.length).toBe(0);
  });

  it('never gives one key to two workers, and gives it again when it was added meanwhile', async () => {
    const { queue } = setUp();
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('a');
    let second: string | undefined;
    const waiting = queue.take().then((key) => {
      second = key;
    });
    await settle();
    expect(second).toBeUndefined();
    queue.done('a');
    await waiting;
    expect(second).toBe('a');
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  it('wakes a worker that waits', async () => {
    const { queue } = setUp();
    const waiting = queue.take();
    queue.add('late');
    expect(await waiting).toBe('late');
  });

  it('delays by the earliest of several delays', async () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 500);
    queue.addAfter('a', 200);
    queue.addAfter('a', 300);
    await clock.advance(199);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
    await queue.take();
    queue.done('a');
    await clock.advance(1_000);
    expect(queue.length).toBe(0);
  });

  it('pauses longer after each failure, up to the maximum, until the key is forgotten', async () => {
    const { clock, queue } = setUp();
    const pauses: number[] = [];
    const failOnce = async (): Promise<void> => {
      const from = clock.monotonicMilliseconds();
      queue.addRateLimited('a');
      while (queue.length === 0) await clock.advance(5);
      pauses.push(clock.monotonicMilliseconds() - from);
      await queue.take();
      queue.done('a');
    };
    for (let round = 0; round < 6; round += 1) await failOnce();
    queue.forget('a');
    await failOnce();
    const steps = [100, 200, 400, 800, 1_000, 1_000, 100];
    for (const [index, step] of steps.entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(step / 2);
      expect(pauses[index]).toBeLessThanOrEqual(step + 5);
    }
  });

  it('hands out what waits after shutdown, then ends every worker, and takes nothing new', async () => {
    const { clock, queue } = setUp();
    queue.add('a');
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('b');
    await clock.advance(100);
    expect(await queue.take()).toBe('a');
    queue.done('a');
    expect(await queue.take()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses done for a key that nobody took', () => {
    const { queue } = setUp();
    expect(() => queue.done('a')).toThrow('without take');
  });
});
