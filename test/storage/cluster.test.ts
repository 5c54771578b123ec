import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../chaos/index.js';
import { seededRandom, silentLogger, systemClock } from '../../platform/index.js';
import type { Configuration } from '../../raft/index.js';
import {
  formatMemberFolder,
  type MemberStore,
  type Outcome,
  openMemberStore,
  type Store,
} from '../../storage/index.js';
import { MemoryNetwork } from '../raft/support/memory-network.js';
import { bytes, context, testClusterId, text } from './support/single-member-store.js';

const IDS = [1, 2, 3];

const configuration: Configuration = {
  voters: IDS,
  votersOutgoing: [],
  learners: [],
  members: IDS.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
};

/** Three real members with the house's own Raft, in one process, over simulated disks and network. */
class TestCluster {
  readonly clock = systemClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly disks = new Map<number, SimulatedDisk>();
  readonly members = new Map<number, MemberStore>();

  async start(): Promise<void> {
    for (const id of IDS) {
      const disk = simulatedDisk({ random: seededRandom(id) });
      this.disks.set(id, disk);
      await formatMemberFolder(
        disk,
        { clusterId: testClusterId, memberId: id, name: `m${id}` },
        configuration,
      );
    }
    await Promise.all(IDS.map((id) => this.open(id)));
  }

  async open(id: number): Promise<MemberStore> {
    const member = await openMemberStore({
      disk: this.disks.get(id)!,
      transport: this.network.transport(id),
      clock: this.clock,
      random: seededRandom(id * 1000 + (this.members.has(id) ? 7 : 0)),
      logger: silentLogger,
      electionTimeoutMilliseconds: 200,
      heartbeatMilliseconds: 20,
      tickMilliseconds: 5,
    });
    this.members.set(id, member);
    return member;
  }

  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const started = this.clock.monotonicMilliseconds();
    while (!(await condition())) {
      if (this.clock.monotonicMilliseconds() - started > 15_000) throw new Error(`never came: ${what}`);
      await new Promise<void>((resolve) => this.clock.setTimer(5, resolve));
    }
  }

  async leader(): Promise<number> {
    let found: number | undefined;
    await this.until('a leader', () => {
      found = IDS.find((id) => this.members.get(id)?.raft.status().role === 'leader');
      return found !== undefined;
    });
    return found!;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].map((member) => member.close()));
  }

  async hashesAgree(): Promise<void> {
    await this.until('equal hashes at an equal applied index', async () => {
      const hashes = await Promise.all(IDS.map((id) => this.members.get(id)!.admin.hash()));
      return hashes.every(
        (hash) => hash.appliedIndex === hashes[0]!.appliedIndex && hash.stateHash === hashes[0]!.stateHash,
      );
    });
  }
}

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

const put = (store: Store, key: string, value: string, timeoutMilliseconds = 5000) =>
  store.txn(
    { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
    { ...context, timeoutMilliseconds },
  );

async function valueOf(store: Store, key: string): Promise<string | undefined> {
  const { items } = done(await store.range({ key: bytes(key), consistency: 'linearizable' }, context));
  return items[0] === undefined ? undefined : text(items[0].value);
}

describe('three members', () => {
  let cluster: TestCluster;

  afterEach(() => cluster.stop());

  it('answer writes and linearizable reads on every member, and agree on their state hash', async () => {
    cluster = new TestCluster();
    await cluster.start();
    await cluster.leader();
    for (const id of IDS) {
      done(await put(cluster.members.get(id)!.store, `from-${id}`, `${id}`));
      for (const reader of IDS)
        expect(await valueOf(cluster.members.get(reader)!.store, `from-${id}`)).toBe(`${id}`);
    }
    await cluster.hashesAgree();
    await cluster.until('a quorum on every member', async () => {
      const all = await Promise.all(IDS.map((id) => cluster.members.get(id)!.admin.status()));
      return all.every((status) => status.hasQuorum);
    });
  });

  it('acknowledge nothing on a member that is cut off, which tells so, and go on without it', async () => {
    cluster = new TestCluster();
    await cluster.start();
    const old = await cluster.leader();
    const rest = IDS.filter((id) => id !== old);
    done(await put(cluster.members.get(old)!.store, 'a', 'before'));
    cluster.network.isolate(old, IDS);
    const cutOff = cluster.members.get(old)!;
    expect((await put(cutOff.store, 'a', 'lost', 400)).kind).not.toBe('done');
    await cluster.until(
      'no quorum on the member cut off',
      async () => !(await cutOff.admin.status()).hasQuorum,
    );
    const read = { key: bytes('a'), consistency: 'linearizable' } as const;
    expect((await cutOff.store.range(read, { ...context, timeoutMilliseconds: 300 })).kind).toBe('refused');
    expect((await cutOff.store.range({ ...read, consistency: 'local' }, context)).kind).toBe('done');
    done(await put(cluster.members.get(rest[0]!)!.store, 'a', 'after'));
    cluster.network.cut.clear();
    await cluster.until('the healed member', async () => {
      const outcome = await cutOff.store.range(read, context);
      return outcome.kind === 'done' && text(outcome.value.items[0]!.value) === 'after';
    });
    await cluster.hashesAgree();
  });

  it('keep every acknowledged write through crashes of all at once', async () => {
    cluster = new TestCluster();
    await cluster.start();
    await cluster.leader();
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 3; round += 1) {
      const writes: Promise<void>[] = [];
      for (let index = 0; index < 30; index += 1) {
        const [key, value] = [`k${round}-${index}`, `${index}`];
        const { store } = cluster.members.get(IDS[index % 3]!)!;
        writes.push(
          put(store, key, value).then(
            (outcome) => void (outcome.kind === 'done' && acknowledged.set(key, value)),
          ),
        );
      }
      await Promise.race(writes);
      for (const id of IDS) cluster.disks.get(id)!.crash();
      await Promise.all(
        IDS.map((id) =>
          cluster.members
            .get(id)!
            .close()
            .catch(() => undefined),
        ),
      );
      await Promise.all(writes);
      await Promise.all(IDS.map((id) => cluster.open(id)));
      await cluster.leader();
      const { store } = cluster.members.get(1)!;
      for (const [key, value] of acknowledged) expect(await valueOf(store, key), key).toBe(value);
    }
    expect(acknowledged.size).toBeGreaterThan(0);
    await cluster.hashesAgree();
  });
});
