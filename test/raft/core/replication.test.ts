import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../raft/core/types.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  text,
  VirtualCluster,
  VirtualMember,
} from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);

const entry = (index: number, term: number, command = `e${index}.${term}`): Entry => ({
  index,
  term,
  timeMilliseconds: 0,
  kind: 'command',
  data: text(command),
});

function withLog(terms: readonly number[], term = terms.at(-1) ?? 0): ReturnType<typeof emptyDisk> {
  const disk = emptyDisk(configurationOf([1, 2, 3]));
  disk.entries = terms.map((entryTerm, position) => entry(position + 1, entryTerm));
  disk.hardState = { term, votedFor: undefined, commitIndex: 0 };
  return disk;
}

function follower(terms: readonly number[]): VirtualMember {
  return new VirtualMember(withLog(terms), testOptions(1, 1)).confirmStart();
}

const answers = (member: VirtualMember): readonly unknown[] =>
  member.sent.splice(0).map(({ message }) => message);

describe('a follower', () => {
  it('acknowledges entries only when they are durable', () => {
    const member = follower([]);
    member.receive(2, {
      type: 'append-request',
      term: 1,
      previousIndex: 0,
      previousTerm: 0,
      entries: [entry(1, 1)],
      commitIndex: 0,
    });
    expect(
      answers(member).filter((message) => (message as { matchIndex?: number }).matchIndex === 1),
    ).toEqual([]);
    member.persistAll();
    expect(answers(member)).toContainEqual({ type: 'append-accepted', term: 1, matchIndex: 1, counts: true });
  });

  it('rejects what does not follow its log, with a hint that skips terms that cannot agree', () => {
    const member = follower([1, 1, 4, 4]);
    member.receive(2, {
      type: 'append-request',
      term: 5,
      previousIndex: 4,
      previousTerm: 3,
      entries: [],
      commitIndex: 0,
    });
    expect(answers(member)).toContainEqual({
      type: 'append-rejected',
      term: 5,
      rejectedIndex: 4,
      hintIndex: 2,
      hintTerm: 1,
    });
  });

  it('replaces entries that contradict the leader, and nothing else', () => {
    const member = follower([1, 1, 2, 2]);
    const request = {
      type: 'append-request',
      term: 3,
      previousIndex: 1,
      previousTerm: 1,
      commitIndex: 0,
    } as const;
    member.receive(2, { ...request, entries: [entry(2, 1)] });
    member.persistAll();
    expect(member.log).toEqual(['1:1:e1.1', '2:1:e2.1', '3:2:e3.2', '4:2:e4.2']);
    member.receive(2, { ...request, entries: [entry(2, 1), entry(3, 3)] });
    member.persistAll();
    expect(member.log).toEqual(['1:1:e1.1', '2:1:e2.1', '3:3:e3.3']);
  });

  it('stops rather than overwrite a committed entry', () => {
    const member = follower([1, 1]);
    const request = { type: 'append-request', term: 2, previousIndex: 1, previousTerm: 1 } as const;
    member.receive(2, { ...request, entries: [entry(2, 1)], commitIndex: 2 });
    expect(() => member.receive(2, { ...request, entries: [entry(2, 2)], commitIndex: 2 })).toThrow(
      /committed/,
    );
  });

  it('tells a deposed leader of the newer term', () => {
    const member = follower([3]);
    member.receive(2, { type: 'heartbeat', term: 2, commitIndex: 0, readRound: 0, quorumAnswers: true });
    expect(answers(member)).toContainEqual({ type: 'term-passed', term: 3 });
    expect(member.core.view.leaderId).toBeUndefined();
  });
});

