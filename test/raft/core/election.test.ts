import { describe, expect, it } from 'vitest';
import type { Message } from '../../../raft/core/messages.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  VirtualCluster,
  VirtualMember,
} from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);

function alone(id = 1): VirtualMember {
  return new VirtualMember(emptyDisk(three), testOptions(id, 1)).confirmStart();
}

const voteRequest = (
  term: number,
  more: Partial<Extract<Message, { type: 'vote-request' }>> = {},
): Message => ({
  type: 'vote-request',
  term,
  lastLogIndex: 0,
  lastLogTerm: 0,
  leadershipTransfer: false,
  commitIndex: 0,
  commitTerm: 0,
  ...more,
});

function votesGranted(member: VirtualMember): readonly number[] {
  return member.sent
    .filter(({ message }) => message.type === 'vote-response' && message.granted)
    .map(({ to }) => to);
}

describe('a vote', () => {
  it('is given once in a term, to the first who asks', () => {
    const member = alone();
    member.receive(2, voteRequest(1));
    member.receive(3, voteRequest(1));
    member.persistAll();
    expect(votesGranted(member)).toEqual([2]);
    member.receive(2, voteRequest(1));
    expect(votesGranted(member)).toEqual([2, 2]);
  });

  it('is answered only when term and vote are durable', () => {
    const member = alone();
    member.receive(2, voteRequest(4));
    expect(votesGranted(member)).toEqual([]);
    member.persist();
    expect(votesGranted(member)).toEqual([2]);
    expect(member.disk.hardState).toMatchObject({ term: 4, votedFor: 2 });
  });

  it('is remembered over a restart', () => {
    const member = alone();
    member.receive(2, voteRequest(4));
    member.persist();
    const again = new VirtualMember(member.disk, testOptions(1, 2));
    again.receive(3, voteRequest(4));
    again.persistAll();
    expect(votesGranted(again)).toEqual([]);
  });

  it('goes to no log that is less up to date', () => {
    const disk = emptyDisk(three);
    disk.hardState = { term: 3, votedFor: undefined, commitIndex: 0 };
    disk.entries = [1, 2].map((index) => ({
      index,
      term: index + 1,
      timeMilliseconds: 0,
      kind: 'empty' as const,
      data: new Uint8Array(0),
    }));
    const member = new VirtualMember(disk, testOptions(1, 1)).confirmStart();
    member.receive(2, voteRequest(4, { lastLogIndex: 9, lastLogTerm: 2 }));
    member.receive(2, voteRequest(5, { lastLogIndex: 1, lastLogTerm: 3 }));
    member.persistAll();
    expect(votesGranted(member)).toEqual([]);
    member.receive(2, voteRequest(6, { lastLogIndex: 2, lastLogTerm: 3 }));
    member.persistAll();
    expect(votesGranted(member)).toEqual([2]);
  });
});

describe('a candidate', () => {
  it('asks for votes, and counts its own, only when its campaign is durable', () => {
    const member = alone();
    member.tick(4);
    expect(member.core.role).toBe('pre-candidate');
    member.grantPreVote(2);
    expect(member.core.role).toBe('candidate');
    const asked = (): number => member.sent.filter(({ message }) => message.type === 'vote-request').length;
    member.receive(3, { type: 'vote-response', term: 1, granted: true, commitIndex: 0, commitTerm: 0 });
    expect([asked(), member.core.role]).toEqual([0, 'candidate']);
    member.persist();
    expect([asked(), member.core.role]).toEqual([2, 'leader']);
  });

  it('ignores votes of another term', () => {
    const member = alone();
    member.tick(4);
    member.grantPreVote(2);
    member.persist();
    member.receive(2, { type: 'vote-response', term: 0, granted: true, commitIndex: 0, commitTerm: 0 });
    expect(member.core.role).toBe('candidate');
  });
});

