import type { Clock } from '../../../platform/index.js';

export interface ManualClock extends Clock {
  /** Moves time on and runs what is due, in order. */
  advance(milliseconds: number): void;
  pending(): number;
}

/** Time that moves only when a test moves it. */
export function manualClock(wallMilliseconds = Date.UTC(2026, 0, 1)): ManualClock {
  let now = 0;
  let sequence = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  return {
    monotonicMilliseconds: () => now,
    wallMilliseconds: () => wallMilliseconds + now,
    setTimer(delayMilliseconds, callback) {
      sequence += 1;
      const id = sequence;
      timers.set(id, { at: now + delayMilliseconds, callback });
      return { cancel: () => timers.delete(id) };
    },
    defer: (callback) => callback(),
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.at <= end)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
        const [next] = due;
        if (next === undefined) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].callback();
      }
      now = end;
    },
    pending: () => timers.size,
  };
}
