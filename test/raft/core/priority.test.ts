/** Election priority: of those who could lead the one that is wanted most does. Never at the price of progress. */
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../raft/core/types.js';
import { configurationOf, text, VirtualCluster } from '../support/cluster.js';

function prioritized(priorities: Readonly<Record<number, number>>): Configuration {
  const plain = configurationOf(Object.keys(priorities).map(Number));
  return {
    ...plain,
    members: plain.members.map((member) => ({ ...member, priority: priorities[member.id] ?? 0 })),
  };
}

describe('a leader', () => {
  it('yields to a voter of higher priority that has everything', () => {
    const cluster = new VirtualCluster(prioritized({ 1: 0, 2: 5, 3: 1 }), 3);
    cluster.electMember(1);
    cluster.tick(40);
    expect(cluster.leaders.map(({ id }) => id)).toEqual([2]);
  });

  it('stays while the one with the higher priority is away or behind', () => {
    const cluster = new VirtualCluster(prioritized({ 1: 0, 2: 5, 3: 0 }), 3);
    const leader = cluster.electMember(1);
    cluster.isolate(2);
    for (let n = 0; n < 10; n += 1) leader.step({ kind: 'propose', id: n, data: text(`p${n}`) });
    cluster.tick(60);
    expect(cluster.leaders.map(({ id }) => id)).toEqual([1]);
    cluster.heal();
    cluster.tick(60);
    expect(cluster.leaders.map(({ id }) => id)).toEqual([2]);
    expect(cluster.member(2).commands).toHaveLength(10);
  });

  it('does not yield to its equal', () => {
    const cluster = new VirtualCluster(prioritized({ 1: 2, 2: 2, 3: 2 }), 3);
    cluster.electMember(1);
    cluster.tick(100);
    expect(cluster.leaders.map(({ id }) => id)).toEqual([1]);
  });

  it('goes on when nobody takes the office that it offers', () => {
    const cluster = new VirtualCluster(prioritized({ 1: 0, 2: 5, 3: 0 }), 3);
    const leader = cluster.electMember(1);
    // Its acknowledgements arrive, the order to campaign gets no further.
    for (let n = 0; n < 60; n += 1) {
      for (const member of cluster.members.values()) member.tick();
      leader.sent.splice(
        0,
        leader.sent.length,
        ...leader.sent.filter(({ message }) => message.type !== 'timeout-now'),
      );
      cluster.settle();
    }
    expect(leader.core.role).toBe('leader');
    leader.step({ kind: 'propose', id: 1, data: text('still here') });
    cluster.settle();
    expect(leader.commands).toEqual(['still here']);
  });
});

describe('after a leader has gone', () => {
  it('the highest priority among the rest is elected', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cluster = new VirtualCluster(prioritized({ 1: 9, 2: 0, 3: 5, 4: 0, 5: 0 }), seed);
      cluster.electMember(1);
      cluster.tick(2);
      cluster.crash(1);
      for (const member of cluster.members.values()) member.step({ kind: 'peer-gone', peer: 1 });
      expect(cluster.elect().id, `seed ${seed}`).toBe(3);
    }
  });

  it('somebody else is, when that one cannot be', () => {
    const cluster = new VirtualCluster(prioritized({ 1: 9, 2: 0, 3: 5, 4: 0, 5: 0 }), 1);
    cluster.electMember(1);
    cluster.tick(2);
    cluster.crash(1);
    cluster.isolate(3);
    cluster.tick(60);
    expect(cluster.leaders).toHaveLength(1);
    expect([2, 4, 5]).toContain(cluster.leaders[0]?.id);
  });
});
