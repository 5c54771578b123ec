/**
 * What clients did and what they were told: the vocabulary of every checker here. Events come as they happen
 * (an invocation, later how it ended); an operation is an invocation joined with its end.
 *
 * Times are nanoseconds of one clock. Only a strict order counts: an operation that ended at the very time at
 * which another began is taken as concurrent with it, which can hide a fault but never invents one (a recorder
 * that hands out distinct times loses nothing, see recorder.ts).
 */

/** What a key holds; null is "nothing": a key that is absent reads as null, and writing null deletes it. */
export type HistoryValue = string | number | boolean | null;

export type MicroOperation =
  | {
      readonly kind: 'read';
      readonly key: string;
      /** Null until it is answered. */
      readonly value: HistoryValue;
      /** The revision that wrote the value, when the store told. */
      readonly modRevision?: number;
    }
  | { readonly kind: 'write'; readonly key: string; readonly value: HistoryValue };

/** What is asked for, or, once answered, what was found. */
export type HistoryCall =
  | {
      readonly f: 'read';
      readonly key: string;
      /** Null until it is answered; a list for the models `append` and `set`. */
      readonly value: HistoryValue | readonly HistoryValue[];
      /** The revision that wrote the value, when the store told. */
      readonly modRevision?: number;
    }
  | { readonly f: 'write'; readonly key: string; readonly value: HistoryValue }
  | {
      readonly f: 'cas';
      readonly key: string;
      readonly expected: HistoryValue;
      readonly next: HistoryValue;
    }
  | { readonly f: 'append'; readonly key: string; readonly value: HistoryValue }
  | { readonly f: 'add'; readonly key: string; readonly value: HistoryValue }
  | { readonly f: 'txn'; readonly operations: readonly MicroOperation[] };

export type HistoryFunction = HistoryCall['f'];

interface Stamp {
  /** A client that does one thing at a time. */
  readonly process: number;
  readonly timeNanoseconds: number;
}

export type HistoryEvent = Stamp &
  (
    | { readonly type: 'invoke'; readonly call: HistoryCall }
    /** Done. The revision is the one it made, or the one it read at when it wrote nothing. */
    | { readonly type: 'ok'; readonly call: HistoryCall; readonly revision?: number }
    /** Certainly not done. */
    | { readonly type: 'fail'; readonly call: HistoryCall; readonly error?: string }
    /** Nobody knows; the client goes on under a new process number. */
    | { readonly type: 'info'; readonly call: HistoryCall; readonly error?: string }
  );

export type OperationOutcome =
  | { readonly kind: 'ok'; readonly timeNanoseconds: number; readonly revision?: number }
  | { readonly kind: 'failed'; readonly timeNanoseconds: number; readonly error?: string }
  /** It may take effect at any time after its invocation, or never. Without a time: the history ended first. */
  | { readonly kind: 'unknown'; readonly timeNanoseconds?: number; readonly error?: string };

export interface Operation {
  /** Its place in the order of invocations as the history has them. */
  readonly id: number;
  readonly process: number;
  readonly invokedNanoseconds: number;
  /** As answered when the outcome is ok, otherwise as asked. */
  readonly call: HistoryCall;
  readonly outcome: OperationOutcome;
}

/** A history that cannot be read. `line` counts from 1; it is absent when no text was involved. */
export class HistoryError extends Error {
  readonly line: number | undefined;
  readonly field: string | undefined;

  constructor(message: string, at: { readonly line?: number; readonly field?: string } = {}) {
    const where = [
      at.line === undefined ? [] : [`line ${at.line}`],
      at.field === undefined ? [] : [`field "${at.field}"`],
    ].flat();
    super(where.length === 0 ? message : `${where.join(', ')}: ${message}`);
    this.name = 'HistoryError';
    this.line = at.line;
    this.field = at.field;
  }
}

