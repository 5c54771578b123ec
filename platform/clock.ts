/**
 * Time as a dependency. Nothing below the command line reads a clock or sets a timer except through this
 * interface, so that the simulator can own time and a test can wait for a condition instead of a duration.
 */

/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. For measuring and for deadlines. */
  monotonicMilliseconds(): number;
  /** Milliseconds since the Unix epoch; may jump. Only for what people read and for the leader's stamp. */
  wallMilliseconds(): number;
  /** Calls `callback` once, `delayMilliseconds` from now at the earliest. */
  setTimer(delayMilliseconds: number, callback: () => void): Timer;
  /** Calls `callback` in a later turn, after what already waits in sockets has been handled. */
  defer(callback: () => void): void;
}

/** The machine's clock. A timer made here does not keep the process alive by itself when `unref` is set. */
export function systemClock(options: { readonly unref?: boolean } = {}): Clock {
  return {
    monotonicMilliseconds: () => performance.now(),
    wallMilliseconds: () => Date.now(),
    setTimer(delayMilliseconds, callback) {
      const handle = setTimeout(callback, delayMilliseconds);
      if (options.unref === true) handle.unref();
      return { cancel: () => clearTimeout(handle) };
    },
    defer: (callback) => {
      setImmediate(callback);
    },
  };
}
