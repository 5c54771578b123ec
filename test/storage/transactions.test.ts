import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planEnvelope } from '../../storage/commands/apply-command.js';
import { storeLimits } from '../../storage/commands/validate.js';
import type {
  Compare,
  Outcome,
  Refusal,
  Store,
  TxnOperation,
  TxnOperationResult,
  TxnResult,
  WatchEvent,
} from '../../storage/index.js';
import { runSteps } from '../../storage/steps.js';
import { openReplicatedState } from './support/replicated-state.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };
type PutFields = Partial<Extract<TxnOperation, { type: 'put' }>>;

const put = (key: string, value = '', fields: PutFields = {}): TxnOperation => ({
  type: 'put',
  key: bytes(key),
  value: bytes(value),
  ...fields,
});
const deletion = (key: string, end?: string): TxnOperation => ({
  type: 'delete',
  key: bytes(key),
  previous: true,
  ...(end === undefined ? {} : { end: bytes(end) }),
});
const get = (key: string, revision?: number): TxnOperation => ({
  type: 'range',
  key: bytes(key),
  ...(revision === undefined ? {} : { revision }),
});
const inner = (
  then: readonly TxnOperation[],
  otherwise: readonly TxnOperation[] = [],
  compare: readonly Compare[] = [],
): TxnOperation => ({ type: 'txn', request: { compare, then, else: otherwise } });

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** `key=value` of what a result speaks of. */
function shown(result: TxnOperationResult | undefined): readonly string[] {
  const items =
    result?.type === 'range'
      ? result.items
      : result?.type === 'delete'
        ? result.previous
        : result?.type === 'put' && result.previous !== undefined
          ? [result.previous]
          : [];
  return items.map((item) => `${text(item.key)}=${text(item.value)}`);
}

const described = ({ type, item, previous }: WatchEvent): string =>
  `${type} ${text(item.key)}=${text(item.value)}${previous === undefined ? '' : ` over ${text(previous.value)}`}`;

let member: TestStore;
let store: Store;

const attempt = (
  then: readonly TxnOperation[],
  compare: readonly Compare[] = [],
  otherwise: readonly TxnOperation[] = [],
): Promise<Outcome<TxnResult>> => store.txn({ compare, then, else: otherwise }, context);

const write = async (...then: TxnOperation[]): Promise<TxnResult> => done(await attempt(then));

const revision = async (): Promise<number> => (await store.status()).revision;

async function versions(): Promise<readonly string[]> {
  const read = done(await store.range({ ...everything, consistency: 'local', keysOnly: true }, context));
  const keys = read.items.map((item) => `${text(item.key)}@${item.modRevision}`);
  return [`revision ${read.revision}`, ...keys];
}

/** Refused, and nothing of it has happened. */
async function expectRefused(
  then: readonly TxnOperation[],
  reason: Refusal['reason'],
  details: object = {},
): Promise<void> {
  const before = await versions();
  expect(await attempt(then)).toMatchObject({ kind: 'refused', refusal: { reason, ...details } });
  expect(await versions()).toEqual(before);
}

beforeEach(async () => {
  member = await openTestStore();
  ({ store } = member);
});

afterEach(() => member.close());

