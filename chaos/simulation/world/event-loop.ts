/**
 * The thin shell that runs a simulation in Node's event loop. Between two events every promise continuation is
 * run first: V8 drains all microtasks, also those queued meanwhile, before the next tick's callback. Nothing
 * here takes part in deciding what happens, so the order of events stays the seed's.
 */

/** After this many events the process looks at its signals, timers and terminal. */
const EVENTS_PER_BREATH = 5_000;

const settled = Promise.resolve();

/** Calls `step` until it gives false, with all promises settled before the first call and between two. */
export function runToEnd(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let untilBreath = EVENTS_PER_BREATH;
    const next = (): void => {
      try {
        if (!step()) {
          resolve();
          return;
        }
      } catch (error) {
        reject(error);
        return;
      }
      untilBreath -= 1;
      if (untilBreath > 0) {
        void settled.then(afterMicrotasks);
        return;
      }
      untilBreath = EVENTS_PER_BREATH;
      setImmediate(next);
    };
    const afterMicrotasks = (): void => {
      process.nextTick(next);
    };
    // Not at once: called from a timer's or a port's callback, the next tick comes before its promises are settled.
    void settled.then(afterMicrotasks);
  });
}
