/** A member that starts: its word counts only when its peers know nothing that its folder lacks. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../raft/core/messages.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  text,
  VirtualCluster,
  type VirtualDisk,
  VirtualMember,
} from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);

/** As a copy of the folder would be. */
const copyOf = (disk: VirtualDisk): VirtualDisk => ({
  ...disk,
  entries: [...disk.entries],
  applied: [...disk.applied],
});

/** Three members with one command committed, and a copy of the third's folder from before a second one. */
function withOldCopy(): { readonly cluster: VirtualCluster; readonly copy: VirtualDisk } {
  const cluster = new VirtualCluster(three, 1);
  const leader = cluster.electMember(1);
  leader.step({ kind: 'propose', id: 1, data: text('p1') });
  cluster.settle();
  const copy = copyOf(cluster.member(3).disk);
  leader.step({ kind: 'propose', id: 2, data: text('p2') });
  cluster.settle();
  return { cluster, copy };
}

const types = (member: VirtualMember): readonly string[] => member.sent.map(({ message }) => message.type);

describe('a member that starts with a history', () => {
  it('votes for nobody, does not campaign and counts towards no commit before a quorum has confirmed it', () => {
    const { cluster } = withOldCopy();
    const member = new VirtualMember(cluster.crash(3), testOptions(3, 5));
    expect(types(member)).toEqual(['hello', 'hello']);
    member.tick(50);
    expect(member.core.role).toBe('follower');
    member.sent.length = 0;
    const { term } = member.core.view;
    const { lastIndex } = member.core.log;
    const hint = { commitIndex: 0, commitTerm: 0 };
    member.receive(2, {
      type: 'vote-request',
      term: term + 1,
      lastLogIndex: 99,
      lastLogTerm: term,
      leadershipTransfer: true,
      ...hint,
    });
    member.persistAll();
    expect(member.sent.map(({ message }) => message)).toMatchObject([
      { type: 'vote-response', granted: false },
    ]);
    member.sent.length = 0;
    member.receive(2, {
      type: 'append-request',
      term: term + 1,
      previousIndex: lastIndex,
      previousTerm: term,
      entries: [],
      commitIndex: 0,
    });
    expect(member.sent.map(({ message }) => message)).toMatchObject([
      { type: 'append-accepted', counts: false },
    ]);
  });

  it('counts again once a quorum has, and says so at once', () => {
    const { cluster } = withOldCopy();
    const member = cluster.start(3, cluster.crash(3));
    expect(member.core.view.proof).toBeDefined();
    cluster.tick();
    expect(member.core.view.proof).toBeUndefined();
    cluster.isolate(2);
    const leader = cluster.member(1);
    leader.step({ kind: 'propose', id: 3, data: text('p3') });
    cluster.tick(3);
    expect(leader.commands).toEqual(['p1', 'p2', 'p3']);
  });

  it('asks again until it is answered, and the whole cluster may start at once', () => {
    const { cluster } = withOldCopy();
    const disks = [1, 2, 3].map((id) => [id, cluster.crash(id)] as const);
    for (const [id, disk] of disks) cluster.start(id, disk);
    cluster.isolate(1);
    cluster.isolate(2);
    cluster.isolate(3);
    cluster.settle();
    expect([1, 2, 3].map((id) => cluster.member(id).core.view.proof !== undefined)).toEqual([
      true,
      true,
      true,
    ]);
    cluster.heal();
    cluster.elect();
    expect([1, 2, 3].map((id) => cluster.member(id).core.view.proof)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is not confirmed by a quorum of its own configuration once a newer one is committed', () => {
    const member = new VirtualMember(emptyDisk(three), testOptions(3, 5));
    const { requestId } = member.core.view.proof!.hello;
    const five = configurationOf([1, 2, 3, 4, 5]);
    const committed = { index: 9, configuration: five };
    const confirm = (from: number, knows: typeof committed | undefined): void => {
      member.receive(from, {
        type: 'hello-response',
        requestId,
        outdated: false,
        inForce: knows,
        committed: knows,
      });
    };
    confirm(1, committed);
    member.tick(50);
    expect(member.core.view.proof).toBeDefined();
    expect(member.sent.map(({ to }) => to)).toEqual(expect.arrayContaining([2, 4, 5]));
    // Three of the five, whether they know of it or not.
    confirm(2, undefined);
    member.tick(4);
    expect(member.core.view.proof).toBeUndefined();
  });

  it('is not confirmed by a quorum of a configuration that a peer still has, but that is older than a committed one', () => {
    const member = new VirtualMember(emptyDisk(three), testOptions(3, 5));
    const { requestId } = member.core.view.proof!.hello;
    const placed = (index: number, voters: readonly number[]) => ({
      index,
      configuration: configurationOf(voters),
    });
    const behind = placed(5, [2, 3, 4]);
    const committed = placed(9, [3, 5, 6, 7]);
    const answer = { type: 'hello-response', requestId, outdated: false } as const;
    member.receive(5, { ...answer, inForce: committed, committed });
    // Two of those three, which has been left long ago.
    member.receive(2, { ...answer, inForce: behind, committed: behind });
    member.tick(50);
    expect(member.core.view.proof).toBeDefined();
    member.receive(6, { ...answer, inForce: undefined, committed: undefined });
    member.tick(4);
    expect(member.core.view.proof).toBeUndefined();
  });

  it('asks strangers that show themselves: all whom its log names may be gone', () => {
    const member = new VirtualMember(emptyDisk(three), testOptions(3, 5));
    member.sent.length = 0;
    const preVote: Message = {
      type: 'pre-vote-request',
      campaignTerm: 5,
      round: 1,
      lastLogIndex: 20,
      lastLogTerm: 4,
      commitIndex: 20,
      commitTerm: 4,
    };
    member.receive(7, preVote);
    const hello = member.sent.find(({ message }) => message.type === 'hello');
    expect(hello?.to).toBe(7);
    const { requestId } = member.core.view.proof!.hello;
    const configuration = configurationOf([3, 7, 8]);
    member.receive(7, {
      type: 'hello-response',
      requestId,
      outdated: false,
      inForce: { index: 20, configuration },
      committed: { index: 20, configuration },
    });
    member.tick(4);
    expect(member.core.view.proof).toBeUndefined();
    member.sent.length = 0;
    member.receive(7, { ...preVote, round: 2 });
    expect(member.sent).toMatchObject([{ to: 7, message: { type: 'pre-vote-response', granted: true } }]);
  });

  it('asks also without any: the folder may be a copy from before the first election', () => {
    const member = new VirtualMember(emptyDisk(three), testOptions(1, 1));
    expect(member.core.view.proof).toBeDefined();
    expect(types(member)).toEqual(['hello', 'hello']);
    member.tick(100);
    expect(member.core.role).toBe('follower');
  });
});

describe('a folder that is older than its peers know', () => {
  it('ends the member: its leader remembers what it acknowledged', () => {
    const { cluster, copy } = withOldCopy();
    cluster.crash(3);
    const member = cluster.start(3, copy);
    cluster.tick(3);
    expect(member.core.view.ended).toBe('outdated');
    expect(cluster.leaders.map(({ id }) => id)).toEqual([1]);
    member.step({ kind: 'propose', id: 9, data: text('never') });
    expect(member.proposals.get(9)).toEqual({ kind: 'refused', reason: 'no-leader' });
  });

  it('ends the member also when the folder knows nothing at all', () => {
    const cluster = new VirtualCluster(three, 4);
    cluster.electMember(1);
    cluster.crash(3);
    const member = cluster.start(3);
    cluster.tick(3);
    expect(member.core.view.ended).toBe('outdated');
  });

  it('is recognised also by a former leader, for what is committed', () => {
    const { cluster, copy } = withOldCopy();
    cluster.member(1).step({ kind: 'transfer', id: 1, to: 2 });
    cluster.settle();
    cluster.crash(3);
    // The new leader is away; who remembers is the old one.
    cluster.isolate(2);
    const member = cluster.start(3, copy);
    cluster.tick(3);
    expect(member.core.view.ended).toBe('outdated');
  });

  it('is recognised by a vote that it does not hold', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    const copy = copyOf(cluster.member(3).disk);
    cluster.member(1).step({ kind: 'transfer', id: 1, to: 2 });
    cluster.settle();
    expect(cluster.member(3).disk.hardState.term).toBe(2);
    cluster.crash(1);
    cluster.crash(3);
    const member = cluster.start(3, copy);
    cluster.tick(3);
    expect(member.core.view.ended).toBe('outdated');
  });

  it('is not assumed of a log that a newer leader cut back', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    // Entries that only member 3 gets, and acknowledges, and that are never committed.
    cluster.isolate(2);
    cluster.cut.add('3>1');
    for (let n = 0; n < 5; n += 1) leader.step({ kind: 'propose', id: n, data: text(`lost${n}`) });
    leader.persistAll();
    cluster.heal();
    cluster.crash(1);
    cluster.cut.add('1>3');
    const next = cluster.elect();
    cluster.tick(5);
    const third = cluster.start(3, cluster.crash(3));
    cluster.tick(10);
    expect(third.core.view.ended).toBeUndefined();
    expect(third.core.view.proof).toBeUndefined();
    expect(next.core.view.term).toBeGreaterThan(1);
  });

  it('is told only by an answer to this very start', () => {
    const { cluster } = withOldCopy();
    const member = new VirtualMember(cluster.crash(3), testOptions(3, 5));
    const late: Message = {
      type: 'hello-response',
      requestId: 1,
      outdated: true,
      inForce: undefined,
      committed: undefined,
    };
    member.receive(1, late);
    expect(member.core.view.ended).toBeUndefined();
  });
});

