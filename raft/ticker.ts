/**
 * Turns the clock into ticks without waking for each: it sleeps until the core has something to do and counts
 * the ticks that went by.
 *
 * Faults assumed: the process stalls (a pause, a suspended machine, a long collection). Time that was missed is
 * not counted: a follower that was paused for ten seconds has not heard its leader be silent for ten seconds.
 * At most the sleep that was planned counts, and only after what lies in the sockets.
 */
import type { Clock, Timer } from '../platform/index.js';

export interface TakenTicks {
  readonly count: number;
  /** More time went by than was planned for: handle what has arrived before these ticks. */
  readonly stalled: boolean;
}

export class Ticker {
  readonly #clock: Clock;
  readonly #tickMilliseconds: number;
  readonly #onDue: () => void;
  #timer: Timer | undefined;
  #countedUntilMilliseconds = 0;
  /** Ticks from `#countedUntilMilliseconds` until the timer. */
  #plannedTicks = 1;
  #dueMilliseconds = 0;
  #running = false;

  /** `onDue` is called when the planned ticks are over; it leads to `take` and `plan`. */
  constructor(clock: Clock, tickMilliseconds: number, onDue: () => void) {
    this.#clock = clock;
    this.#tickMilliseconds = tickMilliseconds;
    this.#onDue = onDue;
  }

  start(): void {
    this.#running = true;
    this.#countedUntilMilliseconds = this.#clock.monotonicMilliseconds();
    this.#sleep(1);
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  /** The ticks that have passed since the last call. */
  take(): TakenTicks {
    if (!this.#running) return { count: 0, stalled: false };
    const now = this.#clock.monotonicMilliseconds();
    const passed = Math.floor((now - this.#countedUntilMilliseconds) / this.#tickMilliseconds);
    if (passed <= 0) return { count: 0, stalled: false };
    // A timer is never exact: one tick late is no stall.
    const stalled = passed > this.#plannedTicks + 1;
    const count = stalled ? this.#plannedTicks : passed;
    this.#countedUntilMilliseconds = stalled
      ? now
      : this.#countedUntilMilliseconds + passed * this.#tickMilliseconds;
    return { count, stalled };
  }

  /** The core is due in this many ticks from what was taken. */
  plan(ticks: number): void {
    if (!this.#running) return;
    const dueMilliseconds = this.#countedUntilMilliseconds + ticks * this.#tickMilliseconds;
    if (this.#timer !== undefined && dueMilliseconds === this.#dueMilliseconds) return;
    this.#sleep(ticks);
  }

  #sleep(ticks: number): void {
    this.#timer?.cancel();
    this.#plannedTicks = ticks;
    this.#dueMilliseconds = this.#countedUntilMilliseconds + ticks * this.#tickMilliseconds;
    const delay = Math.max(0, this.#dueMilliseconds - this.#clock.monotonicMilliseconds());
    this.#timer = this.#clock.setTimer(delay, this.#wake);
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#onDue();
  };
}
