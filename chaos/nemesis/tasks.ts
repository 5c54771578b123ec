/** Loops that run beside each other until they are told to stop; the first that fails stops them all. */
import { delay } from '../../client/index.js';
import type { Clock } from '../../platform/index.js';

export interface Tasks {
  /** Aborted when the caller's signal is, and when a task has failed. */
  readonly signal: AbortSignal;
  add(task: Promise<unknown>): void;
  /** Resolves when every task has ended; rejects with the first failure, or with the caller's reason. */
  settle(): Promise<void>;
  /** Rejects with what has gone wrong so far. */
  check(): void;
}

export function createTasks(caller: AbortSignal): Tasks {
  const controller = new AbortController();
  const running: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    controller.abort(error);
  };
  const onAbort = (): void => fail(caller.reason);
  if (caller.aborted) onAbort();
  else caller.addEventListener('abort', onAbort, { once: true });
  const check = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    signal: controller.signal,
    add(task) {
      running.push(task.then(() => {}, fail));
    },
    async settle() {
      await Promise.all(running);
      caller.removeEventListener('abort', onAbort);
      check();
    },
    check,
  };
}

/** Resolves with the promise, after the limit at the latest, or with the signal. Leaves no timer. Never rejects. */
export async function atMost(
  clock: Clock,
  limitMilliseconds: number,
  promise: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const done = endingWith(signal);
  const finish = (): void => done.abort();
  promise.then(finish, finish);
  await delay(clock, limitMilliseconds, done.signal);
}

/** A signal of its own that also ends with another. */
export function endingWith(other: AbortSignal): AbortController {
  const controller = new AbortController();
  if (other.aborted) controller.abort(other.reason);
  else other.addEventListener('abort', () => controller.abort(other.reason), { once: true });
  return controller;
}
