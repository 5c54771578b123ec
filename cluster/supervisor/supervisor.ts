/**
 * Keeps the members running: starts them, tells each where its peers are, starts again one that died
 * unbidden, leaves down one that was killed on purpose or that no start can help, and carries faults and orders
 * to them. Members come and go while it runs.
 *
 * Faults assumed: a member may die, hang or refuse to start at any time.
 */
import type { MembershipOrder, OrderOutcome } from '../../etcd/index.js';
import type { Clock, ClockFault, DiskFault, LinkFaults, Logger, Timer } from '../../platform/index.js';
import type { Membership } from '../../storage/index.js';
import type { MemberProcessState } from '../cluster.js';
import type { LaunchMember, MemberExit, MemberInstance } from '../member/instance.js';
import type { AdminAnswer, AdminCall, MemberConfig, MemberReport, PeerAddress } from '../member/protocol.js';
import type { SnapshotAnswer, SnapshotOrder } from '../snapshot/write-snapshot.js';
import { UserError } from '../user-error.js';
import { afterDeath, type BackoffState, noDeaths } from './backoff.js';

export interface SupervisedMember {
  readonly name: string;
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: MemberProcessState;
  /** The last known ports; 0 before the first. */
  readonly apiPort: number;
  /** The etcd API's. */
  readonly clientPort: number;
  readonly peerPort: number;
  /** The API server listens. */
  readonly listening: boolean;
  readonly restarts: number;
  readonly startedMilliseconds: number;
  /** Why it does not run, in words for people; undefined once it listens. */
  readonly refusal: string | undefined;
  /** It found out itself that the cluster goes on without it. */
  readonly removed: boolean;
  /** Its clock is wrong on purpose. */
  readonly clockFault: ClockFault | undefined;
  /** Its disk is slow on purpose. */
  readonly diskFault: DiskFault | undefined;
}

export interface NewMember {
  readonly name: string;
  readonly id: number;
  /** Asked for; 0: any. */
  readonly apiPort: number;
  readonly clientPort: number;
  readonly peerPort: number;
}

export interface SupervisorOptions {
  /** `refusal`: why it must not be started at all. */
  readonly members: readonly (NewMember & { readonly refusal?: string | undefined })[];
  readonly launch: LaunchMember;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A pid, a port or a state has changed. */
  onChange(): void;
  /** The member's process is gone: nothing may be sent to it any more. */
  onGone(name: string): void;
  /** What a member says is committed about the membership. */
  onMembership(membership: Membership): void;
  /** What a client of the etcd API wants done to the membership. Never rejects. */
  onOrder(order: MembershipOrder, timeoutMilliseconds: number): Promise<OrderOutcome>;
}

export interface MemberRefusal {
  readonly name: string;
  readonly message: string;
}

export interface Supervisor {
  members(): readonly SupervisedMember[];
  /** Starts the processes, which load their code while their configuration is being made. */
  launch(): void;
  /**
   * Lets them run, and resolves when all listen. Rejects with a UserError when one refuses to run for a reason
   * that the user can mend, and with another error when one dies. With `tolerateDeaths` neither is waited for:
   * resolves with those that refused.
   */
  configure(
    configOf: (member: SupervisedMember, linkFaults: LinkFaults) => MemberConfig,
    options: { readonly tolerateDeaths: boolean },
  ): Promise<readonly MemberRefusal[]>;
  /**
   * Starts one more, after `configure`; resolves when it listens. Rejects when it ends before that: the caller
   * removes it then.
   */
  add(member: NewMember): Promise<void>;
  /** Ends its process, by force after the limit, and forgets it. */
  remove(name: string, options: { readonly limitMilliseconds: number }): Promise<void>;
  /** undefined: no answer, and whether it was done is not known. */
  call(name: string, call: AdminCall, timeoutMilliseconds: number): Promise<AdminAnswer | undefined>;
  /** undefined: no answer; the file may be there then, or a part of it. */
  writeSnapshot(
    name: string,
    order: SnapshotOrder,
    timeoutMilliseconds: number,
  ): Promise<SnapshotAnswer | undefined>;
  report(name: string, timeoutMilliseconds: number): Promise<MemberReport | undefined>;
  linkFaults(): LinkFaults;
  setLinkFaults(faults: LinkFaults): void;
  /** Holds through restarts; undefined ends it. */
  setClockFault(name: string, fault: ClockFault | undefined): void;
  /** Holds through restarts; undefined ends it. */
  setDiskFault(name: string, fault: DiskFault | undefined): void;
  /** Resolves when the process is gone. */
  kill(name: string): Promise<void>;
  /** Resolves when its API server listens again. */
  restart(name: string): Promise<void>;
  pause(name: string): void;
  resume(name: string): void;
  /** Ends all members and resolves when none is left. Those that do not end by the limit are killed. */
  stop(options: { readonly kill: boolean; readonly limitMilliseconds: number }): Promise<void>;
}

