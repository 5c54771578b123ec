/** Which election timeouts make sense, and how often a leader says that it is there under each. */
import { UserError } from './user-error.js';

const minMilliseconds = 200;
const maxMilliseconds = 60_000;
/** Often enough that a few lost heartbeats depose nobody, and no more often than members do by themselves. */
const heartbeatsPerTimeout = 10;
const maxHeartbeatMilliseconds = 100;

export interface ElectionTiming {
  readonly electionTimeoutMilliseconds: number;
  readonly heartbeatMilliseconds: number;
}

/** Throws a UserError for a time that no cluster on one machine could work with. */
export function electionTiming(electionTimeoutMilliseconds: number): ElectionTiming {
  const inRange =
    electionTimeoutMilliseconds >= minMilliseconds && electionTimeoutMilliseconds <= maxMilliseconds;
  if (!inRange) {
    throw new UserError(
      `the election timeout must be from ${minMilliseconds} to ${maxMilliseconds} ms, not ${electionTimeoutMilliseconds}`,
    );
  }
  return {
    electionTimeoutMilliseconds,
    heartbeatMilliseconds: Math.min(
      maxHeartbeatMilliseconds,
      electionTimeoutMilliseconds / heartbeatsPerTimeout,
    ),
  };
}
