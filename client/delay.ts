/** Waiting on the injected clock. */
import type { Clock } from '../platform/index.js';

/** Resolves after `milliseconds`, or as soon as `signal` is aborted. Never rejects. */
export function delay(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimer(milliseconds, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
