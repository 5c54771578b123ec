/**
 * One member: the real core, driver and storage on a machine of its own with a simulated disk. It is started,
 * killed and stopped like a process, and its monitors see every step.
 */
import {
  type LogFields,
  type Logger,
  type Random,
  seededRandom,
  silentLogger,
} from '../../../platform/index.js';
import {
  type Configuration,
  createRaftNode,
  type MemberId,
  type RaftLimits,
  type RaftStatus,
} from '../../../raft/index.js';
import { formatMemberFolder, type MemberStore, openMemberStore } from '../../../storage/index.js';
import { type SimulatedDisk, simulatedDisk } from '../disk/simulated-disk.js';
import type { Invariants } from '../invariants/invariants.js';
import { Machine } from './machine.js';
import { MemberView } from './member-view.js';
import type { SimulatedNetwork } from './network.js';
import type { Timeline } from './timeline.js';
import { watchedLog, watchedStateMachine } from './watched.js';

export interface MemberTiming {
  readonly electionTimeoutMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  readonly tickMilliseconds: number;
}

export interface SimulatedMemberOptions {
  readonly id: MemberId;
  readonly clusterId: string;
  readonly seed: number;
  readonly timeline: Timeline;
  readonly network: SimulatedNetwork;
  readonly invariants: Invariants;
  /** What the cluster was born with, for every member alike. */
  readonly birth: Configuration;
  readonly timing: MemberTiming;
  readonly limits: Partial<RaftLimits>;
  readonly diskLatencyMilliseconds: number;
  /** How long history is kept before the leader compacts it. */
  readonly retentionMilliseconds: number;
  /** Reads by lease, within this drift of clocks; undefined: by rounds. */
  readonly leaseDriftBound: number | undefined;
  readonly events: MemberEvents;
}

/** What the rest of the simulation wants to hear of a member. */
export interface MemberEvents {
  stepped(member: SimulatedMember, view: MemberView): void;
  statusChanged(member: SimulatedMember, status: RaftStatus): void;
  started(member: SimulatedMember): void;
  /** It could not start. */
  startFailed(member: SimulatedMember, error: unknown): void;
  /** Its process is about to be gone. */
  ended(member: SimulatedMember): void;
  logged(member: SimulatedMember, message: string): void;
}

const ENTRY_LETTER = 'e'.charCodeAt(0);
const TWO_TO_32 = 0x1_0000_0000;

/** Where the log keeps an entry: known here because disks are damaged, and looked into, behind its back. */
function entryKey(index: number): Uint8Array {
  const key = Buffer.alloc(9);
  key[0] = ENTRY_LETTER;
  key.writeUInt32BE(Math.floor(index / TWO_TO_32), 1);
  key.writeUInt32BE(index % TWO_TO_32, 5);
  return key;
}

export class SimulatedMember {
  readonly id: MemberId;
  readonly name: string;
  readonly machine: Machine;
  readonly disk: SimulatedDisk;
  readonly #options: SimulatedMemberOptions;
  readonly #random: Random;
  readonly diskLatencyMilliseconds: number;
  /** Why it may stop without being at fault; undefined: nothing was done to it. */
  excuse: string | undefined;
  /** It was taken out of the cluster for good. */
  retired = false;
  /** Called once, with the first write that begins from now on. */
  onNextWrite: ((name: string) => void) | undefined;
  #formatted = false;
  #store: MemberStore | undefined;
  #status: RaftStatus | undefined;

  constructor(options: SimulatedMemberOptions) {
    this.#options = options;
    this.id = options.id;
    this.name = `m${options.id}`;
    this.machine = new Machine(options.timeline);
    this.diskLatencyMilliseconds = options.diskLatencyMilliseconds;
    this.#random = seededRandom(options.seed * 1_009 + options.id);
    this.disk = simulatedDisk({
      random: this.#random,
      clock: this.machine.clock,
      latencyMilliseconds: options.diskLatencyMilliseconds,
      onWrite: (name) => {
        const { onNextWrite } = this;
        this.onNextWrite = undefined;
        onNextWrite?.(name);
      },
    });
    options.network.join(this.id, this.machine);
  }

