/**
 * The log's own clock: the only time that the state machine knows. It goes on by the monotonic clock of whoever
 * leads, from the newest entry that the leader found when it took office, and stands still while nobody leads. So a
 * wall clock that is set, or wrong, moves nothing; what it measures can only come late, and never early, by more than
 * the drift of the leaders' clocks.
 */
import type { CoreState, LeaderState } from './state.js';

/** A point that both clocks show at the same instant. */
export interface ClockPoint {
  readonly logMilliseconds: number;
  readonly monotonicMilliseconds: number;
}

/** Where the log's clock goes on in this leader's hands. */
export function takeOverLogClock(state: CoreState): ClockPoint {
  return {
    logMilliseconds: state.log.lastTimeMilliseconds,
    monotonicMilliseconds: state.monotonicMilliseconds,
  };
}

/** What it shows at `monotonicMilliseconds`, never less than in the newest entry. Whole milliseconds. */
export function readLogClock(state: CoreState, leader: LeaderState, monotonicMilliseconds: number): number {
  const { clock } = leader;
  const passed = Math.floor(monotonicMilliseconds - clock.monotonicMilliseconds);
  return Math.max(state.log.lastTimeMilliseconds, clock.logMilliseconds + passed);
}
