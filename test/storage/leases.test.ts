import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseGrant, Outcome, TxnOperation, WatchEvent } from '../../storage/index.js';
import { VirtualClock } from '../raft/support/virtual-clock.js';
import { during } from './support/during.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };

const put = (key: string, lease?: number): TxnOperation => ({
  type: 'put',
  key: bytes(key),
  value: bytes('value'),
  ...(lease === undefined ? {} : { lease }),
});

describe('a lease', () => {
  let clock: VirtualClock;
  let member: TestStore;

  beforeEach(async () => {
    clock = new VirtualClock();
    member = await during(clock, openTestStore({ clock }));
  });

  afterEach(() => during(clock, member.close()));

  async function done<Value>(call: Promise<Outcome<Value>>): Promise<Value> {
    const outcome = await during(clock, call);
    if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
    return outcome.value;
  }

  const grant = (ttlSeconds: number, id?: number): Promise<LeaseGrant> =>
    done(member.store.leaseGrant({ ttlSeconds, ...(id === undefined ? {} : { id }) }, context));

  const write = async (...then: TxnOperation[]): Promise<number> =>
    (await done(member.store.txn({ compare: [], then, else: [] }, context))).revision;

  const keys = async (): Promise<readonly string[]> =>
    (await done(member.store.range({ ...everything, consistency: 'linearizable' }, context))).items.map(
      (item) => text(item.key),
    );

  const attached = async (id: number): Promise<readonly string[]> =>
    ((await done(member.store.leaseTimeToLive({ id, keys: true }, context))).keys ?? []).map(text);

  const refusal = async (call: Promise<Outcome<unknown>>): Promise<string> => {
    const outcome = await during(clock, call);
    return outcome.kind === 'refused' ? outcome.refusal.reason : outcome.kind;
  };

  it('gets an id when none is given, and lives at least one and a half election timeouts', async () => {
    const first = await grant(60);
    const second = await grant(60, 0);
    expect(first.id).toBeGreaterThan(0);
    expect(second.id).not.toBe(first.id);
    expect(await grant(1, 7)).toEqual({ id: 7, ttlSeconds: 2 });
    expect(await grant(0, 8)).toEqual({ id: 8, ttlSeconds: 2 });
    expect(await grant(9_000_000_000, 9)).toEqual({ id: 9, ttlSeconds: 9_000_000_000 });
    expect(await refusal(member.store.leaseGrant({ ttlSeconds: 9_000_000_001 }, context))).toBe('invalid');
    expect(await done(member.store.leases(context))).toEqual(
      [7, 8, 9, first.id, second.id].toSorted((a, b) => a - b),
    );
  });

  it('has an id of its own', async () => {
    await grant(60, 7);
    expect(await refusal(member.store.leaseGrant({ id: 7, ttlSeconds: 60 }, context))).toBe('lease-exists');
  });

  it('tells what is left of its time, rounded down, and its keys in order when asked', async () => {
    await grant(60, 7);
    await write(put('b', 7), put('c', 7), put('a', 7), put('other'));
    await clock.advance(10_500);
    expect(await done(member.store.leaseTimeToLive({ id: 7, keys: false }, context))).toEqual({
      id: 7,
      grantedTtlSeconds: 60,
      remainingTtlSeconds: 49,
    });
    expect(await attached(7)).toEqual(['a', 'b', 'c']);
    expect(await refusal(member.store.leaseTimeToLive({ id: 8, keys: false }, context))).toBe(
      'lease-not-found',
    );
  });

  it('begins its whole time again with each keep-alive', async () => {
    await grant(10, 7);
    await write(put('a', 7));
    for (let round = 0; round < 5; round += 1) {
      await clock.advance(8000);
      expect(await done(member.store.leaseKeepAlive(7, context))).toEqual({ id: 7, ttlSeconds: 10 });
    }
    expect(await keys()).toEqual(['a']);
    await clock.advance(12_000);
    expect(await keys()).toEqual([]);
    expect(await done(member.store.leases(context))).toEqual([]);
  });

  it('is gone for a keep-alive once it has run out, also while its keys are still there', async () => {
    await grant(10, 7);
    await write(put('a', 7));
    const start = clock.monotonicMilliseconds();
    // The leader looks once a second: within that second it has run out and is not revoked.
    let seen = '';
    while (clock.monotonicMilliseconds() - start < 20_000 && seen === '') {
      await clock.advance(100);
      const state = await during(clock, member.store.leaseTimeToLive({ id: 7, keys: true }, context));
      if (state.kind !== 'done') break;
      if (clock.monotonicMilliseconds() - start < 10_000) continue;
      expect(state.value).toMatchObject({ remainingTtlSeconds: 0, keys: { length: 1 } });
      seen = await refusal(member.store.leaseKeepAlive(7, context));
    }
    expect(seen).toBe('lease-not-found');
    await clock.advance(2000);
    expect(await keys()).toEqual([]);
    expect(await refusal(member.store.leaseKeepAlive(7, context))).toBe('lease-not-found');
  });

  it.each(['revoked', 'expired'])('takes all its keys with it in one revision when it is %s', async (how) => {
    await grant(10, 7);
    await write(put('a', 7), put('b', 7), put('c', 7), put('other'));
    const watch = member.store.watch(everything);
    const seen: WatchEvent[] = [];
    const watching = (async () => {
      while (seen.length < 3) {
        const step = await watch.next();
        if (step.kind === 'end') throw new Error('ended');
        seen.push(...step.events);
      }
    })();
    if (how === 'revoked') await done(member.store.leaseRevoke(7, context));
    await during(clock, watching);
    expect(seen.map((event) => [event.type, text(event.item.key)])).toEqual([
      ['delete', 'a'],
      ['delete', 'b'],
      ['delete', 'c'],
    ]);
    expect(new Set(seen.map((event) => event.item.modRevision)).size).toBe(1);
    expect(await keys()).toEqual(['other']);
    expect(await refusal(member.store.leaseRevoke(7, context))).toBe('lease-not-found');
  });

  it('lets go of a key that is put again without a lease or with another, or deleted', async () => {
    await grant(60, 7);
    await grant(60, 8);
    await write(put('plain', 7), put('moved', 7), put('deleted', 7), put('same', 7));
    await write(put('plain'), put('moved', 8), put('same', 7), { type: 'delete', key: bytes('deleted') });
    expect(await attached(7)).toEqual(['same']);
    expect(await attached(8)).toEqual(['moved']);
    await done(member.store.leaseRevoke(7, context));
    expect(await keys()).toEqual(['moved', 'plain']);
    await done(member.store.leaseRevoke(8, context));
    expect(await keys()).toEqual(['plain']);
  });

  it('is kept alive with thousands of others by a handful of commands', async () => {
    const ids = Array.from({ length: 2500 }, (_, index) => index + 1);
    for (let from = 0; from < ids.length; from += 500) {
      await Promise.all(ids.slice(from, from + 500).map((id) => grant(60, id)));
    }
    await clock.advance(30_000);
    const before = (await during(clock, member.store.status())).appliedIndex;
    const asked = [...ids, ...ids, 99_999];
    const outcomes = await during(
      clock,
      Promise.all(asked.map((id) => member.store.leaseKeepAlive(id, context))),
    );
    const after = (await during(clock, member.store.status())).appliedIndex;
    expect(after - before).toBeLessThanOrEqual(6);
    const last = outcomes.pop();
    expect(last).toMatchObject({ kind: 'refused', refusal: { reason: 'lease-not-found' } });
    expect(outcomes.every(({ kind }, index) => kind === 'done' && asked[index]! <= 2500)).toBe(true);
    expect(await done(member.store.leaseTimeToLive({ id: 2500, keys: false }, context))).toMatchObject({
      remainingTtlSeconds: 59,
    });
  });

  it('is kept across a restart with the time that it had left', async () => {
    await grant(30, 7);
    await write(put('a', 7));
    await clock.advance(10_000);
    await done(member.store.leaseKeepAlive(7, context));
    await clock.advance(20_000);
    await during(clock, member.close());
    member = await during(clock, openTestStore({ clock, disk: member.disk, reopen: true }));
    expect(
      (await done(member.store.leaseTimeToLive({ id: 7, keys: true }, context))).remainingTtlSeconds,
    ).toBe(9);
    expect(await attached(7)).toEqual(['a']);
    await clock.advance(12_000);
    expect(await keys()).toEqual([]);
  });

  it('goes by the hundreds when their time comes together', async () => {
    const ids = Array.from({ length: 700 }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => grant(10, id)));
    const before = (await during(clock, member.store.status())).appliedIndex;
    await clock.advance(13_000);
    expect(await done(member.store.leases(context))).toEqual([]);
    const after = (await during(clock, member.store.status())).appliedIndex;
    // Checkpoints included.
    expect(after - before).toBeLessThanOrEqual(3 + 12);
  });
});
