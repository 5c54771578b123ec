/**
 * A clock that can be made wrong while it is in use: the wall clock jumps, and wall clock, monotonic time and
 * timers run fast or slow together, as when a machine's oscillator is off.
 *
 * Faults assumed: none of its own. Monotonic time stays monotonic and continuous through every change of rate,
 * because each change begins at the time that was shown last; what drift has added to it stays when the fault
 * ends. The wall clock is then right at once, as after a correction over the network: it may step back.
 */
import type { Clock, Timer } from './clock.js';
import type { ClockFault } from './faults.js';

export interface FaultyClock extends Clock {
  /** Exactly this is wrong from now on; undefined: nothing. Timers under way follow a new rate at once. */
  setClockFault(fault: ClockFault | undefined): void;
}

/** Until a fault is set it shows what `inner` shows. */
export function withClockFaults(inner: Clock): FaultyClock {
  return new WrongClock(inner);
}

interface Waiting {
  readonly dueMilliseconds: number;
  readonly callback: () => void;
  timer: Timer | undefined;
}

class WrongClock implements FaultyClock {
  readonly #inner: Clock;
  #offsetMilliseconds = 0;
  #rate = 1;
  /** Where the rate began to hold, in true and in shown monotonic time. */
  #trueStartMilliseconds = 0;
  #shownStartMilliseconds = 0;
  /** In the order they were set, which timers that are due together keep. */
  readonly #waiting = new Set<Waiting>();

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  setClockFault(fault: ClockFault | undefined): void {
    const now = this.#inner.monotonicMilliseconds();
    this.#shownStartMilliseconds = this.#shownAt(now);
    this.#trueStartMilliseconds = now;
    this.#offsetMilliseconds = fault?.offsetMilliseconds ?? 0;
    const rate = fault?.rate ?? 1;
    if (rate === this.#rate) return;
    this.#rate = rate;
    for (const waiting of this.#waiting) {
      waiting.timer?.cancel();
      this.#arm(waiting, Math.max(0, waiting.dueMilliseconds - this.#shownStartMilliseconds));
    }
  }

  #shownAt(trueMilliseconds: number): number {
    return this.#shownStartMilliseconds + (trueMilliseconds - this.#trueStartMilliseconds) * this.#rate;
  }

  monotonicMilliseconds(): number {
    return this.#shownAt(this.#inner.monotonicMilliseconds());
  }

  wallMilliseconds(): number {
    const drift = (this.#inner.monotonicMilliseconds() - this.#trueStartMilliseconds) * (this.#rate - 1);
    return this.#inner.wallMilliseconds() + Math.round(this.#offsetMilliseconds + drift);
  }

  setTimer(delayMilliseconds: number, callback: () => void): Timer {
    const waiting: Waiting = {
      dueMilliseconds: this.monotonicMilliseconds() + delayMilliseconds,
      callback,
      timer: undefined,
    };
    this.#waiting.add(waiting);
    this.#arm(waiting, delayMilliseconds);
    return {
      cancel: () => {
        this.#waiting.delete(waiting);
        waiting.timer?.cancel();
      },
    };
  }

  #arm(waiting: Waiting, shownMilliseconds: number): void {
    // Rounded up: a timer must not come before its time is shown, and the system's takes whole milliseconds.
    const trueMilliseconds = this.#rate === 1 ? shownMilliseconds : Math.ceil(shownMilliseconds / this.#rate);
    waiting.timer = this.#inner.setTimer(trueMilliseconds, () => {
      this.#waiting.delete(waiting);
      waiting.callback();
    });
  }

  defer(callback: () => void): void {
    this.#inner.defer(callback);
  }
}