describe('a compare of a range', () => {
  const range = { key: bytes('k'), end: bytes('l') };
  const holds = async (compare: Compare): Promise<boolean> => done(await attempt([], [compare])).succeeded;

  it('holds when every key in it satisfies it', async () => {
    await write(put('k1', 'x'));
    await write(put('k2', 'x'));
    expect(await holds({ ...range, target: 'mod', result: 'greater', operand: 1 })).toBe(true);
    expect(await holds({ ...range, target: 'mod', result: 'equal', operand: 2 })).toBe(false);
    expect(await holds({ ...range, target: 'mod', result: 'not-equal', operand: 2 })).toBe(false);
    expect(await holds({ ...range, target: 'value', result: 'equal', operand: bytes('x') })).toBe(true);
    expect(await holds({ ...range, key: bytes('k2'), target: 'create', result: 'equal', operand: 3 })).toBe(
      true,
    );
  });

  it('takes no keys for a key whose numbers are all 0 and whose value compares with nothing', async () => {
    for (const target of ['mod', 'create', 'version', 'lease'] as const) {
      expect(await holds({ ...range, target, result: 'equal', operand: 0 })).toBe(true);
      expect(await holds({ ...range, target, result: 'less', operand: 1 })).toBe(true);
      expect(await holds({ ...range, target, result: 'not-equal', operand: 0 })).toBe(false);
    }
    for (const result of ['equal', 'not-equal', 'greater', 'less'] as const)
      expect(await holds({ ...range, target: 'value', result, operand: bytes('') })).toBe(false);
  });
});

describe('a put', () => {
  it('answers with what the key was, when asked to', async () => {
    await write(put('a', '1'));
    const { results } = await write(put('a', '2', { previous: true }), put('b', '1', { previous: true }));
    expect(shown(results[0])).toEqual(['a=1']);
    expect(results[1]).toEqual({ type: 'put' });
  });

  it('keeps the value or the lease that the key has', async () => {
    const { id } = done(await store.leaseGrant({ ttlSeconds: 60 }, context));
    await write(put('a', '1', { lease: id }));
    await write(put('a', '2', { keepLease: true }));
    await write(put('a', '', { keepValue: true }));
    const { items } = done(await store.range({ key: bytes('a'), consistency: 'local' }, context));
    expect(items).toMatchObject([{ version: 3, lease: 0 }]);
    expect(text(items[0]!.value)).toBe('2');
    await write(put('a', '3', { lease: id }));
    await write(put('a', '', { keepValue: true, keepLease: true }));
    const again = done(await store.range({ key: bytes('a'), consistency: 'local' }, context));
    expect(again.items).toMatchObject([{ version: 5, lease: id }]);
  });

  it('that keeps what is not there refuses the whole transaction', async () => {
    await expectRefused([put('b', '1'), put('a', '', { keepValue: true })], 'key-not-found');
    await expectRefused([put('b', '1'), put('a', '1', { keepLease: true })], 'key-not-found');
    await write(put('a', '1'));
    const everythingGone: TxnOperation = { type: 'delete', ...everything };
    await expectRefused([everythingGone, put('a', '', { keepValue: true })], 'key-not-found');
  });

  it('is judged in the branch that is taken only', async () => {
    const outcome = await attempt([], [], [put('a', '', { lease: 99 }), put('b', '', { keepValue: true })]);
    expect(done(outcome).succeeded).toBe(true);
    await expectRefused([inner([put('a', '', { lease: 99 })])], 'lease-not-found');
  });
});

describe('a transaction inside another', () => {
  it('sees what was written before it, and all of it is one revision', async () => {
    const { revision: written, results } = await write(
      put('a', '1'),
      inner([get('a'), put('b', '2'), inner([get('b'), deletion('x')])]),
      get('b'),
    );
    expect(written).toBe(2);
    const [, middle, last] = results;
    expect(shown(last)).toEqual(['b=2']);
    if (middle?.type !== 'txn') throw new Error('not a transaction');
    expect(shown(middle.results[0])).toEqual(['a=1']);
    const [, , innermost] = middle.results;
    expect(innermost).toMatchObject({
      type: 'txn',
      succeeded: true,
      results: [{ items: [{ version: 1 }] }, {}],
    });
  });

  it('compares with the state just before the outermost, as etcd does', async () => {
    const isThere: Compare = { target: 'version', result: 'greater', operand: 0, key: bytes('a') };
    const { results } = await write(put('a', '1'), inner([put('b', 'then')], [put('b', 'else')], [isThere]));
    expect(results[1]).toMatchObject({ type: 'txn', succeeded: false });
    expect(shown((await write(get('b'))).results[0])).toEqual(['b=else']);
  });

  it('may delete what its neighbour has put: watchers see both, in order, live and from history', async () => {
    await write(put('old', '0'));
    const live = store.watch({ ...everything, previousValues: true });
    const { results } = await write(
      inner([put('new', '1'), put('old', '1')]),
      put('z', '1'),
      inner([deletion('n', 'p')]),
    );
    expect(results[2]).toMatchObject({ results: [{ type: 'delete', deleted: 2 }] });
    const expected = ['put new=1', 'put old=1 over 0', 'put z=1', 'delete new=', 'delete old= over 0'];
    const step = await live.next();
    const again = await store.watch({ ...everything, previousValues: true, startRevision: 3 }).next();
    if (step.kind !== 'batch' || again.kind !== 'batch') throw new Error('ended');
    expect(step.events.map(described)).toEqual(expected);
    expect(again.events).toEqual(step.events);
    expect(shown((await write({ type: 'range', ...everything })).results[0])).toEqual(['z=1']);
  });
});

