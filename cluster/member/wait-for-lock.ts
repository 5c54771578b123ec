/**
 * A member's databases are locked while a process has them open. When a supervisor is killed, its members end
 * a moment later, and a new supervisor may be quicker: the new member waits for the old one to let go.
 */
import type { Clock, Logger } from '../../platform/index.js';
import { errorCode } from '../atomic-file.js';

const retryMilliseconds = 50;

/** Longer than a member takes to end once its supervisor is gone. */
export const lockWaitMilliseconds = 10_000;

/** Whether somebody else has the database open, wherever in the chain of causes it is said. */
export function isLocked(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (errorCode(current) === 'LEVEL_LOCKED') return true;
  }
  return false;
}

/** Calls `open` until it does not fail on a lock, or the wait is over; any other failure is passed on at once. */
export async function whenUnlocked<Opened>(
  open: () => Promise<Opened>,
  tools: { readonly clock: Clock; readonly logger: Logger },
): Promise<Opened> {
  const deadline = tools.clock.monotonicMilliseconds() + lockWaitMilliseconds;
  let told = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isLocked(error) || tools.clock.monotonicMilliseconds() >= deadline) throw error;
      if (!told) tools.logger.warn('another process has the databases open; waiting for it to end');
      told = true;
    }
    await new Promise<void>((resolve) => {
      tools.clock.setTimer(retryMilliseconds, resolve);
    });
  }
}
