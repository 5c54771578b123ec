import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../chaos/index.js';
import { type Random, seededRandom, silentLogger, systemClock } from '../../platform/index.js';
import { type Entry, encodeConfiguration } from '../../raft/index.js';
import { type Command, encodeEnvelope } from '../../storage/commands/command.js';
import { SESSION_WINDOW } from '../../storage/commands/sessions.js';
import { formatLog } from '../../storage/log/format-log.js';
import { type MemberLog, openMemberLog } from '../../storage/log/member-log.js';
import { RangeCollector } from '../../storage/mvcc/range-collector.js';
import { readRange } from '../../storage/mvcc/read-range.js';
import type { StateView } from '../../storage/mvcc/state.js';
import { decodeChunks, encodeChunks, type SnapshotRecord } from '../../storage/snapshot/chunks.js';
import { MemberStateMachine, type ProposalEnd } from '../../storage/state-machine.js';
import { bytes, singleConfiguration, testClusterId, text } from './support/single-member-store.js';

interface Member {
  readonly disk: SimulatedDisk;
  readonly log: MemberLog;
  readonly machine: MemberStateMachine;
  readonly ends: { readonly sequence: number; readonly end: ProposalEnd }[];
}

const opened: Member[] = [];

afterEach(async () => {
  for (const member of opened.splice(0)) await close(member);
});

async function close(member: Member): Promise<void> {
  await member.machine.close();
  await member.log.close();
}

async function openMember(disk: SimulatedDisk, format = true, clock = systemClock()): Promise<Member> {
  if (format) await formatLog(disk, singleConfiguration);
  const log = await openMemberLog(disk, silentLogger);
  const machine = await MemberStateMachine.open({
    disk,
    log,
    birth: () => log.readBirth(),
    clock,
    logger: silentLogger,
    clusterId: testClusterId,
    flushDelayMilliseconds: 1,
  });
  log.setStatePoint(machine.state.metadata());
  await log.load();
  const ends: Member['ends'] = [];
  machine.listener = {
    published: () => {},
    proposalEnded: (_incarnation, sequence, end) => ends.push({ sequence, end }),
    entryApplied: () => {},
    configurationApplied: () => {},
    batchApplied: () => {},
    stateReplaced: () => {},
  };
  const member = { disk, log, machine, ends };
  opened.push(member);
  return member;
}

const fresh = (seed: number): SimulatedDisk => simulatedDisk({ random: seededRandom(seed) });

function entryOf(index: number, command: Command, sequence = index, incarnation = 9, baseIndex = 0): Entry {
  const data = encodeEnvelope({ incarnation, baseIndex, sequence, command });
  return { index, term: 1, timeMilliseconds: 1000 * index, kind: 'command', data };
}

