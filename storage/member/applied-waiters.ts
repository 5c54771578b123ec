/** Readers that wait until this member has applied an index. */
import type { Clock, Timer } from '../../platform/index.js';
import type { LogIndex } from '../../raft/index.js';

interface Waiter {
  readonly index: LogIndex;
  readonly done: (reached: boolean) => void;
}

export class AppliedWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** false: not within the time, or the member stops. */
  wait(index: LogIndex, appliedIndex: LogIndex, timeoutMilliseconds: number): Promise<boolean> {
    if (appliedIndex >= index) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        index,
        done: (reached) => {
          timer.cancel();
          this.#waiters.delete(waiter);
          resolve(reached);
        },
      };
      this.#waiters.add(waiter);
      const timer: Timer = this.#clock.setTimer(timeoutMilliseconds, () => waiter.done(false));
    });
  }

  applied(appliedIndex: LogIndex): void {
    for (const waiter of this.#waiters) if (waiter.index <= appliedIndex) waiter.done(true);
  }

  stop(): void {
    for (const waiter of this.#waiters) waiter.done(false);
  }
}
