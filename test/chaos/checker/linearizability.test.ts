import { describe, expect, it } from 'vitest';
import {
  checkKeys,
  checkLinearizability,
  HistoryError,
  type ModelName,
  type Operation,
  simulatedHistory,
  verdictText,
} from '../../../chaos/checker/index.js';
import { seededRandom } from '../../../platform/index.js';
import { add, append, cas, history, read, write } from './support/histories.js';

const textOf = (operations: readonly Operation[], model: ModelName): string =>
  verdictText(checkLinearizability(operations, { model }));
const kindOf = (operations: readonly Operation[], model: ModelName): string =>
  checkLinearizability(operations, { model }).kind;

describe('a register', () => {
  it('may answer a read with the old or the new value while the write runs', () => {
    for (const value of [null, 1]) {
      expect(kindOf(history([0, 0, 10, write(1)], [1, 2, 5, read(value)]), 'register')).toBe('linearizable');
    }
  });

  it('never goes back: once the new value was read, the old one is a stale read', () => {
    const operations = history(
      [0, 0, 10, write(1)],
      [0, 20, 60, write(2)],
      [1, 25, 30, read(2)],
      [2, 35, 40, read(1)],
      [3, 41, 50, read(2)],
      [3, 70, 80, write(3)],
      [3, 90, 99, read(3)],
    );
    expect(textOf(operations, 'register')).toBe(
      [
        'not linearizable: 7 operations on 1 keys',
        '',
        'key "k": no order of these 4 operations explains every answer',
        '',
        '  PROCESS  FROM (ns)  TO (ns)  OPERATION  ANSWER',
        '  0        0          10       write 1    ok      ├──┤',
        '  0        20         60       write 2    ok            ├──────────────┤',
        '  1        25         30       read       2                ├──┤',
        '  2        35         40       read       1                      ├──┤',
      ].join('\n'),
    );
  });

  it('takes operations that touch in time as concurrent', () => {
    expect(kindOf(history([0, 0, 10, write(1)], [1, 10, 20, read(null)]), 'register')).toBe('linearizable');
    expect(kindOf(history([0, 0, 10, write(1)], [1, 11, 20, read(null)]), 'register')).toBe('violation');
  });

  it('lets a write of unknown outcome happen late, once, or never', () => {
    const late = history([0, 0, 'unknown', write(1)], [1, 10, 20, read(null)], [1, 30, 40, read(1)]);
    const never = history([0, 0, 'unknown', write(1)], [1, 10, 20, read(null)]);
    const twice = history(
      [0, 0, 'unknown', write(1)],
      [1, 10, 20, read(1)],
      [1, 30, 40, write(2)],
      [1, 50, 60, read(1)],
    );
    const early = history([1, 0, 5, read(1)], [0, 10, 'unknown', write(1)]);
    expect([late, never, twice, early].map((some) => kindOf(some, 'register'))).toEqual([
      'linearizable',
      'linearizable',
      'violation',
      'violation',
    ]);
  });

  it('never shows a write that failed', () => {
    expect(kindOf(history([0, 0, 'failed', write(1)], [1, 10, 20, read(1)]), 'register')).toBe('violation');
  });
});

describe('compare-and-set', () => {
  it('shows a lost update: two found the same value', () => {
    const operations = history(
      [0, 0, 10, write(0)],
      [3, 11, 14, read(0)],
      [1, 20, 40, cas(0, 1)],
      [2, 30, 50, cas(0, 2)],
      [3, 60, 70, read(2)],
    );
    expect(textOf(operations, 'cas')).toBe(
      [
        'not linearizable: 5 operations on 1 keys',
        '',
        'key "k": no order of these 3 operations explains every answer',
        '',
        '  PROCESS  FROM (ns)  TO (ns)  OPERATION  ANSWER',
        '  0        0          10       write 0    ok      ├──┤',
        '  1        20         40       cas 0 → 1  ok            ├─────┤',
        '  2        30         50       cas 0 → 2  ok               ├─────┤',
      ].join('\n'),
    );
  });

  it('can be undone by an unknown write in between', () => {
    const operations = history(
      [0, 0, 10, write(0)],
      [4, 5, 'unknown', write(0)],
      [1, 20, 40, cas(0, 1)],
      [2, 50, 60, cas(0, 2)],
    );
    expect(kindOf(operations, 'cas')).toBe('linearizable');
  });
});

describe('a list', () => {
  it('shows an append that was lost, and leaves out what has no part in it', () => {
    const operations = history(
      [0, 0, 10, append(1)],
      [0, 20, 30, append(2)],
      [0, 40, 50, append(3)],
      [1, 60, 70, read([1, 3])],
    );
    expect(textOf(operations, 'append')).toContain(
      [
        '  PROCESS  FROM (ns)  TO (ns)  OPERATION  ANSWER',
        '  0        20         30       append 2   ok      ├──┤',
        '  1        60         70       read       []            ├──┤',
      ].join('\n'),
    );
  });

  it('has one order for everybody', () => {
    const operations = history(
      [0, 0, 10, append(1)],
      [1, 0, 10, append(2)],
      [2, 20, 30, read([1, 2])],
      [3, 20, 30, read([2, 1])],
    );
    expect(kindOf(operations, 'append')).toBe('violation');
    expect(kindOf(operations.slice(0, 3), 'append')).toBe('linearizable');
  });
});

