import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../../platform/index.js';
import { silentLogger } from '../../../platform/index.js';
import type { Command } from '../../../storage/commands/command.js';
import type { Outcome, TxnOperation } from '../../../storage/index.js';
import { emptyLedger } from '../../../storage/integrity/ledger.js';
import { Quota } from '../../../storage/integrity/quota.js';
import { refusalUnderAlarms } from '../../../storage/integrity/refuse-under-alarms.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';
import { openReplicatedState } from '../support/replicated-state.js';
import { bytes, context } from '../support/single-member-store.js';
import { IDS, ThreeMembers } from '../support/three-members.js';

const put = (key: string, value = 'v'): TxnOperation => ({
  type: 'put',
  key: bytes(key),
  value: bytes(value),
});
const range: TxnOperation = { type: 'range', key: bytes('a'), end: bytes('z') };
const remove: TxnOperation = { type: 'delete', key: bytes('a') };
const txn = (then: readonly TxnOperation[], otherwise: readonly TxnOperation[] = []): Command => ({
  kind: 'txn',
  request: { compare: [], then, else: otherwise },
});

describe('while an alarm stands', () => {
  const alarm = (memberId: number, kind: 'no-space' | 'corrupt') => ({
    ...emptyLedger,
    alarms: [{ memberId, kind, atIndex: 1, raisedIndex: 2 }],
  });
  const nested: TxnOperation = {
    type: 'txn',
    request: { compare: [], then: [], else: [put('deep')] },
  };
  const growing: readonly Command[] = [
    txn([put('a')]),
    txn([range, remove, put('a')]),
    txn([range], [put('a')]),
    txn([nested]),
    { kind: 'lease-grant', id: 1, ttlSeconds: 5 },
  ];
  const shrinking: readonly Command[] = [
    txn([remove]),
    { kind: 'lease-revoke', id: 1 },
    { kind: 'lease-expire', ids: [1] },
    { kind: 'lease-renew', ids: [1] },
    { kind: 'compact', revision: 2 },
  ];
  const harmless: readonly Command[] = [
    txn([range]),
    txn([]),
    { kind: 'clock-checkpoint' },
    { kind: 'hash-checkpoint' },
    { kind: 'alarm-clear', memberId: 1, alarm: 'no-space', belowIndex: 9 },
  ];
  const reasons = (ledger: ReturnType<typeof alarm>, commands: readonly Command[]) =>
    new Set(commands.map((command) => refusalUnderAlarms(ledger, command)?.reason));

  it('about space, what grows is refused, whichever branch would be taken, and the rest goes on', () => {
    const ledger = alarm(3, 'no-space');
    expect(reasons(ledger, growing)).toEqual(new Set(['no-space']));
    expect(reasons(ledger, [...shrinking, ...harmless])).toEqual(new Set([undefined]));
  });

  it('about one wrong state, nothing is refused by the others', () => {
    expect(reasons(alarm(3, 'corrupt'), [...growing, ...shrinking, ...harmless])).toEqual(
      new Set([undefined]),
    );
  });

  it('about the whole cluster, everything that changes a key is refused', () => {
    const ledger = alarm(0, 'corrupt');
    expect(reasons(ledger, [...growing, ...shrinking])).toEqual(new Set(['corrupt']));
    expect(reasons(ledger, harmless)).toEqual(new Set([undefined]));
  });
});

