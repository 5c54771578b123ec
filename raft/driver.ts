/**
 * The driver: gives the pure core its log, state machine, network and time. What arrives in one turn of the
 * event loop is one step of the core. One log write is in flight while the next gathers, one batch is being
 * applied while more is committed; all are events that come back into the same queue.
 *
 * Faults assumed: any of log, state machine and network may fail. A failed log write or apply stops the
 * member for good (what is on disk is unknown): `status().failure` says why.
 */
import type { Clock, Logger, Random } from '../platform/index.js';
import { type CoreOptions, entryBytes, type RaftCore } from './core/core.js';
import type { CoreEvent, Effects, FetchRequest, MembershipOutcome, PersistStep } from './core/events.js';
import type { MembershipStep } from './core/membership.js';
import type { EndReason } from './core/standing.js';
import type { Entry, MemberId } from './core/types.js';
import { defaultRaftLimits, type RaftLimits } from './limits.js';
import { LogSize } from './log-size.js';
import type { LogStorage } from './log-storage.js';
import { LogTruncation } from './log-truncation.js';
import type { ProposeResult, RaftNode, RaftStatus, ReadIndexResult } from './node.js';
import { openCore } from './open-log.js';
import { PendingCalls } from './pending-calls.js';
import { RetainedLog } from './retained-log.js';
import { RoleLog } from './role-log.js';
import { SnapshotTransfer } from './snapshot-transfer.js';
import type { StateMachine } from './state-machine.js';
import { RaftCounters, type RaftStatistics } from './statistics.js';
import { Ticker } from './ticker.js';
import type { Transport, TransportHandlers } from './transport.js';

export interface RaftNodeOptions {
  readonly id: MemberId;
  readonly log: LogStorage;
  readonly stateMachine: StateMachine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** T: a follower campaigns after a silence drawn from [T, 1.5 T). Default 1000. */
  readonly electionTimeoutMilliseconds?: number;
  /** Default 100. */
  readonly heartbeatMilliseconds?: number;
  /** How often the core counts time; at most 20, the default. */
  readonly tickMilliseconds?: number;
  readonly limits?: Partial<RaftLimits>;
  /**
   * Reads by lease (core/lease.ts), for all members or none. `driftBound`: by how much, as a fraction, the rates of
   * two members' clocks may differ; no machine may be suspended. Off by default.
   */
  readonly leaseReads?: { readonly driftBound: number } | undefined;
  /** Sees each step of the core after it was taken and before its effects are performed: for the simulator. */
  readonly observe?: (observation: CoreObservation) => void;
}

export interface CoreObservation {
  /** To look at, not to step. */
  readonly core: Omit<RaftCore, 'step' | 'load' | 'loaded'>;
  readonly events: readonly CoreEvent[];
  readonly effects: Effects;
}

const endings: Readonly<Record<EndReason, string>> = {
  removed: 'this member was removed from the cluster',
  outdated: 'the data folder is older than what this member has promised to its peers',
};

const notRunning: MembershipOutcome = {
  kind: 'refused',
  reason: 'not-leader',
  message: 'the member is stopping',
};

const tick: CoreEvent = { kind: 'tick' };

/** What has arrived and the ticks that have passed, in the order in which they count. */
function withTicks(
  arrived: readonly CoreEvent[],
  count: number,
  arrivedFirst: boolean,
): readonly CoreEvent[] {
  if (count === 0) return arrived;
  const events: CoreEvent[] = [];
  if (arrivedFirst) events.push(...arrived);
  for (let passed = 0; passed < count; passed += 1) events.push(tick);
  if (!arrivedFirst) events.push(...arrived);
  return events;
}

/** The transport is started and stopped with the node; the log and the state machine belong to the caller. */
export function createRaftNode(options: RaftNodeOptions): RaftNode {
  return new Driver(options);
}

