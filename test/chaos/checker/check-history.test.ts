import { describe, expect, it } from 'vitest';
import { checkHistory, type HistoryCall, type Operation } from '../../../chaos/checker/index.js';

interface More {
  readonly revision?: number;
  readonly unknown?: boolean;
}

/** One after the other: each ends before the next begins. */
function oneByOne(...calls: readonly (readonly [HistoryCall, More?])[]): readonly Operation[] {
  return calls.map(([call, { revision, unknown } = {}], id) => ({
    id,
    process: id,
    invokedNanoseconds: 10 * id,
    call,
    outcome:
      unknown === true
        ? { kind: 'unknown' }
        : { kind: 'ok', timeNanoseconds: 10 * id + 5, ...(revision === undefined ? {} : { revision }) },
  }));
}

const write = (key: string, value: number): HistoryCall => ({ f: 'write', key, value });
const read = (key: string, value: number | readonly number[] | null): HistoryCall => ({
  f: 'read',
  key,
  value,
});
const cas = (key: string, expected: number, next: number): HistoryCall => ({ f: 'cas', key, expected, next });
const append = (key: string, value: number): HistoryCall => ({ f: 'append', key, value });
const add = (key: string, value: number): HistoryCall => ({ f: 'add', key, value });
const put = (key: string, value: number): HistoryCall => ({
  f: 'txn',
  operations: [{ kind: 'write', key, value }],
});
const get = (key: string, value: number): HistoryCall => ({
  f: 'txn',
  operations: [{ kind: 'read', key, value }],
});

describe('the models of a history', () => {
  it.each<readonly [readonly string[], readonly (readonly [HistoryCall, More?])[]]>([
    [[], []],
    [['register'], [[read('k', null)]]],
    [['cas'], [[write('k', 1)], [cas('k', 1, 2)]]],
    [['append'], [[append('k', 1)], [read('k', [1])]]],
    // Nobody has written it, and yet it is no register.
    [['append'], [[read('k', [])]]],
    [['set'], [[add('k', 1)], [read('k', [1])]]],
    [['txn'], [[put('k', 1), { revision: 4 }]]],
    [['txn'], [[write('k', 1), { revision: 4 }]]],
    [['register'], [[write('k', 1), { revision: 4 }], [read('k', 1)]]],
    [['register'], [[write('k', 1), { unknown: true }]]],
    [
      ['cas', 'append', 'set', 'txn'],
      [
        [write('r', 1), { revision: 3 }],
        [append('l', 1)],
        [add('s', 1)],
        [put('t', 1), { revision: 9 }],
        [cas('r', 1, 2)],
        [read('l', [1])],
      ],
    ],
    // What a transaction touches is ordered with it.
    [
      ['txn', 'register'],
      [[write('t', 1), { revision: 3 }], [get('t', 1), { revision: 3 }], [write('r', 1)]],
    ],
  ])('are %j by what is done to each key', (models, calls) => {
    const judgement = checkHistory(oneByOne(...calls));
    expect(judgement.models).toEqual(models);
    expect(judgement.verdict.kind).toBe('linearizable');
  });
});

describe('a history', () => {
  it('is judged by its model, or by the one that is asked for', () => {
    const fine = oneByOne([write('k', 1), { revision: 4 }], [read('k', 1), { revision: 4 }]);
    // The revision is wrong, the value is not.
    const early = oneByOne([write('k', 1), { revision: 4 }], [read('k', 1), { revision: 3 }]);
    expect(checkHistory(fine).verdict.kind).toBe('linearizable');
    expect(checkHistory(early).verdict.kind).toBe('violation');
    expect(checkHistory(early, 'register').verdict.kind).toBe('linearizable');
  });

  it('of several models is sound only when each of its parts is', () => {
    const sound = [
      [append('l', 1)],
      [put('t', 1), { revision: 7 }],
      [write('r', 1)],
      [read('r', 1)],
    ] as const;
    expect(checkHistory(oneByOne(...sound)).verdict).toEqual({
      kind: 'linearizable',
      operations: 4,
      keys: 3,
    });
    const subjects = (...calls: readonly (readonly [HistoryCall, More?])[]): readonly string[] => {
      const { verdict } = checkHistory(oneByOne(...sound, ...calls));
      return verdict.kind === 'violation' ? verdict.violations.map(({ subject }) => subject) : [];
    };
    expect(subjects([read('r', 2)])).toEqual(['key "r"']);
    expect(subjects([read('l', [])], [get('t', 2), { revision: 7 }])).toEqual(['key "l"', 'key "t"']);
  });
});
