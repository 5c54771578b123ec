import { describe, expect, it } from 'vitest';
import type { MemberProcessState } from '../../../cluster/cluster.js';
import { UnknownOutcomeError } from '../../../cluster/supervisor/leader-orders.js';
import { MembershipControl, type MembershipControlOptions } from '../../../cluster/supervisor/membership.js';
import type { HostedMember } from '../../../cluster/supervisor/membership-follower.js';
import { UserError } from '../../../cluster/user-error.js';
import { silentLogger } from '../../../platform/index.js';
import type { MemberDescription, Membership, MembershipStep } from '../../../storage/index.js';
import { manualClock } from '../support/manual-clock.js';

const describeMember = (id: number, change: Partial<MemberDescription> = {}): MemberDescription => ({
  id,
  name: `m${id}`,
  peerAddress: `127.0.0.1:${7000 + id}`,
  role: 'voter',
  priority: 0,
  promotion: undefined,
  progress: undefined,
  ...change,
});

/** A cluster of fakes: the leader does what it is told at once, and members tell what is committed when asked to. */
class FakeCluster {
  readonly clock = manualClock();
  readonly hosted: (HostedMember & { process: MemberProcessState })[] = [];
  readonly former: string[] = [];
  readonly log: string[] = [];
  readonly followed: number[] = [];
  members: MemberDescription[] = [1, 2, 3].map((id) => describeMember(id));
  removed: number[] = [];
  settled = true;
  index = 10;
  leader: string | undefined = 'm1';
  nextId = 40;
  /** What the next change ends with instead of being made. */
  failure: Error | undefined;
  /** What the next newcomer does instead of listening. */
  startFailure: Error | undefined;
  readonly control: MembershipControl;

  constructor() {
    for (const { id, name } of this.members) this.host(id, name, false);
    const options: MembershipControlOptions = {
      clock: this.clock,
      logger: silentLogger,
      host: {
        members: () => this.hosted,
        formerNames: () => this.former,
        newId: () => {
          this.nextId += 1;
          return this.nextId;
        },
        admit: async ({ name, id }) => {
          this.log.push(`admit ${name}`);
          this.host(id, name, true);
          if (this.startFailure !== undefined) throw this.startFailure;
        },
        dismiss: async (id, { keepFolder }) => {
          const index = this.hosted.findIndex((member) => member.id === id);
          const [member] = this.hosted.splice(index, 1);
          this.log.push(`dismiss ${member?.name}${keepFolder ? ', keeping its folder' : ''}`);
          this.former.push(member?.name ?? '');
        },
        follow: (membership) => this.followed.push(membership.appliedIndex),
      },
      orders: {
        leader: () => Promise.resolve(this.leader),
        membership: () => Promise.resolve(this.membership()),
        change: async (steps, { force }) => {
          this.log.push(`change ${steps.map(({ kind }) => kind).join(' ')}${force ? ' by force' : ''}`);
          if (this.failure !== undefined) throw this.failure;
          for (const step of steps) this.take(step);
          this.index += 1;
          return this.membership();
        },
        moveLeader: async (name) => {
          this.leader = name;
        },
      },
    };
    this.control = new MembershipControl(options);
  }

  host(id: number, name: string, joining: boolean): void {
    this.hosted.push({
      id,
      name,
      process: 'running',
      refusal: undefined,
      removed: false,
      peerPort: 7000 + id,
      joining,
    });
  }

  process(name: string, process: MemberProcessState): void {
    const member = this.hosted.find((candidate) => candidate.name === name);
    if (member !== undefined) member.process = process;
    this.control.changed();
  }

  take(step: MembershipStep): void {
    const change = (id: number, to: Partial<MemberDescription>): void => {
      this.members = this.members.map((member) => (member.id === id ? { ...member, ...to } : member));
    };
    switch (step.kind) {
      case 'add-learner':
        this.members.push(
          describeMember(step.member.id, {
            name: step.member.name,
            peerAddress: step.member.peerAddress,
            role: 'learner',
            priority: step.member.priority ?? 0,
            promotion: step.promote ? { replaces: step.replaces } : undefined,
          }),
        );
        break;
      case 'promote':
        change(step.id, { promotion: { replaces: undefined } });
        break;
      case 'demote':
        change(step.id, { role: 'learner' });
        break;
      case 'set-priority':
        change(step.id, { priority: step.priority });
        break;
      case 'remove':
        this.members = this.members.filter(({ id }) => id !== step.id);
        this.removed.push(step.id);
        break;
    }
  }

