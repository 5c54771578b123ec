import { describe, expect, it } from 'vitest';
import type { Clock } from '../../platform/index.js';
import { Ticker } from '../../raft/ticker.js';

/** A clock with one timer, moved by hand; `late` makes the timer fire after its time. */
function handClock(): Clock & {
  pass(milliseconds: number): void;
  fire(lateMilliseconds?: number): void;
  wakeUps: number;
} {
  let now = 1000;
  let timer: { at: number; callback: () => void } | undefined;
  return {
    wakeUps: 0,
    monotonicMilliseconds: () => now,
    wallMilliseconds: () => now,
    setTimer(delay, callback) {
      const mine = { at: now + delay, callback };
      timer = mine;
      return {
        cancel: () => {
          if (timer === mine) timer = undefined;
        },
      };
    },
    defer: (callback) => callback(),
    pass(milliseconds) {
      now += milliseconds;
    },
    fire(lateMilliseconds = 0) {
      if (timer === undefined) throw new Error('no timer is set');
      const due = timer;
      timer = undefined;
      now = Math.max(now, due.at) + lateMilliseconds;
      this.wakeUps += 1;
      due.callback();
    },
  };
}

describe('ticks', () => {
  it('sleep until the core is due, and then count all that went by', () => {
    const clock = handClock();
    let due = 0;
    const ticker = new Ticker(clock, 20, () => {
      due += 1;
    });
    ticker.start();
    clock.fire();
    expect(ticker.take()).toEqual({ count: 1, stalled: false });
    ticker.plan(5);
    clock.fire();
    expect(ticker.take()).toEqual({ count: 5, stalled: false });
    expect(due).toBe(2);
  });

  it('that passed before a message came are counted with it, whole ones only', () => {
    const clock = handClock();
    const ticker = new Ticker(clock, 20, () => {});
    ticker.start();
    clock.fire();
    ticker.take();
    ticker.plan(10);
    clock.pass(50);
    expect(ticker.take()).toEqual({ count: 2, stalled: false });
    clock.pass(10);
    expect(ticker.take()).toEqual({ count: 1, stalled: false });
    clock.pass(19);
    expect(ticker.take().count).toBe(0);
  });

  it('that were missed in a stall are not counted beyond the sleep that was planned', () => {
    const clock = handClock();
    const ticker = new Ticker(clock, 20, () => {});
    ticker.start();
    clock.fire();
    ticker.take();
    ticker.plan(5);
    clock.fire(60_000);
    expect(ticker.take()).toEqual({ count: 5, stalled: true });
    expect(ticker.take()).toEqual({ count: 0, stalled: false });
    ticker.plan(5);
    clock.fire();
    expect(ticker.take()).toEqual({ count: 5, stalled: false });
  });

  it('come earlier when the core is due earlier than it was', () => {
    const clock = handClock();
    const ticker = new Ticker(clock, 20, () => {});
    ticker.start();
    clock.fire();
    ticker.take();
    ticker.plan(10);
    ticker.plan(1);
    clock.fire();
    expect(ticker.take()).toEqual({ count: 1, stalled: false });
  });
});