describe('a key that a revision deletes and puts again', () => {
  it('begins a new life there, whose history survives compaction', async () => {
    await write(put('a', '1'));
    const { revision: changed } = await write({ type: 'delete', ...everything }, put('a', '2'));
    await write(put('a', '3'));
    done(await store.compact(changed, context));
    // Closing waits for what is being deleted of the history.
    const { disk } = member;
    await member.close();
    member = await openTestStore({ disk, reopen: true });
    ({ store } = member);
    const read = await store.range({ key: bytes('a'), consistency: 'local', revision: changed }, context);
    expect(done(read).items).toMatchObject([
      { createRevision: changed, modRevision: changed, version: 1, value: bytes('2') },
    ]);
  });
});

describe('a range in a transaction', () => {
  it('reads at a revision before it as if nothing were written yet', async () => {
    await write(put('a', '1'));
    await write(put('a', '2'));
    const { results } = await write(put('a', '3'), get('a', 2), get('a', 3), get('a'), get('a', 0));
    expect(results.slice(1).map(shown)).toEqual([['a=1'], ['a=2'], ['a=3'], ['a=3']]);
  });

  it('refuses the whole transaction when its revision is compacted or not written yet', async () => {
    await write(put('a', '1'));
    await write(put('a', '2'));
    done(await store.compact(3, context));
    await expectRefused([put('a', '3'), get('a', 2)], 'compacted', { compactRevision: 3 });
    await expectRefused([put('a', '3'), inner([get('a', 4)])], 'future-revision', { currentRevision: 3 });
    expect((await attempt([put('a', '3'), get('a', 3)])).kind).toBe('done');
  });

  it('sorts, bounds, limits and counts what the transaction has left', async () => {
    await write(put('a', '1'), put('b', '1'), put('c', '1'), put('d', '1'));
    const { results } = await write(deletion('b'), put('c', '2'), put('e', '2'), {
      type: 'range',
      ...everything,
      sort: { by: 'mod', order: 'descending' },
      limitItems: 3,
      count: true,
    });
    expect(shown(results[3])).toEqual(['c=2', 'e=2', 'a=1']);
    expect(results[3]).toMatchObject({ more: true, count: 4 });
    const only = await write(deletion('a'), { type: 'range', ...everything, countOnly: true });
    expect(only.results[1]).toEqual({ type: 'range', items: [], more: false, count: 3 });
    const bounded = await write(put('d', '2'), { type: 'range', ...everything, maxModRevision: 3 });
    expect(shown(bounded.results[1])).toEqual(['c=2', 'e=2']);
  });

  it('refuses a longer answer than a transaction may give', async () => {
    const value = 'x'.repeat(3_000_000);
    for (let round = 0; round < 6; round += 1) await write(put(`k${round}`, value));
    await expectRefused([put('a', '1'), { type: 'range', ...everything }], 'too-large');
    await expectRefused([put('a', '1'), deletion('k', 'l')], 'too-large');
    expect((await attempt([{ type: 'range', ...everything, keysOnly: true }])).kind).toBe('done');
  });
});

