/** Calls that are timed: what counts as a call's time, and what as a stall. */
import { describe, expect, it } from 'vitest';
import { CallBook, closedCalls, steadyCalls } from '../../../bench/store/large/timed-calls.js';
import { virtualClock } from '../../client/support/virtual-clock.js';

describe('calls at a steady pace', () => {
  it('are made when they are due, however long those before take, and timed from then', async () => {
    const clock = virtualClock();
    const answers: (() => void)[] = [];
    let running = true;
    const book = steadyCalls(
      clock,
      100,
      () => running,
      () => new Promise((resolve) => answers.push(() => resolve(undefined))),
    );
    await clock.advance(50);
    expect(answers).toHaveLength(5);
    running = false;
    await clock.advance(50);
    for (const answer of answers) answer();
    const calls = (await book).calls();
    expect(calls.operations).toBe(5);
    // The first was due at once, and answered after 100 ms.
    expect(calls.maxMilliseconds).toBeCloseTo(100, 0);
  });
});

describe('a closed loop', () => {
  it('has so many calls under way, and no more', async () => {
    const clock = virtualClock();
    let underWay = 0;
    let most = 0;
    const book = closedCalls(clock, { inFlight: 3, seconds: 0.1 }, async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => {
        clock.setTimer(10, resolve);
      });
      underWay -= 1;
      return undefined;
    });
    await clock.advance(200);
    expect((await book).calls().operations).toBe(30);
    expect(most).toBe(3);
  });
});

describe('the book', () => {
  it('knows the longest time without an answer, also the last one', async () => {
    const clock = virtualClock();
    const book = new CallBook(clock);
    await clock.advance(20);
    book.ended(0, undefined);
    await clock.advance(10);
    book.ended(0, undefined);
    expect(book.stalledCalls(7)).toMatchObject({ longestSilenceMilliseconds: 20, maxStallMilliseconds: 7 });
    await clock.advance(50);
    expect(book.stalledCalls(7).longestSilenceMilliseconds).toBe(50);
  });

  it('counts what was refused apart, and keeps the first reason', () => {
    const book = new CallBook(virtualClock());
    book.ended(0, 'too many writes are waiting');
    book.ended(0, 'another');
    expect(book.calls()).toMatchObject({
      operations: 0,
      refused: 2,
      firstRefusal: 'too many writes are waiting',
    });
  });
});
