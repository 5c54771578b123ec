/**
 * A queue of keys to work on. The key is the unit, not the event: however often a key is added while it
 * waits, it is handed out once; and while a worker holds it no other worker gets it.
 *
 * Invariants: `dirty` holds the keys that need work; `processing` those that a worker holds; `waiting` holds
 * exactly the keys of `dirty` that are not in `processing`, in the order of their adding.
 */
import type { Clock, Random, Timer } from '../platform/index.js';
import { backoffMilliseconds } from './backoff.js';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Pause after the first failure of a key; doubles with each further one. 5 ms. */
  readonly initialRetryMilliseconds?: number;
  /** 1,000 s, as in the original. */
  readonly maxRetryMilliseconds?: number;
}

export interface WorkQueue {
  add(key: string): void;
  /** Adds later. Several delays of one key: the earliest counts. */
  addAfter(key: string, delayMilliseconds: number): void;
  /** Adds after a pause that grows with each call since the key was last forgotten. */
  addRateLimited(key: string): void;
  /** The key went well: its next retry begins with the first pause. */
  forget(key: string): void;
  /**
   * The next key, which is then the caller's until `done`. Waits while there is none; undefined once the
   * queue is shut down and empty.
   */
  take(): Promise<string | undefined>;
  /** Must follow every key taken. A key added meanwhile is handed out again. */
  done(key: string): void;
  /** No key is accepted any more; delayed ones are dropped, waiting ones are still handed out. */
  shutDown(): void;
  /** Keys ready to be taken. */
  readonly length: number;
}

interface DelayedKey {
  readonly dueMilliseconds: number;
  readonly timer: Timer;
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, random } = options;
  const retry = {
    random,
    initialMilliseconds: options.initialRetryMilliseconds ?? 5,
    maxMilliseconds: options.maxRetryMilliseconds ?? 1_000_000,
  };
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const waiting: string[] = [];
  const takers: ((key: string | undefined) => void)[] = [];
  const delayed = new Map<string, DelayedKey>();
  const failures = new Map<string, number>();
  let isShutDown = false;

  function hand(key: string): void {
    processing.add(key);
    dirty.delete(key);
  }

  function enqueue(key: string): void {
    const taker = takers.shift();
    if (taker === undefined) {
      waiting.push(key);
      return;
    }
    hand(key);
    taker(key);
  }

  function add(key: string): void {
    if (isShutDown || dirty.has(key)) return;
    dirty.add(key);
    // Whoever holds it puts it back with `done`.
    if (!processing.has(key)) enqueue(key);
  }

  function addAfter(key: string, delayMilliseconds: number): void {
    if (isShutDown) return;
    if (delayMilliseconds <= 0) {
      add(key);
      return;
    }
    const dueMilliseconds = clock.monotonicMilliseconds() + delayMilliseconds;
    const earlier = delayed.get(key);
    if (earlier !== undefined && earlier.dueMilliseconds <= dueMilliseconds) return;
    earlier?.timer.cancel();
    const timer = clock.setTimer(delayMilliseconds, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { dueMilliseconds, timer });
  }

  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, backoffMilliseconds(retry, count));
    },
    forget(key) {
      failures.delete(key);
    },
    take() {
      const key = waiting.shift();
      if (key !== undefined) {
        hand(key);
        return Promise.resolve(key);
      }
      if (isShutDown) return Promise.resolve(undefined);
      return new Promise((resolve) => takers.push(resolve));
    },
    done(key) {
      if (!processing.delete(key)) throw new Error(`done(${key}) without take`);
      if (dirty.has(key)) enqueue(key);
    },
    shutDown() {
      isShutDown = true;
      for (const { timer } of delayed.values()) timer.cancel();
      delayed.clear();
      for (const taker of takers.splice(0)) taker(undefined);
    },
    get length() {
      return waiting.length;
    },
  };
}
