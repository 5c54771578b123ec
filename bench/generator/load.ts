/** Something that can be run for a while and measured, more than once. */
import type { Clock } from '../../platform/index.js';
import type { Latencies } from './latencies.js';

export interface Tally {
  readonly latencies: Latencies;
  errors: number;
  firstError: string | undefined;
}

export interface Load {
  run(seconds: number, tally: Tally): Promise<void>;
  finish(): Promise<void>;
}

const PAUSE_MILLISECONDS = 10;

/** Counts what failed, and waits a moment: what is broken fails at once, for ever. */
export async function failed(tally: Tally, error: unknown, clock: Clock): Promise<void> {
  tally.errors += 1;
  tally.firstError ??= error instanceof Error ? error.message : String(error);
  await new Promise<void>((resolve) => {
    clock.setTimer(PAUSE_MILLISECONDS, resolve);
  });
}
