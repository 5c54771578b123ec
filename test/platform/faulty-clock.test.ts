import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockFault, withClockFaults } from '../../platform/index.js';
import { manualClock } from '../cluster/support/manual-clock.js';

const wallStart = Date.UTC(2026, 0, 1);

const faults: fc.Arbitrary<ClockFault | undefined> = fc.option(
  fc.record(
    {
      offsetMilliseconds: fc.integer({ min: -1e9, max: 1e9 }),
      rate: fc.double({ min: 0.1, max: 10, noNaN: true }),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

/** True time goes on, then something is done to the clock. */
const lives = fc.array(fc.record({ advance: fc.integer({ min: 0, max: 10_000 }), fault: faults }), {
  maxLength: 20,
});

describe('a clock that can be made wrong', () => {
  it('shows the true time until a fault is set', () => {
    const inner = manualClock();
    const clock = withClockFaults(inner);
    inner.advance(1_234.5);
    expect(clock.monotonicMilliseconds()).toBe(inner.monotonicMilliseconds());
    expect(clock.wallMilliseconds()).toBe(inner.wallMilliseconds());
  });

  it('jumps on the wall and nowhere else', () => {
    const inner = manualClock();
    const clock = withClockFaults(inner);
    inner.advance(1_000);
    clock.setClockFault({ offsetMilliseconds: -60_000 });
    expect(clock.wallMilliseconds()).toBe(wallStart + 1_000 - 60_000);
    expect(clock.monotonicMilliseconds()).toBe(1_000);
    inner.advance(500);
    expect(clock.wallMilliseconds()).toBe(wallStart + 1_500 - 60_000);
    expect(clock.monotonicMilliseconds()).toBe(1_500);
  });

  it('drifts on the wall, in monotonic time and in timers', () => {
    const inner = manualClock();
    const clock = withClockFaults(inner);
    clock.setClockFault({ rate: 2 });
    let rang = false;
    clock.setTimer(1_000, () => {
      rang = true;
    });
    inner.advance(499);
    expect(rang).toBe(false);
    inner.advance(1);
    expect(rang).toBe(true);
    expect(clock.monotonicMilliseconds()).toBe(1_000);
    expect(clock.wallMilliseconds()).toBe(wallStart + 1_000);
  });

  it('is right on the wall again when the fault ends, and keeps what monotonic time has gained', () => {
    const inner = manualClock();
    const clock = withClockFaults(inner);
    clock.setClockFault({ offsetMilliseconds: 7_000, rate: 1.5 });
    inner.advance(1_000);
    clock.setClockFault(undefined);
    expect(clock.wallMilliseconds()).toBe(inner.wallMilliseconds());
    expect(clock.monotonicMilliseconds()).toBe(1_500);
    inner.advance(1_000);
    expect(clock.monotonicMilliseconds()).toBe(2_500);
  });

  it('never shows a monotonic time below one shown before, whatever is done to it', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const inner = manualClock();
        const clock = withClockFaults(inner);
        let last = clock.monotonicMilliseconds();
        const look = (): void => {
          const now = clock.monotonicMilliseconds();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        };
        for (const { advance, fault } of life) {
          inner.advance(advance / 2);
          look();
          clock.setClockFault(fault);
          look();
          inner.advance(advance / 2);
          look();
        }
      }),
    );
  });

  it('rings each timer once, never before its time is shown, and soon after it', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 10 });
    fc.assert(
      fc.property(lives, delays, (life, timers) => {
        const inner = manualClock();
        const clock = withClockFaults(inner);
        const rung: number[] = [];
        const due: number[] = [];
        const ringers = timers.map((delay, index) => () => {
          const lateMilliseconds = clock.monotonicMilliseconds() - due[index]!;
          // One true millisecond of rounding each way, at the fastest rate there is.
          expect(lateMilliseconds).toBeGreaterThan(-1e-6);
          expect(lateMilliseconds).toBeLessThan(10 + 1e-6);
          rung.push(index);
          return delay;
        });
        const setTimer = (index: number): void => {
          due[index] = clock.monotonicMilliseconds() + timers[index]!;
          clock.setTimer(timers[index]!, ringers[index]!);
        };
        timers.forEach((_, index) => {
          if (index % 2 === 0) setTimer(index);
        });
        for (const { advance, fault } of life) {
          inner.advance(advance);
          clock.setClockFault(fault);
        }
        timers.forEach((_, index) => {
          if (index % 2 === 1) setTimer(index);
        });
        inner.advance(300_000);
        expect(rung.toSorted((a, b) => a - b)).toEqual(timers.map((_, index) => index));
        expect(inner.pending()).toBe(0);
      }),
    );
  });

  it('does not ring a cancelled timer, also after the rate has changed', () => {
    const inner = manualClock();
    const clock = withClockFaults(inner);
    const timer = clock.setTimer(100, () => {
      throw new Error('rang');
    });
    clock.setClockFault({ rate: 3 });
    timer.cancel();
    timer.cancel();
    inner.advance(1_000);
    expect(inner.pending()).toBe(0);
  });
});
