import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { headKey } from '../../../storage/mvcc/key-space.js';
import { bytes, context, text } from '../support/single-member-store.js';
import { IDS, ThreeMembers } from '../support/three-members.js';

/** So slow that a walk takes many slices, between which everything goes on. */
const slow = { bytesPerSecond: 600, pauseMilliseconds: 2000 };
const fast = { bytesPerSecond: 1_000_000, pauseMilliseconds: 2000 };

describe('the walk over what is stored', () => {
  let cluster: ThreeMembers;

  afterEach(() => cluster.stop());

  async function begin(scrub = fast): Promise<{ leader: number; odd: number }> {
    cluster = new ThreeMembers({ scrub });
    await cluster.start();
    const leader = await cluster.leader();
    return { leader, odd: IDS.find((id) => id !== leader)! };
  }

  const alarms = (id: number) => cluster.during(cluster.member(id).admin.alarms());

  async function flushed(id: number): Promise<void> {
    await cluster.until('all is applied', () => {
      const [index, ...others] = IDS.map((each) => cluster.machine(each).state.appliedIndex);
      return others.every((other) => other === index);
    });
    await cluster.during(cluster.machine(id).state.flush());
  }

  async function repaired(id: number): Promise<void> {
    await cluster.until('its new state', () => cluster.machine(id).originIndex > 0);
    expect(cluster.logged('the state of this member is wrong and waits to be replaced')).toBe(1);
    await cluster.until('no alarm', async () => (await alarms(id)).length === 0);
    await cluster.hashesAgree();
  }

  for (const [letter, what] of [
    ['k', 'a live key'],
    ['v', 'a superseded version'],
    ['r', 'what a revision changed'],
    ['l', 'a lease'],
    ['s', 'the result of a proposal'],
  ] as const) {
    it(`finds a flipped bit in ${what} that nobody reads, and has the state replaced`, async () => {
      const { leader, odd } = await begin();
      await cluster.during(cluster.member(leader).store.leaseGrant({ id: 7, ttlSeconds: 9000 }, context));
      await cluster.put(leader, 'a', 'an early value');
      await cluster.put(leader, 'a', 'a later value', 7);
      await flushed(odd);
      expect(cluster.disks.get(odd)!.flipBit('state', (key) => text(key)[0] === letter)).toBe(true);
      await repaired(odd);
      expect(
        cluster.disks
          .get(odd)!
          .databases()
          .filter((name) => name.startsWith('state')),
      ).toHaveLength(1);
    });
  }

  it('finds a record that is gone, though every record that is there is whole', async () => {
    const { leader, odd } = await begin();
    await cluster.put(leader, 'a', '1');
    await cluster.put(leader, 'b', '1');
    cluster.machine(odd).state.setRaw(headKey('a'), null);
    await cluster.put(leader, 'c', '1');
    await repaired(odd);
    const range = { key: bytes('a'), consistency: 'local' } as const;
    expect(await cluster.during(cluster.member(odd).store.range(range, context))).toMatchObject({
      value: { items: [{ modRevision: 2 }] },
    });
  });

  it('finds an older record in the place of a newer one', async () => {
    const { leader, odd } = await begin();
    await cluster.put(leader, 'a', '1');
    const older = (await cluster.during(cluster.machine(odd).state.prefetch(['a']))).get('a')!.record;
    await cluster.put(leader, 'a', '2');
    cluster.machine(odd).state.setRaw(headKey('a'), older);
    await cluster.put(leader, 'c', '1');
    await repaired(odd);
  });

  it('names the key, and alarms where no other member has it', async () => {
    cluster = new ThreeMembers({ scrub: fast });
    await cluster.start();
    const leader = await cluster.leader();
    for (const id of IDS.filter((each) => each !== leader)) {
      const steps = [{ kind: 'remove', id }] as const;
      const { admin } = cluster.member(leader);
      await cluster.during(admin.changeMembers(steps, { force: true }, context));
    }
    await cluster.put(leader, 'precious', 'a value that is long enough to be hit');
    await cluster.put(leader, 'other', '1');
    await cluster.during(cluster.machine(leader).state.flush());
    expect(cluster.disks.get(leader)!.flipBit('state', (key) => text(key) === 'kprecious')).toBe(true);
    await cluster.until('the alarm', async () => (await alarms(leader)).length > 0);
    expect(await alarms(leader)).toEqual([{ memberId: leader, alarm: 'corrupt' }]);
    const status = await cluster.during(cluster.member(leader).admin.status());
    expect(status.warnings.join('; ')).toMatch(/alarm corrupt of m\d; damaged data: .*kprecious/);
    expect(status.failure).toBeUndefined();
    // What its checksum vouches for is served; there is nobody else to serve it.
    const range = { key: bytes('other'), consistency: 'linearizable' } as const;
    expect((await cluster.during(cluster.member(leader).store.range(range, context))).kind).toBe('done');
    expect(cluster.member(leader).reopenBecause()).toBeUndefined();
  });

  it('finds a damaged entry of the log, and asks to be opened again, which brings it back', async () => {
    const { leader, odd } = await begin();
    for (let index = 0; index < 20; index += 1) await cluster.put(leader, `k${index}`, 'a value');
    await flushed(odd);
    expect(cluster.disks.get(odd)!.flipBit('log', (key) => text(key)[0] === 'e')).toBe(true);
    await cluster.until('the wish', () => cluster.member(odd).reopenBecause() !== undefined);
    expect(cluster.member(odd).reopenBecause()).toEqual({
      reason: expect.stringMatching(/the log is damaged: .*entry \d+/) as string,
      needsSpace: false,
    });
    await cluster.until('the alarm', async () => (await alarms(leader)).length > 0);
    expect(await alarms(leader)).toEqual([{ memberId: odd, alarm: 'corrupt' }]);
    expect(cluster.machine(odd).distrust).toBeUndefined();
    await cluster.restart(odd);
    expect(cluster.member(odd).raft.status().condition).toBe('recovering');
    await cluster.put(leader, 'more', '1');
    await cluster.until('intact', () => cluster.member(odd).raft.status().condition === 'intact');
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    expect(cluster.member(odd).reopenBecause()).toBeUndefined();
    await cluster.hashesAgree();
  });

  it('does not ask for that while another member is away, whose word would be missed', async () => {
    const { leader, odd } = await begin();
    for (let index = 0; index < 20; index += 1) await cluster.put(leader, `k${index}`, 'a value');
    await flushed(odd);
    const other = IDS.find((id) => id !== leader && id !== odd)!;
    cluster.network.isolate(other, IDS);
    await cluster.clock.advance(5000);
    expect(cluster.disks.get(odd)!.flipBit('log', (key) => text(key)[0] === 'e')).toBe(true);
    await cluster.until('the alarm', async () => (await alarms(odd)).length > 0);
    await cluster.clock.advance(5000);
    expect(cluster.member(odd).reopenBecause()).toBeUndefined();
    cluster.network.cut.clear();
    await cluster.until('the wish', () => cluster.member(odd).reopenBecause() !== undefined);
  });

  it('finds nothing where nothing is wrong, whatever is written meanwhile', async () => {
    const random = seededRandom(5);
    cluster = new ThreeMembers(
      { scrub: slow, automaticCompaction: { retentionMilliseconds: 3000 } },
      { logMarginEntries: 20, logMarginBytes: 50_000 },
    );
    await cluster.start();
    const leader = await cluster.leader();
    const started = cluster.clock.monotonicMilliseconds();
    while (cluster.clock.monotonicMilliseconds() - started < 60_000) {
      const key = `k${random.integer(0, 30)}`;
      const dice = random.float();
      const { store } = cluster.member(IDS[random.integer(0, 3)]!);
      if (dice < 0.6) await cluster.put(leader, key, 'x'.repeat(random.integer(1, 60)));
      else if (dice < 0.8) {
        const then = [{ type: 'delete', key: bytes(key) } as const];
        await cluster.during(store.txn({ compare: [], then, else: [] }, context));
      } else if (dice < 0.9) {
        await cluster.during(store.leaseGrant({ id: random.integer(1, 9), ttlSeconds: 60 }, context));
      } else await cluster.during(store.leaseRevoke(random.integer(1, 9), context));
      await cluster.clock.advance(random.integer(20, 200));
    }
    expect(cluster.logged('all that is stored was looked at')).toBeGreaterThan(6);
    for (const id of IDS) {
      expect(await alarms(id)).toEqual([]);
      expect(cluster.machine(id).originIndex).toBe(0);
      expect(cluster.machine(id).distrust).toBeUndefined();
    }
  });
});
