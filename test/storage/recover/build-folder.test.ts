import { beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Disk, seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import type { Entry } from '../../../raft/index.js';
import { encodeEnvelope } from '../../../storage/commands/command.js';
import {
  buildRecoveredFolder,
  type Candidate,
  type Examination,
  examineMemberFolder,
  REVISION_RAISE,
  readMemberIdentity,
} from '../../../storage/index.js';
import { openMemberLog } from '../../../storage/log/member-log.js';
import { MemberStateMachine } from '../../../storage/state-machine.js';
import { copyDisk } from '../support/copy-disk.js';
import { crashingDisk } from '../support/crash-at.js';
import { bytes, context, openTestStore, type TestStore, text } from '../support/single-member-store.js';

const tools = { clock: systemClock(), logger: silentLogger };
const ALL = { key: bytes(''), end: new Uint8Array(0) };
const member = { id: 77, name: 'm1', peerAddress: '127.0.0.1:0' };
const fresh = (seed = 1): SimulatedDisk => simulatedDisk({ random: seededRandom(seed) });

async function put(store: TestStore, key: string, value: string, lease = 0): Promise<number> {
  const outcome = await store.store.txn(
    { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value), lease }], else: [] },
    context,
  );
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value.revision;
}

async function read(store: TestStore): Promise<Record<string, { value: string; modRevision: number }>> {
  const outcome = await store.store.range({ ...ALL, consistency: 'linearizable' }, context);
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return Object.fromEntries(
    outcome.value.items.map((item) => [
      text(item.key),
      { value: text(item.value), modRevision: item.modRevision },
    ]),
  );
}

