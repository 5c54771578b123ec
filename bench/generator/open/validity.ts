/**
 * Whether a run says anything about the servers. Latency counts from when a request was due, so what the generator sends
 * late is in it: it must be little beside what is measured, like beside like, the 99th percentile of both.
 */

export interface Pace {
  readonly due: number;
  readonly sent: number;
  /** How late requests were sent: the 99th percentile. */
  readonly sentLateMilliseconds: number;
  readonly latencyP99Milliseconds: number;
  /** For how much of the time the generator's event loop had something to do. */
  readonly busyShare: number;
}

/** A timer's grain and a collection of garbage: nobody is told that a run is void because of them. */
const ALWAYS_ALLOWED_LATE_MILLISECONDS = 5;
const ALLOWED_LATE_SHARE = 0.2;
const ALLOWED_BUSY_SHARE = 0.9;

/** In a sentence; undefined: it kept up. */
export function fellBehind(pace: Pace): string | undefined {
  const { due, sent, sentLateMilliseconds, latencyP99Milliseconds, busyShare } = pace;
  if (sent < due) return `the generator could not send ${due - sent} of ${due} requests that were due`;
  const allowed = Math.max(ALWAYS_ALLOWED_LATE_MILLISECONDS, ALLOWED_LATE_SHARE * latencyP99Milliseconds);
  if (sentLateMilliseconds > allowed)
    return `the generator sent one request in a hundred more than ${sentLateMilliseconds.toFixed(1)} ms late, and ${allowed.toFixed(1)} ms is the most that this run bears`;
  if (busyShare > ALLOWED_BUSY_SHARE)
    return `the generator was busy for ${(100 * busyShare).toFixed(0)}% of the time, and above ${100 * ALLOWED_BUSY_SHARE}% it is what is measured`;
  return undefined;
}
