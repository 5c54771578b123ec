/**
 * What the terminal's signals mean to a cluster in the foreground: the first asks for a clean stop, a second
 * Ctrl-C kills.
 */
import type { Clock } from '../platform/index.js';

/**
 * `npm start` passes Ctrl-C on to a process that got it from the terminal already: two within this time are
 * one key.
 */
export const sameKeyMilliseconds = 400;

/** Decides what a signal means, given when the first came. */
export function signalMeaning(
  signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP',
  firstMilliseconds: number | undefined,
  nowMilliseconds: number,
): 'stop' | 'kill' | 'ignore' {
  if (firstMilliseconds === undefined) return 'stop';
  if (signal !== 'SIGINT') return 'ignore';
  return nowMilliseconds - firstMilliseconds > sameKeyMilliseconds ? 'kill' : 'ignore';
}

export function stopOnSignals(options: { readonly clock: Clock; onStop(): void; onKill(): void }): {
  release(): void;
} {
  let first: number | undefined;
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = (): void => {
      const now = options.clock.monotonicMilliseconds();
      const meaning = signalMeaning(signal, first, now);
      first ??= now;
      if (meaning === 'stop') options.onStop();
      else if (meaning === 'kill') options.onKill();
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return {
    release() {
      for (const { signal, listener } of listeners) process.off(signal, listener);
    },
  };
}
