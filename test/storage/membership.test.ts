import { afterEach, describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../chaos/index.js';
import { seededRandom, silentLogger, systemClock } from '../../platform/index.js';
import type { Configuration } from '../../raft/index.js';
import {
  formatMemberFolder,
  type MemberStore,
  type Membership,
  type Outcome,
  openMemberStore,
  stepsTaken,
} from '../../storage/index.js';
import { MemoryNetwork } from '../raft/support/memory-network.js';
import { bytes, context, testClusterId, text } from './support/single-member-store.js';

const address = (id: number): string => `127.0.0.1:${id}`;
const member = (id: number) => ({ id, name: `m${id}`, peerAddress: address(id) });

const founders: Configuration = {
  voters: [1, 2, 3],
  votersOutgoing: [],
  learners: [],
  members: [1, 2, 3].map(member),
};

/** What a member that joins begins with: itself, without a vote. */
const newcomer = (id: number): Configuration => ({
  voters: [],
  votersOutgoing: [],
  learners: [id],
  members: [member(id)],
});

class TestCluster {
  readonly clock = systemClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly members = new Map<number, MemberStore>();

  async start(id: number, configuration: Configuration): Promise<MemberStore> {
    const disk = simulatedDisk({ random: seededRandom(id) });
    const identity = { clusterId: testClusterId, memberId: id, name: `m${id}` };
    await formatMemberFolder(disk, identity, configuration);
    const store = await openMemberStore({
      disk,
      transport: this.network.transport(id),
      clock: this.clock,
      random: seededRandom(id * 1000),
      logger: silentLogger,
      electionTimeoutMilliseconds: 200,
      heartbeatMilliseconds: 20,
      tickMilliseconds: 5,
    });
    this.members.set(id, store);
    return store;
  }

  async until<Value>(what: string, find: () => Value | undefined | false): Promise<Value> {
    const started = this.clock.monotonicMilliseconds();
    for (;;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      if (this.clock.monotonicMilliseconds() - started > 15_000) throw new Error(`never came: ${what}`);
      await new Promise<void>((resolve) => this.clock.setTimer(5, resolve));
    }
  }

  leader(): Promise<MemberStore> {
    return this.until('a leader that has committed in its term', () =>
      [...this.members.values()].find(({ raft }) => {
        const { role, commitIndex, lastIndex } = raft.status();
        return role === 'leader' && commitIndex === lastIndex;
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].map((store) => store.close()));
  }
}

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

const roles = ({ members }: Pick<Membership, 'members'>): readonly string[] =>
  members.map(({ name, role }) => `${name} ${role}`);

describe('the membership of running members', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  async function three(): Promise<MemberStore> {
    cluster = new TestCluster();
    await Promise.all([1, 2, 3].map((id) => cluster.start(id, founders)));
    return cluster.leader();
  }

  it('takes in a member that knows only itself, which votes by itself once it has caught up', async () => {
    const leader = await three();
    const write = {
      compare: [],
      then: [{ type: 'put' as const, key: bytes('a'), value: bytes('1') }],
      else: [],
    };
    done(await leader.store.txn(write, context));
    const fourth = await cluster.start(4, newcomer(4));
    const heard: Membership[] = [];
    fourth.onMembership((membership) => heard.push(membership));
    expect(roles(heard[0]!)).toEqual(['m4 learner']);
    const steps = [{ kind: 'add-learner', member: { ...member(4), priority: 2 }, promote: true }] as const;
    const taken = done(await leader.admin.changeMembers(steps, { force: false }, context));
    expect(taken.settled).toBe(true);
    expect(taken.members.at(-1)).toMatchObject({ name: 'm4', role: 'learner', priority: 2 });
    const voting = await cluster.until('m4 votes', () =>
      heard.find(
        ({ members, settled }) => settled && members.some(({ id, role }) => id === 4 && role === 'voter'),
      ),
    );
    expect(roles(voting)).toEqual(['m1 voter', 'm2 voter', 'm3 voter', 'm4 voter']);
    const { items } = done(
      await fourth.store.range({ key: bytes('a'), consistency: 'linearizable' }, context),
    );
    expect(text(items[0]!.value)).toBe('1');
    await cluster.until('equal states', () => {
      const hashes = [...cluster.members.values()].map(({ raft }) => raft.status().appliedIndex);
      return new Set(hashes).size === 1;
    });
    const hashes = await Promise.all([...cluster.members.values()].map(({ admin }) => admin.hash()));
    expect(new Set(hashes.map(({ stateHash }) => stateHash)).size).toBe(1);
  });

  it('lets one go, remembers its id, and never takes that id again', async () => {
    const leader = await three();
    const gone = leader.identity.memberId === 3 ? 2 : 3;
    const left = done(
      await leader.admin.changeMembers([{ kind: 'remove', id: gone }], { force: false }, context),
    );
    expect(left.members.map(({ id }) => id)).not.toContain(gone);
    expect(left.removed).toEqual([gone]);
    await cluster.until('the member has been told', () => {
      return cluster.members.get(gone)!.raft.status().condition === 'removed';
    });
    const again = [{ kind: 'add-learner', member: member(gone), promote: true }] as const;
    expect(await leader.admin.changeMembers(again, { force: true }, context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid', message: 'the id was a member once: ids are never given again' },
    });
  });

  it('says what is in force and whether it is settled', async () => {
    const leader = await three();
    const id = leader.identity.memberId === 1 ? 2 : 1;
    const steps = [{ kind: 'set-priority', id, priority: 5 }] as const;
    const before = await leader.admin.membership();
    expect(before).toMatchObject({ settled: true, removed: [] });
    expect(before.members.every(({ progress }) => progress !== undefined)).toBe(true);
    const changing = leader.admin.changeMembers(steps, { force: false }, context);
    const after = done(await changing);
    expect(stepsTaken(before, steps)).toBe(false);
    expect(stepsTaken(after, steps)).toBe(true);
    expect((await leader.admin.members()).find((found) => found.id === id)?.priority).toBe(5);
  });

  it('refuses a follower, a learner as leader, and whoever does not exist, in words', async () => {
    const leader = await three();
    const follower = [...cluster.members.values()].find((store) => store !== leader)!;
    const remove = [{ kind: 'remove', id: 9 }] as const;
    expect(await follower.admin.changeMembers(remove, { force: false }, context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-leader' },
    });
    expect(await leader.admin.changeMembers(remove, { force: false }, context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid', message: 'there is no member 9' },
    });
    const { memberId: id } = follower.identity;
    done(await leader.admin.changeMembers([{ kind: 'demote', id }], { force: false }, context));
    expect(await leader.admin.moveLeader(id, context)).toMatchObject({
      kind: 'refused',
      refusal: { message: `m${id} is a learner: only voting members can lead` },
    });
  });

  it('does not call a change done that no majority holds', async () => {
    const leader = await three();
    for (const id of [1, 2, 3]) cluster.network.isolate(id, [1, 2, 3]);
    const steps = [{ kind: 'set-priority', id: leader.identity.memberId, priority: 1 }] as const;
    const outcome = await leader.admin.changeMembers(
      steps,
      { force: true },
      { ...context, timeoutMilliseconds: 300 },
    );
    expect(outcome.kind).toBe('unknown');
    cluster.network.cut.clear();
  });
});
