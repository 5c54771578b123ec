import { afterEach, describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../../chaos/index.js';
import { seededRandom } from '../../../platform/index.js';
import type { KeySpaceHash, Outcome, TxnOperation } from '../../../storage/index.js';
import { bytes, context, openTestStore, type TestStore } from '../support/single-member-store.js';

describe('the hash of the key space', () => {
  const members: TestStore[] = [];

  afterEach(async () => {
    for (const member of members.splice(0)) await member.close();
  });

  async function open(seed = 1): Promise<TestStore> {
    const member = await openTestStore({ random: seededRandom(seed) });
    members.push(member);
    return member;
  }

  const hashOf = (outcome: Outcome<KeySpaceHash>): string => {
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
    return outcome.value.hash;
  };

  const hash = async (member: TestStore, revision = 0): Promise<string> =>
    hashOf(await member.admin.hashKv(revision, context));

  /** A put or a delete each, some of many keys. */
  async function write(member: TestStore, seed: number, count: number): Promise<void> {
    const random = seededRandom(seed);
    for (let index = 0; index < count; index += 1) {
      const key = `k${random.integer(0, 12)}\u0000${random.integer(0, 3)}`;
      const dice = random.float();
      const operation: TxnOperation =
        dice < 0.7
          ? { type: 'put', key: bytes(key), value: bytes(`v${index}`) }
          : dice < 0.9
            ? { type: 'delete', key: bytes(key) }
            : { type: 'delete', key: bytes(key), end: bytes('k3') };
      await member.store.txn({ compare: [], then: [operation], else: [] }, context);
    }
  }

  it('as of a revision stays what it was then, while keys change and history is forgotten', async () => {
    const member = await open();
    const then = new Map<number, string>();
    for (let round = 0; round < 40; round += 1) {
      await write(member, round, 5);
      const { revision } = await member.store.status();
      then.set(revision, await hash(member));
    }
    expect(new Set(then.values()).size).toBeGreaterThan(30);
    for (const [revision, expected] of then)
      expect(await hash(member, revision), `at ${revision}`).toBe(expected);
    const kept = [...then.keys()][20]!;
    await member.store.compact(kept, context);
    for (const [revision, expected] of then) {
      if (revision >= kept) expect(await hash(member, revision), `at ${revision}`).toBe(expected);
    }
  });

  it('is the same on members that have the same keys, and another when one value differs', async () => {
    const [one, two, other] = [await open(1), await open(2), await open(3)];
    for (const member of [one, two, other]) await write(member, 7, 60);
    await one.store.compact(10, context);
    expect(await hash(two)).toBe(await hash(one));
    const put = (value: string): TxnOperation => ({ type: 'put', key: bytes('x'), value: bytes(value) });
    for (const member of [one, two])
      await member.store.txn({ compare: [], then: [put('1')], else: [] }, context);
    await other.store.txn({ compare: [], then: [put('2')], else: [] }, context);
    expect(await hash(two)).toBe(await hash(one));
    expect(await hash(other)).not.toBe(await hash(one));
  });

  it('is refused where a read would be', async () => {
    const member = await open();
    await write(member, 1, 20);
    const { revision } = await member.store.status();
    await member.store.compact(5, context);
    expect(await member.admin.hashKv(4, context)).toMatchObject({
      refusal: { reason: 'compacted', compactRevision: 5 },
    });
    expect(await member.admin.hashKv(revision + 1, context)).toMatchObject({
      refusal: { reason: 'future-revision', currentRevision: revision },
    });
    expect(await member.admin.hashKv(-1, context)).toMatchObject({ refusal: { reason: 'invalid' } });
    expect(await member.admin.hashKv(0, { ...context, timeoutMilliseconds: 0 })).toMatchObject({
      refusal: { reason: 'timeout' },
    });
  });

  it('is refused where a record is damaged', async () => {
    const disk = simulatedDisk({ random: seededRandom(1) });
    const member = await openTestStore({ disk });
    await write(member, 1, 5);
    await member.close();
    disk.flipBit('state', (key) => key[0] === 'k'.charCodeAt(0));
    const again = await openTestStore({ disk, reopen: true });
    members.push(again);
    expect(await again.admin.hashKv(0, context)).toMatchObject({ refusal: { reason: 'corrupt' } });
  });
});