const put = (key: string, value: string): Command => ({
  kind: 'txn',
  request: { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
});

const readAndPut = (key: string, value: string): Command => ({
  kind: 'txn',
  request: {
    compare: [],
    then: [
      { type: 'range', key: bytes(key), end: bytes(`${key}~`) },
      { type: 'put', key: bytes(key), value: bytes(value) },
    ],
    else: [],
  },
});

/** A life of puts, deletes, leases, roles, compactions and configuration changes that any seed repeats. */
function randomEntries(random: Random, count: number): readonly Entry[] {
  const entries: Entry[] = [];
  let revision = 1;
  const key = (): string => `key-${random.integer(0, 12)}`;
  for (let index = 1; index <= count; index += 1) {
    const dice = random.float();
    if (dice < 0.05) {
      const data = encodeConfiguration({ ...singleConfiguration, learners: [index] });
      entries.push({ index, term: 1, timeMilliseconds: index, kind: 'configuration', data });
    } else if (dice < 0.1) {
      entries.push({ index, term: 1, timeMilliseconds: index, kind: 'empty', data: new Uint8Array(0) });
    } else if (dice < 0.2) {
      entries.push(entryOf(index, { kind: 'lease-grant', id: random.integer(1, 5), ttlSeconds: 60 }));
    } else if (dice < 0.25) {
      entries.push(entryOf(index, { kind: 'lease-revoke', id: random.integer(1, 5) }));
    } else if (dice < 0.28) {
      const type = random.float() < 0.7 ? 'role-add' : 'role-delete';
      entries.push(entryOf(index, { kind: 'auth', change: { type, name: `role-${random.integer(0, 5)}` } }));
    } else if (dice < 0.32) {
      entries.push(entryOf(index, { kind: 'compact', revision: random.integer(1, revision + 1) }));
    } else {
      const lease = random.float() < 0.2 ? random.integer(1, 5) : 0;
      const then =
        random.float() < 0.25
          ? [{ type: 'delete', key: bytes(key()), end: bytes('key-7') } as const]
          : [
              { type: 'put', key: bytes(key()), value: bytes(`value ${index}`), lease } as const,
              { type: 'delete', key: bytes('other') } as const,
            ];
      entries.push(entryOf(index, { kind: 'txn', request: { compare: [], then, else: [] } }));
      revision += 1;
    }
  }
  return entries;
}

async function contents(machine: MemberStateMachine, revision?: number): Promise<readonly string[]> {
  const view = machine.stateView();
  const collector = new RangeCollector({});
  await readRange(view, { key: new Uint8Array(0), end: new Uint8Array(0) }, revision, collector);
  await view.view.close();
  return collector
    .result(view.revision)
    .items.map(
      (item) =>
        `${text(item.key)}=${text(item.value)} ${item.createRevision}/${item.modRevision}/${item.version}/${item.lease}`,
    );
}

/** Everything that two members must agree on. */
async function logical(machine: MemberStateMachine): Promise<object> {
  const { revision, compactRevision, appliedIndex } = machine.state;
  const history: (readonly string[])[] = [];
  for (let at = Math.max(1, compactRevision); at <= revision; at += 1)
    history.push(await contents(machine, at));
  return { revision, compactRevision, appliedIndex, hash: machine.state.stateHash(), history };
}

describe('the state machine', () => {
  it('brings two members that apply the same entries in different batches to the same state and hash', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const entries = randomEntries(seededRandom(seed), 120);
      const one = await openMember(fresh(seed));
      const other = await openMember(fresh(seed + 1000));
      await one.machine.apply(entries);
      for (const entry of entries) {
        await other.machine.apply([entry]);
        if (entry.index % 40 === 0) await other.machine.state.flush();
      }
      await one.machine.historyDeleted();
      expect(await logical(other.machine), `seed ${seed}`).toEqual(await logical(one.machine));
    }
  });

  it('has another hash when one value differs', async () => {
    const one = await openMember(fresh(1));
    const other = await openMember(fresh(2));
    await one.machine.apply([entryOf(1, put('a', '1'))]);
    await other.machine.apply([entryOf(1, put('a', '2'))]);
    expect(one.machine.state.stateHash()).not.toBe(other.machine.state.stateHash());
    await one.machine.apply([entryOf(2, put('a', '3'))]);
    await other.machine.apply([entryOf(2, put('a', '3'))]);
    // Equal keys, values and revisions again: what is gone leaves no trace.
    expect(one.machine.state.stateHash()).toBe(other.machine.state.stateHash());
  });

  it('is after any crash a prefix of what was applied, and equal again when the rest is replayed', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seededRandom(seed);
      const entries = randomEntries(random, 80);
      const reference = await openMember(fresh(seed + 5000));
      await reference.machine.apply(entries);
      let member = await openMember(fresh(seed));
      let applied = 0;
      let durable = 0;
      while (applied < entries.length) {
        const next = Math.min(entries.length, applied + random.integer(1, 15));
        await member.machine.apply(entries.slice(applied, next));
        applied = next;
        if (random.float() < 0.4) await member.machine.state.flush();
        durable = member.machine.durableIndex();
        if (random.float() > 0.3) continue;
        const flushing = member.machine.state.flush().catch(() => undefined);
        for (let turn = random.integer(0, 4); turn > 0; turn -= 1) await Promise.resolve();
        member.disk.crash();
        await flushing;
        member = await openMember(member.disk, false);
        expect(member.machine.appliedIndex, `seed ${seed}`).toBeGreaterThanOrEqual(durable);
        expect(member.machine.appliedIndex, `seed ${seed}`).toBeLessThanOrEqual(applied);
        applied = member.machine.appliedIndex;
      }
      expect(await logical(member.machine), `seed ${seed}`).toEqual(await logical(reference.machine));
    }
  });

  it('shows an entry whole or not at all, whatever reads between its steps', async () => {
    const member = await openMember(fresh(7));
    const { machine } = member;
    // Each waits for the disk once: what it reads is a range.
    const entries = Array.from({ length: 20 }, (_, at) => entryOf(at + 1, readAndPut('a', `${at + 1}`)));
    let done = false;
    const applying = machine.apply(entries).finally(() => {
      done = true;
    });
    const views: StateView[] = [];
    while (!done) {
      views.push(machine.stateView());
      await Promise.resolve();
    }
    await applying;
    const seen: (readonly [number, number, number])[] = [];
    for (const view of views) {
      const found = new RangeCollector({});
      await readRange(view, { key: bytes('a') }, undefined, found);
      await view.view.close();
      seen.push([
        view.revision,
        found.result(view.revision).items[0]?.modRevision ?? 1,
        view.appliedIndex + 1,
      ]);
    }
    // Revision 1 is the empty store's.
    for (const [revision, modRevision, nextIndex] of seen) {
      expect(modRevision).toBe(revision);
      expect(nextIndex).toBe(revision);
    }
    expect(new Set(seen.map(([revision]) => revision)).size).toBeGreaterThan(10);
  });

  it('applies many entries in several turns, and answers after each', async () => {
    const clock = systemClock();
    const appliedAtTurns: number[] = [];
    const member = await openMember(fresh(7), true, {
      ...clock,
      defer: (callback) => {
        appliedAtTurns.push(member.machine.appliedIndex);
        clock.defer(callback);
      },
    });
    const answeredAt: number[] = [];
    const listener = member.machine.listener!;
    member.machine.listener = {
      ...listener,
      batchApplied: () => answeredAt.push(member.machine.appliedIndex),
    };
    await member.machine.apply(
      Array.from({ length: 1_300 }, (_, at) => entryOf(at + 1, put(`k${at % 7}`, `${at}`))),
    );
    expect(answeredAt.length).toBeGreaterThan(2);
    expect(answeredAt.at(-1)).toBe(1_300);
    expect(appliedAtTurns).toEqual(answeredAt.slice(0, -1));
  });

  it('reads the same before and after compacted history is physically deleted, and deletes all of it', async () => {
    const member = await openMember(fresh(3));
    for (let index = 1; index <= 600; index += 1)
      await member.machine.apply([entryOf(index, put(`k${index % 5}`, `${index}`))]);
    const before = await contents(member.machine, 590);
    await member.machine.apply([entryOf(601, { kind: 'compact', revision: 590 })]);
    await member.machine.historyDeleted();
    await member.machine.state.flush();
    expect(member.machine.state.deletedRevision).toBe(590);
    expect(await contents(member.machine, 590)).toEqual(before);
    const { view } = member.machine.stateView();
    const revisions = await view.iterate('r', 's').nextPage(1000);
    const versions = await view.iterate('v', 'w').nextPage(1000);
    await view.close();
    // The one compacted to stays, for watches that begin there.
    expect(revisions.length).toBe(601 - 590 + 1);
    // Five keys at 590 at most, and what replaced them since.
    expect(versions.length).toBeLessThanOrEqual(15);
  });

  it('stops at an entry that it does not know, with its index, after applying what precedes it', async () => {
    const member = await openMember(fresh(1));
    const unknown: Entry = {
      index: 2,
      term: 1,
      timeMilliseconds: 1,
      kind: 'command',
      data: new Uint8Array([0x91, 0x63]),
    };
    await expect(member.machine.apply([entryOf(1, put('a', '1')), unknown])).rejects.toMatchObject({
      name: 'CannotApplyError',
      index: 2,
    });
    expect(member.machine.appliedIndex).toBe(1);
  });

  it('expires a lease only when the log says that its time has come', async () => {
    const member = await openMember(fresh(1));
    const grant: Command = { kind: 'lease-grant', id: 5, ttlSeconds: 10 };
    const attached: Command = {
      kind: 'txn',
      request: {
        compare: [],
        then: [{ type: 'put', key: bytes('a'), value: bytes('1'), lease: 5 }],
        else: [],
      },
    };
    await member.machine.apply([entryOf(1, grant), entryOf(2, attached)]);
    expect(await member.machine.state.leases.soonest(10)).toEqual([
      { lease: 5, expiresMilliseconds: 11_000 },
    ]);
    await member.machine.apply([entryOf(3, { kind: 'lease-expire', ids: [5] })]);
    expect(await contents(member.machine)).toHaveLength(1);
    const late = { ...entryOf(4, { kind: 'lease-expire', ids: [5] }), timeMilliseconds: 11_000 };
    await member.machine.apply([late]);
    expect(await contents(member.machine)).toEqual([]);
    expect(await member.machine.state.lease(5)).toBeUndefined();
  });
});