describe('a removed member', () => {
  it('that never got the entry is told by any peer that knows, and stops', () => {
    const cluster = new VirtualCluster(configurationOf([1, 2, 3, 4]), 1);
    const leader = cluster.electMember(1);
    cluster.isolate(4);
    leader.step({ kind: 'change-membership', id: 1, steps: [{ kind: 'remove', id: 4 }], force: false });
    cluster.tick(4);
    const removed = cluster.member(4);
    expect(removed.core.view.ended).toBeUndefined();
    cluster.crash(1);
    cluster.heal();
    removed.tick(30);
    cluster.settle();
    expect(removed.core.view.ended).toBe('removed');
    // It disturbs nobody: no term was raised by it.
    expect(cluster.elect().core.view.term).toBe(2);
  });

  it('that sees its own removal committed stops by itself', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    leader.step({ kind: 'change-membership', id: 1, steps: [{ kind: 'remove', id: 1 }], force: false });
    cluster.settle();
    expect(leader.core.view.ended).toBe('removed');
    expect(cluster.leaders).toHaveLength(1);
  });

  it('is remembered in snapshots and after the log was cut', () => {
    const cluster = new VirtualCluster(configurationOf([1, 2, 3, 4]), 1);
    const leader = cluster.electMember(1);
    const old = cluster.crash(4);
    leader.step({ kind: 'change-membership', id: 1, steps: [{ kind: 'remove', id: 4 }], force: false });
    cluster.tick(4);
    for (let n = 0; n < 5; n += 1) leader.step({ kind: 'propose', id: n, data: text(`p${n}`) });
    cluster.settle();
    for (const id of [1, 2, 3]) cluster.member(id).compact(cluster.member(id).disk.appliedIndex);
    const disks = [1, 2, 3].map((id) => [id, cluster.crash(id)] as const);
    for (const [id, disk] of disks) cluster.start(id, disk);
    const back = cluster.start(4, old);
    cluster.tick(2);
    expect(back.core.view.ended).toBe('removed');
  });
});
