/** Changes of the membership: which configuration follows from which steps, and how a leader carries it out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeConfiguration,
  encodeConfiguration,
  isJoint,
  leaveJoint,
  transitionProblem,
} from '../../../raft/core/configuration.js';
import { type MembershipStep, planMembership, planPromotion } from '../../../raft/core/membership.js';
import type { Configuration, Entry, Member, MemberId } from '../../../raft/core/types.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  text,
  VirtualCluster,
  type VirtualMember,
} from '../support/cluster.js';

const three = configurationOf([1, 2, 3]);
const described = (id: MemberId): Member => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` });
const add = (id: MemberId, replaces?: MemberId): MembershipStep => ({
  kind: 'add-learner',
  member: described(id),
  promote: true,
  ...(replaces === undefined ? {} : { replaces }),
});

function planned(current: Configuration, ...steps: MembershipStep[]): Configuration {
  const plan = planMembership(current, steps);
  if (plan.kind === 'refused') throw new Error(plan.message);
  return plan.configuration;
}

function refusal(current: Configuration, ...steps: MembershipStep[]): string | undefined {
  const plan = planMembership(current, steps);
  return plan.kind === 'refused' ? plan.message : undefined;
}

describe('a plan', () => {
  it('adds a member as a learner, to be promoted', () => {
    const next = planned(three, add(4));
    expect(next).toMatchObject({ voters: [1, 2, 3], learners: [4], promotions: [{ learner: 4 }] });
    expect(next.members.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  it('promotes one learner with one entry, and two through a joint configuration', () => {
    const grown = planned(three, add(4), add(5));
    const one = planPromotion(grown, [{ learner: 4 }]);
    expect(one).toMatchObject({ voters: [1, 2, 3, 4], votersOutgoing: [], learners: [5] });
    const two = planPromotion(grown, [{ learner: 4 }, { learner: 5 }]);
    expect(two).toMatchObject({ voters: [1, 2, 3, 4, 5], votersOutgoing: [1, 2, 3], learners: [] });
    expect(leaveJoint(two)).toMatchObject({ voters: [1, 2, 3, 4, 5], votersOutgoing: [], promotions: [] });
  });

  it('replaces a voter in one joint change, and never gives its id again', () => {
    const grown = planned(three, add(4, 1));
    const joint = planPromotion(grown, [{ learner: 4, replaces: 1 }]);
    expect(joint).toMatchObject({ voters: [2, 3, 4], votersOutgoing: [1, 2, 3] });
    const after = leaveJoint(joint);
    expect(after.members.map(({ id }) => id)).toEqual([2, 3, 4]);
    expect(after.removed).toEqual([1]);
    expect(refusal(after, { kind: 'add-learner', member: described(1), promote: true })).toMatch(
      /never given again/,
    );
  });

  it('demotes: alone at once, with another change after both majorities agreed', () => {
    const alone = planned(three, { kind: 'demote', id: 3 });
    expect(alone).toMatchObject({ voters: [1, 2], votersOutgoing: [], learners: [3] });
    const both = planned(three, { kind: 'demote', id: 3 }, { kind: 'remove', id: 2 });
    expect(both).toMatchObject({ voters: [1], votersOutgoing: [1, 2, 3], learners: [], learnersNext: [3] });
    expect(leaveJoint(both)).toMatchObject({ voters: [1], learners: [3], removed: [2] });
  });

  it('forgets a promotion whose learner or whose target went away', () => {
    const grown = planned(three, add(4, 1));
    expect(planned(grown, { kind: 'remove', id: 4 }).promotions).toEqual([]);
    expect(planned(grown, { kind: 'remove', id: 1 }).promotions).toEqual([{ learner: 4 }]);
  });

  it('says precisely what it refuses', () => {
    expect(refusal(three)).toMatch(/at least one step/);
    expect(refusal(three, { kind: 'remove', id: 9 })).toBe('there is no member 9');
    expect(refusal(three, { kind: 'promote', id: 1 })).toBe('m1 votes already');
    expect(refusal(planned(three, add(4)), { kind: 'demote', id: 4 })).toBe('m4 is a learner already');
    expect(refusal(planned(three, add(4)), add(4))).toBe('m4 is a member already');
    expect(
      refusal(three, { kind: 'add-learner', member: { ...described(4), name: 'm1' }, promote: true }),
    ).toBe('the name m1 is taken');
    expect(refusal(configurationOf([1]), { kind: 'remove', id: 1 })).toMatch(/at least one voting member/);
    expect(refusal(three, { kind: 'set-priority', id: 1, priority: 0.5 })).toMatch(/whole number/);
    expect(refusal(planned(three, add(4, 1)), add(5, 1))).toMatch(/being replaced already/);
    expect(refusal(configurationOf([1, 2], { votersOutgoing: [1] }), { kind: 'remove', id: 1 })).toMatch(
      /joint/,
    );
  });

  it('always leads to a neighbour whose majorities overlap, and leaves what it does not name', () => {
    const id = fc.integer({ min: 1, max: 8 });
    const step: fc.Arbitrary<MembershipStep> = fc.oneof(
      fc.record({
        kind: fc.constant('add-learner' as const),
        member: id.map(described),
        promote: fc.boolean(),
      }),
      fc.record({ kind: fc.constantFrom('promote' as const, 'demote' as const, 'remove' as const), id }),
      fc.record({
        kind: fc.constant('set-priority' as const),
        id,
        priority: fc.integer({ min: -5, max: 5 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), (steps, together) => {
        let current: Configuration = three;
        for (const group of together ? [steps] : steps.map((one) => [one])) {
          const plan = planMembership(current, group);
          if (plan.kind === 'refused') continue;
          const next = plan.configuration;
          expect(transitionProblem(current, next)).toBeUndefined();
          const bytes = encodeConfiguration(next);
          expect(encodeConfiguration(decodeConfiguration(bytes))).toEqual(bytes);
          const settled = isJoint(next) ? leaveJoint(next) : next;
          if (isJoint(next)) expect(transitionProblem(next, settled)).toBeUndefined();
          const known = new Set([...settled.voters, ...settled.learners]);
          expect(new Set(settled.members.map((member) => member.id))).toEqual(known);
          for (const gone of settled.removed ?? []) expect(known.has(gone)).toBe(false);
          current = settled;
        }
      }),
    );
  });
});

describe('a change of the membership', () => {
  const change = (member: VirtualMember, id: number, ...steps: MembershipStep[]): void =>
    member.step({ kind: 'change-membership', id, steps, force: false });

  /** New members stand ready with empty disks before they are added. */
  function withSpares(voters: readonly MemberId[], spares: readonly MemberId[]): VirtualCluster {
    const cluster = new VirtualCluster(configurationOf(voters), 1);
    for (const id of spares) cluster.start(id, emptyDisk(configurationOf(voters)));
    return cluster;
  }

  it('takes effect when appended, one at a time', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    change(leader, 1, { kind: 'remove', id: 3 });
    expect(leader.core.configuration.voters).toEqual([1, 2]);
    change(leader, 2, { kind: 'remove', id: 2 });
    expect(leader.membershipChanges.get(2)).toMatchObject({ kind: 'refused', reason: 'busy' });
    cluster.settle();
    change(leader, 3, { kind: 'set-priority', id: 2, priority: 1 });
    expect(leader.membershipChanges.get(3)?.kind).toBe('appended');
  });

  it('is for the leader, and refused by everybody else', () => {
    const cluster = new VirtualCluster(three, 1);
    cluster.electMember(1);
    change(cluster.member(2), 1, { kind: 'remove', id: 3 });
    expect(cluster.member(2).membershipChanges.get(1)).toMatchObject({
      kind: 'refused',
      reason: 'not-leader',
    });
  });

  it('is rolled back with its entry', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    cluster.isolate(1);
    change(leader, 1, { kind: 'remove', id: 3 });
    leader.persistAll();
    expect(leader.core.configuration.voters).toEqual([1, 2]);
    cluster.members.delete(1);
    cluster.elect();
    cluster.members.set(1, leader);
    cluster.heal();
    cluster.tick(30);
    expect(leader.core.configuration.voters).toEqual([1, 2, 3]);
  });

  it('makes a voter of a learner once it has caught up', () => {
    const cluster = withSpares([1, 2, 3], [4]);
    const leader = cluster.electMember(1);
    for (let n = 0; n < 20; n += 1) leader.step({ kind: 'propose', id: n, data: text(`p${n}`) });
    cluster.settle();
    cluster.isolate(4);
    cluster.cut.add('1>4');
    change(leader, 1, add(4));
    cluster.tick(25);
    expect(leader.core.configuration).toMatchObject({ voters: [1, 2, 3], learners: [4] });
    cluster.heal();
    cluster.tick(10);
    expect(leader.core.configuration).toMatchObject({ voters: [1, 2, 3, 4], learners: [] });
    expect(leader.core.configuration.promotions ?? []).toEqual([]);
    expect(cluster.member(4).core.configuration.voters).toEqual([1, 2, 3, 4]);
    expect(cluster.member(4).log).toEqual(leader.log);
  });

  it('that replaces a member is one joint change: the new one in, the old one out', () => {
    const cluster = withSpares([1, 2, 3], [4]);
    const leader = cluster.electMember(1);
    change(leader, 1, add(4, 3));
    cluster.tick(20);
    const configurations = leader.disk.entries
      .filter(({ kind }) => kind === 'configuration')
      .map(({ data }) => decodeConfiguration(data))
      .map(({ voters, votersOutgoing, learners }) => ({ voters, votersOutgoing, learners }));
    expect(configurations).toEqual([
      { voters: [1, 2, 3], votersOutgoing: [], learners: [4] },
      { voters: [1, 2, 4], votersOutgoing: [1, 2, 3], learners: [] },
      { voters: [1, 2, 4], votersOutgoing: [], learners: [] },
    ]);
    expect(leader.core.configuration).toMatchObject({ voters: [1, 2, 4], removed: [3] });
  });

  it('that is joint commits with both majorities, and is left by itself', () => {
    const all = configurationOf([1, 2, 3], { learners: [4, 5] });
    const cluster = new VirtualCluster(all, 1);
    const leader = cluster.electMember(1);
    cluster.tick(3);
    change(leader, 1, { kind: 'promote', id: 4 }, { kind: 'promote', id: 5 });
    cluster.tick(2);
    const before = leader.core.view.commitIndex;
    expect(before).toBe(leader.core.log.lastIndex);
    expect(leader.core.configuration).toMatchObject({ voters: [1, 2, 3, 4, 5], votersOutgoing: [] });
    // Both others of the incoming majority of {1, 4, 5} are cut off: the outgoing majority alone is not enough.
    cluster.isolate(4, 5);
    leader.step({
      kind: 'change-membership',
      id: 2,
      steps: [
        { kind: 'remove', id: 2 },
        { kind: 'remove', id: 3 },
      ],
      force: true,
    });
    cluster.settle();
    expect(leader.core.configuration).toMatchObject({ voters: [1, 4, 5], votersOutgoing: [1, 2, 3, 4, 5] });
    expect(leader.core.view.commitIndex).toBe(before);
    cluster.heal();
    cluster.tick(8);
    expect(leader.core.configuration).toMatchObject({
      voters: [1, 4, 5],
      votersOutgoing: [],
      removed: [2, 3],
    });
    expect(leader.core.view.commitIndex).toBe(leader.core.log.lastIndex);
  });

  it('that would leave no reachable majority is refused with the numbers, unless forced', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    cluster.isolate(3);
    for (let n = 0; n < 15; n += 1) cluster.tick();
    change(leader, 1, { kind: 'remove', id: 2 });
    expect(leader.membershipChanges.get(1)).toEqual({
      kind: 'refused',
      reason: 'unreachable',
      message: 'the change would leave 1 reachable of 2 voting members, where 2 are needed',
    });
    leader.step({ kind: 'change-membership', id: 2, steps: [{ kind: 'remove', id: 2 }], force: true });
    expect(leader.membershipChanges.get(2)?.kind).toBe('appended');
  });

  it('without the leader makes it hand over once it is committed', () => {
    const cluster = new VirtualCluster(three, 1);
    const leader = cluster.electMember(1);
    change(leader, 1, { kind: 'remove', id: 1 });
    cluster.settle();
    expect(leader.core.role).not.toBe('leader');
    // At once: nobody's timer had to run out.
    expect(cluster.leaders.map(({ id }) => id)).toEqual([3]);
  });

  it('a learner holds entries, counts in no majority and never campaigns', () => {
    const cluster = new VirtualCluster(configurationOf([1, 2], { learners: [3] }), 1);
    const leader = cluster.electMember(1);
    cluster.isolate(2);
    leader.step({ kind: 'propose', id: 1, data: text('p1') });
    cluster.settle();
    expect(cluster.member(3).core.role).toBe('learner');
    expect(cluster.member(3).log).toEqual(leader.log);
    expect(leader.commands).toEqual([]);
    cluster.crash(1);
    cluster.tick(60);
    expect(cluster.member(3).core.role).toBe('learner');
  });
});

