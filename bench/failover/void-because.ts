/**
 * Whether the generator's own lateness says more than the members' silence. Its usual judge asks that it be little beside
 * the latency of a request; here times of silence are measured, so it must be little beside those.
 */
import type { OpenLoadResult } from '../lab/open-load.js';

const ALWAYS_ALLOWED_LATE_MILLISECONDS = 10;
const ALLOWED_LATE_SHARE = 0.2;
const ALLOWED_BUSY_SHARE = 0.9;

/** In a sentence; undefined: what the clients saw counts. */
export function voidBecause(
  {
    invalid,
    sentLateMilliseconds,
    busyShare,
  }: Pick<OpenLoadResult, 'invalid' | 'sentLateMilliseconds' | 'busyShare'>,
  silenceMilliseconds: number,
): string | undefined {
  if (invalid === undefined) return undefined;
  const allowed = Math.max(ALWAYS_ALLOWED_LATE_MILLISECONDS, ALLOWED_LATE_SHARE * silenceMilliseconds);
  if (sentLateMilliseconds <= allowed && busyShare <= ALLOWED_BUSY_SHARE) return undefined;
  return invalid;
}
