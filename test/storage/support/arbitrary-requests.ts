/** Requests that meet each other: few keys, few values, small revisions, and every field of the contract. */
import fc from 'fast-check';
import type {
  Compare,
  KeyRange,
  PutOperation,
  RangeSelection,
  TxnOperation,
  TxnRequest,
} from '../../../storage/index.js';

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Among them keys that begin with others, and bytes at both ends of the order. */
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const names = letters.flatMap((letter) => ['', '\u0000', 'b', '\u00ff'].map((rest) => `${letter}${rest}`));
const key = fc.constantFrom(...names, '\u00ff').map(latin1);
const bound = fc.constantFrom('a', 'a\u0000', 'b', 'bb', 'd', 'f', '\u00ff\u00ff').map(latin1);
const value = fc
  .constantFrom('', '1', '2', '22', 'a long value that takes more room than others')
  .map(latin1);
const revision = fc.nat(30);

/** One lease is granted before anything else, the other never. */
export const GRANTED_LEASE = 7;
const lease = fc.nat(30).map((dice) => (dice === 0 ? 8 : dice < 8 ? GRANTED_LEASE : 0));

const rangeOf = (single: number, wide: number): fc.Arbitrary<KeyRange> =>
  fc.oneof(
    { weight: single, arbitrary: fc.record({ key }) },
    { weight: 3, arbitrary: fc.record({ key, end: bound }) },
    { weight: wide, arbitrary: key.map((from) => ({ key: from, end: new Uint8Array(0) })) },
    { weight: wide, arbitrary: fc.constant({ key: new Uint8Array(0), end: new Uint8Array(0) }) },
  );

const range = rangeOf(3, 1);

const sort = fc.record({
  by: fc.constantFrom('key', 'version', 'create', 'mod', 'value'),
  order: fc.constantFrom('ascending', 'descending'),
});

/** Each field seldom enough that most of them meet only one or two others. */
const seldom = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const conditions = fc
  .record({
    revision: seldom(revision),
    limitItems: fc.option(fc.nat(6), { nil: undefined, freq: 2 }),
    limitBytes: seldom(fc.nat(30)),
    keysOnly: seldom(fc.boolean()),
    count: seldom(fc.boolean()),
    countOnly: seldom(fc.nat(3).map((dice) => dice === 0)),
    minModRevision: seldom(revision),
    maxModRevision: seldom(revision),
    minCreateRevision: seldom(revision),
    maxCreateRevision: seldom(revision),
    sort: fc.option(sort, { nil: undefined, freq: 2 }),
  })
  .map(
    (drawn): Omit<RangeSelection, keyof KeyRange> =>
      Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)),
  );

const selection: fc.Arbitrary<RangeSelection> = fc
  .tuple(rangeOf(1, 3), conditions)
  .map(([keys, chosen]) => ({ ...keys, ...chosen }));

/** Most of them read the latest, as a transaction does that looks at what it has written. */
const rangeOperation: fc.Arbitrary<TxnOperation> = fc
  .tuple(selection, fc.nat(5))
  .map(([{ revision: at, ...selected }, dice]) => ({
    type: 'range',
    ...selected,
    ...(dice > 0 || at === undefined ? {} : { revision: at }),
  }));

const put: fc.Arbitrary<PutOperation> = fc
  .record({
    key,
    value,
    lease,
    keepValue: fc.nat(15).map((dice) => dice === 0),
    keepLease: fc.nat(15).map((dice) => dice === 0),
    previous: fc.boolean(),
  })
  .map((drawn) => ({
    type: 'put',
    ...drawn,
    ...(drawn.keepValue ? { value: new Uint8Array(0) } : {}),
    ...(drawn.keepLease ? { lease: 0 } : {}),
  }));

const deletion: fc.Arbitrary<TxnOperation> = fc
  .tuple(range, fc.boolean())
  .map(([keys, previous]) => ({ type: 'delete', ...keys, previous }));

const result = fc.constantFrom('equal', 'not-equal', 'greater', 'less');
const compare: fc.Arbitrary<Compare> = fc.tuple(range, result).chain(([keys, how]) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('mod', 'create'), revision)
      .map(([target, operand]) => ({ ...keys, result: how, target, operand })),
    fc
      .tuple(fc.constantFrom('version', 'lease'), fc.nat(8))
      .map(([target, operand]) => ({ ...keys, result: how, target, operand })),
    value.map((operand) => ({ ...keys, result: how, target: 'value' as const, operand })),
  ),
);

function requestOfDepth(depth: number): fc.Arbitrary<TxnRequest> {
  const operation: fc.Arbitrary<TxnOperation> = fc.oneof(
    { weight: 5, arbitrary: put },
    { weight: 1, arbitrary: deletion },
    { weight: 2, arbitrary: rangeOperation },
    ...(depth === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: requestOfDepth(depth - 1).map((request): TxnOperation => ({ type: 'txn', request })),
          },
        ]),
  );
  return fc.record({
    compare: fc.array(compare, { maxLength: 2, size: 'small' }),
    then: fc.array(operation, { minLength: 1, maxLength: 4 }),
    else: fc.array(operation, { minLength: 1, maxLength: 3 }),
  });
}

export const transaction = requestOfDepth(2);

export type Step =
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'range'; readonly selection: RangeSelection }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'restart'; readonly crash: boolean };

/** What the rest meets: one key a revision, each a few times. */
export const firstSteps: readonly Step[] = Array.from({ length: 16 }, (_, index) => ({
  kind: 'txn',
  request: {
    compare: [],
    then: [
      {
        type: 'put',
        key: latin1(names[(index * 5) % 11] ?? ''),
        value: latin1(`${index % 3}`),
        lease: index % 4 === 0 ? GRANTED_LEASE : 0,
      },
    ],
    else: [],
  },
}));

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: transaction.map((request) => ({ kind: 'txn' as const, request })) },
  { weight: 8, arbitrary: selection.map((selected) => ({ kind: 'range' as const, selection: selected })) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), revision }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), crash: fc.boolean() }) },
);
