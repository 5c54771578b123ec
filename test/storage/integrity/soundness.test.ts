import { afterEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../raft/index.js';
import { decodeEnvelope, encodeEnvelope } from '../../../storage/commands/command.js';
import type { Outcome, RangeResult, Watch, WatchStep } from '../../../storage/index.js';
import { bytes, context, text } from '../support/single-member-store.js';
import { IDS, type Tamper, ThreeMembers } from '../support/three-members.js';

const settings = { checkpoints: { entries: 1000, milliseconds: 3000 } };

/** A defect of the member's own: where a client wrote `from`, it puts `to`. */
const misread =
  (from: string, to: string): Tamper =>
  (entry: Entry) => {
    if (entry.kind !== 'command') return entry;
    const envelope = decodeEnvelope(entry.data);
    const { command } = envelope;
    if (command.kind !== 'txn') return entry;
    const then = command.request.then.map((operation) =>
      operation.type === 'put' && text(operation.value) === from
        ? { ...operation, value: bytes(to) }
        : operation,
    );
    return {
      ...entry,
      data: encodeEnvelope({ ...envelope, command: { kind: 'txn', request: { ...command.request, then } } }),
    };
  };

describe('three members', () => {
  let cluster: ThreeMembers;

  afterEach(() => cluster.stop());

  async function begin(limits = {}): Promise<{ leader: number; followers: readonly number[] }> {
    cluster = new ThreeMembers(settings, limits);
    await cluster.start();
    const leader = await cluster.leader();
    return { leader, followers: IDS.filter((id) => id !== leader) };
  }

  const read = (id: number, key: string, consistency: 'local' | 'linearizable' = 'local') =>
    cluster.during(cluster.member(id).store.range({ key: bytes(key), consistency }, context));

  const valueOf = (outcome: Outcome<RangeResult>): string =>
    outcome.kind === 'done' ? text(outcome.value.items[0]!.value) : JSON.stringify(outcome);

  const alarms = (id: number) => cluster.during(cluster.member(id).admin.alarms());

  /** Compared at least once more from here on. */
  async function compared(): Promise<void> {
    const before = Math.max(...IDS.map((id) => cluster.machine(id).state.ledger.checkpoint?.index ?? 0));
    await cluster.until('a checkpoint that all have reported', () =>
      IDS.every((id) => {
        const { checkpoint } = cluster.machine(id).state.ledger;
        return checkpoint !== undefined && checkpoint.index > before && checkpoint.reports.length === 3;
      }),
    );
  }

  it('compare their states after changes, find them equal, and write nothing while nothing changes', async () => {
    const { leader } = await begin();
    await cluster.put(leader, 'a', '1');
    await compared();
    await cluster.clock.advance(1000);
    const { appliedIndex } = cluster.machine(leader).state;
    await cluster.clock.advance(60_000);
    expect(cluster.machine(leader).state.appliedIndex).toBe(appliedIndex);
    for (const id of IDS) expect(await alarms(id)).toEqual([]);
    await cluster.put(leader, 'a', '2');
    await compared();
  });

  it('compare by the number of entries when there is much to do', async () => {
    cluster = new ThreeMembers({ checkpoints: { entries: 20, milliseconds: 1_000_000 } });
    await cluster.start();
    const leader = await cluster.leader();
    for (let index = 0; index < 20; index += 1) await cluster.put(leader, `k${index}`, 'v');
    await compared();
  });

  it('find a follower whose state differs, serve nothing from it, and give it the state anew', async () => {
    const { leader, followers } = await begin();
    const [odd, even] = followers as [number, number];
    await cluster.put(leader, 'a', 'right');
    cluster.tampers.set(odd, misread('right again', 'wrong'));
    const watch = cluster.member(odd).store.watch({ key: bytes('a') });
    const first = watch.next();
    await cluster.put(leader, 'a', 'right again');
    await cluster.during(first);
    // Nobody knows better until states are compared.
    expect(valueOf(await read(odd, 'a'))).toBe('wrong');
    // Kept from its new state for a moment, to be seen while it has none.
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    cluster.installGates.set(odd, gate);
    await cluster.until('distrust', () => cluster.machine(odd).distrust !== undefined);
    for (const consistency of ['local', 'linearizable'] as const) {
      expect(await read(odd, 'a', consistency)).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'corrupt', message: expect.stringContaining(`kuorum member replace m${odd}`) },
      });
    }
    expect(await cluster.put(odd, 'b', '1')).toMatchObject({ refusal: { reason: 'corrupt' } });
    expect(await nextEnd(watch)).toEqual({ kind: 'end', reason: { kind: 'corrupt' } });
    const fresh = cluster.member(odd).store.watch({ key: bytes('a') });
    expect(await fresh.next()).toEqual({ kind: 'end', reason: { kind: 'corrupt' } });
    // The others go on, and all know.
    expect((await cluster.put(even, 'b', '2')).kind).toBe('done');
    for (const id of IDS) expect(await alarms(id)).toEqual([{ memberId: odd, alarm: 'corrupt' }]);
    expect((await cluster.during(cluster.member(odd).admin.status())).failure).toMatch(/differs/);
    release();
    await cluster.until('its new state', () => cluster.machine(odd).distrust === undefined);
    expect(valueOf(await read(odd, 'a'))).toBe('right again');
    await cluster.until('no alarm', async () => (await alarms(odd)).length === 0);
    await cluster.put(odd, 'c', '3');
    await compared();
    await cluster.hashesAgree();
    for (const id of IDS) expect(await alarms(id)).toEqual([]);
  });

  it('find a leader whose state differs: it hands over its office and is given the state anew', async () => {
    const { leader, followers } = await begin();
    cluster.tampers.set(leader, misread('right', 'wrong'));
    await cluster.put(followers[0]!, 'a', 'right');
    await cluster.until('its new state', () => cluster.machine(leader).originIndex > 0);
    expect(await cluster.leader()).not.toBe(leader);
    expect(valueOf(await read(leader, 'a', 'linearizable'))).toBe('right');
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    await cluster.hashesAgree();
  });

  it('get a sound leader from two whose states are both damaged, and who do not know it of each other', async () => {
    await begin({ logMarginEntries: 20, logMarginBytes: 50_000 });
    await cluster.put(3, 'a', 'a value that is long enough to be hit');
    cluster.machine(3).openSnapshot = () => Promise.reject(new Error('not yet'));
    for (const id of [1, 2]) {
      await cluster.during(cluster.machine(id).state.flush());
      await cluster.during(cluster.member(id).close());
      expect(cluster.disks.get(id)!.flipBit('state', (key) => text(key) === 'ka')).toBe(true);
      await cluster.during(cluster.open(id));
      expect(await read(id, 'a')).toMatchObject({ refusal: { reason: 'corrupt' } });
    }
    await cluster.until('a leader whose state is damaged', async () => {
      if ((await cluster.leader()) !== 3) return true;
      await cluster.during(cluster.member(3).raft.transferLeadership(1));
      return false;
    });
    Reflect.deleteProperty(cluster.machine(3), 'openSnapshot');
    for (const id of [1, 2])
      await cluster.until('its new state', () => cluster.machine(id).distrust === undefined);
    await cluster.hashesAgree();
  });

  it('remember through a restart that a state is wrong', async () => {
    const { leader, followers } = await begin();
    const odd = followers[0]!;
    cluster.tampers.set(odd, misread('right', 'wrong'));
    cluster.machine(leader).openSnapshot = () => Promise.reject(new Error('not yet'));
    cluster.machine(followers[1]!).openSnapshot = () => Promise.reject(new Error('not yet'));
    await cluster.put(leader, 'a', 'right');
    await cluster.until('distrust', () => cluster.machine(odd).distrust !== undefined);
    cluster.tampers.clear();
    await cluster.restart(odd);
    await cluster.until('distrust after the restart', () => cluster.machine(odd).distrust !== undefined);
    expect(await read(odd, 'a')).toMatchObject({ refusal: { reason: 'corrupt' } });
    await cluster.restart(followers[1]!);
    await cluster.restart(leader);
    await cluster.until('its new state', () => cluster.machine(odd).distrust === undefined);
    expect(valueOf(await read(odd, 'a'))).toBe('right');
  });

  it('replace the state of a member that reads a damaged record, whose log goes on meanwhile', async () => {
    const { leader, followers } = await begin({ logMarginEntries: 20, logMarginBytes: 50_000 });
    const odd = followers[0]!;
    await cluster.put(leader, 'a', 'a value that is long enough to be hit');
    await cluster.during(cluster.machine(odd).state.flush());
    await cluster.during(cluster.member(odd).close());
    expect(cluster.disks.get(odd)!.flipBit('state', (key) => text(key) === 'ka')).toBe(true);
    await cluster.during(cluster.open(odd));
    await cluster.put(leader, 'b', '1');
    expect(await read(odd, 'a')).toMatchObject({ kind: 'refused', refusal: { reason: 'corrupt' } });
    await cluster.until('its new state', async () => valueOf(await read(odd, 'a')).startsWith('a value'));
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    await cluster.hashesAgree();
  });

  it.each([
    ['what its state says of itself', 'm'],
    ['a result that a repeated proposal is answered with', 's'],
  ])('replace the state of a member that cannot read %s when it starts', async (_what, record) => {
    const { leader, followers } = await begin({ logMarginEntries: 20, logMarginBytes: 50_000 });
    const odd = followers[0]!;
    for (let index = 0; index < 60; index += 1) await cluster.put(leader, 'a', String(index));
    await cluster.during(cluster.machine(odd).state.flush());
    await cluster.during(cluster.member(odd).close());
    expect(cluster.disks.get(odd)!.flipBit('state', (key) => text(key).startsWith(record))).toBe(true);
    await cluster.during(cluster.open(odd));
    expect(await read(odd, 'a')).toMatchObject({
      kind: 'refused',
      refusal: {
        reason: 'corrupt',
        message: expect.stringContaining(`kuorum member replace m${odd}`) as string,
      },
    });
    await cluster.until('its new state', async () => valueOf(await read(odd, 'a', 'linearizable')) === '59');
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    await cluster.hashesAgree();
    expect((await cluster.put(odd, 'b', '1')).kind).toBe('done');
    // Nothing of what was damaged is left to be stumbled over.
    await cluster.restart(odd);
    await cluster.hashesAgree();
    expect(await cluster.disks.get(odd)!.listDatabases()).toHaveLength(2);
  });

  it('replace the state of a member one of whose watches meets damaged history', async () => {
    const { leader, followers } = await begin();
    const odd = followers[0]!;
    await cluster.put(leader, 'a', '1');
    const { revision } = cluster.machine(leader).state;
    await cluster.put(leader, 'a', '2');
    await cluster.until('all of it at the follower', () => cluster.machine(odd).state.revision > revision);
    await cluster.during(cluster.machine(odd).state.flush());
    await cluster.during(cluster.member(odd).close());
    expect(cluster.disks.get(odd)!.flipBit('state', (key) => text(key).startsWith('r'))).toBe(true);
    await cluster.during(cluster.open(odd));
    const watch = cluster.member(odd).store.watch({ key: bytes('a'), startRevision: revision });
    expect(await nextEnd(watch)).toEqual({ kind: 'end', reason: { kind: 'corrupt' } });
    await cluster.until('its new state', () => cluster.machine(odd).originIndex > 0);
    const again = cluster.member(odd).store.watch({ key: bytes('a'), startRevision: revision });
    expect(await cluster.during(again.next())).toMatchObject({
      kind: 'batch',
      events: [{ type: 'put' }, { type: 'put' }],
    });
    again.cancel();
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    await cluster.hashesAgree();
  });

  it('replace the state of a member that meets a damaged record where it applies an entry', async () => {
    const { leader, followers } = await begin();
    const odd = followers[0]!;
    await cluster.put(leader, 'a', 'a value that is long enough to be hit');
    await cluster.during(cluster.machine(odd).state.flush());
    await cluster.during(cluster.member(odd).close());
    expect(cluster.disks.get(odd)!.flipBit('state', (key) => text(key) === 'ka')).toBe(true);
    await cluster.during(cluster.open(odd));
    expect((await cluster.put(leader, 'a', 'another')).kind).toBe('done');
    await cluster.until('its new state', () => cluster.machine(odd).originIndex > 0);
    expect(valueOf(await read(odd, 'a', 'linearizable'))).toBe('another');
    expect(cluster.member(odd).raft.status().failure).toBeUndefined();
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    await cluster.hashesAgree();
  });

  it('stop all writes when no two of them agree, say so, and read on', async () => {
    const { leader, followers } = await begin();
    cluster.tampers.set(followers[0]!, misread('right', 'wrong'));
    cluster.tampers.set(followers[1]!, misread('right', 'wrong too'));
    await cluster.put(leader, 'a', 'right');
    await cluster.until('the alarm of all', async () =>
      (await Promise.all(IDS.map((id) => alarms(id)))).every((each) => each.length > 0),
    );
    for (const id of IDS) {
      expect(await alarms(id)).toEqual([{ memberId: 0, alarm: 'corrupt' }]);
      expect(await cluster.put(id, 'b', '1')).toMatchObject({ refusal: { reason: 'corrupt' } });
      expect((await read(id, 'a')).kind).toBe('done');
    }
    const disarmed = cluster.member(leader).admin.disarm({ memberId: 0, alarm: 'corrupt' }, context);
    expect(await cluster.during(disarmed)).toEqual({ kind: 'done', value: { changed: true } });
    expect((await cluster.put(leader, 'b', '1')).kind).toBe('done');
  });

  it('are told by an administrator to replace a state', async () => {
    const { leader, followers } = await begin();
    const odd = followers[0]!;
    await cluster.put(leader, 'a', '1');
    const origin = cluster.machine(odd).originIndex;
    const raised = cluster.member(leader).admin.raiseAlarm({ memberId: odd, alarm: 'corrupt' }, context);
    expect(await cluster.during(raised)).toEqual({ kind: 'done', value: { changed: true } });
    await cluster.until('another copy', () => cluster.machine(odd).originIndex > origin);
    await cluster.until('no alarm', async () => (await alarms(leader)).length === 0);
    expect(valueOf(await read(odd, 'a'))).toBe('1');
  });

  async function nextEnd(watch: Watch): Promise<WatchStep> {
    for (;;) {
      const step = await cluster.during(watch.next());
      if (step.kind === 'end') return step;
    }
  }
});
