/**
 * Three real members in one process with the house's own Raft, over simulated disks, network and time: one
 * seed replays their whole life. Small limits, so that logs are truncated and snapshots needed all the time.
 */
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Clock, type Logger, type Random, seededRandom, silentLogger } from '../../../platform/index.js';
import { type Configuration, createRaftNode } from '../../../raft/index.js';
import { formatMemberFolder, type MemberStore, openMemberStore } from '../../../storage/index.js';
import { MemoryNetwork } from '../../raft/support/memory-network.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';
import { testClusterId } from './single-member-store.js';

export const memberIds = [1, 2, 3];

const configuration: Configuration = {
  voters: memberIds,
  votersOutgoing: [],
  learners: [],
  members: memberIds.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
};

const limits = {
  logMarginEntries: 20,
  logMarginBytes: 50_000,
  maxCachedBytes: 4_000,
  maxMessageBytes: 2_000,
  maxApplyBytes: 2_000,
};

const [ENTRY, HARD_STATE, COUNTER] = ['e', 'h', 'c'].map((letter) => letter.charCodeAt(0));

export class FaultyCluster {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly #disks = new Map<number, SimulatedDisk>();
  readonly #members = new Map<number, MemberStore>();
  readonly #seed: number;
  readonly #clockOf: (id: number, trueTime: Clock) => Clock;
  #starts = 0;
  /** What has happened, so that a run that exercises nothing is noticed. */
  readonly counts = { crashes: 0, isolations: 0, losses: 0, recoveries: 0, snapshots: 0 };

  /** `clockOf`: what a member's own clock shows; the true time unless given. */
  constructor(seed: number, clockOf?: (id: number, trueTime: Clock) => Clock) {
    this.#seed = seed;
    this.#clockOf = clockOf ?? ((_id, trueTime) => trueTime);
  }

  /** undefined while it is down. */
  member(id: number): MemberStore | undefined {
    return this.#members.get(id);
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(milliseconds, resolve);
    });
  }

  async start(): Promise<void> {
    for (const id of memberIds) {
      const random = seededRandom(this.#seed * 10 + id);
      const disk = simulatedDisk({ random, clock: this.clock, latencyMilliseconds: 15 });
      this.#disks.set(id, disk);
      await formatMemberFolder(
        disk,
        { clusterId: testClusterId, memberId: id, name: `m${id}` },
        configuration,
      );
    }
    await Promise.all(memberIds.map((id) => this.#open(id)));
  }

  async #open(id: number): Promise<MemberStore> {
    this.#starts += 1;
    const logger: Logger = {
      ...silentLogger,
      with: () => logger,
      info: (message) => {
        if (message === 'installing a snapshot') this.counts.snapshots += 1;
      },
    };
    const member = await openMemberStore({
      disk: this.#disks.get(id)!,
      transport: this.network.transport(id),
      clock: this.#clockOf(id, this.clock),
      random: seededRandom(this.#seed * 100_000 + this.#starts),
      logger,
      electionTimeoutMilliseconds: 200,
      heartbeatMilliseconds: 20,
      tickMilliseconds: 5,
      createRaftNode: (options) => createRaftNode({ ...options, limits }),
      automaticCompaction: false,
    });
    this.#members.set(id, member);
    return member;
  }

  /** Power loss. */
  async #crash(id: number): Promise<void> {
    const member = this.#members.get(id)!;
    this.#members.delete(id);
    this.#disks.get(id)!.crash();
    this.counts.crashes += 1;
    // Its databases are gone under it: closing may fail, and matters to nobody.
    await member.close().catch(() => undefined);
  }

  /** A disk that loses or damages what it promised; never a majority's, which no log can survive. */
  async #damage(id: number, random: Random): Promise<void> {
    const statuses = await Promise.all(memberIds.map((other) => this.member(other)!.admin.status()));
    if (statuses.some(({ condition, failure }) => condition !== 'intact' || failure !== undefined)) return;
    const disk = this.#disks.get(id)!;
    await this.#crash(id);
    switch (random.integer(0, 4)) {
      case 0:
        disk.loseNewestBatches('log', random.integer(1, 6));
        break;
      case 1:
        disk.flipBit('log', (key) => key[0] === ENTRY);
        break;
      case 2:
        disk.flipBit('log', (key) => key[0] === HARD_STATE || key[0] === COUNTER);
        disk.flipFileBit(random.float() < 0.5 ? 'witness-a' : 'witness-b');
        break;
      default:
        disk.flipFileBit('witness-a');
        disk.flipFileBit('witness-b');
    }
    this.counts.losses += 1;
    await this.wait(random.integer(0, 300));
    const { condition } = await (await this.#open(id)).admin.status();
    if (condition === 'recovering') this.counts.recoveries += 1;
  }

  /** One random fault, over when it resolves. */
  async fault(random: Random): Promise<void> {
    const id = memberIds[random.integer(0, memberIds.length)]!;
    const dice = random.float();
    if (dice < 0.35) {
      await this.#crash(id);
      await this.wait(random.integer(0, 600));
      await this.#open(id);
    } else if (dice < 0.5) {
      await Promise.all(memberIds.map((each) => this.#crash(each)));
      await Promise.all(memberIds.map((each) => this.#open(each)));
    } else if (dice < 0.75) {
      this.counts.isolations += 1;
      this.network.isolate(id, memberIds);
      await this.wait(random.integer(50, 900));
      this.network.cut.clear();
    } else {
      await this.#damage(id, random);
    }
  }

  /** All intact and equal; throws with what they say of themselves when that does not come. */
  async converged(withinMilliseconds: number): Promise<void> {
    const deadline = this.clock.monotonicMilliseconds() + withinMilliseconds;
    for (;;) {
      const all = await Promise.all(memberIds.map((id) => this.member(id)!.admin.status()));
      const [first] = all;
      const equal = all.every(
        ({ condition, appliedIndex, stateHash }) =>
          condition === 'intact' && appliedIndex === first!.appliedIndex && stateHash === first!.stateHash,
      );
      if (equal) return;
      if (this.clock.monotonicMilliseconds() > deadline)
        throw new Error(`no agreement: ${JSON.stringify(all)}`);
      await this.wait(20);
    }
  }

  /** All lose power at once, for good: what is left are their disks. */
  async powerLoss(): Promise<ReadonlyMap<number, SimulatedDisk>> {
    const up = memberIds.filter((id) => this.#members.has(id));
    await Promise.all(up.map((id) => this.#crash(id)));
    for (const disk of this.#disks.values()) disk.setLatencyMilliseconds(0);
    return this.#disks;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.close()));
  }
}