describe('a leader', () => {
  it('sends while its own disk writes, and counts itself only when it is durable', () => {
    const cluster = new VirtualCluster(three, 2);
    const leader = cluster.electMember(1);
    cluster.isolate(3);
    leader.step({ kind: 'propose', id: 1, data: text('a') });
    expect(leader.writing).toBeDefined();
    const append = leader.sent.find(({ to, message }) => to === 2 && message.type === 'append-request');
    expect(append).toBeDefined();
    const other = cluster.member(2);
    for (const { to, message } of leader.sent.splice(0)) if (to === 2) other.receive(1, message);
    other.persistAll();
    const before = leader.core.view.commitIndex;
    for (const { message } of other.sent.splice(0)) leader.receive(2, message);
    expect(leader.core.view.commitIndex).toBe(before);
    leader.persistAll();
    expect(leader.core.view.commitIndex).toBe(before + 1);
  });

  it('commits entries of earlier terms only together with one of its own (figure 3.7)', () => {
    const cluster = new VirtualCluster(three, 2);
    cluster.crash(1);
    cluster.crash(2);
    cluster.crash(3);
    const leader = cluster.start(1, withLog([1, 2], 3));
    cluster.start(2, withLog([1], 3));
    for (const id of [1, 2]) cluster.member(id).step({ kind: 'peer-gone', peer: 3 });
    cluster.electMember(1);
    // Held by a quorum, yet of an earlier term: the round that carries the own entry is what commits both.
    expect(leader.core.view.term).toBe(4);
    expect(leader.core.view.commitIndex).toBe(3);
    const lonely = new VirtualMember(withLog([1, 2], 3), testOptions(1, 9)).confirmStart();
    lonely.tick(4);
    lonely.grantPreVote(2);
    lonely.persistAll();
    lonely.receive(2, { type: 'vote-response', term: 4, granted: true, commitIndex: 0, commitTerm: 0 });
    lonely.persistAll();
    expect(lonely.core.role).toBe('leader');
    lonely.receive(2, { type: 'append-accepted', term: 4, matchIndex: 2, counts: true });
    expect(lonely.core.view.commitIndex).toBe(0);
    lonely.receive(2, { type: 'append-accepted', term: 4, matchIndex: 3, counts: true });
    expect(lonely.core.view.commitIndex).toBe(3);
  });

  it('brings every log of figure 3.6 to its own', () => {
    const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const others = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for (const terms of others) {
      const cluster = new VirtualCluster(three, 4);
      for (const id of [1, 2, 3]) cluster.crash(id);
      const leader = cluster.start(1, withLog(leaderTerms, 8));
      const other = cluster.start(2, withLog(terms, 7));
      // The third member's vote lets the leader win although the second may have a longer log.
      cluster.start(3, withLog([1], 7));
      cluster.electMember(1);
      cluster.tick(5);
      expect(other.log, terms.join()).toEqual(leader.log);
    }
  });

  it('resends what was lost without being asked by a new proposal', () => {
    const cluster = new VirtualCluster(three, 2);
    const leader = cluster.electMember(1);
    leader.step({ kind: 'propose', id: 1, data: text('a') });
    leader.sent.splice(0);
    cluster.tick(12);
    expect(cluster.member(2).log).toEqual(leader.log);
    expect(cluster.member(3).log).toEqual(leader.log);
  });

  it('keeps no more on its way than the follower has room for, and batches the rest', () => {
    const cluster = new VirtualCluster(three, 2);
    const leader = cluster.electMember(1);
    leader.sent.splice(0);
    for (let n = 0; n < 100; n += 1) {
      leader.step({ kind: 'propose', id: n, data: text(`command-${n}`) });
    }
    const onTheWay = leader.sent.filter(({ to, message }) => to === 2 && message.type === 'append-request');
    expect(onTheWay.length).toBe(8);
    cluster.settle();
    cluster.tick(12);
    expect(cluster.member(2).log).toEqual(leader.log);
  });

  it('refuses proposals past the bound on what is not committed', () => {
    const cluster = new VirtualCluster(three, 2);
    const leader = cluster.electMember(1);
    cluster.isolate(1);
    let appended = 0;
    for (let n = 0; n < 20; n += 1) {
      leader.step({ kind: 'propose', id: n, data: new Uint8Array(9_000) });
      if (leader.proposals.get(n)?.kind === 'appended') appended += 1;
    }
    expect(appended).toBe(11);
    expect(leader.proposals.get(19)).toEqual({ kind: 'refused', reason: 'queue-full' });
  });

  it("stamps entries by a clock that goes on from the log, whatever the leaders' own clocks show", () => {
    const cluster = new VirtualCluster(three, 2);
    const proposeAt = (member: VirtualMember, monotonicMilliseconds: number): number | undefined => {
      member.monotonicMilliseconds = monotonicMilliseconds;
      member.step({ kind: 'propose', id: monotonicMilliseconds, data: text('t') });
      cluster.settle();
      return member.disk.entries.at(-1)?.timeMilliseconds;
    };
    const first = cluster.member(1);
    first.monotonicMilliseconds = 70_000.7;
    cluster.electMember(1);
    expect(proposeAt(first, 72_000)).toBe(1_999);
    cluster.crash(1);
    // They have been up for less long, and wait for a while before one is elected: that time is nobody's.
    for (const member of cluster.members.values()) member.monotonicMilliseconds = 500;
    const second = cluster.elect();
    expect(proposeAt(second, 800)).toBe(2_299);
    expect(second.core.logTimeMilliseconds(1_000)).toBe(2_499);
    const follower = cluster.member(second.id === 2 ? 3 : 2);
    expect(follower.core.logTimeMilliseconds(1_000)).toBeUndefined();
  });

  it('sends a snapshot to a member behind its log, and entries after it', () => {
    const cluster = new VirtualCluster(three, 2);
    const leader = cluster.electMember(1);
    const disk = cluster.crash(3);
    for (let n = 0; n < 20; n += 1) {
      leader.step({ kind: 'propose', id: n, data: text(`s${n}`) });
      cluster.settle();
    }
    leader.compact(15);
    const back = cluster.start(3, disk);
    cluster.tick(10);
    expect(back.disk.snapshot.index).toBeGreaterThanOrEqual(15);
    leader.step({ kind: 'propose', id: 99, data: text('after') });
    cluster.settle();
    expect(back.commands).toEqual(leader.commands);
  });

  it('deposes by its snapshot a leader of an earlier term that no message has told, uncommitted entries and all', () => {
    const cluster = new VirtualCluster(three, 2);
    const former = cluster.electMember(1);
    cluster.isolate(1);
    former.step({ kind: 'propose', id: 1, data: text('lost') });
    former.step({ kind: 'propose', id: 2, data: text('lost too') });
    former.persistAll();
    // Time stands still at the former leader, who would have noticed by itself.
    const others = [cluster.member(2), cluster.member(3)];
    while (others.every(({ core }) => core.role !== 'leader')) {
      for (const other of others) other.tick();
      cluster.settle();
    }
    const leader = others.find(({ core }) => core.role === 'leader')!;
    leader.step({ kind: 'propose', id: 3, data: text('kept') });
    cluster.settle();
    expect(former.core.role).toBe('leader');
    former.install(leader.snapshot());
    former.persistAll();
    expect(former.core.role).toBe('follower');
    expect(former.disk.hardState).toMatchObject({ term: leader.core.view.term, votedFor: undefined });
    expect(former.log).toEqual([]);
    cluster.heal();
    cluster.tick(5);
    leader.step({ kind: 'propose', id: 4, data: text('after') });
    cluster.settle();
    expect(former.commands).toEqual(['kept', 'after']);
  });

  it('reads older entries from its log for a member that is a little behind', () => {
    const cluster = new VirtualCluster(three, 2, (options) => ({
      ...options,
      limits: { ...options.limits, maxCachedBytes: 100 },
    }));
    const leader = cluster.electMember(1);
    const disk = cluster.crash(3);
    for (let n = 0; n < 30; n += 1) {
      leader.step({ kind: 'propose', id: n, data: text(`s${n}`) });
      cluster.settle();
    }
    const back = cluster.start(3, disk);
    cluster.tick(20);
    expect(back.commands).toEqual(leader.commands);
    expect(back.disk.snapshot.index).toBe(0);
  });
});

describe('one member alone', () => {
  it('elects itself and commits what is durable', () => {
    const cluster = new VirtualCluster(configurationOf([1]), 1);
    const member = cluster.electMember(1);
    member.step({ kind: 'propose', id: 1, data: text('a') });
    expect(member.commands).toEqual([]);
    cluster.settle();
    expect(member.commands).toEqual(['a']);
  });
});
