/**
 * A machine that a member runs on: its clock, and whether it is up, paused or off. Everything that a process
 * waits for (timers, deferred turns, its disk, its sockets) goes through here, so that a process that is gone
 * hears nothing more and one that is paused hears it all when it goes on.
 */
import type { Clock, Timer } from '../../../platform/index.js';
import type { Gate, Timeline, TimelineEvent } from './timeline.js';

const EPOCH_MILLISECONDS = 1_700_000_000_000;
const ANY_LIFE = -1;
const SHORTEST_TIMER_MILLISECONDS = 0.01;

export class Machine implements Gate {
  readonly #timeline: Timeline;
  /** Counts processes: what an earlier one waited for is dropped. */
  #life = 0;
  #isUp = false;
  #paused: TimelineEvent[] | undefined;
  /** The local clock, as a line through a point of virtual time. */
  #rate = 1;
  #localAtPoint = 0;
  #pointMilliseconds = 0;
  #wallOffsetMilliseconds = 0;
  /** For whichever process runs when it is used: the disk's. */
  readonly clock: Clock;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.clock = this.#clockOf(() => this.#life);
  }

  /** For the process that runs now: one that has ended hears nothing more, whatever its leftovers ask for. */
  processClock(): Clock {
    const life = this.#life;
    return this.#clockOf(() => life);
  }

  #clockOf(life: () => number): Clock {
    return {
      monotonicMilliseconds: () => this.#localMilliseconds(),
      wallMilliseconds: () => EPOCH_MILLISECONDS + this.#wallOffsetMilliseconds + this.#localMilliseconds(),
      setTimer: (delayMilliseconds, callback) => this.#setTimer(delayMilliseconds, callback, life()),
      defer: (callback) => {
        this.#timeline.after(0, callback, this, life());
      },
    };
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  get life(): number {
    return this.#life;
  }

  /** A process starts. */
  boot(): void {
    this.#life += 1;
    this.#isUp = true;
  }

  /** The process is gone. */
  halt(): void {
    this.#isUp = false;
    this.#paused = undefined;
    this.#life += 1;
  }

  pause(): void {
    this.#paused ??= [];
  }

  resume(): void {
    const waiting = this.#paused;
    this.#paused = undefined;
    // Through the event that was kept, which may still be cancelled.
    for (const event of waiting ?? []) this.#timeline.after(0, () => event.action?.(), this, event.life);
  }

  /** From outside, for whatever process runs then: a socket. Lost when none does. */
  reach(delayMilliseconds: number, action: () => void): void {
    this.#timeline.after(delayMilliseconds, action, this, ANY_LIFE);
  }

  /** From outside, for one process only: a connection. */
  reachProcess(life: number, delayMilliseconds: number, action: () => void): void {
    this.#timeline.after(delayMilliseconds, action, this, life);
  }

  admits(event: TimelineEvent): boolean {
    if (!this.#isUp || (event.life !== ANY_LIFE && event.life !== this.#life)) return false;
    if (this.#paused === undefined) return true;
    this.#paused.push(event);
    return false;
  }

  /** From now on this machine's second takes 1/rate of a true one. */
  setRate(rate: number): void {
    this.#localAtPoint = this.#localMilliseconds();
    this.#pointMilliseconds = this.#timeline.nowMilliseconds;
    this.#rate = rate;
  }

  jumpWall(milliseconds: number): void {
    this.#wallOffsetMilliseconds += milliseconds;
  }

  #localMilliseconds(): number {
    return this.#localAtPoint + (this.#timeline.nowMilliseconds - this.#pointMilliseconds) * this.#rate;
  }

  #setTimer(delayMilliseconds: number, callback: () => void, life: number): Timer {
    // As in Node a timer always takes some time: what a drifting clock's rounding leaves must not come due in no
    // time for ever.
    const delay = Math.max(SHORTEST_TIMER_MILLISECONDS, delayMilliseconds / this.#rate);
    return this.#timeline.after(delay, callback, this, life);
  }
}