describe('a repeated proposal', () => {
  const endOf = (member: Member): ProposalEnd => member.ends.at(-1)!.end;

  it('is answered with its first result and not run again, also after a restart', async () => {
    let member = await openMember(fresh(1));
    const command: Command = {
      kind: 'txn',
      request: {
        compare: [{ target: 'mod', result: 'equal', operand: 0, key: bytes('a') }],
        then: [{ type: 'put', key: bytes('a'), value: bytes('1') }],
        else: [],
      },
    };
    await member.machine.apply([entryOf(1, command, 7)]);
    const first = endOf(member);
    expect(first).toMatchObject({ kind: 'applied', result: { value: { succeeded: true, revision: 2 } } });
    await member.machine.apply([entryOf(2, command, 7)]);
    expect(endOf(member)).toEqual(first);
    await close(opened.pop()!);
    member = await openMember(member.disk, false);
    await member.machine.apply([entryOf(3, command, 7)]);
    expect(endOf(member)).toEqual(first);
    expect(member.machine.state.revision).toBe(2);
    expect(member.machine.lookUp(9, 7)).toEqual(first);
    expect(member.machine.lookUp(9, 8)).toBeUndefined();
  });

  it('behind the window of its incarnation is refused', async () => {
    const member = await openMember(fresh(1));
    await member.machine.apply([entryOf(1, put('a', '1'), 1), entryOf(2, put('a', '2'), SESSION_WINDOW + 1)]);
    await member.machine.apply([entryOf(3, put('a', '3'), 1)]);
    expect(endOf(member)).toEqual({ kind: 'too-old' });
    expect(await contents(member.machine)).toEqual([expect.stringContaining('a=2')]);
  });

  it('of a forgotten incarnation is refused, while a new incarnation is taken', async () => {
    const member = await openMember(fresh(1));
    for (let index = 1; index <= 65; index += 1) {
      await member.machine.apply([entryOf(index, put('a', `${index}`), 1, 100 + index, index - 1)]);
    }
    const revision = member.machine.state.revision;
    await member.machine.apply([entryOf(66, put('a', 'again'), 1, 101, 0)]);
    expect(endOf(member)).toEqual({ kind: 'not-applied', reason: 'session-unknown' });
    expect(member.machine.state.revision).toBe(revision);
    await member.machine.apply([entryOf(67, put('a', 'new'), 1, 500, 66)]);
    expect(endOf(member)).toMatchObject({ kind: 'applied' });
  });

  it('whose result was too long is known to have been applied', async () => {
    const member = await openMember(fresh(1));
    const command: Command = {
      kind: 'txn',
      request: { compare: [], then: [{ type: 'range', key: bytes('a') }], else: [] },
    };
    await member.machine.apply([entryOf(1, put('a', 'x'.repeat(2000)), 1), entryOf(2, command, 2)]);
    await member.machine.apply([entryOf(3, command, 2)]);
    expect(endOf(member)).toEqual({ kind: 'applied-without-result' });
  });
});

