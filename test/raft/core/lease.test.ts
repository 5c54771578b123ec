/** Reads by lease: when a leader may answer without asking, and what voters owe it for that. */
import { describe, expect, it } from 'vitest';
import { configurationOf, emptyDisk, text, VirtualCluster, type VirtualMember } from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);
/** T is 10 ticks; what they last is the test's to say. */
const leaseMilliseconds = 800;

function leased(seed = 1): VirtualCluster {
  return new VirtualCluster(three, seed, (options) => ({ ...options, leaseMilliseconds }));
}

function electPatiently(cluster: VirtualCluster): VirtualMember {
  const leader = cluster.elect();
  cluster.tick(3);
  return leader;
}

/** Answered by this very step, without a message. */
function readsAtOnce(leader: VirtualMember, id: number): boolean {
  leader.sent.length = 0;
  leader.step({ kind: 'read', id });
  return leader.reads.get(id)?.kind === 'index' && leader.sent.length === 0;
}

describe('a leader with a lease', () => {
  it('answers a read at once, with what is committed', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    leader.step({ kind: 'propose', id: 1, data: text('p1') });
    cluster.settle();
    expect(readsAtOnce(leader, 2)).toBe(true);
    expect(leader.reads.get(2)).toEqual({ kind: 'index', index: leader.core.view.commitIndex });
  });

  it('counts from when the acknowledged round was sent, and by the clock, not by ticks', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    const heartbeat = (): void => {
      leader.tick(2);
    };
    leader.monotonicMilliseconds = 10_000;
    heartbeat();
    // The answers come late: the lease began when they were asked for.
    leader.monotonicMilliseconds = 10_000 + leaseMilliseconds - 1;
    cluster.settle();
    expect(readsAtOnce(leader, 1)).toBe(true);
    leader.monotonicMilliseconds = 10_000 + leaseMilliseconds;
    expect(readsAtOnce(leader, 2)).toBe(false);
    cluster.settle();
    expect(leader.reads.get(2)?.kind).toBe('index');
  });

  it('needs a quorum of the configuration in force', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    cluster.isolate(2, 3);
    leader.monotonicMilliseconds += leaseMilliseconds * 2;
    leader.tick(2);
    cluster.settle();
    expect(readsAtOnce(leader, 1)).toBe(false);
  });

  it('gives it up before it hands over, and for the rest of the term', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    const target = [1, 2, 3].find((id) => id !== leader.id)!;
    cluster.cut.add(`${leader.id}>${target}`);
    leader.step({ kind: 'transfer', id: 1, to: target });
    expect(readsAtOnce(leader, 2)).toBe(false);
    cluster.tick(12);
    expect(leader.transfers.get(1)).toBe('timeout');
    expect(leader.core.role).toBe('leader');
    cluster.heal();
    cluster.tick(4);
    // The order to campaign may still be on its way.
    expect(readsAtOnce(leader, 3)).toBe(false);
  });

  it('is not assumed where nobody asked for leases', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    cluster.tick(4);
    expect(readsAtOnce(leader, 1)).toBe(false);
  });
});

describe('a voter that acknowledged a leader with a lease', () => {
  const request = (member: VirtualMember, leadershipTransfer: boolean) =>
    ({
      type: 'vote-request',
      term: member.core.view.term + 1,
      lastLogIndex: 99,
      lastLogTerm: member.core.view.term,
      leadershipTransfer,
      commitIndex: 0,
      commitTerm: 0,
    }) as const;

  it('votes for nobody for T after its own start, since it may have forgotten when it acknowledged', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    const id = [1, 2, 3].find((other) => other !== leader.id)!;
    const voter = cluster.start(id, cluster.crash(id)).confirmStart();
    voter.receive(3, request(voter, false));
    voter.persistAll();
    expect(voter.disk.hardState.votedFor).not.toBe(3);
    voter.tick(9);
    expect(voter.core.role).toBe('follower');
  });

  it('keeps to it when it learns of a higher term', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    const voter = cluster.member([1, 2, 3].find((id) => id !== leader.id)!);
    const candidate = [1, 2, 3].find((id) => id !== leader.id && id !== voter.id)!;
    voter.receive(candidate, {
      type: 'heartbeat-response',
      term: voter.core.view.term + 1,
      readRound: 0,
      counts: false,
    });
    expect(voter.core.view.leaderId).toBeUndefined();
    voter.receive(candidate, request(voter, false));
    voter.persistAll();
    expect(voter.disk.hardState.votedFor).not.toBe(candidate);
    voter.tick(10);
    voter.sent.length = 0;
    voter.receive(candidate, request(voter, false));
    voter.persistAll();
    expect(voter.disk.hardState.votedFor).toBe(candidate);
  });

  it('votes for whom the leader sends', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    const target = [1, 2, 3].find((id) => id !== leader.id)!;
    leader.step({ kind: 'transfer', id: 1, to: target });
    cluster.settle();
    expect(cluster.leaders.map(({ id }) => id)).toEqual([target]);
  });

  it('stays bound when the leader’s connection is gone: the process may live on behind it', () => {
    const cluster = leased();
    const leader = electPatiently(cluster);
    cluster.crash(leader.id);
    for (const member of cluster.members.values()) member.step({ kind: 'peer-gone', peer: leader.id });
    cluster.tick(9);
    expect(cluster.leaders).toEqual([]);
    expect(cluster.elect().id).not.toBe(leader.id);
  });
});

it('a cluster with leases elects from an empty start', () => {
  const cluster = leased();
  expect(cluster.elect().core.role).toBe('leader');
  expect(emptyDisk(three).entries).toEqual([]);
});