  /** undefined while it is down or starting. */
  get store(): MemberStore | undefined {
    return this.#store;
  }

  /** As of the last change of role, term, leader or configuration in this life. */
  get status(): RaftStatus | undefined {
    return this.#status;
  }

  get isUp(): boolean {
    return this.machine.isUp;
  }

  start(): void {
    if (this.machine.isUp) return;
    this.machine.boot();
    const { life } = this.machine;
    const { events } = this.#options;
    const begin = async (): Promise<void> => {
      try {
        await this.#format();
        const store = await this.#open(life);
        this.#store = store;
        this.#status = store.raft.status();
        events.started(this);
      } catch (error) {
        events.startFailed(this, error);
      }
    };
    void begin();
  }

  async #format(): Promise<void> {
    if (this.#formatted) return;
    const { clusterId, birth, diskLatencyMilliseconds } = this.#options;
    // At once: a member that was never in use is nothing to break.
    this.disk.setLatencyMilliseconds(0);
    await formatMemberFolder(this.disk, { clusterId, memberId: this.id, name: this.name }, birth);
    this.disk.setLatencyMilliseconds(diskLatencyMilliseconds);
    this.#formatted = true;
  }

  #open(life: number): Promise<MemberStore> {
    const { clusterId, network, timing, limits, retentionMilliseconds, invariants, events } = this.#options;
    const { leaseDriftBound, timeline } = this.#options;
    const view = new MemberView(this.id, life);
    let store: MemberStore | undefined;
    const watched = {
      member: this.id,
      invariants,
      isDurable: (index: number) => this.disk.isDurable('log', entryKey(index)),
      untouched: () => this.excuse === undefined,
      called: () => timeline.setSettled(false),
      hash: () => store?.admin.hash(),
    };
    const log = (message: string, fields?: LogFields): void => {
      const reason = fields?.['error'];
      events.logged(this, typeof reason === 'string' ? `${message}: ${reason}` : message);
    };
    const logger: Logger = {
      ...silentLogger,
      info: log,
      warn: log,
      error: log,
      with: () => logger,
    };
    const opened = openMemberStore({
      disk: this.disk,
      expectedClusterId: clusterId,
      transport: network.transport(this.id),
      clock: this.machine.processClock(),
      random: seededRandom(this.#random.integer(0, TWO_TO_32)),
      logger,
      ...timing,
      automaticCompaction: { retentionMilliseconds },
      createRaftNode: (options) => {
        const node = createRaftNode({
          ...options,
          limits,
          ...(leaseDriftBound === undefined ? {} : { leaseReads: { driftBound: leaseDriftBound } }),
          log: watchedLog(options.log, watched),
          stateMachine: watchedStateMachine(options.stateMachine, watched),
          observe: (observation) => {
            view.take(observation);
            invariants.step(view);
            events.stepped(this, view);
          },
        });
        node.onStatusChange((status) => {
          timeline.setSettled(false);
          this.#status = status;
          events.statusChanged(this, status);
        });
        return node;
      },
    });
    return opened.then((member) => {
      store = member;
      return member;
    });
  }

  /**
   * The process is gone at this instant, and with it what its disk had not yet made durable. `powerLoss`: the
   * machine too, so that nobody is told.
   */
  crash(powerLoss: boolean): void {
    if (!this.machine.isUp) return;
    this.#options.events.ended(this);
    this.machine.halt();
    this.disk.crash();
    this.#store = undefined;
    this.#status = undefined;
    this.#options.network.processEnded(this.id, powerLoss);
  }

  /** Closes everything in order, then ends. */
  async stop(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    this.#store = undefined;
    const { life } = this.machine;
    await store.close().catch(() => undefined);
    if (this.machine.life === life) this.crash(false);
  }
}
