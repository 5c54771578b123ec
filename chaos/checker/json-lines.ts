/**
 * Histories as text, one event a line, in Jepsen's form, so that other checkers can read them:
 *
 *   {"process":3,"type":"ok","f":"cas","key":"k","value":[1,2],"time":1500,"revision":7}
 *
 * A transaction's key is null and its value a list of micro-operations: ["r", key, value] (with the value's mod
 * revision as a fourth element when it is known) and ["w", key, value]. `error` says why something failed.
 */
import {
  type HistoryCall,
  HistoryError,
  type HistoryEvent,
  type HistoryValue,
  type MicroOperation,
} from './history.js';

function valueOf(call: HistoryCall): unknown {
  switch (call.f) {
    case 'read':
    case 'write':
    case 'append':
    case 'add':
      return call.value;
    case 'cas':
      return [call.expected, call.next];
    case 'txn':
      return call.operations.map((operation) =>
        operation.kind === 'write'
          ? ['w', operation.key, operation.value]
          : [
              'r',
              operation.key,
              operation.value,
              ...(operation.modRevision === undefined ? [] : [operation.modRevision]),
            ],
      );
  }
}

/** One event as one line, without the line's end. */
export function formatEvent(event: HistoryEvent): string {
  const { call } = event;
  return JSON.stringify({
    process: event.process,
    type: event.type,
    f: call.f,
    key: call.f === 'txn' ? null : call.key,
    value: valueOf(call),
    time: event.timeNanoseconds,
    ...(event.type === 'ok' && event.revision !== undefined ? { revision: event.revision } : {}),
    ...(call.f === 'read' && call.modRevision !== undefined ? { modRevision: call.modRevision } : {}),
    ...((event.type === 'fail' || event.type === 'info') && event.error !== undefined
      ? { error: event.error }
      : {}),
  });
}

export function formatHistory(events: readonly HistoryEvent[]): string {
  return events.map((event) => `${formatEvent(event)}\n`).join('');
}

/** The fields of one line, each asked for by name so that an error can name it. */
class Fields {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #line: number;

  constructor(fields: object, line: number) {
    this.#fields = new Map(Object.entries(fields));
    this.#line = line;
  }

  fail(field: string, message: string): never {
    throw new HistoryError(message, { line: this.#line, field });
  }

  get(field: string): unknown {
    return this.#fields.get(field);
  }

  count(field: string, value: unknown = this.get(field)): number {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      return this.fail(field, `must be a whole number of at least 0, not ${show(value)}`);
    }
    return value;
  }

  optionalCount(field: string): number | undefined {
    return this.get(field) === undefined ? undefined : this.count(field);
  }

  optionalText(field: string): string | undefined {
    const value = this.get(field);
    if (value === undefined || typeof value === 'string') return value;
    return this.fail(field, `must be text, not ${show(value)}`);
  }

  key(): string {
    const value = this.get('key');
    return typeof value === 'string' ? value : this.fail('key', `must be text, not ${show(value)}`);
  }

  scalar(value: unknown = this.get('value')): HistoryValue {
    return isScalar(value)
      ? value
      : this.fail('value', `must be text, a number, true, false or null, not ${show(value)}`);
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isScalar(value: unknown): value is HistoryValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function parseRead(fields: Fields): HistoryCall {
  const value = fields.get('value');
  const modRevision = fields.optionalCount('modRevision');
  return {
    f: 'read',
    key: fields.key(),
    value: Array.isArray(value) ? value.map((element) => fields.scalar(element)) : fields.scalar(),
    ...(modRevision === undefined ? {} : { modRevision }),
  };
}

function parseCas(fields: Fields): HistoryCall {
  const value = fields.get('value');
  if (!Array.isArray(value) || value.length !== 2) {
    return fields.fail('value', `must be [expected, next], not ${show(value)}`);
  }
  return { f: 'cas', key: fields.key(), expected: fields.scalar(value[0]), next: fields.scalar(value[1]) };
}

function parseMicroOperation(fields: Fields, operation: unknown): MicroOperation {
  const [kind, key, value, modRevision, ...rest]: readonly unknown[] = Array.isArray(operation)
    ? operation
    : [];
  const length = Array.isArray(operation) ? operation.length : 0;
  if (typeof key === 'string' && rest.length === 0) {
    if (kind === 'w' && length === 3) return { kind: 'write', key, value: fields.scalar(value) };
    if (kind === 'r' && length === 3) return { kind: 'read', key, value: fields.scalar(value) };
    if (kind === 'r' && length === 4) {
      return {
        kind: 'read',
        key,
        value: fields.scalar(value),
        modRevision: fields.count('value', modRevision),
      };
    }
  }
  return fields.fail(
    'value',
    `must hold ["r", key, value], ["r", key, value, modRevision] or ["w", key, value], not ${show(operation)}`,
  );
}

function parseTxn(fields: Fields): HistoryCall {
  const key = fields.get('key');
  if (key !== null && key !== undefined) {
    fields.fail('key', `must be null for a transaction, not ${show(key)}`);
  }
  const value = fields.get('value');
  if (!Array.isArray(value)) {
    return fields.fail('value', `must be a list of micro-operations, not ${show(value)}`);
  }
  return { f: 'txn', operations: value.map((operation) => parseMicroOperation(fields, operation)) };
}

function parseCall(fields: Fields): HistoryCall {
  const f = fields.get('f');
  switch (f) {
    case 'read':
      return parseRead(fields);
    case 'write':
    case 'append':
    case 'add':
      return { f, key: fields.key(), value: fields.scalar() };
    case 'cas':
      return parseCas(fields);
    case 'txn':
      return parseTxn(fields);
    default:
      return fields.fail('f', `must be read, write, cas, append, add or txn, not ${show(f)}`);
  }
}

function parseJson(text: string, line: number): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new HistoryError(`is not JSON: ${(error as Error).message}`, { line });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new HistoryError(`must be a JSON object, not ${show(parsed)}`, { line });
  }
  return parsed;
}

/** One line; `line` is its number, for the error. */
export function parseEvent(text: string, line: number): HistoryEvent {
  const fields = new Fields(parseJson(text, line), line);
  const stamp = { process: fields.count('process'), timeNanoseconds: fields.count('time') };
  const call = parseCall(fields);
  const type = fields.get('type');
  switch (type) {
    case 'invoke':
      return { ...stamp, type, call };
    case 'ok': {
      const revision = fields.optionalCount('revision');
      return { ...stamp, type, call, ...(revision === undefined ? {} : { revision }) };
    }
    case 'fail':
    case 'info': {
      const error = fields.optionalText('error');
      return { ...stamp, type, call, ...(error === undefined ? {} : { error }) };
    }
    default:
      return fields.fail('type', `must be invoke, ok, fail or info, not ${show(type)}`);
  }
}

/** A whole history; empty lines are allowed at its end only, so that line numbers are event numbers. */
export function parseHistory(text: string): readonly HistoryEvent[] {
  const lines = text.split('\n');
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines.map((line, index) => parseEvent(line, index + 1));
}