interface Slot {
  readonly name: string;
  readonly id: number;
  apiPort: number;
  clientPort: number;
  peerPort: number;
  state: MemberProcessState;
  instance: MemberInstance | undefined;
  /** In this supervisor's life: its peer port is known, and its etcd port. */
  everListened: boolean;
  everServed: boolean;
  listening: boolean;
  restarts: number;
  startedMilliseconds: number;
  refusal: string | undefined;
  removed: boolean;
  /** It is being removed: its end is bidden. */
  leaving: boolean;
  clockFault: ClockFault | undefined;
  diskFault: DiskFault | undefined;
  backoff: BackoffState;
  restartTimer: Timer | undefined;
  /** Settled by the next listening, or by the next exit. */
  readonly listeners: ((error: Error | undefined) => void)[];
  readonly exitListeners: (() => void)[];
}

function newSlot(member: NewMember, refusal: string | undefined): Slot {
  return {
    ...member,
    state: refusal === undefined ? 'stopped' : 'refused',
    instance: undefined,
    everListened: false,
    everServed: false,
    listening: false,
    restarts: 0,
    startedMilliseconds: 0,
    refusal,
    removed: false,
    leaving: false,
    clockFault: undefined,
    diskFault: undefined,
    backoff: noDeaths,
    restartTimer: undefined,
    listeners: [],
    exitListeners: [],
  };
}

class ProcessSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: Slot[];
  #configOf: ((member: SupervisedMember, linkFaults: LinkFaults) => MemberConfig) | undefined;
  #linkFaults: LinkFaults = [];
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#slots = options.members.map(({ refusal, ...member }) => newSlot(member, refusal));
  }

  #slot(name: string): Slot {
    const slot = this.#slots.find((candidate) => candidate.name === name);
    if (slot !== undefined) return slot;
    const names = this.#slots.map((candidate) => candidate.name).join(', ');
    throw new UserError(`there is no member ${name}; the members are ${names}`);
  }

  members(): readonly SupervisedMember[] {
    return this.#slots.map((slot) => ({
      name: slot.name,
      id: slot.id,
      pid: slot.instance?.pid,
      state: slot.state,
      apiPort: slot.apiPort,
      clientPort: slot.clientPort,
      peerPort: slot.peerPort,
      listening: slot.listening,
      restarts: slot.restarts,
      startedMilliseconds: slot.startedMilliseconds,
      refusal: slot.refusal,
      removed: slot.removed,
      clockFault: slot.clockFault,
      diskFault: slot.diskFault,
    }));
  }

  launch(): void {
    for (const slot of this.#slots) if (slot.state !== 'refused') this.#launch(slot);
  }

  async configure(
    configOf: (member: SupervisedMember, linkFaults: LinkFaults) => MemberConfig,
    options: { readonly tolerateDeaths: boolean },
  ): Promise<readonly MemberRefusal[]> {
    this.#configOf = configOf;
    const started = this.#slots.filter((slot) => slot.state !== 'refused');
    const listening = started.map((slot) =>
      this.#nextListening(slot).catch((error: unknown) => {
        if (!options.tolerateDeaths) throw error;
      }),
    );
    for (const slot of started) {
      if (slot.instance === undefined)
        this.#settleListeners(slot, new Error(`${slot.name} ended before it began`));
      else this.#sendConfig(slot);
    }
    await Promise.all(listening);
    return this.#slots.flatMap(({ name, refusal }) =>
      refusal === undefined ? [] : [{ name, message: refusal }],
    );
  }

  async add(member: NewMember): Promise<void> {
    if (this.#stopping) throw new UserError('the cluster is stopping');
    const slot = newSlot(member, undefined);
    this.#slots.push(slot);
    const listening = this.#nextListening(slot);
    this.#launch(slot);
    await listening;
  }

  async remove(name: string, options: { readonly limitMilliseconds: number }): Promise<void> {
    const slot = this.#slot(name);
    slot.leaving = true;
    slot.restartTimer?.cancel();
    slot.restartTimer = undefined;
    const gone = this.#gone(slot);
    if (slot.state === 'paused') slot.instance?.resume();
    slot.instance?.stop();
    const limit = this.#options.clock.setTimer(options.limitMilliseconds, () => slot.instance?.kill());
    await gone;
    limit.cancel();
    const index = this.#slots.indexOf(slot);
    if (index !== -1) this.#slots.splice(index, 1);
    // The name may be given again: what was wrong with its links is not the next one's.
    const faults = this.#linkFaults.filter(({ from, to }) => from !== name && to !== name);
    if (faults.length !== this.#linkFaults.length) this.setLinkFaults(faults);
    this.#sendPeers();
    this.#options.onChange();
  }

  #launch(slot: Slot): void {
    slot.restartTimer?.cancel();
    slot.restartTimer = undefined;
    slot.state = 'starting';
    slot.startedMilliseconds = this.#options.clock.monotonicMilliseconds();
    slot.listening = false;
    const instance: MemberInstance = this.#options.launch(slot.name, {
      onPeerListening: (port) => {
        slot.peerPort = port;
        slot.everListened = true;
        this.#sendPeers();
        this.#options.onChange();
      },
      onApiListening: (port, clientPort) => {
        slot.apiPort = port;
        slot.clientPort = clientPort;
        slot.listening = true;
        slot.everServed = true;
        slot.refusal = undefined;
        this.#sendPeers();
        if (slot.state === 'starting') slot.state = 'running';
        this.#options.logger.info('member listens', { member: slot.name, port, clientPort });
        this.#options.onChange();
        this.#settleListeners(slot, undefined);
      },
      onMembership: (membership) => this.#options.onMembership(membership),
      onOrder: (order, timeoutMilliseconds) => this.#options.onOrder(order, timeoutMilliseconds),
      onExit: (exit) => this.#exited(slot, exit),
    });
    slot.instance = instance;
    this.#options.onChange();
    if (this.#configOf !== undefined) this.#sendConfig(slot);
  }

  #sendConfig(slot: Slot): void {
    const member = this.members().find((candidate) => candidate.name === slot.name);
    if (this.#configOf === undefined || member === undefined) return;
    slot.instance?.send({ type: 'start', config: this.#configOf(member, this.#linkFaults) });
    this.#sendPeersTo(slot);
  }

  /** Only ports of this run: one of an earlier run may be somebody else's by now. */
  #peers(): readonly PeerAddress[] {
    return this.#slots
      .filter((slot) => slot.everListened)
      .map(({ id, name, peerPort, clientPort, everServed }) => ({
        id,
        name,
        address: `127.0.0.1:${peerPort}`,
        clientAddress: everServed ? `127.0.0.1:${clientPort}` : undefined,
      }));
  }

  #sendPeers(): void {
    for (const slot of this.#slots) this.#sendPeersTo(slot);
  }

  #sendPeersTo(slot: Slot): void {
    slot.instance?.send({ type: 'peers', peers: this.#peers() });
  }

  #exited(slot: Slot, exit: MemberExit): void {
    const { clock, logger } = this.#options;
    const bidden = this.#stopping || slot.leaving || slot.state === 'killed';
    slot.instance = undefined;
    slot.listening = false;
    slot.refusal = exit.userMessage;
    slot.removed = exit.lasting === 'removed';
    this.#options.onGone(slot.name);
    const error =
      exit.userMessage === undefined
        ? new Error(`member ${slot.name} ended: ${exit.reason}`)
        : new UserError(exit.userMessage);
    if (bidden) {
      if (slot.state !== 'killed') slot.state = 'stopped';
      logger.info('member ended', { member: slot.name, reason: exit.reason });
    } else if (exit.lasting !== undefined) {
      slot.state = 'refused';
      logger.error('member does not run', { member: slot.name, reason: exit.reason });
    } else {
      const lived = clock.monotonicMilliseconds() - slot.startedMilliseconds;
      const { state, delayMilliseconds } = afterDeath(slot.backoff, lived);
      slot.backoff = state;
      slot.state = 'restarting';
      logger.error('member died', {
        member: slot.name,
        reason: exit.reason,
        restartInMilliseconds: delayMilliseconds,
      });
      slot.restartTimer = clock.setTimer(delayMilliseconds, () => {
        slot.restarts += 1;
        this.#launch(slot);
      });
    }
    this.#options.onChange();
    this.#settleListeners(slot, error);
    for (const settle of slot.exitListeners.splice(0)) settle();
  }

  #nextListening(slot: Slot): Promise<void> {
    return new Promise((resolve, reject) => {
      slot.listeners.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  #settleListeners(slot: Slot, error: Error | undefined): void {
    for (const settle of slot.listeners.splice(0)) settle(error);
  }

  #gone(slot: Slot): Promise<void> {
    if (slot.instance === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      slot.exitListeners.push(resolve);
    });
  }

  async report(name: string, timeoutMilliseconds: number): Promise<MemberReport | undefined> {
    return this.#slot(name).instance?.report(timeoutMilliseconds);
  }

  async call(name: string, call: AdminCall, timeoutMilliseconds: number): Promise<AdminAnswer | undefined> {
    return this.#slot(name).instance?.call(call, timeoutMilliseconds);
  }

  async writeSnapshot(
    name: string,
    order: SnapshotOrder,
    timeoutMilliseconds: number,
  ): Promise<SnapshotAnswer | undefined> {
    return this.#slot(name).instance?.writeSnapshot(order, timeoutMilliseconds);
  }

  linkFaults(): LinkFaults {
    return this.#linkFaults;
  }

  setLinkFaults(faults: LinkFaults): void {
    for (const fault of faults) {
      this.#slot(fault.from);
      this.#slot(fault.to);
    }
    this.#linkFaults = faults;
    for (const slot of this.#slots) slot.instance?.send({ type: 'link-faults', faults });
  }

  setClockFault(name: string, fault: ClockFault | undefined): void {
    const slot = this.#slot(name);
    slot.clockFault = fault;
    slot.instance?.send({ type: 'clock-fault', fault });
  }

  setDiskFault(name: string, fault: DiskFault | undefined): void {
    const slot = this.#slot(name);
    slot.diskFault = fault;
    slot.instance?.send({ type: 'disk-fault', fault });
  }

  async kill(name: string): Promise<void> {
    const slot = this.#slot(name);
    slot.state = 'killed';
    slot.restartTimer?.cancel();
    slot.restartTimer = undefined;
    const gone = this.#gone(slot);
    slot.instance?.kill();
    await gone;
    this.#options.onChange();
  }

  async restart(name: string): Promise<void> {
    const slot = this.#slot(name);
    if (slot.instance !== undefined) await this.kill(name);
    if (this.#stopping) throw new UserError('the cluster is stopping');
    slot.restarts += 1;
    slot.backoff = noDeaths;
    const listening = this.#nextListening(slot);
    this.#launch(slot);
    await listening;
  }

  pause(name: string): void {
    const slot = this.#slot(name);
    if (slot.state === 'paused') return;
    if (slot.instance === undefined || slot.state !== 'running') {
      throw new UserError(`member ${name} is not running (${slot.state}): it cannot be paused`);
    }
    slot.instance.pause();
    slot.state = 'paused';
    this.#options.onChange();
  }

  resume(name: string): void {
    const slot = this.#slot(name);
    if (slot.state !== 'paused') return;
    slot.instance?.resume();
    slot.state = 'running';
    this.#options.onChange();
  }

  async stop(options: { readonly kill: boolean; readonly limitMilliseconds: number }): Promise<void> {
    this.#stopping = true;
    const gone = this.#slots.map((slot) => this.#gone(slot));
    const killAll = (): void => {
      for (const slot of this.#slots) slot.instance?.kill();
    };
    for (const slot of this.#slots) {
      slot.restartTimer?.cancel();
      slot.restartTimer = undefined;
      if (slot.state === 'paused') slot.instance?.resume();
      if (options.kill) slot.instance?.kill();
      else slot.instance?.stop();
    }
    const limit = this.#options.clock.setTimer(options.limitMilliseconds, killAll);
    await Promise.all(gone);
    limit.cancel();
  }
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new ProcessSupervisor(options);
}
