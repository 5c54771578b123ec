import { describe, expect, it } from 'vitest';
import {
  createHistoryRecorder,
  formatEvent,
  formatHistory,
  HistoryError,
  type HistoryEvent,
  pairOperations,
  parseEvent,
  parseHistory,
} from '../../../chaos/checker/index.js';

const line = (fields: object): string =>
  JSON.stringify({ process: 0, type: 'invoke', f: 'read', key: 'k', value: null, time: 1, ...fields });

/** The error that reading this throws. */
function refusal(read: () => unknown): HistoryError {
  try {
    read();
  } catch (error) {
    if (error instanceof HistoryError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a history as JSON lines', () => {
  it('is written in Jepsen’s form', () => {
    const events: readonly HistoryEvent[] = [
      { process: 3, timeNanoseconds: 5, type: 'invoke', call: { f: 'write', key: 'k', value: 7 } },
      { process: 3, timeNanoseconds: 9, type: 'ok', call: { f: 'write', key: 'k', value: 7 }, revision: 4 },
      { process: 4, timeNanoseconds: 10, type: 'invoke', call: { f: 'cas', key: 'k', expected: 7, next: 8 } },
      {
        process: 4,
        timeNanoseconds: 11,
        type: 'fail',
        call: { f: 'cas', key: 'k', expected: 7, next: 8 },
        error: 'not 7',
      },
      {
        process: 5,
        timeNanoseconds: 12,
        type: 'info',
        call: {
          f: 'txn',
          operations: [
            { kind: 'read', key: 'a', value: null },
            { kind: 'read', key: 'b', value: 1, modRevision: 3 },
            { kind: 'write', key: 'c', value: 'x' },
          ],
        },
      },
    ];
    expect(formatHistory(events)).toBe(
      [
        '{"process":3,"type":"invoke","f":"write","key":"k","value":7,"time":5}',
        '{"process":3,"type":"ok","f":"write","key":"k","value":7,"time":9,"revision":4}',
        '{"process":4,"type":"invoke","f":"cas","key":"k","value":[7,8],"time":10}',
        '{"process":4,"type":"fail","f":"cas","key":"k","value":[7,8],"time":11,"error":"not 7"}',
        '{"process":5,"type":"info","f":"txn","key":null,"value":[["r","a",null],["r","b",1,3],["w","c","x"]],"time":12}',
        '',
      ].join('\n'),
    );
    expect(parseHistory(formatHistory(events))).toEqual(events);
  });

  it('keeps the lists and the mod revision that a read was answered with', () => {
    const text = line({ type: 'ok', value: [1, 'two', null], modRevision: 12, revision: 15 });
    const event = parseEvent(text, 1);
    expect(event.call).toEqual({ f: 'read', key: 'k', value: [1, 'two', null], modRevision: 12 });
    expect(JSON.parse(formatEvent(event))).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"process":', undefined, 'line 1: is not JSON'],
    ['[1]', undefined, 'line 1: must be a JSON object, not [1]'],
    [
      line({ process: -1 }),
      'process',
      'line 1, field "process": must be a whole number of at least 0, not -1',
    ],
    [line({ process: 'nemesis' }), 'process', 'not "nemesis"'],
    [line({ time: 1.5 }), 'time', 'not 1.5'],
    [line({ time: undefined }), 'time', 'not absent'],
    [line({ type: 'done' }), 'type', 'must be invoke, ok, fail or info, not "done"'],
    [line({ f: 'increment' }), 'f', 'must be read, write, cas, append, add or txn, not "increment"'],
    [line({ key: 3 }), 'key', 'must be text, not 3'],
    [line({ f: 'write', value: { a: 1 } }), 'value', 'not {"a":1}'],
    [line({ f: 'write', value: undefined }), 'value', 'not absent'],
    [line({ value: [[1]] }), 'value', 'not [1]'],
    [line({ f: 'cas', value: [1] }), 'value', 'must be [expected, next], not [1]'],
    [line({ f: 'txn', value: [] }), 'key', 'must be null for a transaction, not "k"'],
    [line({ f: 'txn', key: null, value: 3 }), 'value', 'must be a list of micro-operations, not 3'],
    [line({ f: 'txn', key: null, value: [['x', 'k', 1]] }), 'value', 'not ["x","k",1]'],
    [line({ f: 'txn', key: null, value: [['w', 'k']] }), 'value', 'not ["w","k"]'],
    [line({ type: 'ok', revision: 'a' }), 'revision', 'not "a"'],
    [line({ type: 'fail', error: 3 }), 'error', 'must be text, not 3'],
  ])('refuses %s and names what is wrong', (text, field, message) => {
    const error = refusal(() => parseHistory(text));
    expect(error.line).toBe(1);
    expect(error.field).toBe(field);
    expect(error.message).toContain(message);
  });

  it('counts lines from 1 and forgives empty ones at the end only', () => {
    expect(parseHistory(`${line({})}\n\n\n`)).toHaveLength(1);
    expect(refusal(() => parseHistory(`${line({})}\n\n${line({})}`)).line).toBe(2);
  });
});

describe('pairing', () => {
  const read = { f: 'read', key: 'k', value: null } as const;
  const write = { f: 'write', key: 'k', value: 1 } as const;

  it('joins each invocation with its end, in the order of the invocations', () => {
    const events: readonly HistoryEvent[] = [
      { process: 0, timeNanoseconds: 1, type: 'invoke', call: write },
      { process: 1, timeNanoseconds: 2, type: 'invoke', call: read },
      { process: 1, timeNanoseconds: 3, type: 'ok', call: { ...read, value: 1 }, revision: 8 },
      { process: 0, timeNanoseconds: 4, type: 'fail', call: write, error: 'no leader' },
    ];
    expect(pairOperations(events)).toEqual([
      {
        id: 0,
        process: 0,
        invokedNanoseconds: 1,
        call: write,
        outcome: { kind: 'failed', timeNanoseconds: 4, error: 'no leader' },
      },
      {
        id: 1,
        process: 1,
        invokedNanoseconds: 2,
        call: { ...read, value: 1 },
        outcome: { kind: 'ok', timeNanoseconds: 3, revision: 8 },
      },
    ]);
  });

  it('takes what is pending at the end, and what ended with info, as unknown', () => {
    const operations = pairOperations([
      { process: 0, timeNanoseconds: 1, type: 'invoke', call: write },
      { process: 1, timeNanoseconds: 2, type: 'invoke', call: write },
      { process: 0, timeNanoseconds: 3, type: 'info', call: write, error: 'timeout' },
    ]);
    expect(operations.map((operation) => operation.outcome)).toEqual([
      { kind: 'unknown', timeNanoseconds: 3, error: 'timeout' },
      { kind: 'unknown' },
    ]);
  });

  it.each<readonly [string, readonly HistoryEvent[], number, string]>([
    [
      'an end without a beginning',
      [{ process: 7, timeNanoseconds: 1, type: 'ok', call: read }],
      1,
      'process',
    ],
    [
      'two things at once',
      [
        { process: 7, timeNanoseconds: 1, type: 'invoke', call: read },
        { process: 7, timeNanoseconds: 2, type: 'invoke', call: read },
      ],
      2,
      'process',
    ],
    [
      'the end of something else',
      [
        { process: 7, timeNanoseconds: 1, type: 'invoke', call: read },
        { process: 7, timeNanoseconds: 2, type: 'ok', call: write },
      ],
      2,
      'f',
    ],
    [
      'the end of another write',
      [
        { process: 7, timeNanoseconds: 1, type: 'invoke', call: write },
        { process: 7, timeNanoseconds: 2, type: 'ok', call: { ...write, value: 2 } },
      ],
      2,
      'value',
    ],
    [
      'an end before the beginning',
      [
        { process: 7, timeNanoseconds: 5, type: 'invoke', call: read },
        { process: 7, timeNanoseconds: 4, type: 'ok', call: read },
      ],
      2,
      'time',
    ],
    [
      'a process that goes on after an unknown outcome',
      [
        { process: 7, timeNanoseconds: 1, type: 'invoke', call: read },
        { process: 7, timeNanoseconds: 2, type: 'info', call: read },
        { process: 7, timeNanoseconds: 3, type: 'invoke', call: read },
      ],
      3,
      'process',
    ],
  ])('refuses %s', (_, events, position, field) => {
    const error = refusal(() => pairOperations(events));
    expect([error.line, error.field]).toEqual([position, field]);
  });
});

describe('the recorder', () => {
  it('hands out distinct times even when the clock stands still', () => {
    const seen: HistoryEvent[] = [];
    const recorder = createHistoryRecorder({
      nowNanoseconds: () => 1_000.7,
      onEvent: (event) => seen.push(event),
    });
    const [first, second] = [recorder.nextProcess(), recorder.nextProcess()];
    recorder.invoke(first, { f: 'write', key: 'k', value: 1 });
    recorder.invoke(second, { f: 'read', key: 'k', value: null });
    recorder.ok(second, { f: 'read', key: 'k', value: null }, 3);
    recorder.info(first, { f: 'write', key: 'k', value: 1 }, 'timeout');
    expect(seen.map((event) => event.timeNanoseconds)).toEqual([1_000, 1_001, 1_002, 1_003]);
    expect(recorder.events).toEqual(seen);
    expect(parseHistory(formatHistory(seen))).toEqual(seen);
    expect(recorder.nextProcess()).toBe(2);
  });
});
