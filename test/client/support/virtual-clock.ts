/** A clock that a test moves by hand. */
import type { Clock } from '../../../platform/index.js';

export interface VirtualClock extends Clock {
  /** Moves time forward, firing timers in their order and letting promises settle in between. */
  advance(milliseconds: number): Promise<void>;
  readonly pendingTimers: number;
}

/** Lets everything that waits only for promises (not for time or sockets) run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function virtualClock(): VirtualClock {
  let now = 0;
  let sequence = 0;
  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>();
  const nextDue = (limit: number): number | undefined => {
    let best: number | undefined;
    for (const [id, { due }] of timers) {
      if (due <= limit && (best === undefined || due < timers.get(best)!.due)) best = id;
    }
    return best;
  };
  return {
    monotonicMilliseconds: () => now,
    wallMilliseconds: () => Date.UTC(2026, 0, 1) + now,
    setTimer(delayMilliseconds, callback) {
      sequence += 1;
      const id = sequence;
      timers.set(id, { due: now + Math.max(0, delayMilliseconds), callback });
      return { cancel: () => timers.delete(id) };
    },
    defer: (callback) => {
      setImmediate(callback);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (let id = nextDue(end); id !== undefined; id = nextDue(end)) {
        const timer = timers.get(id)!;
        timers.delete(id);
        now = timer.due;
        timer.callback();
        await settle();
      }
      now = end;
      await settle();
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}
