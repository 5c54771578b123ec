/** Entries that are proposed when they are due, whatever is outstanding, inside the leader's own process. */
import type { Clock, Random } from '../../platform/index.js';
import { Arrivals } from '../generator/open/arrivals.js';
import { OpenLoop } from '../generator/open/open-loop.js';
import { fellBehind } from '../generator/open/validity.js';
import type { LoopResult } from './closed-loop.js';

export interface OpenOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
  /** One entry, done when it resolves. False: it was refused or its fate is unknown. */
  readonly submit: (sequence: number) => Promise<boolean>;
}

/** Rejects when `signal` is aborted. */
export async function openLoop(options: OpenOptions): Promise<LoopResult> {
  const { perSecond, seconds, clock, random, signal, timeoutMilliseconds, submit } = options;
  let sequence = 0;
  const propose = async (): Promise<void> => {
    sequence += 1;
    if (!(await submit(sequence))) throw new Error('the entry was not acknowledged');
  };
  const loop = new OpenLoop({
    arrivals: new Arrivals({ perSecond, seconds, random }),
    seconds,
    clients: 1,
    members: 1,
    firstMember: 0,
    timeoutMilliseconds,
    followTheLeader: false,
    intervalMilliseconds: 1_000,
    clock,
    send: () => ({ answer: propose(), cancel: () => {} }),
  });
  const stop = (): void => loop.stop();
  signal.addEventListener('abort', stop, { once: true });
  const books = await loop.run();
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return {
    seconds: books.seconds,
    entries: books.answered,
    errors: books.due - books.answered,
    perSecond: books.answered / books.seconds,
    histogram: books.latencies.encode(),
    // The proposer shares its event loop with the leader. How busy that is, and how late it therefore proposes, is the
    // leader's doing and in every latency, which counts from when the entry was due.
    invalid: fellBehind({
      due: books.due,
      sent: books.sent,
      sentLateMilliseconds: 0,
      latencyP99Milliseconds: books.latencies.percentileMilliseconds(99),
      busyShare: 0,
    }),
  };
}