describe('a set', () => {
  it('is read in any order, but never loses an element', () => {
    const fine = history([0, 0, 10, add(1)], [0, 20, 30, add(2)], [1, 40, 50, read([2, 1])]);
    const lost = history([0, 0, 10, add(1)], [1, 20, 30, read([1])], [1, 40, 50, read([])]);
    expect(kindOf(fine, 'set')).toBe('linearizable');
    expect(kindOf(lost, 'set')).toBe('violation');
  });
});

describe('a verdict', () => {
  it('is given for each key and then for the whole', () => {
    const operations = history(
      [0, 0, 10, write(1, 'a')],
      [1, 20, 30, read(null, 'a')],
      [0, 40, 50, write(1, 'b')],
      [1, 60, 70, read(1, 'b')],
    );
    expect(checkKeys(operations, { model: 'register' }).map(({ key, kind }) => [key, kind])).toEqual([
      ['a', 'violation'],
      ['b', 'linearizable'],
    ]);
    expect(checkLinearizability(operations, { model: 'register' })).toMatchObject({
      kind: 'violation',
      operations: 4,
      keys: 2,
      violations: [{ subject: 'key "a"' }],
    });
  });

  it('shows the first five windows when there are many', () => {
    const operations = Array.from({ length: 7 }, (_, index) =>
      history([0, 0, 10, write(1, `k${index}`)], [1, 20, 30, read(null, `k${index}`)]),
    ).flat();
    const text = textOf(operations, 'register');
    expect(text.match(/^key "k\d": no order/gm)).toHaveLength(5);
    expect(text.endsWith('\nand 2 more violations')).toBe(true);
  });

  it('is linearizable for a history of nothing', () => {
    expect(kindOf([], 'register')).toBe('linearizable');
  });

  it('is undecided, never clean, when the search hits a limit', () => {
    const operations = simulatedHistory({
      model: 'register',
      operations: 200,
      clients: 10,
      operationsPerKey: 100,
      unknownShare: 0.01,
      random: seededRandom(1),
    });
    for (const limits of [
      { maxSteps: 50, maxRemembered: 1_000 },
      { maxSteps: 10_000, maxRemembered: 5 },
    ]) {
      const verdict = checkLinearizability(operations, { model: 'register', limits });
      expect(verdict.kind).toBe('undecided');
      expect(verdictText(verdict)).toMatch(
        /^undecided: 200 operations on 2 keys\nkey "k0": the search .* limit/,
      );
    }
  });

  it('names an operation that the model does not know', () => {
    expect(() => kindOf(history([3, 7, 10, append(1)]), 'register')).toThrow(HistoryError);
    expect(() => kindOf(history([3, 7, 10, append(1)]), 'register')).toThrow(
      'the model register knows read, write, not append (process 3, 7 ns)',
    );
    expect(() => kindOf(history([3, 7, 10, read([1])]), 'register')).toThrow('not with a list');
    expect(() => kindOf(history([3, 7, 10, read(1)]), 'append')).toThrow('not with one value');
  });
});

describe('a seeded fault in a long history', () => {
  /** One key, twenty clients, every write another value. */
  const simulated = (model: ModelName): readonly Operation[] =>
    simulatedHistory({
      model,
      operations: 1_000,
      clients: 20,
      operationsPerKey: 1_000,
      unknownShare: 0.01,
      random: seededRandom(7),
    });

  it('a stale read is found, in a window of no more than four operations', () => {
    const operations = simulated('register');
    const victim = operations.find(
      ({ id, call, outcome }) => id > 600 && call.f === 'read' && outcome.kind === 'ok',
    );
    const older = operations.find(
      ({ id, call, outcome }) => id > 400 && call.f === 'read' && outcome.kind === 'ok',
    );
    if (victim === undefined || older === undefined) throw new Error('there are such reads');
    const stale = operations.map((operation) =>
      operation === victim ? { ...victim, call: older.call } : operation,
    );
    expect(kindOf(operations, 'register')).toBe('linearizable');
    const verdict = checkLinearizability(stale, { model: 'register' });
    if (verdict.kind !== 'violation') throw new Error(verdict.kind);
    const window = verdict.violations[0]?.operations ?? [];
    expect(window.length).toBeLessThanOrEqual(4);
    expect(window.map((operation) => operation.id)).toContain(victim.id);
  });

  it('a lost update is found: the window holds the two that found the same value', () => {
    const operations = simulated('cas');
    const first = operations.find(
      ({ id, call, outcome }) => id > 500 && call.f === 'cas' && outcome.kind === 'ok',
    );
    if (first?.call.f !== 'cas' || first.outcome.kind !== 'ok') throw new Error('there is such an operation');
    const { expected } = first.call;
    const second: Operation = {
      ...first,
      id: operations.length,
      process: 1_000,
      call: { ...first.call, next: 'lost' },
      outcome: { kind: 'ok', timeNanoseconds: first.outcome.timeNanoseconds + 1 },
    };
    const verdict = checkLinearizability([...operations, second], { model: 'cas' });
    if (verdict.kind !== 'violation') throw new Error(verdict.kind);
    const window = verdict.violations[0]?.operations ?? [];
    expect(window.length).toBeLessThanOrEqual(4);
    const finders = window.filter(({ call }) => call.f === 'cas' && call.expected === expected);
    expect(new Set(finders.map((operation) => operation.id))).toEqual(new Set([first.id, second.id]));
  });
});