describe('a snapshot', () => {
  async function chunksOf(member: Member): Promise<readonly Uint8Array[]> {
    const source = await member.machine.openSnapshot();
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.chunks()) chunks.push(Uint8Array.from(chunk));
    await source.close();
    return chunks;
  }

  async function* streamOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
    yield* chunks;
  }

  async function* pagesOf(
    pages: readonly (readonly SnapshotRecord[])[],
  ): AsyncIterable<readonly SnapshotRecord[]> {
    yield* pages;
  }

  async function sender(seed: number): Promise<Member> {
    const member = await openMember(fresh(seed));
    await member.machine.apply(randomEntries(seededRandom(seed), 100));
    await member.machine.apply([entryOf(101, put('large', 'x'.repeat(700_000)))]);
    return member;
  }

  it('carries the whole logical state in chunks of at most 256 KiB, from one moment, while writes go on', async () => {
    const from = await sender(1);
    const to = await openMember(fresh(2));
    await to.machine.apply([entryOf(1, put('old', 'state'))]);
    const source = await from.machine.openSnapshot();
    const expected = await logical(from.machine);
    await from.machine.apply([entryOf(102, put('later', 'write'))]);
    await from.machine.state.flush();
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.chunks()) chunks.push(Uint8Array.from(chunk));
    await source.close();
    expect(chunks.length).toBeGreaterThan(2);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(256 * 1024);
    await to.machine.installSnapshot(source.metadata, streamOf(chunks));
    expect(await logical(to.machine)).toEqual(expected);
    // Both go on the same way, and the session table came along.
    await to.machine.apply([entryOf(102, put('later', 'write')), entryOf(103, put('later', 'no'), 102)]);
    await from.machine.apply([entryOf(103, put('later', 'no'), 102)]);
    expect(await logical(to.machine)).toEqual(await logical(from.machine));
  });

  it('that is cut, reordered, changed or of another index is refused, and the old state stays', async () => {
    const from = await sender(1);
    const to = await openMember(fresh(2));
    await to.machine.apply([entryOf(1, put('old', 'state'))]);
    const before = await logical(to.machine);
    const metadata = from.machine.state.metadata();
    const chunks = await chunksOf(from);
    const changed = chunks.map((chunk) => Uint8Array.from(chunk));
    changed[1]![1000]! ^= 1;
    const bad: readonly (readonly Uint8Array[])[] = [
      [],
      chunks.slice(0, -1),
      [chunks[1]!, chunks[0]!],
      changed,
    ];
    for (const stream of bad) {
      await expect(to.machine.installSnapshot(metadata, streamOf(stream))).rejects.toThrow('damaged record');
    }
    const other = { ...metadata, index: metadata.index + 1 };
    await expect(to.machine.installSnapshot(other, streamOf(chunks))).rejects.toThrow('snapshot of index');
    expect(await logical(to.machine)).toEqual(before);
    expect(await to.disk.listDatabases()).toEqual(['log', 'state']);
  });

  it.each(['k', 'v', 'r', 's'])(
    'is not sent when a record under %s is damaged, and the member applies nothing more',
    async (letter) => {
      const from = await sender(1);
      await from.machine.state.flush();
      expect(from.disk.flipBit('state', (key) => key[0] === letter.charCodeAt(0))).toBe(true);
      await expect(chunksOf(from)).rejects.toThrow('damaged record');
      await expect(from.machine.apply([entryOf(102, put('later', 'write'))])).rejects.toThrow(
        'damaged record',
      );
    },
  );

  it('with a damaged record of its history is refused, whoever sent it', async () => {
    const from = await sender(1);
    const metadata = from.machine.state.metadata();
    const records: SnapshotRecord[] = [];
    for await (const { key, value } of decodeChunks(streamOf(await chunksOf(from))))
      records.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) });
    for (const letter of ['v', 'r', 's']) {
      const at = records.findIndex(({ key }) => key[0] === letter.charCodeAt(0));
      const value = Uint8Array.from(records[at]!.value);
      value[value.length - 1]! ^= 1;
      const damaged = records.with(at, { ...records[at]!, value });
      const to = await openMember(fresh(2));
      await expect(
        to.machine.installSnapshot(metadata, encodeChunks(pagesOf([damaged]))),
        letter,
      ).rejects.toThrow('damaged record');
    }
  });

  it('leaves the old or the new state when a crash comes at any point, and deletes the loser at start', async () => {
    const from = await sender(1);
    const metadata = from.machine.state.metadata();
    const chunks = await chunksOf(from);
    const expected = await logical(from.machine);
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seededRandom(seed);
      const to = await openMember(simulatedDisk({ random }));
      await to.machine.apply([entryOf(1, put('old', 'state'))]);
      await to.machine.state.flush();
      const before = await logical(to.machine);
      const installing = to.machine.installSnapshot(metadata, streamOf(chunks)).then(
        () => 'installed',
        () => 'broken',
      );
      for (let turn = random.integer(0, 600); turn > 0; turn -= 1) await Promise.resolve();
      to.disk.crash();
      const result = await installing;
      const again = await openMember(to.disk, false);
      const found = await logical(again.machine);
      const isNew = again.machine.appliedIndex === metadata.index;
      expect(found, `seed ${seed}`).toEqual(isNew ? expected : before);
      if (result === 'installed') expect(isNew, `seed ${seed}`).toBe(true);
      expect((await to.disk.listDatabases()).length, `seed ${seed}`).toBe(2);
      outcomes.add(isNew ? 'new' : 'old');
    }
    expect([...outcomes].sort()).toEqual(['new', 'old']);
  });
});