describe('a quota', () => {
  const quotaBytes = 100_000;
  let cluster: ThreeMembers;

  beforeEach(async () => {
    cluster = new ThreeMembers({ quotaBytes });
    await cluster.start();
    await cluster.leader();
  });

  afterEach(() => cluster.stop());

  const alarms = (id: number) => cluster.during(cluster.member(id).admin.alarms());
  const big = 'x'.repeat(5_000);

  async function fill(): Promise<void> {
    for (let index = 0; index < 30; index += 1) await cluster.put(1, `k${index}`, big);
    await cluster.until('an alarm everywhere', async () => {
      const all = await Promise.all(IDS.map((id) => alarms(id)));
      return all.every((each) => each.length > 0 && each.every(({ alarm }) => alarm === 'no-space'));
    });
  }

  const write = (id: number, operation: TxnOperation): Promise<Outcome<unknown>> =>
    cluster.during(cluster.member(id).store.txn({ compare: [], then: [operation], else: [] }, context));

  it('that is passed has every member refuse what grows, and nothing else', async () => {
    await fill();
    for (const id of IDS) {
      expect(await cluster.put(id, 'more', 'v')).toMatchObject({ refusal: { reason: 'no-space' } });
      const lease = cluster.member(id).store.leaseGrant({ ttlSeconds: 60 }, context);
      expect(await cluster.during(lease)).toMatchObject({ refusal: { reason: 'no-space' } });
      expect((await write(id, range)).kind).toBe('done');
      expect((await write(id, { type: 'delete', key: bytes(`k${id}`) })).kind).toBe('done');
    }
    const { appliedIndex } = cluster.machine(1).state;
    await cluster.put(1, 'more', 'v');
    expect(cluster.machine(1).state.appliedIndex).toBe(appliedIndex);
    const status = await cluster.during(cluster.member(1).admin.status());
    expect(status).toMatchObject({ quotaBytes, failure: undefined });
    expect(status.warnings.join('; ')).toMatch(
      /^alarm no-space of m\d.*the database takes \d+% of its quota$/,
    );
    await cluster.hashesAgree();
  });

  it('ends its alarm by itself once the database is clearly below it again, and not at the first byte', async () => {
    await fill();
    for (let index = 0; index < 30; index += 1) {
      // Down to between 90 % and all of it: what is left counts, and what was deleted counts until it is forgotten.
      if (index < 11) await write(1, { type: 'delete', key: bytes(`k${index}`) });
    }
    const compact = async (): Promise<void> => {
      const { revision } = cluster.machine(1).state;
      await cluster.during(cluster.member(1).store.compact(revision, context));
    };
    await compact();
    await cluster.clock.advance(20_000);
    const size = await cluster.during(cluster.machine(1).state.sizeBytes());
    expect(size).toBeGreaterThan(quotaBytes * 0.9);
    expect(size).toBeLessThan(quotaBytes);
    expect(await alarms(1)).not.toEqual([]);
    for (let index = 11; index < 20; index += 1) await write(1, { type: 'delete', key: bytes(`k${index}`) });
    await compact();
    await cluster.until('no alarm anywhere', async () =>
      (await Promise.all(IDS.map((id) => alarms(id)))).every((each) => each.length === 0),
    );
    expect((await cluster.put(2, 'more', 'v')).kind).toBe('done');
  });

  it('can be disarmed, and speaks again while its cause is there', async () => {
    await fill();
    for (const alarm of await alarms(2)) {
      const disarmed = cluster.member(2).admin.disarm(alarm, context);
      expect(await cluster.during(disarmed)).toEqual({ kind: 'done', value: { changed: true } });
      const again = cluster.member(2).admin.disarm({ ...alarm, memberId: 99 }, context);
      expect(await cluster.during(again)).toEqual({ kind: 'done', value: { changed: false } });
    }
    expect((await cluster.put(3, 'k0', 'small')).kind).toBe('done');
    await cluster.until('the alarm again', async () => (await alarms(3)).length > 0);
  });

  it('keeps its alarm through a restart of all', async () => {
    await fill();
    for (const id of IDS) await cluster.restart(id);
    await cluster.leader();
    expect((await alarms(2)).length).toBeGreaterThan(0);
    expect(await cluster.put(2, 'more', 'v')).toMatchObject({ refusal: { reason: 'no-space' } });
  });
});

it('a quota warns once when it comes near', async () => {
  const { state, put: store } = await openReplicatedState();
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
  const quota = new Quota({
    quotaBytes: 100_000,
    memberId: 1,
    state: () => state,
    clock: new VirtualClock(),
    logger,
    run: () => Promise.reject(new Error('nothing is to be proposed')),
  });
  await quota.tick();
  expect(warnings).toEqual([]);
  store('a', new Uint8Array(85_000));
  await state.flush();
  await quota.tick();
  await quota.tick();
  expect(warnings).toEqual(['the database comes close to its quota']);
  await state.close();
});
