import { afterEach, describe, expect, it, vi } from 'vitest';
import { simulatedDisk } from '../../chaos/index.js';
import { seededRandom } from '../../platform/index.js';
import type { Compare, Outcome, Store, TxnOperation, Watch, WatchEvent } from '../../storage/index.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

const put = (key: string, value: string, lease = 0): TxnOperation => ({
  type: 'put',
  key: bytes(key),
  value: bytes(value),
  lease,
});

async function write(store: Store, ...then: TxnOperation[]): Promise<number> {
  return done(await store.txn({ compare: [], then, else: [] }, context)).revision;
}

const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };

async function contents(store: Store, revision?: number): Promise<Record<string, string>> {
  const at = revision === undefined ? {} : { revision };
  const result = done(await store.range({ ...everything, consistency: 'linearizable', ...at }, context));
  return Object.fromEntries(result.items.map((item) => [text(item.key), text(item.value)]));
}

/** Steps until `count` events came; progress steps carry none. */
async function events(watch: Watch, count: number): Promise<readonly WatchEvent[]> {
  const seen: WatchEvent[] = [];
  while (seen.length < count) {
    const step = await watch.next();
    if (step.kind === 'end') throw new Error(`ended: ${JSON.stringify(step.reason)}`);
    seen.push(...step.events);
  }
  return seen;
}

const described = (event: WatchEvent): string =>
  `${event.type} ${text(event.item.key)}=${text(event.item.value)} at ${event.item.modRevision}`;

