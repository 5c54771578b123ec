import { describe, expect, it } from 'vitest';
import { checkSelection, checkTxn, storeLimits } from '../../../storage/commands/validate.js';
import type { Compare, TxnOperation, TxnRequest } from '../../../storage/index.js';
import { bytes } from '../support/single-member-store.js';

const put = (key: string): TxnOperation => ({ type: 'put', key: bytes(key), value: bytes('') });
const deletion = (key: string, end?: string): TxnOperation =>
  end === undefined
    ? { type: 'delete', key: bytes(key) }
    : { type: 'delete', key: bytes(key), end: bytes(end) };
const inner = (then: readonly TxnOperation[], otherwise: readonly TxnOperation[] = []): TxnOperation => ({
  type: 'txn',
  request: { compare: [], then, else: otherwise },
});
const request = (...then: TxnOperation[]): TxnRequest => ({ compare: [], then, else: [] });
const reasonOf = (checked: TxnRequest): string => checkTxn(checked)?.reason ?? 'allowed';
const puts = (count: number, name = 'k'): TxnOperation[] =>
  Array.from({ length: count }, (_, index) => put(`${name}${index}`));

describe('the operations of a transaction are counted as etcd counts them', () => {
  const compare: Compare = { target: 'mod', result: 'equal', operand: 0, key: bytes('a') };

  it.each([
    ['128 in a branch', request(...puts(128)), 'allowed'],
    ['129 in a branch', request(...puts(129)), 'too-many-operations'],
    [
      '128 in each branch and as many compares',
      { compare: Array.from({ length: 128 }, () => compare), then: puts(128), else: puts(128) },
      'allowed',
    ],
    [
      '129 compares',
      { compare: Array.from({ length: 129 }, () => compare), then: [], else: [] },
      'too-many-operations',
    ],
    ['127 outside and one inside', request(...puts(126), inner([put('inside')])), 'allowed'],
    ['128 outside and one inside', request(...puts(127), inner([put('inside')])), 'too-many-operations'],
    ['128 outside and none inside', request(...puts(127), inner([])), 'allowed'],
    [
      '64 transactions of 64 operations',
      request(...Array.from({ length: 64 }, (_, index) => inner(puts(64, `${index}-`)))),
      'allowed',
    ],
  ])('%s: %s', (_what, checked, expected) => {
    expect(reasonOf(checked)).toBe(expected);
  });

  it('which also bounds how deep transactions stand in each other, however deep they were sent', () => {
    const nested = (depth: number): TxnRequest => {
      let operation = inner([]);
      for (let level = 1; level < depth; level += 1) operation = inner([operation]);
      return request(operation);
    };
    expect(reasonOf(nested(storeLimits.maxTxnOperations))).toBe('allowed');
    expect(reasonOf(nested(storeLimits.maxTxnOperations + 1))).toBe('too-many-operations');
    expect(reasonOf(nested(5_000))).toBe('too-many-operations');
  });
});

