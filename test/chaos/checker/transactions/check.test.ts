import { describe, expect, it } from 'vitest';
import { checkTransactions, type Operation, verdictText } from '../../../../chaos/checker/index.js';
import { cas, history, read, txn, write } from '../support/histories.js';

const textOf = (operations: readonly Operation[]): string => verdictText(checkTransactions(operations));
const kindOf = (operations: readonly Operation[]): string => checkTransactions(operations).kind;

describe('the order that revisions give', () => {
  it('explains transactions over several keys', () => {
    const operations = history(
      [0, 0, 10, txn(['w', 'a', 1], ['w', 'b', 1]), 1],
      [1, 5, 20, txn(['r', 'a', 1], ['r', 'b', 1], ['w', 'a', 2]), 2],
      [2, 6, 30, txn(['r', 'a', 1], ['r', 'b', 1]), 1],
      [2, 40, 50, txn(['r', 'a', 2, 2], ['r', 'b', 1, 1]), 7],
      [0, 60, 70, cas(2, 3, 'a'), 8],
      [0, 80, 90, read(3, 'a'), 8],
    );
    expect(textOf(operations)).toBe('linearizable: 6 operations on 2 keys');
  });

  it('does not let a transaction see half of another', () => {
    const operations = history(
      [0, 0, 10, txn(['w', 'a', 1], ['w', 'b', 1]), 1],
      [0, 20, 30, txn(['w', 'a', 2], ['w', 'b', 2]), 2],
      [1, 25, 40, txn(['r', 'a', 2], ['r', 'b', 1]), 2],
    );
    expect(textOf(operations)).toBe(
      [
        'not linearizable: 3 operations on 2 keys',
        '',
        'key "b": process 1 found 1 at revision 2, which is as old as revision 1; revision 2 had written 2',
        '',
        '  PROCESS  FROM (ns)  TO (ns)  OPERATION                     ANSWER',
        '  0        0          10       txn write a = 1, write b = 1  ok (revision 1)            ├──┤',
        '  0        20         30       txn write a = 2, write b = 2  ok (revision 2)                  ├─────┤',
        '  1        25         40       txn read a, read b            a = 2, b = 1 (revision 2)           ├─────┤',
      ].join('\n'),
    );
  });

  it('shows a stale read by its revision', () => {
    const operations = history(
      [0, 0, 10, write(1), 1],
      [0, 20, 30, write(2), 2],
      [1, 40, 50, read(1), 1],
      [1, 60, 70, read(2), 2],
    );
    expect(textOf(operations)).toBe(
      [
        'not linearizable: 4 operations on 1 keys',
        '',
        'revision 1: process 1 was answered as of revision 1, though revision 2 had been answered before it began',
        '',
        '  PROCESS  FROM (ns)  TO (ns)  OPERATION  ANSWER',
        '  0        20         30       write 2    ok (revision 2)  ├──┤',
        '  1        40         50       read       1 (revision 1)         ├──┤',
      ].join('\n'),
    );
  });

  it('shows a lost update: the second found what the first had replaced', () => {
    const operations = history(
      [0, 0, 10, write(0), 1],
      [1, 20, 40, cas(0, 1), 2],
      [2, 30, 50, cas(0, 2), 3],
      [3, 60, 70, read(2), 3],
    );
    const verdict = checkTransactions(operations);
    if (verdict.kind !== 'violation') throw new Error(verdict.kind);
    expect(verdict.violations.map(({ explanation }) => explanation)).toEqual([
      'process 2 found 0 at revision 2, which is as old as revision 1; revision 2 had written 1',
    ]);
    expect(verdict.violations[0]?.operations.map(({ id }) => id)).toEqual([0, 1, 2]);
  });

  it('gives each write a revision of its own', () => {
    expect(textOf(history([0, 0, 10, write(1, 'a'), 4], [1, 0, 10, write(1, 'b'), 4]))).toContain(
      'revision 4: two writes were told that they made it',
    );
    expect(textOf(history([0, 0, 10, write(1, 'a'), 0]))).toContain('no write can have made it');
  });

  it('lets a write that began after another was answered have a higher revision only', () => {
    const later = (revision: number): readonly Operation[] =>
      history([0, 0, 10, write(1, 'a'), 4], [1, 20, 30, write(1, 'b'), revision]);
    expect([3, 5].map((revision) => kindOf(later(revision)))).toEqual(['violation', 'linearizable']);
    // A read may have the same, and so may a delete that found nothing to delete.
    expect(kindOf(history([0, 0, 10, write(1, 'a'), 4], [1, 20, 30, read(null, 'b'), 4]))).toBe(
      'linearizable',
    );
    expect(kindOf(history([0, 0, 10, write(1, 'a'), 4], [1, 20, 30, write(null, 'b'), 4]))).toBe(
      'linearizable',
    );
  });

  it('holds a mod revision to its word', () => {
    const found = (modRevision: number): readonly Operation[] =>
      history(
        [0, 0, 10, write(1), 1],
        [0, 20, 30, write(1), 2],
        [1, 40, 50, txn(['r', 'k', 1, modRevision]), 2],
      );
    expect([1, 2].map((revision) => kindOf(found(revision)))).toEqual(['violation', 'linearizable']);
  });

  it('lets a transaction find what it has just written, and nothing else', () => {
    const own = (value: number): readonly Operation[] =>
      history([0, 0, 10, txn(['w', 'k', 1], ['r', 'k', value]), 1]);
    expect([1, 2].map((value) => kindOf(own(value)))).toEqual(['linearizable', 'violation']);
  });

  it('never shows what failed, nor what nobody wrote', () => {
    expect(textOf(history([0, 0, 'failed', write(1)], [1, 10, 20, read(1), 3]))).toContain(
      'which an operation that failed would have written; nothing was written before',
    );
    expect(textOf(history([1, 10, 20, read(1), 3]))).toContain('which nobody wrote');
    expect(textOf(history([0, 0, 5, write(1), 1], [1, 10, 20, read(null), 1]))).toContain(
      'found null at revision 1, which nobody had deleted; revision 1 had written 1',
    );
  });

  it('needs a revision in every answer', () => {
    expect(() => kindOf(history([3, 7, 10, read(null)]))).toThrow(
      'field "revision": the model txn needs the revision of every ok (process 3, 7 ns)',
    );
  });
});