/** The call without what its answer adds: equal for an invocation and its end. */
function asked(call: HistoryCall): string {
  switch (call.f) {
    case 'read':
      return JSON.stringify([call.f, call.key]);
    case 'write':
    case 'append':
    case 'add':
      return JSON.stringify([call.f, call.key, call.value]);
    case 'cas':
      return JSON.stringify([call.f, call.key, call.expected, call.next]);
    case 'txn':
      return JSON.stringify([
        call.f,
        ...call.operations.map((operation) =>
          operation.kind === 'read' ? ['r', operation.key] : ['w', operation.key, operation.value],
        ),
      ]);
  }
}

type Invocation = Extract<HistoryEvent, { readonly type: 'invoke' }>;
type Completion = Exclude<HistoryEvent, Invocation>;

function outcomeOf(event: Completion): OperationOutcome {
  const { timeNanoseconds } = event;
  switch (event.type) {
    case 'ok':
      return {
        kind: 'ok',
        timeNanoseconds,
        ...(event.revision === undefined ? {} : { revision: event.revision }),
      };
    case 'fail':
      return {
        kind: 'failed',
        timeNanoseconds,
        ...(event.error === undefined ? {} : { error: event.error }),
      };
    case 'info':
      return {
        kind: 'unknown',
        timeNanoseconds,
        ...(event.error === undefined ? {} : { error: event.error }),
      };
  }
}

interface Open {
  readonly id: number;
  readonly invocation: Invocation;
}

function checkCompletion(open: Open | undefined, event: Completion, line: number): Open {
  if (open === undefined) {
    throw new HistoryError(`process ${event.process} has nothing open that could end with ${event.type}`, {
      line,
      field: 'process',
    });
  }
  if (asked(open.invocation.call) !== asked(event.call)) {
    throw new HistoryError(`process ${event.process} ends another operation than the one it invoked`, {
      line,
      field: open.invocation.call.f === event.call.f ? 'value' : 'f',
    });
  }
  if (event.timeNanoseconds < open.invocation.timeNanoseconds) {
    throw new HistoryError(`process ${event.process} ends an operation before its invocation`, {
      line,
      field: 'time',
    });
  }
  return open;
}

function checkInvocation(
  open: Open | undefined,
  ended: Completion | undefined,
  event: Invocation,
  line: number,
): void {
  if (open !== undefined) {
    throw new HistoryError(`process ${event.process} invokes while its last operation is open`, {
      line,
      field: 'process',
    });
  }
  if (ended === undefined) return;
  if (ended.type === 'info') {
    throw new HistoryError(
      `process ${event.process} goes on after an unknown outcome; it needs a new process number`,
      { line, field: 'process' },
    );
  }
  if (event.timeNanoseconds < ended.timeNanoseconds) {
    throw new HistoryError(`process ${event.process} invokes before its last operation ended`, {
      line,
      field: 'time',
    });
  }
}

/**
 * Joins invocations with their ends, in the order of the invocations. What is still open when the history ends
 * has an unknown outcome. Positions in the error count events from 1, as lines do.
 */
export function pairOperations(events: readonly HistoryEvent[]): readonly Operation[] {
  const operations: Operation[] = [];
  const open = new Map<number, Open>();
  const ended = new Map<number, Completion>();
  const operationOf = (
    { id, invocation }: Open,
    call: HistoryCall,
    outcome: OperationOutcome,
  ): Operation => ({
    id,
    process: invocation.process,
    invokedNanoseconds: invocation.timeNanoseconds,
    call,
    outcome,
  });
  let id = 0;
  for (const [index, event] of events.entries()) {
    const { process } = event;
    if (event.type === 'invoke') {
      checkInvocation(open.get(process), ended.get(process), event, index + 1);
      open.set(process, { id, invocation: event });
      id += 1;
      continue;
    }
    const begun = checkCompletion(open.get(process), event, index + 1);
    open.delete(process);
    ended.set(process, event);
    const call = event.type === 'ok' ? event.call : begun.invocation.call;
    operations[begun.id] = operationOf(begun, call, outcomeOf(event));
  }
  for (const begun of open.values()) {
    operations[begun.id] = operationOf(begun, begun.invocation.call, { kind: 'unknown' });
  }
  return operations;
}
