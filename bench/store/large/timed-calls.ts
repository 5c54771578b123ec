/** Calls of the store under way side by side, and what became of them. */
import type { Clock } from '../../../platform/index.js';
import { Latencies } from '../../generator/latencies.js';
import type { StalledCalls, TimedCalls } from './protocol.js';

/** What went wrong with a call; undefined when it was done. */
export type CallEnd = string | undefined;

const REFUSED_PAUSE_MILLISECONDS = 1;

export class CallBook {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #latencies = new Latencies();
  #refused = 0;
  #firstRefusal: string | undefined;
  #lastAnswerAt: number;
  #longestSilence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonicMilliseconds();
    this.#lastAnswerAt = this.#startedAt;
  }

  /** @param dueAt when the call was to be made */
  ended(dueAt: number, end: CallEnd): void {
    const now = this.#clock.monotonicMilliseconds();
    if (end === undefined) {
      this.#latencies.record(now - dueAt);
      this.#longestSilence = Math.max(this.#longestSilence, now - this.#lastAnswerAt);
      this.#lastAnswerAt = now;
    } else {
      this.#refused += 1;
      this.#firstRefusal ??= end;
    }
  }

  calls(): TimedCalls {
    const now = this.#clock.monotonicMilliseconds();
    const seconds = (now - this.#startedAt) / 1000;
    return {
      seconds,
      operations: this.#latencies.count,
      perSecond: this.#latencies.count / seconds,
      refused: this.#refused,
      firstRefusal: this.#firstRefusal,
      histogram: this.#latencies.encode(),
      ...this.#latencies.summary(),
    };
  }

  stalledCalls(maxStallMilliseconds: number): StalledCalls {
    const silence = this.#clock.monotonicMilliseconds() - this.#lastAnswerAt;
    return {
      ...this.calls(),
      maxStallMilliseconds,
      longestSilenceMilliseconds: Math.max(this.#longestSilence, silence),
    };
  }
}

/** So many at once, each followed by the next, for so long. */
export async function closedCalls(
  clock: Clock,
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
  call: () => Promise<CallEnd>,
): Promise<CallBook> {
  const book = new CallBook(clock);
  const endAt = clock.monotonicMilliseconds() + seconds * 1000;
  const loop = async (): Promise<void> => {
    for (let now = clock.monotonicMilliseconds(); now < endAt; now = clock.monotonicMilliseconds()) {
      const end = await call();
      book.ended(now, end);
      if (end !== undefined) await pause(clock, REFUSED_PAUSE_MILLISECONDS);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return book;
}

/** Each at its time, however long those before take, until `running` says no. Late calls count from when they were due. */
export async function steadyCalls(
  clock: Clock,
  perSecond: number,
  running: () => boolean,
  call: () => Promise<CallEnd>,
): Promise<CallBook> {
  const book = new CallBook(clock);
  const startedAt = clock.monotonicMilliseconds();
  const underWay = new Set<Promise<void>>();
  for (let made = 0; running(); ) {
    const due = Math.floor(((clock.monotonicMilliseconds() - startedAt) / 1000) * perSecond);
    for (; made < due; made += 1) {
      const dueAt = startedAt + (made * 1000) / perSecond;
      const one: Promise<void> = call().then((end) => {
        book.ended(dueAt, end);
        underWay.delete(one);
      });
      underWay.add(one);
    }
    await pause(clock, 1);
  }
  await Promise.all(underWay);
  return book;
}

export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(milliseconds, resolve);
  });
}
