import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeLimits } from '../../storage/commands/validate.js';
import type { Outcome, RangeResult, RangeSelection } from '../../storage/index.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

describe('a range', () => {
  let member: TestStore;

  const put = async (key: string, value: string): Promise<number> => {
    const then = [{ type: 'put', key: bytes(key), value: bytes(value) } as const];
    return done(await member.store.txn({ compare: [], then, else: [] }, context)).revision;
  };

  const read = async (selection: Partial<RangeSelection>): Promise<RangeResult> =>
    done(await member.store.range({ ...everything, ...selection, consistency: 'linearizable' }, context));

  const keys = async (selection: Partial<RangeSelection>): Promise<string> =>
    (await read(selection)).items.map((item) => text(item.key)).join(' ');

  // Revision 2 to 6. In the end: a created 2, mod 6, version 2; b 3; c 4, mod 5, version 2.
  beforeEach(async () => {
    member = await openTestStore();
    await put('a', '3');
    await put('b', '1');
    await put('c', '9');
    await put('c', '1');
    await put('a', '2');
  });

  afterEach(() => member.close());

  it('is one key, from a key up to another, from a key on, or everything', async () => {
    expect(await keys({ key: bytes('b'), end: undefined as never })).toBe('b');
    expect(await keys({ key: bytes('a'), end: bytes('c') })).toBe('a b');
    expect(await keys({ key: bytes('b'), end: new Uint8Array(0) })).toBe('b c');
    expect(await keys({})).toBe('a b c');
    expect(await keys({ key: bytes('c'), end: bytes('a') })).toBe('');
  });

  it.each([
    ['key', 'ascending', 'a b c'],
    ['key', 'descending', 'c b a'],
    ['create', 'descending', 'c b a'],
    ['mod', 'ascending', 'b c a'],
    ['mod', 'descending', 'a c b'],
    ['version', 'ascending', 'b a c'],
    ['version', 'descending', 'a c b'],
    ['value', 'ascending', 'b c a'],
    ['value', 'descending', 'a b c'],
  ] as const)(
    'sorts by %s, %s, and leaves what is equal in the order of keys',
    async (by, order, expected) => {
      expect(await keys({ sort: { by, order } })).toBe(expected);
    },
  );

  it('counts its limits after sorting, and the whole range whatever was asked for', async () => {
    const sort = { by: 'mod', order: 'descending' } as const;
    const newest = await read({ sort, limitItems: 1, count: true });
    expect(newest).toMatchObject({ items: [{ modRevision: 6 }], more: true, count: 3, revision: 6 });
    expect(await read({ sort, limitItems: 3 })).toMatchObject({ more: false });
    expect(await read({ sort, limitBytes: 3 })).toMatchObject({ items: { length: 2 }, more: true });
    expect(await read({ sort, countOnly: true })).toMatchObject({ items: [], more: false, count: 3 });
  });

  it('sorts by values also when it answers with keys only', async () => {
    const { items } = await read({ sort: { by: 'value', order: 'ascending' }, keysOnly: true });
    expect(items.map((item) => [text(item.key), item.value.length])).toEqual([
      ['b', 0],
      ['c', 0],
      ['a', 0],
    ]);
  });

  it.each([
    [{ minModRevision: 5 }, 'a c'],
    [{ maxModRevision: 5 }, 'b c'],
    [{ minModRevision: 5, maxModRevision: 5 }, 'c'],
    [{ minCreateRevision: 3 }, 'b c'],
    [{ maxCreateRevision: 2 }, 'a'],
    [{ minModRevision: 0, maxModRevision: 0, minCreateRevision: 0, maxCreateRevision: 0 }, 'a b c'],
    [{ minModRevision: 7 }, ''],
  ])('keeps to bounds of revisions, both ends included: %j', async (bounds, expected) => {
    expect(await keys(bounds)).toBe(expected);
    expect((await read({ ...bounds, count: true })).count).toBe(3);
  });

  it('says that there is more only when something within the bounds is left', async () => {
    expect(await read({ maxModRevision: 3, limitItems: 1 })).toMatchObject({
      items: { length: 1 },
      more: false,
    });
    expect(await read({ maxModRevision: 5, limitItems: 1 })).toMatchObject({
      items: { length: 1 },
      more: true,
    });
  });

  it('judges bounds and sorts by the versions that it reads', async () => {
    const revision = 4;
    expect(await keys({ revision, maxModRevision: 3, sort: { by: 'value', order: 'ascending' } })).toBe(
      'b a',
    );
    expect(await read({ revision, countOnly: true })).toMatchObject({ count: 3, revision: 6 });
    expect(await keys({ revision: 2 })).toBe('a');
  });

  it('finds the newest of many in the memory of a few', async () => {
    const value = new Uint8Array(1_000_000);
    for (let round = 0; round * value.length <= storeLimits.maxSortedBytes; round += 1) {
      const then = [{ type: 'put', key: bytes(`large-${round}`), value } as const];
      done(await member.store.txn({ compare: [], then, else: [] }, context));
    }
    const sort = { by: 'mod', order: 'descending' } as const;
    const whole = await member.store.range({ ...everything, consistency: 'local', sort }, context);
    expect(whole).toMatchObject({ kind: 'refused', refusal: { reason: 'too-large' } });
    const inTxn = await member.store.txn(
      { compare: [], then: [{ type: 'range', ...everything, sort }], else: [] },
      context,
    );
    expect(inTxn).toMatchObject({ kind: 'refused', refusal: { reason: 'too-large' } });
    expect((await read({ sort, limitItems: 2 })).items.map((item) => text(item.key))).toEqual([
      'large-67',
      'large-66',
    ]);
    expect((await read({ sort, keysOnly: true })).items).toHaveLength(71);
  });
});
