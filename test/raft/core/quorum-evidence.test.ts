/** Whether a member knows itself on a side that makes progress, without a message of its own. */
import { describe, expect, it } from 'vitest';
import { configurationOf, VirtualCluster } from '../support/cluster.js';

const five = configurationOf([1, 2, 3, 4, 5]);

function elected(): VirtualCluster {
  const cluster = new VirtualCluster(five, 1);
  cluster.electMember(1);
  cluster.tick(8);
  return cluster;
}

function who(cluster: VirtualCluster): readonly number[] {
  return [...cluster.members.values()].filter(({ core }) => core.hasQuorum).map(({ id }) => id);
}

/** Cuts the members into two groups that cannot hear each other. */
function partition(cluster: VirtualCluster, left: readonly number[], right: readonly number[]): void {
  for (const a of left) {
    for (const b of right) {
      cluster.cut.add(`${a}>${b}`);
      cluster.cut.add(`${b}>${a}`);
    }
  }
}

describe('the evidence of a quorum', () => {
  it('is there on every member once the leader has committed in its term, and not before', () => {
    const cluster = new VirtualCluster(five, 1);
    expect(who(cluster)).toEqual([]);
    cluster.electMember(1);
    cluster.tick(8);
    expect(who(cluster)).toEqual([1, 2, 3, 4, 5]);
  });

  it('fades on a leader and a follower that are cut off together, though they hear each other', () => {
    const cluster = elected();
    const heartbeatTicks = cluster.member(1).core.ticksUntilDue;
    partition(cluster, [1, 2], [3, 4, 5]);
    let ticks = 0;
    while (cluster.member(1).core.hasQuorum || cluster.member(2).core.hasQuorum) {
      cluster.tick();
      ticks += 1;
      expect(ticks, 'it fades within an election timeout').toBeLessThan(60);
    }
    expect(ticks).toBeGreaterThan(heartbeatTicks);
    cluster.elect();
    cluster.tick(10);
    expect(who(cluster)).toEqual([3, 4, 5]);
  });

  it('fades on a member that hears nobody', () => {
    const cluster = elected();
    partition(cluster, [5], [1, 2, 3, 4]);
    cluster.tick(60);
    expect(who(cluster)).toEqual([1, 2, 3, 4]);
  });

  it('stands while one leader follows another at once', () => {
    const cluster = elected();
    const lost: number[] = [];
    cluster.member(1).step({ kind: 'transfer', id: 1, to: 2 });
    for (let n = 0; n < 10; n += 1) {
      cluster.settle();
      for (const member of cluster.members.values()) if (!member.core.hasQuorum) lost.push(member.id);
      cluster.tick();
    }
    expect(cluster.member(2).core.role).toBe('leader');
    expect(lost).toEqual([]);
  });
});