describe('a transaction writes a key once, as etcd judges it', () => {
  it.each([
    ['two puts of a key', request(put('a'), put('a')), 'duplicate-key'],
    ['a put and a delete of a key', request(put('a'), deletion('a')), 'duplicate-key'],
    ['a put inside a deleted range, in either order', request(deletion('a', 'c'), put('b')), 'duplicate-key'],
    ['a put at the end of a deleted range', request(deletion('a', 'c'), put('c')), 'allowed'],
    [
      'deletes that overlap',
      request(deletion('a', 'c'), deletion('b', 'd'), deletion('b'), deletion('b')),
      'allowed',
    ],
    ['the same key in either branch', { compare: [], then: [put('a')], else: [put('a')] }, 'allowed'],
    ['the same key in either branch further in', request(inner([put('a')], [put('a')])), 'allowed'],
    ['a put beside one further in', request(put('a'), inner([], [put('a')])), 'duplicate-key'],
    [
      'puts of two transactions that stand beside each other',
      request(inner([put('a')]), inner([], [put('a')])),
      'duplicate-key',
    ],
    [
      'a put two levels in under a delete',
      request(deletion('a', 'b'), inner([inner([put('a')])])),
      'duplicate-key',
    ],
    ['a put beside a delete further in', request(put('a'), inner([deletion('a')])), 'duplicate-key'],
    [
      'a delete that stands in front of its neighbour with the put',
      request(inner([deletion('a')]), inner([put('a')])),
      'duplicate-key',
    ],
    [
      'a delete that stands behind its neighbour with the put',
      request(inner([put('a')]), inner([deletion('a')])),
      'allowed',
    ],
    ['the other branch of the same transaction', request(inner([put('a')], [deletion('a')])), 'allowed'],
    ['a delete of everything from a key on', request(put('b'), deletion('a', '')), 'allowed'],
    ['a range that ends before it begins', request(put('b'), deletion('c', 'a')), 'allowed'],
    [
      'only in the branch that is not taken',
      { compare: [], then: [], else: [put('a'), put('a')] },
      'duplicate-key',
    ],
  ])('%s: %s', (_what, checked, expected) => {
    expect(reasonOf(checked)).toBe(expected);
  });

  it('found in the time it takes to sort them, however many there are', () => {
    const each = (count: number, make: (index: string) => TxnOperation): TxnOperation[] =>
      Array.from({ length: count }, (_, index) => make(String(index).padStart(2, '0')));
    const many = each(42, (first) =>
      inner(
        each(42, (second) =>
          inner(
            each(43, (third) => {
              const key = `${first}/${second}/${third}`;
              return Number(third) % 2 === 0 ? put(key) : deletion(key, `${key}~`);
            }),
          ),
        ),
      ),
    );
    expect(reasonOf(request(...many))).toBe('allowed');
  });
});

describe('what cannot be meant is refused before it is proposed', () => {
  const latest = { key: bytes('a') };
  it.each([
    ['an empty key', request(put('')), 'invalid'],
    ['an empty key further in', request(inner([], [put('')])), 'invalid'],
    ['a long end', request(deletion('a', 'z'.repeat(9000))), 'invalid'],
    [
      'a value beside one that is kept',
      request({ type: 'put', key: bytes('a'), value: bytes('1'), keepValue: true }),
      'invalid',
    ],
    [
      'a lease beside one that is kept',
      request({ type: 'put', key: bytes('a'), value: bytes('1'), lease: 3, keepLease: true }),
      'invalid',
    ],
    [
      'a lease that is no number',
      request({ type: 'put', key: bytes('a'), value: bytes('1'), lease: -1 }),
      'invalid',
    ],
    ['a broken limit', request({ type: 'range', key: bytes('a'), limitItems: 1.5 }), 'invalid'],
    [
      'more bytes than a request may have, further in',
      request(inner([{ type: 'put', key: bytes('a'), value: new Uint8Array(storeLimits.maxRequestBytes) }])),
      'too-large',
    ],
    [
      'more bytes than a request may have, in a compare',
      {
        compare: [
          {
            target: 'value',
            result: 'equal',
            key: bytes('a'),
            operand: new Uint8Array(storeLimits.maxRequestBytes),
          } as const,
        ],
        then: [],
        else: [],
      },
      'too-large',
    ],
  ])('%s', (_what, checked, expected) => {
    expect(reasonOf(checked)).toBe(expected);
  });

  it.each([
    ['a revision', { revision: -1 }],
    ['a limit of bytes', { limitBytes: Number.NaN }],
    ['a bound', { maxCreateRevision: -2 }],
    ['a sort', { sort: { by: 'length', order: 'ascending' } as never }],
    ['an order', { sort: { by: 'key', order: 'sideways' } as never }],
  ])('%s of a read that means nothing', (_what, selection) => {
    expect(checkSelection({ ...latest, ...selection })?.reason).toBe('invalid');
  });
});
