/** So many entries under way at once, each followed by the next: what such a proposer sees, and how many it gets. */
import { build } from 'hdr-histogram-js';
import type { Clock } from '../../platform/index.js';

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
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

export interface LatencyRecorder {
  record(milliseconds: number): void;
  result(seconds: number, errors: number): LoopResult;
}

export function latencyRecorder(): LatencyRecorder {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
  });
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    record: (milliseconds) => histogram.recordValue(Math.max(1, Math.round(milliseconds * 1000))),
    result: (seconds, errors) => ({
      seconds,
      entries: histogram.totalCount,
      errors,
      perSecond: histogram.totalCount / seconds,
      p50Milliseconds: at(50),
      p99Milliseconds: at(99),
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