describe('the store', () => {
  let member: TestStore;

  afterEach(() => member.close());

  it('gives each write transaction one revision and each key its create and mod revision and version', async () => {
    member = await openTestStore();
    const { store } = member;
    const first = await write(store, put('a', '1'), put('b', '1'));
    const second = await write(store, put('a', '2'));
    expect(second).toBe(first + 1);
    const result = done(await store.range({ ...everything, consistency: 'local' }, context));
    expect(
      result.items.map((item) => [text(item.key), item.createRevision, item.modRevision, item.version]),
    ).toEqual([
      ['a', first, second, 2],
      ['b', first, first, 1],
    ]);
    expect(result.revision).toBe(second);
  });

  it('starts at revision 1 and keeps it through transactions that change nothing', async () => {
    member = await openTestStore();
    const nothing = await member.store.txn(
      { compare: [], then: [{ type: 'delete', key: bytes('missing') }], else: [] },
      context,
    );
    expect(done(nothing)).toEqual({
      succeeded: true,
      revision: 1,
      results: [{ type: 'delete', deleted: 0, previous: [] }],
    });
  });

  it('begins a new life of a deleted key with version 1 and a new create revision', async () => {
    member = await openTestStore();
    const { store } = member;
    await write(store, put('a', '1'));
    await write(store, { type: 'delete', key: bytes('a') });
    const again = await write(store, put('a', '3'));
    const { items } = done(await store.range({ key: bytes('a'), consistency: 'local' }, context));
    expect(items[0]).toMatchObject({ createRevision: again, modRevision: again, version: 1 });
  });

  it('reads every key as of any earlier revision, before and after the state is written to disk', async () => {
    member = await openTestStore();
    const { store, disk } = member;
    const r1 = await write(store, put('a', '1'), put('b', '1'));
    const r2 = await write(store, put('a', '2'), put('c', '2'));
    const r3 = await write(store, { type: 'delete', key: bytes('a') }, put('b', '3'));
    const r4 = await write(store, put('a\u0000', '4'), put('a', '4'));
    const check = async (): Promise<void> => {
      expect(await contents(store, r1)).toEqual({ a: '1', b: '1' });
      expect(await contents(store, r2)).toEqual({ a: '2', b: '1', c: '2' });
      expect(await contents(store, r3)).toEqual({ b: '3', c: '2' });
      expect(await contents(store, r4)).toEqual({ a: '4', 'a\u0000': '4', b: '3', c: '2' });
      expect(await contents(store)).toEqual({ a: '4', 'a\u0000': '4', b: '3', c: '2' });
      const single = { key: bytes('a'), consistency: 'local', revision: r2 } as const;
      expect(done(await store.range(single, context)).items.map((item) => text(item.value))).toEqual(['2']);
    };
    await check();
    await member.close();
    member = await openTestStore({ disk, reopen: true });
    const reopened = member.store;
    expect(await contents(reopened, r2)).toEqual({ a: '2', b: '1', c: '2' });
    expect(await contents(reopened, r3)).toEqual({ b: '3', c: '2' });
    expect(await contents(reopened)).toEqual({ a: '4', 'a\u0000': '4', b: '3', c: '2' });
  });

  it('limits pages in items and bytes, says that there is more, and counts the whole range', async () => {
    member = await openTestStore();
    const { store } = member;
    await write(store, ...['a', 'b', 'c', 'd'].map((key) => put(key, 'x'.repeat(100))));
    const page = (limits: object) => store.range({ ...everything, consistency: 'local', ...limits }, context);
    expect(done(await page({ limitItems: 2 }))).toMatchObject({ items: { length: 2 }, more: true });
    expect(done(await page({ limitItems: 4 }))).toMatchObject({ items: { length: 4 }, more: false });
    expect(done(await page({ limitItems: 1, count: true }))).toMatchObject({
      items: { length: 1 },
      more: true,
      count: 4,
    });
    expect(done(await page({ limitBytes: 150 }))).toMatchObject({ items: { length: 2 }, more: true });
    expect(done(await page({ limitBytes: 1 }))).toMatchObject({ items: { length: 1 }, more: true });
    expect(done(await page({ countOnly: true }))).toMatchObject({ items: { length: 0 }, count: 4 });
    const keysOnly = done(await page({ keysOnly: true }));
    expect(keysOnly.items.map((item) => [text(item.key), item.value.length])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 0],
    ]);
  });

  it.each([
    ['mod', 'equal', 2, true],
    ['mod', 'equal', 1, false],
    ['mod', 'greater', 1, true],
    ['mod', 'less', 2, false],
    ['create', 'not-equal', 2, false],
    ['version', 'equal', 1, true],
    ['lease', 'equal', 0, true],
  ] as const)('compares %s %s %i of a key', async (target, result, operand, holds) => {
    member = await openTestStore();
    const { store } = member;
    await write(store, put('a', '1'));
    const compare = [{ target, result, operand, key: bytes('a') }];
    const outcome = await store.txn({ compare, then: [put('b', 'then')], else: [put('b', 'else')] }, context);
    expect(done(outcome).succeeded).toBe(holds);
    expect((await contents(store)).b).toBe(holds ? 'then' : 'else');
  });

  it('compares a missing key as zero and its value with nothing', async () => {
    member = await openTestStore();
    const { store } = member;
    const holds = async (compare: Compare): Promise<boolean> =>
      done(await store.txn({ compare: [compare], then: [], else: [] }, context)).succeeded;
    const key = bytes('missing');
    expect(await holds({ target: 'mod', result: 'equal', operand: 0, key })).toBe(true);
    expect(await holds({ target: 'value', result: 'equal', operand: bytes(''), key })).toBe(false);
    expect(await holds({ target: 'value', result: 'not-equal', operand: bytes('x'), key })).toBe(false);
  });

  it('lets later operations of a transaction see earlier ones', async () => {
    member = await openTestStore();
    const { store } = member;
    await write(store, put('a', '1'), put('b', '1'), put('c', '1'));
    const outcome = await store.txn(
      {
        compare: [],
        then: [
          put('aa', '2'),
          { type: 'delete', key: bytes('b'), end: bytes('d'), previous: true },
          { type: 'range', ...everything },
        ],
        else: [],
      },
      context,
    );
    const [, deleted, range] = done(outcome).results;
    expect(deleted).toMatchObject({ type: 'delete', deleted: 2, previous: [{ version: 1 }, { version: 1 }] });
    if (range?.type !== 'range') throw new Error('not a range');
    expect(range.items.map((item) => text(item.key))).toEqual(['a', 'aa']);
  });

  it.each([
    ['an empty key', { then: [put('', 'x')] }, 'invalid'],
    ['a long key', { then: [put('k'.repeat(9000), 'x')] }, 'invalid'],
    ['one key twice', { then: [put('a', '1'), put('a', '2')] }, 'duplicate-key'],
    [
      'a put inside a delete',
      { then: [put('b', '1'), { type: 'delete', key: bytes('a'), end: bytes('c') }] },
      'duplicate-key',
    ],
    [
      'too many operations',
      { then: Array.from({ length: 129 }, (_, index) => put(`k${index}`, '')) },
      'too-many-operations',
    ],
    ['too many bytes', { then: [put('a', 'x'.repeat(3_700_000))] }, 'too-large'],
    ['a lease that does not exist', { then: [put('a', '1', 42)] }, 'lease-not-found'],
  ] as const)('refuses %s and changes nothing', async (_what, request, reason) => {
    member = await openTestStore();
    const outcome = await member.store.txn({ compare: [], else: [], ...request }, context);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason } });
    expect((await member.store.status()).revision).toBe(1);
  });

  it('refuses reads of compacted and of future revisions with what is readable', async () => {
    member = await openTestStore();
    const { store } = member;
    const r1 = await write(store, put('a', '1'));
    const r2 = await write(store, put('a', '2'));
    const r3 = await write(store, put('a', '3'));
    expect(done(await store.compact(r2, context))).toEqual({ compactRevision: r2 });
    const at = (revision: number) => store.range({ ...everything, consistency: 'local', revision }, context);
    expect(await at(r1)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'compacted', compactRevision: r2 },
    });
    expect(await at(r3 + 1)).toMatchObject({ refusal: { reason: 'future-revision', currentRevision: r3 } });
    expect(await contents(store, r2)).toEqual({ a: '2' });
    expect(await store.compact(r2, context)).toMatchObject({ refusal: { reason: 'compacted' } });
    expect(await store.compact(r3 + 1, context)).toMatchObject({ refusal: { reason: 'future-revision' } });
  });

  it('deletes the keys of a revoked lease in one revision, and the lease', async () => {
    member = await openTestStore();
    const { store } = member;
    const { id } = done(await store.leaseGrant({ ttlSeconds: 60 }, context));
    await write(store, put('a', '1', id), put('b', '1', id), put('c', '1'));
    const detached = await write(store, put('b', '2'));
    expect(done(await store.leaseRevoke(id, context)).revision).toBe(detached + 1);
    expect(await contents(store)).toEqual({ b: '2', c: '1' });
    expect(await store.leaseRevoke(id, context)).toMatchObject({ refusal: { reason: 'lease-not-found' } });
  });

  it('answers reads of damaged data as corrupt instead of with wrong data', async () => {
    const disk = simulatedDisk({ random: seededRandom(7) });
    member = await openTestStore({ disk });
    await write(member.store, put('a', 'a value that is long enough to be hit'));
    await member.close();
    expect(disk.flipBit('state', (key) => key[0] === 'k'.charCodeAt(0))).toBe(true);
    member = await openTestStore({ disk, reopen: true });
    const outcome = await member.store.range({ ...everything, consistency: 'local' }, context);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'corrupt' } });
  });

  it('goes on reading and refuses writes when the disk is full', async () => {
    const disk = simulatedDisk({ random: seededRandom(7) });
    member = await openTestStore({ disk });
    await write(member.store, put('a', '1'));
    disk.setFull(true);
    expect(
      (
        await member.store.txn(
          { compare: [], then: [put('a', '2')], else: [] },
          { ...context, timeoutMilliseconds: 50 },
        )
      ).kind,
    ).not.toBe('done');
    const { items } = done(await member.store.range({ key: bytes('a'), consistency: 'local' }, context));
    expect(text(items[0]!.value)).toBe('1');
    const again = await member.store.txn({ compare: [], then: [put('a', '3')], else: [] }, context);
    expect(again).toMatchObject({ kind: 'refused', refusal: { reason: 'no-space' } });
    expect(await member.admin.alarms()).toEqual([{ memberId: 1, alarm: 'no-space' }]);
    expect(member.reopenBecause()).toMatchObject({ needsSpace: true });
    await member.close();
    disk.setFull(false);
    member = await openTestStore({ disk, reopen: true });
    expect(member.reopenBecause()).toBeUndefined();
    await write(member.store, put('a', '4'));
  });

  for (const name of ['state', 'log', 'witness-a']) {
    it(`asks to be opened again after a write to its ${name} has failed, and has lost nothing then`, async () => {
      const disk = simulatedDisk({ random: seededRandom(7) });
      member = await openTestStore({ disk });
      await write(member.store, put('a', '1'));
      disk.failNextWrite(name, 'io');
      const impatient = { ...context, timeoutMilliseconds: 50 };
      await vi.waitFor(async () => {
        await member.store.txn({ compare: [], then: [put('b', '2')], else: [] }, impatient);
        expect(member.reopenBecause()).toBeDefined();
      });
      expect(member.reopenBecause()).toMatchObject({ needsSpace: false });
      expect((await member.admin.status()).failure).toBeDefined();
      await member.close();
      member = await openTestStore({ disk, reopen: true });
      await write(member.store, put('c', '1'));
      expect(await contents(member.store)).toMatchObject({ a: '1', c: '1' });
    });
  }
});