describe('what changes no revision', () => {
  it.each([
    ['nothing at all', []],
    ['deletes that find nothing', [deletion('a'), inner([deletion('b', 'c')])]],
    ['reads', [get('a'), inner([{ type: 'range', ...everything } as const])]],
  ])('%s', async (_what, then) => {
    await write(put('k', '1'));
    expect(await write(...then)).toMatchObject({ succeeded: true, revision: 2 });
    expect(await revision()).toBe(2);
  });

  it('an empty branch', async () => {
    const fails: Compare = { target: 'mod', result: 'greater', operand: 0, key: bytes('a') };
    expect(done(await attempt([put('a', '1')], [fails]))).toEqual({
      succeeded: false,
      results: [],
      revision: 1,
    });
  });
});

describe('a large delete', () => {
  it('takes tens of thousands of keys at once, and refuses what is past the limits', {
    timeout: 60_000,
  }, async () => {
    const count = 12_000;
    const keys = Array.from({ length: count }, (_, index) => `k${String(index).padStart(6, '0')}`);
    for (let at = 0; at < count; at += storeLimits.maxTxnOperations) {
      await write(...keys.slice(at, at + storeLimits.maxTxnOperations).map((key) => put(key, 'v')));
    }
    const watch = store.watch({ key: bytes('k'), end: bytes('l') });
    const { results, revision: deleted } = await write({ type: 'delete', key: bytes('k'), end: bytes('l') });
    expect(results).toEqual([{ type: 'delete', deleted: count, previous: [] }]);
    const step = await watch.next();
    if (step.kind !== 'batch') throw new Error('ended');
    expect(step.events.map((event) => text(event.item.key))).toEqual(keys);
    const before = await store.range(
      { ...everything, consistency: 'local', countOnly: true, revision: deleted - 1 },
      context,
    );
    expect(done(before).count).toBe(count);
    expect(
      done(await store.range({ ...everything, consistency: 'local', countOnly: true }, context)).count,
    ).toBe(0);
  });
});

describe('a write that was judged by permissions', () => {
  const judged = (authRevision: number): Promise<Outcome<TxnResult>> =>
    store.txn({ compare: [], then: [put('a', '1')], else: [] }, { ...context, authRevision });

  it('is applied while users and roles are as they were', async () => {
    expect((await judged(1)).kind).toBe('done');
  });

  it('is refused when they changed, and changes nothing', async () => {
    expect(await judged(3)).toMatchObject({ kind: 'refused', refusal: { reason: 'permissions-changed' } });
    expect(await revision()).toBe(1);
    const granted = await store.leaseGrant({ ttlSeconds: 60 }, { ...context, authRevision: 3 });
    expect(granted).toMatchObject({ refusal: { reason: 'permissions-changed' } });
  });

  it('is compared with what the state has when it is applied', async () => {
    const { state } = await openReplicatedState();
    const command = { kind: 'txn', request: { compare: [], then: [put('a', '1')], else: [] } } as const;
    const withUsers = new Proxy(state, {
      get: (target, name) => {
        if (name === 'authRevision') return 5;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const stale = await runSteps(planEnvelope(withUsers, { command, authRevision: 4 }, 0));
    expect(stale()).toMatchObject({
      result: { kind: 'refused', refusal: { reason: 'permissions-changed' } },
    });
    const fresh = await runSteps(planEnvelope(withUsers, { command, authRevision: 5 }, 0));
    expect(fresh()).toMatchObject({ result: { kind: 'txn', value: { revision: 2 } } });
    const unasked = await runSteps(planEnvelope(withUsers, { command }, 0));
    expect(unasked().result.kind).toBe('txn');
    await state.close();
  });
});