describe('pre-vote', () => {
  it('changes no term while nobody grants it', () => {
    const member = alone();
    member.tick(500);
    expect(member.core.view.term).toBe(0);
    expect(member.sent.every(({ message }) => message.type === 'pre-vote-request')).toBe(true);
  });

  it('comes first after a start within the given ticks', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const member = new VirtualMember(emptyDisk(three), {
        ...testOptions(1, seed),
        startTicks: { minimum: 3, maximum: 11 },
      }).confirmStart();
      member.tick(2);
      expect(member.sent).toEqual([]);
      member.tick(8);
      expect(member.sent.some(({ message }) => message.type === 'pre-vote-request')).toBe(true);
    }
  });

  it('of a member that comes back from a partition does not disturb a live leader', () => {
    const cluster = new VirtualCluster(three, 7);
    const leader = cluster.electMember(1);
    const { term } = leader.core.view;
    cluster.isolate(3);
    cluster.tick(100);
    cluster.heal();
    cluster.tick(30);
    expect(cluster.leaders.map(({ id }) => id)).toEqual([1]);
    expect(leader.core.view.term).toBe(term);
    expect(cluster.member(3).core.view.leaderId).toBe(1);
  });
});

describe('a member that hears a live leader', () => {
  it('ignores vote requests of any term, except when leadership is being transferred', () => {
    const cluster = new VirtualCluster(three, 3);
    cluster.electMember(1);
    const follower = cluster.member(2);
    follower.receive(3, voteRequest(99, { lastLogIndex: 99, lastLogTerm: 98 }));
    expect(follower.core.view.term).toBe(1);
    follower.receive(3, voteRequest(99, { lastLogIndex: 99, lastLogTerm: 98, leadershipTransfer: true }));
    follower.persistAll();
    expect(follower.core.view.term).toBe(99);
    expect(votesGranted(follower)).toEqual([3]);
  });

  it('listens again once the minimum timeout has passed in silence', () => {
    const cluster = new VirtualCluster(three, 3);
    cluster.electMember(1);
    const follower = cluster.member(2);
    follower.tick(9);
    follower.receive(3, voteRequest(5, { lastLogIndex: 9, lastLogTerm: 4 }));
    expect(follower.core.view.term).toBe(1);
    follower.tick(1);
    follower.receive(3, voteRequest(5, { lastLogIndex: 9, lastLogTerm: 4 }));
    expect(follower.core.view.term).toBe(5);
  });
});

describe('a leader', () => {
  it('whose process is gone is replaced within a few ticks', () => {
    const cluster = new VirtualCluster(three, 11);
    cluster.electMember(1);
    cluster.crash(1);
    for (const id of [2, 3]) cluster.member(id).step({ kind: 'peer-gone', peer: 1 });
    let ticks = 0;
    while (cluster.leaders.length === 0 && ticks < 50) {
      cluster.tick();
      ticks += 1;
    }
    expect(ticks).toBeLessThan(10);
  });

  it('that no quorum answers steps down within an election timeout or two', () => {
    const cluster = new VirtualCluster(three, 5);
    const leader = cluster.electMember(1);
    cluster.isolate(1);
    leader.tick(20);
    expect(leader.core.role).not.toBe('leader');
    expect(leader.core.view.leaderId).toBeUndefined();
  });

  it('steps down for a higher term', () => {
    const cluster = new VirtualCluster(three, 5);
    const leader = cluster.electMember(1);
    leader.receive(2, { type: 'heartbeat-response', term: 9, readRound: 0, counts: true });
    expect([leader.core.role, leader.core.view.term]).toEqual(['follower', 9]);
  });

  it('hands over to the member it is told, which campaigns at once', () => {
    const cluster = new VirtualCluster(three, 5);
    const leader = cluster.electMember(1);
    leader.step({ kind: 'transfer', id: 1, to: 3 });
    leader.step({ kind: 'propose', id: 2, data: new Uint8Array(1) });
    expect(leader.proposals.get(2)).toEqual({ kind: 'refused', reason: 'transferring' });
    cluster.settle();
    expect(cluster.leaders.map(({ id }) => id)).toEqual([3]);
    expect(leader.transfers.get(1)).toBe('done');
  });

  it('goes on when the transfer gets nowhere', () => {
    const cluster = new VirtualCluster(three, 5);
    const leader = cluster.electMember(1);
    cluster.crash(3);
    leader.step({ kind: 'transfer', id: 1, to: 3 });
    cluster.tick(10);
    expect(leader.transfers.get(1)).toBe('timeout');
    leader.step({ kind: 'propose', id: 2, data: new Uint8Array(1) });
    expect(leader.proposals.get(2)?.kind).toBe('appended');
  });
});