class Driver implements RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #limits: RaftLimits;
  readonly #electionTimeoutMilliseconds: number;
  readonly #tickMilliseconds: number;
  #phase: 'new' | 'running' | 'stopped' = 'new';
  #failure: string | undefined;
  #core: RaftCore | undefined;
  #queue: CoreEvent[] = [];
  #turnScheduled = false;
  readonly #ticker: Ticker;
  #nextId = 1;
  readonly #proposals = new PendingCalls<Uint8Array, ProposeResult>({
    noLeader: { kind: 'refused', reason: 'no-leader' },
    overdue: { kind: 'unknown' },
    stopping: { kind: 'refused', reason: 'stopping' },
    stoppingSubmitted: { kind: 'unknown' },
  });
  readonly #reads = new PendingCalls<undefined, ReadIndexResult>({
    noLeader: { kind: 'refused', reason: 'no-leader' },
    overdue: { kind: 'refused', reason: 'timeout' },
    stopping: { kind: 'refused', reason: 'stopping' },
    stoppingSubmitted: { kind: 'refused', reason: 'stopping' },
  });
  readonly #transfers = new Map<number, (result: 'done' | 'refused' | 'timeout') => void>();
  readonly #membershipChanges = new Map<number, (outcome: MembershipOutcome) => void>();
  readonly #listeners = new Set<(status: RaftStatus) => void>();
  /** Writes to the log, one after the other. */
  #logWrites: Promise<void> = Promise.resolve();
  #truncating = false;
  readonly #logSize = new LogSize();
  readonly #truncation: LogTruncation;
  readonly #snapshots: SnapshotTransfer;
  readonly #counters = new RaftCounters();
  #applying: Promise<void> | undefined;
  readonly #roleLog: RoleLog;

  constructor(options: RaftNodeOptions) {
    this.#options = options;
    this.#roleLog = new RoleLog(options.logger);
    this.#limits = { ...defaultRaftLimits, ...options.limits };
    this.#electionTimeoutMilliseconds = options.electionTimeoutMilliseconds ?? 1_000;
    this.#tickMilliseconds = options.tickMilliseconds ?? 20;
    this.#ticker = new Ticker(options.clock, this.#tickMilliseconds, () => this.#onTimer());
    const retained = new RetainedLog();
    this.#truncation = new LogTruncation({ ...options, limits: this.#limits, size: this.#logSize, retained });
    this.#snapshots = new SnapshotTransfer({
      ...options,
      retained,
      tell: (event) => this.#enqueue(event),
      applied: async () => this.#applying,
      diskFailed: (error) => this.#fail('snapshot', error),
    });
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new Error('raft: a node is started once');
    const { log, stateMachine, transport, logger } = this.#options;
    const core = await openCore(this.#coreOptions(), log, stateMachine, (entry) =>
      this.#logSize.appended(entry.index, entryBytes(entry)),
    );
    this.#core = core;
    this.#phase = 'running';
    await transport.start({
      onMessage: (from, message) => this.#enqueue({ kind: 'message', from, message }),
      onPeerGone: (peer) => this.#enqueue({ kind: 'peer-gone', peer }),
      onSnapshot: (from, metadata, chunks) => this.#onSnapshot(from, metadata, chunks),
    });
    const { recovering, term } = core.view;
    logger.info('raft started', {
      term,
      lastIndex: core.log.lastIndex,
      recovering: recovering !== undefined,
    });
    this.#ticker.start();
    this.#scheduleTurn();
  }

  async stop(): Promise<void> {
    const started = this.#phase === 'running';
    this.#phase = 'stopped';
    this.#endCalls();
    if (started) await this.#options.transport.stop();
    await this.#logWrites;
    await this.#applying;
    // The caller closes the state machine next: it must not be replaced after that.
    await this.#snapshots.installation;
  }

  propose(command: Uint8Array, options: { readonly timeoutMilliseconds: number }): Promise<ProposeResult> {
    const { timeoutMilliseconds } = options;
    if (this.#phase !== 'running') return Promise.resolve({ kind: 'refused', reason: 'stopping' });
    if (command.length > this.#limits.maxEntryBytes) {
      return Promise.resolve({ kind: 'refused', reason: 'too-large' });
    }
    if (this.#proposals.size >= this.#limits.maxPendingProposals) {
      return Promise.resolve({ kind: 'refused', reason: 'queue-full' });
    }
    const id = this.#takeId();
    const now = this.#options.clock.monotonicMilliseconds();
    const leaderWait = this.#leaderWaitMilliseconds();
    const result = this.#proposals.add(id, command, now, timeoutMilliseconds, leaderWait);
    this.#submitWaiting();
    return result;
  }

  readIndex(options: { readonly timeoutMilliseconds: number }): Promise<ReadIndexResult> {
    if (this.#phase !== 'running') return Promise.resolve({ kind: 'refused', reason: 'stopping' });
    if (this.#reads.size >= this.#limits.maxPendingReads) {
      return Promise.resolve({ kind: 'refused', reason: 'queue-full' });
    }
    const id = this.#takeId();
    const now = this.#options.clock.monotonicMilliseconds();
    const { timeoutMilliseconds } = options;
    const answer = this.#reads.add(id, undefined, now, timeoutMilliseconds, this.#leaderWaitMilliseconds());
    this.#submitWaiting();
    return answer;
  }

  async sendSnapshot(to: MemberId): Promise<boolean> {
    if (this.#phase !== 'running' || this.#core?.role !== 'leader' || to === this.#options.id) return false;
    return this.#snapshots.send(to);
  }

  transferLeadership(to: MemberId): Promise<'done' | 'refused' | 'timeout'> {
    if (this.#phase !== 'running') return Promise.resolve('refused');
    const id = this.#takeId();
    return new Promise((resolve) => {
      this.#transfers.set(id, resolve);
      this.#enqueue({ kind: 'transfer', id, to });
    });
  }

  changeMembership(
    steps: readonly MembershipStep[],
    options: { readonly force: boolean },
  ): Promise<MembershipOutcome> {
    if (this.#phase !== 'running') return Promise.resolve(notRunning);
    const id = this.#takeId();
    return new Promise((resolve) => {
      this.#membershipChanges.set(id, resolve);
      this.#enqueue({ kind: 'change-membership', id, steps, force: options.force });
    });
  }

  onStatusChange(listener: (status: RaftStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  status(): RaftStatus {
    const core = this.#core;
    const view = core?.view;
    return {
      id: this.#options.id,
      role: this.#failure === undefined ? (core?.role ?? 'follower') : 'follower',
      term: view?.term ?? 0,
      leaderId: this.#failure === undefined ? view?.leaderId : undefined,
      commitIndex: view?.commitIndex ?? 0,
      appliedIndex: view?.appliedIndex ?? this.#options.stateMachine.appliedIndex,
      firstIndex: core?.log.firstIndex ?? 1,
      lastIndex: core?.log.lastIndex ?? 0,
      durableIndex: core?.log.durableIndex ?? 0,
      configuration: core?.configuration ?? { voters: [], votersOutgoing: [], learners: [], members: [] },
      condition: view?.ended ?? (view?.recovering === undefined ? 'intact' : 'recovering'),
      hasQuorum: this.#failure === undefined && (core?.hasQuorum ?? false),
      failure: this.#failure,
      peers: core?.peers ?? [],
    };
  }

  statistics(): RaftStatistics {
    return this.#counters.statistics;
  }

  logTimeMilliseconds(): number | undefined {
    return this.#core?.logTimeMilliseconds(this.#options.clock.monotonicMilliseconds());
  }

  #coreOptions(): CoreOptions {
    const ticks = (milliseconds: number): number =>
      Math.max(1, Math.round(milliseconds / this.#tickMilliseconds));
    const scaled = (milliseconds: number): number =>
      ticks(Math.min(milliseconds, (milliseconds * this.#electionTimeoutMilliseconds) / 1_000));
    return {
      id: this.#options.id,
      random: this.#options.random,
      electionTimeoutTicks: ticks(this.#electionTimeoutMilliseconds),
      heartbeatTicks: ticks(this.#options.heartbeatMilliseconds ?? 100),
      // 50 to 200 ms, and 1 to 140 ms when the leader is gone; shorter only with shorter timeouts.
      startTicks: { minimum: Math.ceil(scaled(50) + 0.5), maximum: scaled(200) + 1 },
      hurryTicks: { minimum: 1, maximum: scaled(140) + 1 },
      leaseMilliseconds: this.#leaseMilliseconds(),
      limits: this.#limits,
    };
  }

  /** Less than T by the drift, and by a tick at each end of what a voter counts. */
  #leaseMilliseconds(): number | undefined {
    const { leaseReads } = this.#options;
    if (leaseReads === undefined) return undefined;
    const grain = this.#tickMilliseconds * 2;
    return Math.max(0, (this.#electionTimeoutMilliseconds - grain) * (1 - leaseReads.driftBound));
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  #leaderWaitMilliseconds(): number {
    return this.#electionTimeoutMilliseconds * 2;
  }

  /** Hands the core what waits for a leader, once one is known. */
  #submitWaiting(): void {
    if (this.#core?.view.leaderId === undefined) return;
    for (const { id, asked } of this.#proposals.takeWaiting())
      this.#enqueue({ kind: 'propose', id, data: asked });
    for (const { id } of this.#reads.takeWaiting()) this.#enqueue({ kind: 'read', id });
  }

  #enqueue(event: CoreEvent): void {
    if (this.#phase !== 'running') return;
    this.#queue.push(event);
    this.#scheduleTurn();
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#options.clock.defer(this.#beginTurn);
  }

  readonly #beginTurn = (): void => {
    this.#turnScheduled = false;
    this.#turn();
  };

  /** One step of the core with all that has arrived. */
  #turn(): void {
    const core = this.#core;
    if (core === undefined || this.#phase !== 'running') return;
    const arrived = this.#queue;
    this.#queue = [];
    const { count, stalled } = this.#ticker.take();
    try {
      const events = withTicks(arrived, count, stalled);
      const { clock, observe } = this.#options;
      // Read after everything in `events` has arrived: a read may be answered as of this time.
      const effects = core.step(events, clock.monotonicMilliseconds());
      observe?.({ core, events, effects });
      this.#perform(effects);
      if (core.view.ended !== undefined) this.#fail('membership', new Error(endings[core.view.ended]));
      this.#applyNext(core);
      this.#truncateWhenDue(core);
      this.#ticker.plan(core.ticksUntilDue);
    } catch (error) {
      this.#fail('consensus', error);
    }
  }

  #perform(effects: Effects): void {
    this.#counters.stepped(effects);
    for (const { to, message } of effects.messages) this.#options.transport.send(to, message);
    if (effects.persist !== undefined) this.#persist(effects.persist);
    for (const fetch of effects.fetches) void this.#fetch(fetch);
    for (const to of effects.snapshots) void this.#snapshots.send(to);
    for (const { id, result } of effects.proposals) {
      // Certainly in no log, and for a moment only: the next leader gets it.
      if (result.kind === 'refused' && (result.reason === 'no-leader' || result.reason === 'transferring'))
        this.#proposals.waitAgain(id);
      else this.#proposals.end(id, result);
    }
    for (const { id, result } of effects.reads) {
      if (result.kind === 'refused') this.#reads.waitAgain(id);
      else this.#reads.end(id, result);
    }
    for (const { id, result } of effects.transfers) {
      this.#transfers.get(id)?.(result);
      this.#transfers.delete(id);
    }
    for (const { id, result } of effects.membershipChanges) {
      this.#membershipChanges.get(id)?.(result);
      this.#membershipChanges.delete(id);
    }
    if (effects.statusChanged) {
      this.#notify();
      this.#submitWaiting();
    }
  }

  #notify(): void {
    const status = this.status();
    this.#roleLog.changed(status);
    for (const listener of this.#listeners) listener(status);
  }

  /** In a later turn, so that after a stall what lies in the sockets is handled first. */
  #onTimer(): void {
    this.#options.clock.defer(() => {
      if (this.#phase !== 'running') return;
      const now = this.#options.clock.monotonicMilliseconds();
      for (const id of this.#proposals.expire(now)) this.#enqueue({ kind: 'forget-proposal', id });
      this.#reads.expire(now);
      this.#submitWaiting();
      this.#scheduleTurn();
    });
  }

  #persist(step: PersistStep): void {
    this.#writeLog('log write', async () => {
      const { log } = this.#options;
      if (step.kind === 'reset') {
        this.#logSize.compacted(Number.MAX_SAFE_INTEGER);
        await log.reset(step.snapshot, step.hardState);
      } else {
        if (step.truncateFrom !== undefined) this.#logSize.truncatedFrom(step.truncateFrom);
        for (const entry of step.entries) this.#logSize.appended(entry.index, entryBytes(entry));
        const { kind: _, ...batch } = step;
        await log.append(batch);
      }
      this.#enqueue({ kind: 'persisted' });
    });
  }

  #writeLog(what: string, write: () => Promise<void>): void {
    this.#logWrites = this.#logWrites.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await write();
      } catch (error) {
        this.#fail(what, error);
      }
    });
  }

  async #fetch(fetch: FetchRequest): Promise<void> {
    let entries: readonly Entry[] = [];
    try {
      entries = await this.#options.log.entries(fetch.from, fetch.through, fetch.maxBytes);
    } catch (error) {
      this.#options.logger.warn('reading the log for a follower failed', {
        to: fetch.to,
        error: String(error),
      });
    }
    this.#enqueue({ kind: 'fetched', fetch, entries });
  }

  #applyNext(core: RaftCore): void {
    if (this.#applying !== undefined || this.#snapshots.installation !== undefined) return;
    const { stateMachine } = this.#options;
    if (stateMachine.awaitsSnapshot === true) return;
    const applicable = core.applicable(this.#limits.maxApplyBytes);
    if (applicable === undefined) return;
    const apply = async (): Promise<void> => {
      const entries =
        applicable.kind === 'entries'
          ? applicable.entries
          : await this.#options.log.entries(applicable.from, applicable.through, this.#limits.maxApplyBytes);
      const last = entries.at(-1);
      if (last === undefined) throw new Error('raft: a committed entry is not in the log');
      await stateMachine.apply(entries);
      const index = Math.min(last.index, stateMachine.appliedIndex);
      if (index < last.index && stateMachine.awaitsSnapshot !== true)
        throw new Error(`raft: entry ${index + 1} was not applied`);
      this.#counters.applied(entries.length);
      this.#applying = undefined;
      this.#enqueue({ kind: 'applied', index });
    };
    this.#applying = apply().catch((error: unknown) => this.#fail('apply', error));
  }

  async #onSnapshot(...[from, metadata, chunks]: Parameters<TransportHandlers['onSnapshot']>): Promise<void> {
    if (this.#phase !== 'running') throw new Error('stopping');
    try {
      await this.#snapshots.receive(from, metadata, chunks);
    } finally {
      this.#scheduleTurn();
    }
  }

  #truncateWhenDue(core: RaftCore): void {
    if (this.#truncating || this.#snapshots.installation !== undefined) return;
    const through = this.#truncation.due(core);
    if (through === undefined) return;
    this.#truncating = true;
    this.#writeLog('log truncation', async () => {
      try {
        const snapshot = await this.#truncation.truncate(core, through);
        if (snapshot !== undefined) this.#enqueue({ kind: 'compacted', through: snapshot });
      } finally {
        this.#truncating = false;
      }
    });
  }

  #endCalls(): void {
    this.#ticker.stop();
    this.#queue = [];
    this.#proposals.stop();
    this.#reads.stop();
    for (const resolve of this.#transfers.values()) resolve('refused');
    this.#transfers.clear();
    for (const resolve of this.#membershipChanges.values()) resolve(notRunning);
    this.#membershipChanges.clear();
  }

  #fail(what: string, error: unknown): void {
    if (this.#failure !== undefined) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#failure = `${what}: ${message}`;
    this.#options.logger.error('raft stopped', { failure: this.#failure });
    if (this.#phase !== 'running') return;
    this.#phase = 'stopped';
    this.#endCalls();
    this.#notify();
    // Leaving the network tells the others at once that this member is gone.
    this.#options.transport.stop().catch((stopError: unknown) => {
      this.#options.logger.warn('stopping the transport failed', { error: String(stopError) });
    });
  }
}
