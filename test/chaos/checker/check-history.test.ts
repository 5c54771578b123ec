import { describe, expect, it } from 'vitest';
import { checkHistory, modelFor, parseHistory } from '../../../chaos/checker/index.js';

const event = (type: string, f: string, value: unknown, more: object = {}): string =>
  JSON.stringify({ process: 0, type, f, key: f === 'txn' ? null : 'k', value, time: 1, ...more });

describe('the model of a history', () => {
  it.each([
    ['register', [event('invoke', 'read', null), event('ok', 'read', 1)]],
    ['register', []],
    ['cas', [event('invoke', 'cas', [1, 2]), event('ok', 'cas', [1, 2])]],
    ['append', [event('invoke', 'append', 1)]],
    ['set', [event('invoke', 'add', 1)]],
    ['txn', [event('invoke', 'txn', [['r', 'k', null]])]],
    ['txn', [event('invoke', 'write', 1), event('ok', 'write', 1, { revision: 4 })]],
    ['register', [event('ok', 'write', 1, { revision: 4 }), event('ok', 'read', 1)]],
  ])('is %s by what it holds: %s', (model, lines) => {
    expect(modelFor(parseHistory(lines.join('\n')))).toBe(model);
  });
});

describe('a history as text', () => {
  const written = [event('invoke', 'write', 1), event('ok', 'write', 1, { time: 2, revision: 4 })];
  const read = (value: unknown, revision: number): readonly string[] => [
    event('invoke', 'read', null, { time: 5 }),
    event('ok', 'read', value, { time: 6, revision }),
  ];

  it('is judged by its model, or by the one that is asked for', () => {
    const fine = parseHistory([...written, ...read(1, 4)].join('\n'));
    const early = parseHistory([...written, ...read(1, 3)].join('\n'));
    expect(checkHistory(fine).kind).toBe('linearizable');
    // The revision is wrong, the value is not.
    expect(checkHistory(early).kind).toBe('violation');
    expect(checkHistory(early, 'register').kind).toBe('linearizable');
  });
});
