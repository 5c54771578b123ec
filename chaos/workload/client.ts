/**
 * One client: draws operations, does them one after the other, writes down what it was told, and turns to
 * another member when one refuses or falls silent.
 */
import { delay } from '../../client/index.js';
import type { Clock, Random } from '../../platform/index.js';
import type { HistoryCall, HistoryRecorder } from '../checker/index.js';
import type { Target, Targets } from './targets.js';
import type { Ending, PlannedOperation, Workload } from './workload.js';

/** One operation as the report shows it; its place in the list is its place among the history's invocations. */
export interface OperationRecord {
  readonly client: number;
  readonly workload: string;
  readonly f: string;
  readonly subject: string;
  readonly isRead: boolean;
  readonly target: string;
  readonly startMilliseconds: number;
  /** undefined: still under way when the run ended. */
  endMilliseconds: number | undefined;
  ending: Ending['kind'] | undefined;
  error: string | undefined;
  surprising: boolean;
}

export interface Books {
  readonly recorder: HistoryRecorder;
  readonly records: OperationRecord[];
}

export interface ClientOptions {
  readonly client: number;
  readonly workloads: readonly Workload[];
  readonly targets: Targets;
  readonly books: Books;
  readonly clock: Clock;
  readonly random: Random;
  /** Between two operations of this client, on average. */
  readonly meanPauseMilliseconds: number;
  /** Aborted: ends after the operation under way. */
  readonly signal: AbortSignal;
}

export async function runClient(options: ClientOptions): Promise<void> {
  const { client, workloads, targets, random, clock, signal } = options;
  const names = targets.names();
  let process = options.books.recorder.nextProcess();
  let target = targets.connect(names[client % names.length] ?? targets.other(random, ''));
  try {
    while (!signal.aborted) {
      await delay(clock, -Math.log(1 - random.float()) * options.meanPauseMilliseconds, signal);
      if (signal.aborted) return;
      const workload = workloads[random.integer(0, workloads.length)];
      if (workload === undefined) throw new Error('a client needs a workload');
      const ending = await doOne(options, process, target, workload.name, workload.plan(random));
      if (ending.kind === 'info') process = options.books.recorder.nextProcess();
      if (ending.kind !== 'ok' && ending.targetAtFault) target = turnAway(targets, random, target);
    }
  } finally {
    target.api.close();
  }
}

function isRead(call: HistoryCall): boolean {
  return call.f === 'read' || (call.f === 'txn' && call.operations.every(({ kind }) => kind === 'read'));
}

/** Does one operation and writes it down. */
export async function doOne(
  { books, clock, client }: Pick<ClientOptions, 'books' | 'clock' | 'client'>,
  process: number,
  target: Target,
  workload: string,
  operation: PlannedOperation,
): Promise<Ending> {
  const { recorder, records } = books;
  const { call, subject } = operation;
  const record: OperationRecord = {
    client,
    workload,
    f: call.f,
    subject,
    isRead: isRead(call),
    target: target.name,
    startMilliseconds: clock.monotonicMilliseconds(),
    endMilliseconds: undefined,
    ending: undefined,
    error: undefined,
    surprising: false,
  };
  records.push(record);
  recorder.invoke(process, call);
  const ending = await operation.perform(target.api);
  switch (ending.kind) {
    case 'ok':
      recorder.ok(process, ending.call, ending.revision);
      break;
    case 'fail':
      recorder.fail(process, call, ending.error);
      break;
    case 'info':
      recorder.info(process, call, ending.error);
      break;
  }
  record.endMilliseconds = clock.monotonicMilliseconds();
  record.ending = ending.kind;
  if (ending.kind !== 'ok') {
    record.error = ending.error;
    record.surprising = ending.surprising;
  }
  return ending;
}

export function turnAway(targets: Targets, random: Random, from: Target): Target {
  from.api.close();
  return targets.connect(targets.other(random, from.name));
}
