/**
 * When a member must be closed and opened again: its disk has failed, and what that left behind is unknown until it
 * is opened and checked; or its log was found damaged. One whose disk is full goes on serving reads until there is
 * space again, for it could not be opened without. It is its supervisor that opens it again, after a pause that
 * grows while that does not help.
 */
import type { Clock } from '../../platform/index.js';
import type { ReopenWish } from '../../storage/index.js';

export interface ReopeningOptions {
  readonly wish: () => ReopenWish | undefined;
  /** On the file system of the member's folder. */
  readonly freeBytes: () => Promise<number>;
  readonly clock: Clock;
  /** Called once. */
  readonly onReopen: (reason: string) => void;
}

const LOOK_MILLISECONDS = 1000;
/** What opening writes, and the logs until they are first written out. */
export const REOPEN_FREE_BYTES = 64 * 1024 * 1024;

/** Returns the way to stop. */
export function watchForReopening(options: ReopeningOptions): () => void {
  const { wish, freeBytes, clock, onReopen } = options;
  let stopped = false;
  const mayOpen = async ({ needsSpace }: ReopenWish): Promise<boolean> =>
    !needsSpace || (await freeBytes().catch(() => 0)) >= REOPEN_FREE_BYTES;
  const look = async (): Promise<void> => {
    const wished = wish();
    const goes = wished !== undefined && (await mayOpen(wished));
    if (stopped) return;
    if (goes) onReopen(wished.reason);
    else next();
  };
  let timer = clock.setTimer(LOOK_MILLISECONDS, () => void look());
  function next(): void {
    timer = clock.setTimer(LOOK_MILLISECONDS, () => void look());
  }
  return () => {
    stopped = true;
    timer.cancel();
  };
}