describe('a learner with the only log that can win', () => {
  const born = configurationOf([1, 2, 3], { learners: [4] });
  const empty = (index: number, term: number): Entry => ({
    index,
    term,
    timeMilliseconds: 0,
    kind: 'empty',
    data: new Uint8Array(0),
  });

  /**
   * m1 has appended the promotion of m4 and nobody got it; m2 led after it, reached m4 alone, and is gone. m1 needs
   * m4's vote, and m4 refuses for m1 is behind; m3 needs m1's or m2's. m4 is a voter by nothing that it knows.
   */
  function stuck(): VirtualCluster {
    const cluster = new VirtualCluster(born, 3);
    const promotion: Entry = {
      ...empty(2, 1),
      kind: 'configuration',
      data: encodeConfiguration(configurationOf([1, 2, 3, 4])),
    };
    const logs = new Map([
      [1, [empty(1, 1), promotion]],
      [3, [empty(1, 1)]],
      [4, [empty(1, 1), empty(2, 2), empty(3, 2)]],
    ]);
    for (const id of [1, 2, 3, 4]) cluster.crash(id);
    for (const [id, entries] of logs) {
      const disk = emptyDisk(born);
      disk.entries = entries;
      disk.hardState = { term: 2, votedFor: undefined, commitIndex: 1 };
      cluster.start(id, disk);
    }
    return cluster;
  }

  it('campaigns as a last resort, and hands over to a voter', () => {
    const cluster = stuck();
    const leader = cluster.elect();
    expect([1, 3]).toContain(leader.id);
    // Nobody but the learner had these.
    expect(leader.disk.entries.slice(0, 3).map(({ term }) => term)).toEqual([1, 2, 2]);
    expect(leader.core.configuration.voters).toEqual([1, 2, 3]);
  });

  it('waits for three timeouts: voters go first', () => {
    const cluster = stuck();
    const learner = cluster.member(4);
    const { electionTimeoutTicks } = testOptions(4, 1);
    cluster.tick(electionTimeoutTicks * 3 - 1);
    expect(learner.core.role).toBe('learner');
  });

  it('listens when it never had to refuse anybody', () => {
    const cluster = stuck();
    cluster.isolate(4);
    cluster.tick(300);
    expect(cluster.member(4).core.role).toBe('learner');
    expect(cluster.leaders).toEqual([]);
  });
});
