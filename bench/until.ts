/** Waits for what comes by itself. */
import { delay } from '../client/index.js';
import type { Clock } from '../platform/index.js';

const DEFAULT_LIMIT_MILLISECONDS = 30_000;

export interface UntilOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pollMilliseconds: number;
  /** Half a minute by default. */
  readonly limitMilliseconds?: number;
}

/** Rejects when it does not come within the limit, when `look` rejects, or when the signal is aborted. */
export async function untilDefined<Value>(
  what: string,
  { clock, signal, pollMilliseconds, limitMilliseconds = DEFAULT_LIMIT_MILLISECONDS }: UntilOptions,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const end = clock.monotonicMilliseconds() + limitMilliseconds;
  for (;;) {
    signal.throwIfAborted();
    const value = await look();
    if (value !== undefined) return value;
    if (clock.monotonicMilliseconds() >= end)
      throw new Error(`no sign of ${what} within ${limitMilliseconds / 1000} s`);
    await delay(clock, pollMilliseconds, signal);
  }
}
