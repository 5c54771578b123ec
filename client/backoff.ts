/** Growing pauses between tries, with jitter so that many clients do not return in step. */
import type { Random } from '../platform/index.js';

export interface BackoffOptions {
  readonly random: Random;
  readonly initialMilliseconds: number;
  readonly maxMilliseconds: number;
}

export interface Backoff {
  /** The next pause: between half of the step and the whole of it; each step doubles up to the maximum. */
  nextMilliseconds(): number;
  /** Something worked: begin again with the first step. */
  reset(): void;
}

/** The pause after `failures` failures in a row (0: the first pause). */
export function backoffMilliseconds(options: BackoffOptions, failures: number): number {
  const { random, initialMilliseconds, maxMilliseconds } = options;
  // 2 ** 40 steps never come; the bound keeps the product finite.
  const step = Math.min(maxMilliseconds, initialMilliseconds * 2 ** Math.min(failures, 40));
  return step / 2 + (step / 2) * random.float();
}

export function createBackoff(options: BackoffOptions): Backoff {
  let failures = 0;
  return {
    nextMilliseconds() {
      const pause = backoffMilliseconds(options, failures);
      failures += 1;
      return pause;
    },
    reset() {
      failures = 0;
    },
  };
}