describe('an unknown outcome', () => {
  it('is placed where others saw it, whole', () => {
    const unknown = [0, 0, 'unknown', txn(['w', 'a', 1], ['w', 'b', 1])] as const;
    const together = history(unknown, [1, 10, 20, txn(['r', 'a', 1], ['r', 'b', 1]), 5]);
    const half = history(unknown, [1, 10, 20, txn(['r', 'a', 1], ['r', 'b', null]), 5]);
    const never = history(unknown, [1, 10, 20, txn(['r', 'a', null], ['r', 'b', null]), 5]);
    expect([together, half, never].map(kindOf)).toEqual(['linearizable', 'violation', 'linearizable']);
  });

  it('is not seen before it began', () => {
    const operations = history([1, 0, 5, read(1), 3], [0, 10, 'unknown', write(1)]);
    expect(textOf(operations)).toContain('seen where it cannot have been: before it began');
  });

  it('happens once', () => {
    const operations = history(
      [0, 0, 'unknown', write(1)],
      [1, 10, 20, read(1), 3],
      [1, 30, 40, write(2), 4],
      [1, 50, 60, read(1), 6],
    );
    expect(kindOf(operations)).toBe('violation');
  });

  it('has a revision that nobody else has', () => {
    const seen = (revision: number): readonly Operation[] =>
      history(
        [0, 0, 'unknown', write(1, 'a')],
        [1, 0, 9, write(1, 'b'), 1],
        [2, 0, 9, read(1, 'a'), revision],
      );
    expect([1, 2].map((revision) => kindOf(seen(revision)))).toEqual(['violation', 'linearizable']);
  });

  it('of a compare-and-set has found what it expected', () => {
    const operations = (first: number): readonly Operation[] =>
      history([0, 0, 5, write(first), 1], [1, 10, 'unknown', cas(7, 8)], [2, 20, 30, read(8), 2]);
    expect([7, 6].map((first) => kindOf(operations(first)))).toEqual(['linearizable', 'violation']);
  });

  it('is undecided where two of them wrote the same and the choice does not fit', () => {
    const operations = history(
      [0, 0, 'unknown', txn(['w', 'a', 1], ['w', 'b', 1])],
      [1, 0, 'unknown', txn(['w', 'a', 1], ['w', 'c', 1])],
      [2, 10, 20, txn(['r', 'a', 1], ['r', 'b', null]), 4],
    );
    expect(kindOf(operations)).toBe('undecided');
  });
});
