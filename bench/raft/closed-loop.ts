/** So many entries under way at once, each followed by the next: what such a proposer sees, and how many it gets. */
import type { Clock } from '../../platform/index.js';
import { Latencies } from '../generator/latencies.js';

export interface LoopOptions {
  readonly inFlight: number;
  readonly seconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One entry, done when it resolves. False: it was refused or its fate is unknown. */
  readonly submit: (sequence: number) => Promise<boolean>;
}

export interface LoopResult {
  readonly seconds: number;
  readonly entries: number;
  readonly errors: number;
  readonly perSecond: number;
  /** As `Latencies` encodes it. */
  readonly histogram: string;
  /** Why the figures say nothing. */
  readonly invalid: string | undefined;
}

export interface LatencyRecorder {
  record(milliseconds: number): void;
  result(seconds: number, errors: number): LoopResult;
}

export function latencyRecorder(): LatencyRecorder {
  const latencies = new Latencies();
  return {
    record: (milliseconds) => latencies.record(milliseconds),
    result: (seconds, errors) => ({
      seconds,
      entries: latencies.count,
      errors,
      perSecond: latencies.count / seconds,
      histogram: latencies.encode(),
      invalid: undefined,
    }),
  };
}

/** Rejects when `signal` is aborted. Single failures are counted. */
export async function closedLoop(options: LoopOptions): Promise<LoopResult> {
  const { inFlight, seconds, clock, signal, submit } = options;
  const recorder = latencyRecorder();
  const startedAt = clock.monotonicMilliseconds();
  const endAt = startedAt + seconds * 1000;
  let sequence = 0;
  let errors = 0;
  const proposer = async (): Promise<void> => {
    let now = clock.monotonicMilliseconds();
    while (now < endAt) {
      signal.throwIfAborted();
      const sentAt = now;
      sequence += 1;
      const done = await submit(sequence);
      now = clock.monotonicMilliseconds();
      if (done) recorder.record(now - sentAt);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, proposer));
  return recorder.result((clock.monotonicMilliseconds() - startedAt) / 1000, errors);
}