  /** The leader finds that the learners have caught up. */
  promote(): void {
    for (const { id, promotion } of this.members.filter((member) => member.promotion !== undefined)) {
      const replaced = promotion?.replaces;
      this.members = this.members.map((member) =>
        member.id === id ? { ...member, role: 'voter', promotion: undefined } : member,
      );
      if (replaced !== undefined) this.take({ kind: 'remove', id: replaced });
    }
    this.index += 1;
    this.control.heard(this.membership());
  }

  membership(): Membership {
    return {
      appliedIndex: this.index,
      commitIndex: this.index,
      members: [...this.members],
      removed: [...this.removed],
      settled: this.settled,
    };
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe('adding a member', () => {
  it('starts it, has the leader take it in, and waits until it votes', async () => {
    const cluster = new FakeCluster();
    const lines: string[] = [];
    let name: string | undefined;
    const adding = cluster.control.add({}, { onProgress: (line) => lines.push(line) }).then((added) => {
      name = added;
    });
    await turns();
    expect(cluster.log).toEqual(['admit m4', 'change add-learner']);
    expect(cluster.members.at(-1)).toMatchObject({
      name: 'm4',
      id: 41,
      peerAddress: '127.0.0.1:7041',
      promotion: {},
    });
    expect(name).toBeUndefined();
    cluster.promote();
    await adding;
    expect(name).toBe('m4');
    expect(lines).toEqual(['m4: starting', 'm4: learner', 'm4: voting']);
    expect(cluster.clock.pending()).toBe(0);
  });

  it('tells whoever waits how far it is', async () => {
    const cluster = new FakeCluster();
    const lines: string[] = [];
    const adding = cluster.control.add({}, { onProgress: (line) => lines.push(line) });
    await turns();
    for (const [matchIndex, snapshot] of [
      [0, true],
      [8, false],
      [8, false],
    ] as const) {
      const newest = cluster.members.at(-1)!;
      cluster.members = [...cluster.members.slice(0, -1), { ...newest, progress: { matchIndex, snapshot } }];
      cluster.clock.advance(500);
      await turns();
    }
    cluster.promote();
    await adding;
    expect(lines.slice(2)).toEqual([
      'm4: learner, receiving a snapshot',
      'm4: learner, catching up, 72%',
      'm4: voting',
    ]);
  });

  it('takes several with one change, by names that nobody has or had', async () => {
    const cluster = new FakeCluster();
    cluster.former.push('m4');
    const adding = cluster.control.addAll({ count: 2 }, {});
    await turns();
    cluster.promote();
    expect(await adding).toEqual(['m5', 'm6']);
    expect(cluster.log).toEqual(['admit m5', 'admit m6', 'change add-learner add-learner']);
  });

  it('does not wait for a vote that a learner is not to have', async () => {
    const cluster = new FakeCluster();
    expect(await cluster.control.add({ learner: true, name: 'archive', priority: 7 })).toBe('archive');
    expect(cluster.members.at(-1)).toMatchObject({ name: 'archive', priority: 7, promotion: undefined });
  });

  it('gives a former name again, with another id', async () => {
    const cluster = new FakeCluster();
    await cluster.control.remove('m3');
    expect(await cluster.control.add({ name: 'm3', learner: true })).toBe('m3');
    expect(cluster.members.at(-1)?.id).not.toBe(3);
  });

  it.each([
    ['m2', /there is a member m2 already/],
    ['leader', /means something else/],
    ['../m4', /cannot be a member's name/],
    ['M4', /cannot be a member's name/],
  ])('refuses the name %s', async (name, reason) => {
    const cluster = new FakeCluster();
    await expect(cluster.control.add({ name })).rejects.toThrow(reason);
    expect(cluster.log).toEqual([]);
  });

  it('refuses more than seven that vote, and changes nothing', async () => {
    const cluster = new FakeCluster();
    await expect(cluster.control.addAll({ count: 5 }, {})).rejects.toThrow(
      'a cluster has at most 7 voting members, and this one has 3',
    );
    expect(cluster.log).toEqual([]);
  });

  it('leaves nothing of one that does not start, or that the leader refuses', async () => {
    const cluster = new FakeCluster();
    cluster.startFailure = new UserError('member m4: no space');
    await expect(cluster.control.add()).rejects.toThrow('member m4: no space');
    cluster.startFailure = undefined;
    cluster.failure = new UserError('the name is taken');
    await expect(cluster.control.add()).rejects.toThrow('the name is taken');
    expect(cluster.log).toEqual(['admit m4', 'dismiss m4', 'admit m5', 'change add-learner', 'dismiss m5']);
  });

  it('keeps one whose change has an unknown outcome, until a leader says what became of it', async () => {
    const cluster = new FakeCluster();
    cluster.failure = new UnknownOutcomeError('not known');
    await expect(cluster.control.add()).rejects.toThrow('not known');
    expect(cluster.hosted.map(({ name }) => name)).toContain('m4');
    cluster.settled = false;
    cluster.clock.advance(1_000);
    await turns();
    expect(cluster.hosted.map(({ name }) => name)).toContain('m4');
    cluster.settled = true;
    cluster.clock.advance(1_000);
    await turns();
    expect(cluster.log.at(-1)).toBe('dismiss m4');
  });

  it('fails when the newcomer refuses to run before it votes', async () => {
    const cluster = new FakeCluster();
    const adding = cluster.control.add();
    await turns();
    cluster.process('m4', 'refused');
    await expect(adding).rejects.toThrow('m4 does not run');
  });

  it('goes on although nobody waits any more', async () => {
    const cluster = new FakeCluster();
    const leaving = new AbortController();
    const adding = cluster.control.add({}, { signal: leaving.signal });
    await turns();
    leaving.abort();
    await expect(adding).rejects.toThrow(/the change goes on/);
    expect(cluster.hosted.map(({ name }) => name)).toContain('m4');
  });
});

describe('removing a member', () => {
  it('takes it out, ends its process and deletes its folder', async () => {
    const cluster = new FakeCluster();
    expect(await cluster.control.remove('m3')).toBe('m3');
    expect(cluster.log).toEqual(['change remove', 'dismiss m3']);
    expect(await cluster.control.remove('leader')).toBe('m1');
  });

  it('puts aside the folder of one that was down or was forced out: it may be the last copy of something', async () => {
    const cluster = new FakeCluster();
    cluster.process('m3', 'killed');
    await cluster.control.remove('m3');
    await cluster.control.remove('m2', { force: true });
    expect(cluster.log).toEqual([
      'change remove',
      'dismiss m3, keeping its folder',
      'change remove by force',
      'dismiss m2, keeping its folder',
    ]);
  });

  it('refuses what would leave too few that run, unless it is forced', async () => {
    const cluster = new FakeCluster();
    cluster.process('m3', 'paused');
    const consequence =
      'm2 would leave 1 running of 2 voting members, where 2 are needed: insist with --force';
    await expect(cluster.control.remove('m2')).rejects.toThrow(`removing ${consequence}`);
    await expect(cluster.control.demote('m2')).rejects.toThrow(`demoting ${consequence}`);
    expect(cluster.log).toEqual([]);
    await cluster.control.remove('m3');
    expect(cluster.log[0]).toBe('change remove');
  });

  it('names the members when there is no such one', async () => {
    const cluster = new FakeCluster();
    await expect(cluster.control.remove('m9')).rejects.toThrow(
      'there is no member m9; the members are m1, m2, m3',
    );
  });
});

describe('changes', () => {
  it('are one at a time', async () => {
    const cluster = new FakeCluster();
    const first = cluster.control.remove('m3');
    await expect(cluster.control.add()).rejects.toThrow(
      'a change of the membership is in progress (m3 is being removed): try again when it is done',
    );
    await first;
  });

  it('replace a member by a new one in one change', async () => {
    const cluster = new FakeCluster();
    const replacing = cluster.control.replace('m1');
    await turns();
    expect(cluster.members.at(-1)?.promotion).toEqual({ replaces: 1 });
    cluster.promote();
    expect(await replacing).toBe('m4');
    expect(cluster.members.map(({ name }) => name)).toEqual(['m2', 'm3', 'm4']);
    expect(cluster.log).toEqual(['admit m4', 'change add-learner', 'dismiss m1']);
  });

  it('promote, demote and prefer members', async () => {
    const cluster = new FakeCluster();
    await cluster.control.demote('m3');
    expect(cluster.members[2]).toMatchObject({ role: 'learner' });
    await expect(cluster.control.replace('m3')).rejects.toThrow('m3 is a learner: remove it and add another');
    await expect(cluster.control.moveLeader('m3')).rejects.toThrow(
      'm3 is a learner: only voting members can lead',
    );
    const promoting = cluster.control.promote('m3');
    await turns();
    cluster.promote();
    expect(await promoting).toBe('m3');
    await cluster.control.setPriority('m2', -4);
    expect(cluster.members[1]).toMatchObject({ priority: -4 });
    expect(await cluster.control.moveLeader('m2')).toBe('m2');
    expect(cluster.leader).toBe('m2');
  });

  it('list who is a member, in which role, and how its process does', async () => {
    const cluster = new FakeCluster();
    cluster.take({
      kind: 'add-learner',
      member: { id: 12, name: 'm12', peerAddress: '' },
      promote: true,
      replaces: 2,
    });
    cluster.take({ kind: 'set-priority', id: 3, priority: 2 });
    cluster.process('m3', 'killed');
    const entries = await cluster.control.list();
    expect(
      entries.map(({ name, role, leader, priority, promoting, replaces, process }) => [
        name,
        role,
        leader,
        priority,
        promoting,
        replaces,
        process,
      ]),
    ).toEqual([
      ['m1', 'voter', true, 0, false, undefined, 'running'],
      ['m2', 'voter', false, 0, false, undefined, 'running'],
      ['m3', 'voter', false, 2, false, undefined, 'killed'],
      ['m12', 'learner', false, 0, true, 'm2', undefined],
    ]);
  });
});

describe('what members say is committed', () => {
  it('ends whoever was removed, once, whoever removed it', async () => {
    const cluster = new FakeCluster();
    cluster.take({ kind: 'remove', id: 2 });
    cluster.index += 1;
    cluster.control.heard(cluster.membership());
    cluster.control.heard(cluster.membership());
    await turns();
    expect(cluster.log).toEqual(['dismiss m2']);
  });

  it('ends nobody for being unknown to a member that was just born, nor by old news', async () => {
    const cluster = new FakeCluster();
    const newborn: Membership = {
      ...cluster.membership(),
      appliedIndex: 0,
      members: [describeMember(9, { role: 'learner' })],
    };
    cluster.control.heard(newborn);
    cluster.control.heard(cluster.membership());
    cluster.control.heard({ ...cluster.membership(), appliedIndex: 3, removed: [1] });
    await turns();
    expect(cluster.log).toEqual([]);
    expect(cluster.followed).toEqual([10]);
    // With nobody to ask, what was heard is what is listed.
    cluster.leader = undefined;
    expect(await cluster.control.list()).toHaveLength(3);
  });

  it('undoes, after a crash of the supervisor, an addition that never came to be, and keeps one that did', async () => {
    const cluster = new FakeCluster();
    cluster.host(41, 'm4', true);
    cluster.host(42, 'm5', true);
    cluster.take({ kind: 'add-learner', member: { id: 42, name: 'm5', peerAddress: '' }, promote: true });
    cluster.control.settle();
    await turns();
    expect(cluster.log).toEqual(['dismiss m4']);
  });
});
