/**
 * Three real members in one process with the house's own Raft, over simulated disks, network and time, for tests
 * that look behind a member's back: its state machine, its disk, and what it is given to apply.
 */
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Logger, seededRandom, silentLogger } from '../../../platform/index.js';
import {
  type Configuration,
  createRaftNode,
  type Entry,
  type RaftLimits,
  type StateMachine,
  type Transport,
} from '../../../raft/index.js';
import {
  formatMemberFolder,
  type MemberStore,
  type MemberStoreOptions,
  type Outcome,
  openMemberStore,
} from '../../../storage/index.js';
import { MemberStateMachine } from '../../../storage/state-machine.js';
import { MemoryNetwork } from '../../raft/support/memory-network.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';
import { bytes, testClusterId } from './single-member-store.js';

export const IDS = [1, 2, 3];

const configuration: Configuration = {
  voters: IDS,
  votersOutgoing: [],
  learners: [],
  members: IDS.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
};

export type Tamper = (entry: Entry) => Entry;

export class ThreeMembers {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly disks = new Map<number, SimulatedDisk>();
  readonly members = new Map<number, MemberStore>();
  readonly machines = new Map<number, MemberStateMachine>();
  /** What a member applies instead of what was committed. */
  readonly tampers = new Map<number, Tamper>();
  /** What a member waits for before it takes a snapshot in. */
  readonly installGates = new Map<number, Promise<void>>();
  readonly #options: Partial<MemberStoreOptions>;
  readonly #limits: Partial<RaftLimits>;
  readonly #messages = new Map<string, number>();
  #starts = 0;

  constructor(options: Partial<MemberStoreOptions> = {}, limits: Partial<RaftLimits> = {}) {
    this.#options = options;
    this.#limits = limits;
  }

  async start(): Promise<void> {
    for (const id of IDS) {
      const disk = simulatedDisk({ random: seededRandom(id), clock: this.clock, latencyMilliseconds: 0 });
      this.disks.set(id, disk);
      const identity = { clusterId: testClusterId, memberId: id, name: `m${id}` };
      await this.during(formatMemberFolder(disk, identity, configuration));
    }
    await this.during(Promise.all(IDS.map((id) => this.open(id))));
  }

  /** How often a member has logged this. */
  logged(message: string): number {
    return this.#messages.get(message) ?? 0;
  }

  #logger(): Logger {
    const count = (message: string): void => {
      this.#messages.set(message, this.logged(message) + 1);
    };
    const logger: Logger = { ...silentLogger, info: count, warn: count, error: count, with: () => logger };
    return logger;
  }

  /** Also hears of those that have nothing to say, as the real one does by its pings. */
  #transport(id: number): Transport {
    return {
      ...this.network.transport(id),
      lastHeardMilliseconds: (peer) =>
        this.network.cut.has(`${peer}>${id}`) ? undefined : this.clock.monotonicMilliseconds(),
    };
  }

  async open(id: number): Promise<MemberStore> {
    this.#starts += 1;
    const member = await openMemberStore({
      disk: this.disks.get(id)!,
      transport: this.#transport(id),
      clock: this.clock,
      random: seededRandom(1000 + this.#starts),
      logger: this.#logger(),
      electionTimeoutMilliseconds: 200,
      heartbeatMilliseconds: 20,
      tickMilliseconds: 5,
      automaticCompaction: false,
      createRaftNode: (options) => {
        const { stateMachine } = options;
        if (!(stateMachine instanceof MemberStateMachine)) throw new TypeError('another state machine');
        this.machines.set(id, stateMachine);
        const tampered = this.#tampered(id, stateMachine);
        return createRaftNode({ ...options, limits: this.#limits, stateMachine: tampered });
      },
      ...this.#options,
    });
    this.members.set(id, member);
    return member;
  }

  #tampered(id: number, machine: StateMachine): StateMachine {
    return {
      get appliedIndex() {
        return machine.appliedIndex;
      },
      get awaitsSnapshot() {
        return machine.awaitsSnapshot === true;
      },
      apply: (entries) => machine.apply(entries.map((entry) => this.tampers.get(id)?.(entry) ?? entry)),
      durableIndex: () => machine.durableIndex(),
      openSnapshot: () => machine.openSnapshot(),
      installSnapshot: async (metadata, chunks) => {
        await this.installGates.get(id);
        await machine.installSnapshot(metadata, chunks);
      },
    };
  }

  member(id: number): MemberStore {
    return this.members.get(id)!;
  }

  machine(id: number): MemberStateMachine {
    return this.machines.get(id)!;
  }

  /** Lets time pass until it is settled. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const noted = promise.finally(() => {
      settled = true;
    });
    noted.catch(() => undefined);
    while (!settled) await this.clock.advance(5);
    return noted;
  }

  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const started = this.clock.monotonicMilliseconds();
    while (!(await this.during(Promise.resolve(condition())))) {
      if (this.clock.monotonicMilliseconds() - started > 60_000) throw new Error(`never came: ${what}`);
      await this.clock.advance(20);
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

  put(through: number, key: string, value: string, lease = 0): Promise<Outcome<unknown>> {
    const put = { type: 'put', key: bytes(key), value: bytes(value), lease } as const;
    return this.during(
      this.member(through).store.txn(
        { compare: [], then: [put], else: [] },
        { caller: 'test', timeoutMilliseconds: 5000 },
      ),
    );
  }

  async restart(id: number): Promise<void> {
    await this.during(this.member(id).close());
    await this.during(this.open(id));
  }

  async hashesAgree(ids: readonly number[] = IDS): Promise<void> {
    await this.until('equal hashes at an equal applied index', () => {
      const states = ids.map((id) => this.machine(id).state);
      return states.every(
        (state) =>
          state.appliedIndex === states[0]!.appliedIndex && state.stateHash() === states[0]!.stateHash(),
      );
    });
  }

  async stop(): Promise<void> {
    await this.during(Promise.all([...this.members.values()].map((member) => member.close())));
  }
}