describe('a watch', () => {
  let member: TestStore;

  afterEach(() => member.close());

  it('sees every change after its start once, in order, with previous values on request', async () => {
    member = await openTestStore();
    const { store } = member;
    const r1 = await write(store, put('a', '1'));
    const r2 = await write(store, put('a', '2'), put('z', '9'));
    const watch = store.watch({ key: bytes('a'), end: bytes('c'), startRevision: r1, previousValues: true });
    const r3 = await write(store, { type: 'delete', key: bytes('a') });
    const r4 = await write(store, put('b', '4'));
    const seen = await events(watch, 4);
    expect(seen.map(described)).toEqual([
      `put a=1 at ${r1}`,
      `put a=2 at ${r2}`,
      `delete a= at ${r3}`,
      `put b=4 at ${r4}`,
    ]);
    expect(
      seen.map((event) => (event.previous === undefined ? undefined : text(event.previous.value))),
    ).toEqual([undefined, '1', '2', undefined]);
    watch.cancel();
    expect(await watch.next()).toEqual({ kind: 'end', reason: { kind: 'cancelled' } });
  });

  it('never splits a revision over two batches', async () => {
    member = await openTestStore();
    const { store } = member;
    const watch = store.watch({ ...everything });
    for (let round = 0; round < 20; round += 1) {
      await write(store, ...Array.from({ length: 10 }, (_, index) => put(`k${index}`, String(round))));
    }
    const perRevision = new Map<number, number>();
    let last = 0;
    while (perRevision.size < 20) {
      const step = await watch.next();
      if (step.kind === 'end') throw new Error('ended');
      const revisions = new Set(step.events.map((event) => event.item.modRevision));
      for (const revision of revisions) {
        expect(revision).toBeGreaterThan(last);
        expect(perRevision.has(revision)).toBe(false);
        const count = step.events.filter((event) => event.item.modRevision === revision).length;
        perRevision.set(revision, count);
        last = revision;
      }
      expect(step.completeRevision).toBeGreaterThanOrEqual(last);
    }
    expect([...perRevision.values()].every((count) => count === 10)).toBe(true);
  });

  it('has its events before the writer has its answer', async () => {
    member = await openTestStore();
    const watch = member.store.watch({ ...everything });
    const order: string[] = [];
    const step = watch.next().then(() => order.push('watch'));
    await write(member.store, put('a', '1')).then(() => order.push('answer'));
    await step;
    expect(order).toEqual(['watch', 'answer']);
  });

  it('goes on where another one ended, from history on disk, across a restart', async () => {
    member = await openTestStore();
    const revisions: number[] = [];
    for (let round = 0; round < 300; round += 1)
      revisions.push(await write(member.store, put(`k${round % 7}`, `${round}`)));
    const { disk } = member;
    await member.close();
    member = await openTestStore({ disk, reopen: true });
    const watch = member.store.watch({ ...everything, startRevision: revisions[100]! });
    const later = await write(member.store, put('live', 'yes'));
    const seen = await events(watch, 201);
    expect(seen.map((event) => event.item.modRevision)).toEqual([...revisions.slice(100), later]);
    expect(text(seen[0]!.item.value)).toBe('100');
  });

  it('ends with the reason when its start was compacted away, and lives on when it is just past', async () => {
    member = await openTestStore();
    const { store } = member;
    const r1 = await write(store, put('a', '1'));
    const r2 = await write(store, put('a', '2'));
    const r3 = await write(store, put('a', '3'));
    done(await store.compact(r2, context));
    const gone = await store.watch({ ...everything, startRevision: r1 }).next();
    expect(gone).toEqual({ kind: 'end', reason: { kind: 'compacted', compactRevision: r2 } });
    const alive = store.watch({ ...everything, startRevision: r3, previousValues: true });
    const [event] = await events(alive, 1);
    expect(text(event!.previous!.value)).toBe('2');
  });

  it('may begin at the revision up to which was compacted, whose changes stay, without what they replaced', async () => {
    member = await openTestStore();
    const { store } = member;
    await write(store, put('a', '1'), put('b', '1'));
    const kept = await write(store, put('a', '2'), { type: 'delete', key: bytes('b') });
    const last = await write(store, put('a', '3'));
    const told = async (
      { store: from }: Pick<TestStore, 'store'>,
      startRevision: number,
      count: number,
    ): Promise<readonly unknown[]> => {
      const seen = await events(from.watch({ ...everything, startRevision, previousValues: true }), count);
      return seen.map(({ type, item, previous }) => [
        `${type} ${text(item.key)}`,
        text(item.value),
        previous === undefined ? undefined : text(previous.value),
      ]);
    };
    done(await store.compact(kept, context));
    const change = ['put a', '3', '2'];
    const expected = [['put a', '2', undefined], ['delete b', '', undefined], change];
    expect(await told(member, kept, 3)).toEqual(expected);
    await member.close();
    member = await openTestStore({ disk: member.disk, reopen: true });
    expect(await told(member, kept, 3)).toEqual(expected);
    done(await member.store.compact(last, context));
    expect(await told(member, last, 1)).toEqual([['put a', '3', undefined]]);
    const gone = { kind: 'end', reason: { kind: 'compacted', compactRevision: last } };
    expect(await member.store.watch({ ...everything, startRevision: kept }).next()).toEqual(gone);
  });

  it('loses nothing when what it has not asked for passes its budget: it reads it again from history', async () => {
    member = await openTestStore();
    const watch = member.store.watch({ ...everything });
    const revisions: number[] = [];
    for (let round = 0; round < 9; round += 1)
      revisions.push(await write(member.store, put('a', 'x'.repeat(3_000_000))));
    const seen = await events(watch, 9);
    expect(seen.map((event) => event.item.modRevision)).toEqual(revisions);
    const live = await write(member.store, put('b', 'live'));
    expect((await events(watch, 1))[0]!.item.modRevision).toBe(live);
  });

  it('is told when it was so slow that compaction has passed it', async () => {
    member = await openTestStore();
    const watch = member.store.watch({ ...everything });
    let revision = 0;
    for (let round = 0; round < 9; round += 1)
      revision = await write(member.store, put('a', 'x'.repeat(3_000_000)));
    done(await member.store.compact(revision, context));
    const reason = { kind: 'compacted', compactRevision: revision };
    expect(await watch.next()).toEqual({ kind: 'end', reason });
  });

  it('leaves out the kinds of events that it is asked to, of history and of what comes', async () => {
    member = await openTestStore();
    const { store } = member;
    const startRevision = await write(store, put('a', '1'));
    await write(store, { type: 'delete', key: bytes('a') });
    const kinds = ['puts', 'deletes', 'both'] as const;
    const watches = kinds.map((without) => store.watch({ ...everything, startRevision, without }));
    const read = async (watch: Watch, until: number): Promise<readonly string[]> => {
      const seen: string[] = [];
      for (let complete = 0; complete < until; ) {
        watch.requestProgress();
        const step = await watch.next();
        if (step.kind === 'end') throw new Error('ended');
        seen.push(...step.events.map((event) => `${event.type} ${text(event.item.key)}`));
        complete = step.completeRevision;
      }
      return seen;
    };
    expect(await Promise.all(watches.map((watch) => read(watch, startRevision + 1)))).toEqual([
      ['delete a'],
      ['put a'],
      [],
    ]);
    await write(store, put('b', '1'), put('c', '1'));
    const last = await write(store, { type: 'delete', key: bytes('b') }, put('c', '2'));
    expect(await Promise.all(watches.map((watch) => read(watch, last)))).toEqual([
      ['delete b'],
      ['put b', 'put c', 'put c'],
      [],
    ]);
  });

  it('has the events of a revision in the order of the operations', async () => {
    member = await openTestStore();
    const { store } = member;
    const before = await write(store, put('a', '1'), put('z', '1'));
    const live = store.watch({ ...everything });
    await write(store, put('y', '2'), { type: 'delete', key: bytes('z') }, put('b', '2'), put('a', '2'));
    const history = store.watch({ ...everything, startRevision: before + 1 });
    for (const watch of [live, history]) {
      const seen = await events(watch, 4);
      expect(seen.map((event) => `${event.type} ${text(event.item.key)}`)).toEqual([
        'put y',
        'delete z',
        'put b',
        'put a',
      ]);
    }
  });

  it('tells how far it is complete while nothing in its range changes', async () => {
    member = await openTestStore();
    const watch = member.store.watch({ key: bytes('quiet') });
    const revision = await write(member.store, put('loud', '1'));
    const step = await watch.next();
    expect(step).toEqual({ kind: 'batch', events: [], completeRevision: revision });
  });

  it('ends as stopping with the member', async () => {
    member = await openTestStore();
    const watch = member.store.watch({ ...everything });
    const step = watch.next();
    await member.close();
    expect(await step).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
  });
});
