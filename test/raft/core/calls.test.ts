/** What clients see of the core: linearizable reads, forwarded proposals, configurations, recovery. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../raft/core/messages.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  text,
  VirtualCluster,
  type VirtualMember,
} from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);
const halfTimeoutTicks = testOptions(1, 1).electionTimeoutTicks / 2;

function propose(member: VirtualMember, id: number, command = `p${id}`): void {
  member.step({ kind: 'propose', id, data: text(command) });
}

describe('a linearizable read', () => {
  it('needs a round that began after it', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    leader.step({ kind: 'read', id: 1 });
    expect(leader.reads.size).toBe(0);
    const { readRound } = leader.sent
      .map(({ message }) => message)
      .findLast((message) => message.type === 'heartbeat')!;
    leader.receive(2, { type: 'heartbeat-response', term: 1, readRound: readRound - 1, counts: true });
    expect(leader.reads.size).toBe(0);
    leader.step({ kind: 'read', id: 2 });
    leader.receive(2, { type: 'heartbeat-response', term: 1, readRound, counts: true });
    expect([...leader.reads.keys()]).toEqual([1]);
    cluster.settle();
    expect(leader.reads.get(2)).toEqual({ kind: 'index', index: leader.core.view.commitIndex });
  });

  it('waits until the leader has committed in its own term', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.member(1);
    while (leader.core.role !== 'leader') {
      leader.tick();
      leader.persistAll();
      for (const { to, message } of leader.sent.splice(0)) {
        if (message.type === 'append-request') continue;
        const target = cluster.member(to);
        target.receive(1, message);
        target.persistAll();
        for (const answer of target.sent.splice(0)) leader.receive(to, answer.message);
      }
    }
    leader.step({ kind: 'read', id: 1 });
    leader.receive(2, { type: 'heartbeat-response', term: 1, readRound: 9, counts: true });
    expect(leader.reads.size).toBe(0);
    cluster.tick(4);
    expect(leader.reads.get(1)).toMatchObject({ kind: 'index' });
  });

  it('at a follower goes to the leader, and is asked again when it was lost', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    const follower = cluster.member(2);
    follower.step({ kind: 'read', id: 5 });
    expect(follower.sent.splice(0).map(({ message }) => message.type)).toEqual(['read-request']);
    cluster.tick(5);
    expect(follower.reads.get(5)).toMatchObject({ kind: 'index' });
  });

  it('is refused when the leader steps down', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    cluster.isolate(1);
    leader.step({ kind: 'read', id: 1 });
    leader.tick(25);
    expect(leader.reads.get(1)).toEqual({ kind: 'refused', reason: 'no-leader' });
  });
});

describe('a forwarded proposal', () => {
  it('is appended by the leader, and its place is told', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    const follower = cluster.member(2);
    propose(follower, 1);
    cluster.settle();
    const result = follower.proposals.get(1);
    expect(result).toEqual({ kind: 'appended', term: 1, index: leader.disk.appliedIndex });
    expect(leader.commands).toEqual(['p1']);
  });

  it('that arrives twice is appended once and answered the same', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    const request: Message = {
      type: 'propose-request',
      term: 1,
      requestId: 7,
      data: text('x'),
    };
    leader.receive(2, request);
    leader.receive(2, request);
    const answers = leader.sent.filter(({ message }) => message.type === 'propose-response');
    expect(answers.length).toBe(2);
    expect(answers[0]).toEqual(answers[1]);
    cluster.settle();
    expect(leader.commands).toEqual(['x']);
  });

  it.each(['propose-request', 'propose-response'] as const)(
    'is sent again when its %s was lost, and appended once',
    (lost) => {
      const cluster = new VirtualCluster(three, 1);
      const leader = cluster.electMember(1);
      const follower = cluster.member(2);
      propose(follower, 1);
      const [request] = follower.sent.splice(0);
      if (lost === 'propose-response') {
        leader.receive(2, request!.message);
        const others = leader.sent.splice(0).filter(({ message }) => message.type !== lost);
        leader.sent.push(...others);
      }
      follower.tick(halfTimeoutTicks - 1);
      expect(follower.sent).toEqual([]);
      follower.tick();
      expect(follower.sent).toEqual([request]);
      cluster.settle();
      cluster.tick(2);
      expect(follower.proposals.get(1)).toMatchObject({ kind: 'appended' });
      expect(leader.commands).toEqual(['p1']);
      follower.tick(halfTimeoutTicks);
      expect(follower.sent.map(({ message }) => message.type)).not.toContain('propose-request');
    },
  );

  it('that was sent again and is refused may all the same have been appended', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    const follower = cluster.member(2);
    propose(follower, 1);
    follower.tick(halfTimeoutTicks);
    const { message } = follower.sent.splice(0).at(-1)!;
    if (message.type !== 'propose-request') throw new Error(`it sent ${message.type}`);
    const { requestId } = message;
    const outcome = { kind: 'refused', reason: 'no-leader' } as const;
    follower.receive(1, { type: 'propose-response', requestId, outcome });
    expect(follower.proposals.get(1)).toEqual({ kind: 'unknown' });
  });

  it('meant for the leader of another term is refused for certain', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    leader.receive(2, { type: 'propose-request', term: 0, requestId: 7, data: text('x') });
    expect(leader.sent).toContainEqual({
      to: 2,
      message: { type: 'propose-response', requestId: 7, outcome: { kind: 'refused', reason: 'no-leader' } },
    });
  });

  it('whose leader is lost ends as unknown', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    const follower = cluster.member(2);
    propose(follower, 1);
    follower.step({ kind: 'peer-gone', peer: 1 });
    expect(follower.proposals.get(1)).toEqual({ kind: 'unknown' });
  });

  it('finds no leader: refused', () => {
    const cluster = new VirtualCluster(three, 1);
    propose(cluster.member(2), 1);
    expect(cluster.member(2).proposals.get(1)).toEqual({ kind: 'refused', reason: 'no-leader' });
  });
});

describe('a member that may have forgotten what it promised', () => {
  function recoveringCluster(): { cluster: VirtualCluster; leader: VirtualMember; lost: VirtualMember } {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    propose(leader, 1);
    cluster.settle();
    const disk = cluster.crash(3);
    const lostDisk = {
      ...emptyDisk(three),
      recovering: { promisedIndex: 2, promisedTerm: disk.hardState.term },
    };
    return { cluster, leader, lost: cluster.start(3, lostDisk) };
  }

  it('votes for nobody and never campaigns', () => {
    const { lost } = recoveringCluster();
    lost.tick(100);
    expect(lost.sent.splice(0)).toEqual([]);
    const request = { lastLogIndex: 99, lastLogTerm: 98, commitIndex: 0, commitTerm: 0 } as const;
    lost.receive(2, { type: 'pre-vote-request', campaignTerm: 99, round: 1, ...request });
    lost.receive(2, { type: 'vote-request', term: 99, leadershipTransfer: true, ...request });
    lost.persistAll();
    const granted = lost.sent.filter(({ message }) => 'granted' in message && message.granted);
    expect(granted).toEqual([]);
  });

  it('counts towards no commit, and counts again once a newer leader has brought it past its promise', () => {
    const { cluster, lost } = recoveringCluster();
    expect(lost.core.view.term).toBe(2);
    const leader = cluster.elect();
    expect(leader.core.view.term).toBeGreaterThan(1);
    cluster.tick(10);
    expect(lost.core.view.recovering).toBeUndefined();
    expect(lost.disk.recovering).toBeUndefined();
    expect(lost.commands).toEqual(['p1']);
    const other = [1, 2].find((id) => id !== leader.id)!;
    cluster.isolate(other);
    propose(leader, 9);
    cluster.settle();
    expect(leader.commands).toEqual(['p1', 'p9']);
  });

  it('is no help to a leader that has nobody else', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    cluster.crash(3);
    const lost = cluster.start(3, {
      ...emptyDisk(three),
      recovering: { promisedIndex: 100, promisedTerm: 1 },
    });
    // Its higher term reaches the old leader, which steps down.
    cluster.tick(3);
    const leader = cluster.elect();
    cluster.tick(4);
    expect(leader.core.view.term).toBeGreaterThan(1);
    expect(lost.log).toEqual(leader.log);
    cluster.isolate([1, 2].find((id) => id !== leader.id)!);
    const before = leader.core.view.commitIndex;
    propose(leader, 1);
    leader.step({ kind: 'read', id: 2 });
    cluster.tick(4);
    expect(lost.log).toEqual(leader.log);
    expect(leader.core.view.commitIndex).toBe(before);
    expect(leader.reads.get(2)?.kind).not.toBe('index');
  });
});