/** Puts at the end of the log what was never known to be committed. */
async function appendUncommitted(disk: Disk, puts: readonly (readonly [string, string])[]): Promise<void> {
  const examined = await candidateOf(disk);
  const log = await openMemberLog(disk, silentLogger);
  log.setStatePoint(examined.end);
  const { lastIndex, hardState } = await log.load();
  const entries = puts.map(
    ([key, value], offset): Entry => ({
      index: lastIndex + 1 + offset,
      term: hardState.term,
      timeMilliseconds: examined.end.timeMilliseconds,
      kind: 'command',
      data: encodeEnvelope({
        incarnation: 999,
        baseIndex: lastIndex,
        sequence: offset + 1,
        command: {
          kind: 'txn',
          request: { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
        },
      }),
    }),
  );
  // The commit index of the time before: everything that the state has applied.
  await log.append({ entries, hardState: { ...hardState, commitIndex: lastIndex } });
  await log.close();
}

function readable(examination: Examination): Candidate {
  if (examination.kind !== 'readable') throw new Error(examination.reason);
  return examination.candidate;
}

/** On a disk of its own: what is looked at is changed. */
async function candidateOf(disk: Disk): Promise<Candidate> {
  return readable(await examineMemberFolder(await copyDisk(disk), tools));
}

async function recover(disk: Disk, target: Disk, highestRevision = 0): Promise<number> {
  const copy = await copyDisk(disk);
  const candidate = readable(await examineMemberFolder(copy, tools));
  return buildRecoveredFolder({ copy, candidate, target, clusterId: 'c2', member, highestRevision });
}

describe('a folder made from a member of a lost cluster', () => {
  let old: SimulatedDisk;
  let lastRevision: number;
  let leaseId: number;

  beforeEach(async () => {
    old = fresh();
    const store = await openTestStore({ disk: old });
    const lease = await store.store.leaseGrant({ ttlSeconds: 3600 }, context);
    if (lease.kind !== 'done') throw new Error('no lease');
    leaseId = lease.value.id;
    for (let number = 1; number <= 20; number += 1) await put(store, `/a/${number % 7}`, `value ${number}`);
    await put(store, '/leased', 'until it runs out', leaseId);
    await store.store.txn({ compare: [], then: [{ type: 'delete', key: bytes('/a/3') }], else: [] }, context);
    lastRevision = (await store.store.status()).revision;
    await store.close();
  });

  it('belongs to a new cluster of one new member and begins a billion revisions higher', async () => {
    const target = fresh();
    const revision = await recover(old, target);
    expect(revision).toBe(lastRevision + REVISION_RAISE);
    expect(await readMemberIdentity(target)).toMatchObject({ clusterId: 'c2', memberId: 77, name: 'm1' });
    const before = await candidateOf(old);
    const after = await candidateOf(target);
    expect(after.condition).toEqual({ kind: 'intact' });
    expect(after.revision).toBe(revision);
    // As one more entry, of a term that the old cluster never had.
    expect(after.end.index).toBe(before.end.index + 1);
    expect(after.end.term).toBeGreaterThan(before.term);
    expect(after.end.configuration).toMatchObject({ voters: [77], members: [member] });
  });

  it('holds every key as it was, and what is written next is newer than all', async () => {
    const unchanged = await openTestStore({ disk: await copyDisk(old), reopen: true });
    const expected = await read(unchanged);
    await unchanged.close();
    const target = fresh();
    const revision = await recover(old, target);
    const store = await openTestStore({ disk: target, reopen: true });
    expect(await read(store)).toEqual(expected);
    expect(Object.keys(expected)).toHaveLength(7);
    expect(await put(store, '/new', 'goes on')).toBe(revision + 1);
    await store.close();
  });

  it('keeps leases with their keys', async () => {
    const target = fresh();
    await recover(old, target);
    const store = await openTestStore({ disk: target, reopen: true });
    expect(await read(store)).toHaveProperty('/leased');
    expect((await store.store.leaseRevoke(leaseId, context)).kind).toBe('done');
    expect(await read(store)).not.toHaveProperty('/leased');
    await store.close();
  });

  it('has no history: watches and reads of any older revision are told that it is compacted', async () => {
    const target = fresh();
    const revision = await recover(old, target);
    const store = await openTestStore({ disk: target, reopen: true });
    for (const startRevision of [1, lastRevision, lastRevision + 1, revision]) {
      const watch = store.store.watch({ ...ALL, startRevision });
      expect(await watch.next()).toEqual({
        kind: 'end',
        reason: { kind: 'compacted', compactRevision: revision },
      });
    }
    const at = (asked: number) =>
      store.store.range({ ...ALL, consistency: 'local', revision: asked }, context);
    expect(await at(lastRevision)).toMatchObject({ kind: 'refused', refusal: { reason: 'compacted' } });
    expect((await at(revision)).kind).toBe('done');
    const watch = store.store.watch({ ...ALL, startRevision: revision + 1 });
    await put(store, '/new', 'seen');
    const events: string[] = [];
    while (events.length === 0) {
      const step = await watch.next();
      if (step.kind === 'end') throw new Error(JSON.stringify(step));
      events.push(...step.events.map(({ item }) => text(item.key)));
    }
    expect(events).toEqual(['/new']);
    watch.cancel();
    await store.close();
  });

  it('keeps what was never known to be committed, under revisions that nobody can have seen', async () => {
    await appendUncommitted(old, [
      ['/a/1', 'perhaps'],
      ['/only', 'perhaps too'],
    ]);
    const target = fresh();
    const revision = await recover(old, target);
    expect(revision).toBe(lastRevision + 2 + REVISION_RAISE);
    const store = await openTestStore({ disk: target, reopen: true });
    const found = await read(store);
    expect(found['/a/1']).toEqual({ value: 'perhaps', modRevision: lastRevision + 1 + REVISION_RAISE });
    expect(found['/only']).toEqual({ value: 'perhaps too', modRevision: revision });
    expect(found['/a/2']!.modRevision).toBeLessThanOrEqual(lastRevision);
    await store.close();
  });

  it('begins above the highest revision that any of the old folders knows', async () => {
    await appendUncommitted(old, [['/only', 'perhaps']]);
    const target = fresh();
    const revision = await recover(old, target, lastRevision + 50);
    expect(revision).toBe(lastRevision + 50 + REVISION_RAISE);
    const store = await openTestStore({ disk: target, reopen: true });
    expect((await read(store))['/only']!.modRevision).toBe(revision);
    await store.close();
  });

  it('takes no proposal of the old cluster for a new one', async () => {
    await appendUncommitted(old, [['/only', 'perhaps']]);
    const target = fresh();
    await recover(old, target);
    const log = await openMemberLog(target, silentLogger);
    const birth = () => log.readBirth();
    const machine = await MemberStateMachine.open({ disk: target, log, birth, clusterId: 'c2', ...tools });
    const { sessions } = machine.state;
    expect(sessions.size).toBe(0);
    const judged = (baseIndex: number) => sessions.judge({ incarnation: 999, baseIndex, sequence: 1 }).kind;
    expect(judged(machine.appliedIndex - 1)).toBe('session-unknown');
    expect(judged(machine.appliedIndex)).toBe('new');
    await machine.close();
    await log.close();
  });

  it('can be recovered again', async () => {
    const first = fresh();
    const revision = await recover(old, first);
    const second = fresh();
    expect(await recover(first, second)).toBe(revision + REVISION_RAISE);
  });

  it('is whole or nothing after a crash at any change, and is then made anew', async () => {
    const seed = Number(process.env['KUORUM_SEED'] ?? 7);
    const store = await openTestStore({ disk: old, reopen: true });
    for (const key of ['/large/1', '/large/2', '/large/3']) await put(store, key, key.repeat(80_000));
    await store.close();
    const whole = crashingDisk(fresh(), 0);
    await recover(old, whole);
    const { changes } = whole;
    const { stateHash } = await candidateOf(whole);
    expect(changes).toBeGreaterThan(8);
    for (let crashAt = 1; crashAt <= changes; crashAt += 1) {
      const at = `seed ${seed}, change ${crashAt} of ${changes}`;
      const medium = fresh(seed * 1000 + crashAt);
      const target = crashingDisk(medium, crashAt);
      await expect(recover(old, target), at).rejects.toThrow();
      expect(target.changes, at).toBe(crashAt);
      // A folder without an identity was never in use, and one with a torn identity is damaged.
      const left = await examineMemberFolder(await copyDisk(medium), tools);
      if (left.kind === 'readable') expect(left.candidate, at).toMatchObject({ stateHash });
      await recover(old, medium);
      expect(await candidateOf(medium), at).toMatchObject({ stateHash, condition: { kind: 'intact' } });
    }
  });
});

describe('a folder that is looked at', () => {
  let disk: SimulatedDisk;
  const filled = async (): Promise<void> => {
    disk = fresh();
    const store = await openTestStore({ disk });
    for (let number = 1; number <= 12; number += 1) await put(store, `/k/${number}`, `value ${number}`);
    await store.close();
  };
  beforeEach(filled);

  it('shows where its log ends, and the state as it was found', async () => {
    await appendUncommitted(disk, [['/only', 'perhaps']]);
    const candidate = await candidateOf(disk);
    expect(candidate).toMatchObject({
      committedIndex: candidate.end.index - 1,
      condition: { kind: 'intact' },
    });
    expect(candidate.appliedIndex).toBe(candidate.committedIndex);
    expect(candidate.revision).toBe(candidate.committedRevision + 1);
    expect(candidate.stateHash).toMatch(/^[0-9a-f]{32}$/);
  });

  it('ends where its state ends when its log has lost more than that', async () => {
    const before = await candidateOf(disk);
    disk.loseNewestBatches('log', 6);
    const candidate = await candidateOf(disk);
    expect(candidate.condition).toMatchObject({ kind: 'recovering' });
    expect(candidate.end).toEqual(before.end);
    expect(candidate.committedIndex).toBe(candidate.appliedIndex);
  });

  it.each([
    ['a key', 'state', (key: Uint8Array) => key[0] === 'k'.charCodeAt(0)],
    ['its meta record', 'state', (key: Uint8Array) => key[0] === 'm'.charCodeAt(0)],
  ] as const)('is damaged when a bit of %s has flipped', async (_, database, select) => {
    expect(disk.flipBit(database, select)).toBe(true);
    const examination = await examineMemberFolder(disk, tools);
    expect(examination).toMatchObject({ kind: 'damaged', identity: { name: 'm1' } });
  });

  it('is damaged when a key is gone without a trace', async () => {
    const database = await disk.openDatabase('state');
    await database.batch([{ type: 'delete', key: bytes('k/k/5') }], { sync: true });
    await database.close();
    const examination = await examineMemberFolder(disk, tools);
    expect(examination).toMatchObject({ kind: 'damaged', reason: expect.stringContaining('state hash') });
  });

  it('is damaged when log and state are both gone, or nobody knows whose it is', async () => {
    await disk.deleteDatabase('log');
    await disk.deleteDatabase('state');
    expect(await examineMemberFolder(disk, tools)).toMatchObject({
      kind: 'damaged',
      reason: expect.stringContaining('the log has lost what it began with'),
    });
    expect(await examineMemberFolder(fresh(), tools)).toMatchObject({ kind: 'damaged', identity: undefined });
  });
});
