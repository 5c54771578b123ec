/**
 * What the log's clock shows, on any member. The leader knows. Elsewhere it is the time of the newest entry
 * applied here and what has passed since: behind by what the entry took to come, never ahead once a read index
 * was waited for, for every leader begins with an entry of its own.
 */
import type { Clock } from '../../platform/index.js';

export interface LogClockOptions {
  readonly clock: Clock;
  /** The leader's reading; undefined elsewhere. */
  readonly leaderMilliseconds: () => number | undefined;
  /** The time of the newest entry that is applied. */
  readonly appliedMilliseconds: () => number;
}

export class LogClock {
  readonly #options: LogClockOptions;
  #appliedAtMilliseconds: number;

  constructor(options: LogClockOptions) {
    this.#options = options;
    this.#appliedAtMilliseconds = options.clock.monotonicMilliseconds();
  }

  /** An entry was applied, or a snapshot. */
  advanced(): void {
    this.#appliedAtMilliseconds = this.#options.clock.monotonicMilliseconds();
  }

  nowMilliseconds(): number {
    const { clock, leaderMilliseconds, appliedMilliseconds } = this.#options;
    const leader = leaderMilliseconds();
    if (leader !== undefined) return Math.max(leader, appliedMilliseconds());
    return appliedMilliseconds() + Math.floor(clock.monotonicMilliseconds() - this.#appliedAtMilliseconds);
  }
}
