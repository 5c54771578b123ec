/**
 * A computation that waits only where it has to. Applying an entry reads the state, which nearly always is in memory:
 * an async function for each of its parts would cost promises and turns for nothing, thousands of times a second.
 */

/** Yields each promise that it waits for, and is told what came of it. */
export type Steps<Value> = Generator<Promise<unknown>, Value, unknown>;

/** The one way to wait inside of steps; throws what the promise is rejected with. */
export function* waitFor<Value>(promise: Promise<Value>): Steps<Value> {
  return (yield promise) as Value;
}

/** The value at once when nothing had to be waited for. Throws or rejects with what the steps throw. */
export function runSteps<Value>(steps: Steps<Value>): Value | Promise<Value> {
  const first = steps.next();
  return first.done === true ? first.value : finish(steps, first.value);
}

async function finish<Value>(steps: Steps<Value>, first: Promise<unknown>): Promise<Value> {
  let waited = first;
  for (;;) {
    const next = await waited.then(
      (value) => steps.next(value),
      (error: unknown) => steps.throw(error),
    );
    if (next.done === true) return next.value;
    waited = next.value;
  }
}
