/** Waits for what comes by itself. */
import { delay } from '../client/index.js';
import type { Clock } from '../platform/index.js';

const LIMIT_MILLISECONDS = 30_000;

export interface UntilOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pollMilliseconds: number;
}

/** Rejects when it does not come within half a minute, when `look` rejects, or when the signal is aborted. */
export async function untilDefined<Value>(
  what: string,
  { clock, signal, pollMilliseconds }: UntilOptions,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const end = clock.monotonicMilliseconds() + LIMIT_MILLISECONDS;
  for (;;) {
    signal.throwIfAborted();
    const value = await look();
    if (value !== undefined) return value;
    if (clock.monotonicMilliseconds() >= end)
      throw new Error(`no sign of ${what} within ${LIMIT_MILLISECONDS / 1000} s`);
    await delay(clock, pollMilliseconds, signal);
  }
}
