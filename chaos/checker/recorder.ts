/**
 * Writes down what concurrent clients do. Times are made distinct, so that the order in which things happened
 * in this process is never lost to a coarse clock.
 */
import type { HistoryCall, HistoryEvent } from './history.js';

export interface HistoryRecorder {
  invoke(process: number, call: HistoryCall): void;
  /** `call` as answered: a read with its value. */
  ok(process: number, call: HistoryCall, revision?: number): void;
  /** Certainly not done. */
  fail(process: number, call: HistoryCall, error?: string): void;
  /** Nobody knows. The client must go on under `nextProcess()`. */
  info(process: number, call: HistoryCall, error?: string): void;
  /** A process number that was never used. */
  nextProcess(): number;
  readonly events: readonly HistoryEvent[];
}

export interface HistoryRecorderOptions {
  /** Of one clock, never going back. */
  readonly nowNanoseconds: () => number;
  /** Called with each event as it happens, e.g. to write it to a file. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

export function createHistoryRecorder(options: HistoryRecorderOptions): HistoryRecorder {
  const events: HistoryEvent[] = [];
  let lastNanoseconds = -1;
  let processes = 0;
  const time = (): number => {
    lastNanoseconds = Math.max(Math.floor(options.nowNanoseconds()), lastNanoseconds + 1);
    return lastNanoseconds;
  };
  const record = (event: HistoryEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const stamp = (process: number): { readonly process: number; readonly timeNanoseconds: number } => ({
    process,
    timeNanoseconds: time(),
  });
  return {
    invoke(process, call) {
      record({ ...stamp(process), type: 'invoke', call });
    },
    ok(process, call, revision) {
      record({ ...stamp(process), type: 'ok', call, ...(revision === undefined ? {} : { revision }) });
    },
    fail(process, call, error) {
      record({ ...stamp(process), type: 'fail', call, ...(error === undefined ? {} : { error }) });
    },
    info(process, call, error) {
      record({ ...stamp(process), type: 'info', call, ...(error === undefined ? {} : { error }) });
    },
    nextProcess() {
      processes += 1;
      return processes - 1;
    },
    events,
  };
}
