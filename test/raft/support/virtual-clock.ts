/** A clock that stands still until a test moves it; deferred callbacks run in their own turn, as in Node. */
import type { Clock, Timer } from '../../../platform/index.js';

interface Waiting {
  readonly atMilliseconds: number;
  readonly order: number;
  readonly callback: () => void;
}

export class VirtualClock implements Clock {
  #nowMilliseconds = 0;
  #order = 0;
  #timers: Waiting[] = [];
  #deferred: (() => void)[] = [];

  monotonicMilliseconds(): number {
    return this.#nowMilliseconds;
  }

  wallMilliseconds(): number {
    return 1_700_000_000_000 + this.#nowMilliseconds;
  }

  setTimer(delayMilliseconds: number, callback: () => void): Timer {
    this.#order += 1;
    const waiting = {
      atMilliseconds: this.#nowMilliseconds + Math.max(0, delayMilliseconds),
      order: this.#order,
      callback,
    };
    this.#timers.push(waiting);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((timer) => timer !== waiting);
      },
    };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** Runs what is ready, and what becomes ready through it, without moving time. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; ) {
      // Real promises (memory disks, async iterators) need real turns to finish.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      const ready = this.#deferred.splice(0);
      for (const callback of ready) callback();
      idle = ready.length === 0 ? idle + 1 : 0;
    }
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#nowMilliseconds + milliseconds;
    await this.settle();
    for (;;) {
      const next = this.#timers
        .filter(({ atMilliseconds }) => atMilliseconds <= end)
        .toSorted((a, b) => a.atMilliseconds - b.atMilliseconds || a.order - b.order)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMilliseconds = Math.max(this.#nowMilliseconds, next.atMilliseconds);
      next.callback();
      await this.settle();
    }
    this.#nowMilliseconds = end;
  }

  /** Moves time past many timers at once, as a process that was stopped sees it. */
  async stall(milliseconds: number): Promise<void> {
    this.#nowMilliseconds += milliseconds;
    await this.advance(0);
  }
}
