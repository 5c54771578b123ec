/**
 * One member's store: the Raft member, its log and its state on one disk, behind the `Store` interface.
 */
import type { Clock, Disk, Logger, Random } from '../platform/index.js';
import { DiskFailedError } from '../platform/index.js';
import type { RaftNode, RaftNodeOptions, Transport } from '../raft/index.js';
import { createRaftNode } from '../raft/index.js';
import type { ClusterAdmin, Membership } from './cluster-admin.js';
import { guardStore } from './integrity/guarded-store.js';
import { DEFAULT_QUOTA_BYTES, Quota } from './integrity/quota.js';
import { refusalUnderAlarms } from './integrity/refuse-under-alarms.js';
import { defaultScrub, Scrub, type ScrubSettings } from './integrity/scrub.js';
import { type CheckpointSettings, defaultCheckpoints, Soundness } from './integrity/soundness.js';
import { type MemberLog, openMemberLog } from './log/member-log.js';
import { AppliedWaiters } from './member/applied-waiters.js';
import { CommittedMembership } from './member/committed-membership.js';
import { LocalAdmin } from './member/local-admin.js';
import { minimumTtlSeconds } from './member/local-leases.js';
import { LocalStore } from './member/local-store.js';
import { LogClock } from './member/log-clock.js';
import { openSnapshotFile } from './member/open-snapshot-file.js';
import { Proposals } from './member/proposals.js';
import { Upkeep } from './member/upkeep.js';
import { type MemberIdentity, readMemberIdentity } from './member-folder.js';
import { defaultSnapshotLimits, HeldSnapshots, type SnapshotLimits } from './snapshot/held-snapshots.js';
import { MemberStateMachine, type StateListener } from './state-machine.js';
import type { Store } from './store.js';
import { DamagedRecordError } from './tuple.js';
import { WatchHub } from './watches/watch-hub.js';

/** History that every client may rely on: a watch that was away for less can go on. */
const DEFAULT_RETENTION_MILLISECONDS = 5 * 60 * 1000;

const DEFAULT_ELECTION_TIMEOUT_MILLISECONDS = 1000;

export type CreateRaftNode = (options: RaftNodeOptions) => RaftNode;

export interface MemberStoreOptions {
  readonly disk: Disk;
  /** Refuse a folder that another cluster wrote. */
  readonly expectedClusterId?: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A second by default. No lease lives less than one and a half of them. */
  readonly electionTimeoutMilliseconds?: number;
  readonly heartbeatMilliseconds?: number;
  readonly tickMilliseconds?: number;
  /** See raft; off when absent. */
  readonly leaseReads?: RaftNodeOptions['leaseReads'];
  /** raft's own unless a test gives another. */
  readonly createRaftNode?: CreateRaftNode;
  /** How long history is kept before the leader compacts it (5 minutes by default); false: never by itself. */
  readonly automaticCompaction?: { readonly retentionMilliseconds: number } | false;
  /** How often members compare their states. */
  readonly checkpoints?: CheckpointSettings;
  /** Above this size of its database nothing that grows is taken; 2 GiB by default, 0: no bound. */
  readonly quotaBytes?: number;
  /** How fast, and how often, all that is stored is looked at; false: never by itself. */
  readonly scrub?: ScrubSettings | false;
  /** How many snapshots are held for readers, and how long. */
  readonly snapshots?: SnapshotLimits;
}

export interface ReopenWish {
  readonly reason: string;
  /** The disk was full: it cannot be opened before there is space again. */
  readonly needsSpace: boolean;
}

export interface MemberStore {
  readonly identity: MemberIdentity;
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly raft: RaftNode;
  /** The membership that is committed and applied here, and each one after it. Returns the way to stop. */
  onMembership(listener: (membership: Membership) => void): () => void;
  /**
   * Why it should be closed and opened again, to find out what it still has and to have the rest from the others;
   * undefined: it should not.
   */
  reopenBecause(): ReopenWish | undefined;
  /** Ends watches and calls with `stopping`, stops raft, flushes and closes the databases. */
  close(): Promise<void>;
}

/** Opens a formatted folder and starts the member. Throws `MemberFolderError` or `DiskFailedError`. */
export async function openMemberStore(options: MemberStoreOptions): Promise<MemberStore> {
  const { disk, logger, clock, expectedClusterId } = options;
  const identity = await readMemberIdentity(
    disk,
    expectedClusterId === undefined ? {} : { clusterId: expectedClusterId },
  );
  const log = await openMemberLog(disk, logger);
  let machine: MemberStateMachine;
  try {
    machine = await MemberStateMachine.open({
      disk,
      log,
      clock,
      logger,
      birth: () => log.readBirth(),
      clusterId: identity.clusterId,
      memberId: identity.memberId,
    });
  } catch (error) {
    await log.close();
    throw damaged(error);
  }
  log.setStatePoint(machine.state.metadata());
  const member = assemble(options, identity, log, machine);
  try {
    await member.start();
  } catch (error) {
    await member.close();
    throw damaged(error);
  }
  return member.store;
}

/** A record that cannot be trusted while opening: the folder is damaged, and says so in one line. */
function damaged(error: unknown): unknown {
  if (!(error instanceof DamagedRecordError)) return error;
  return new DiskFailedError('corrupt', `the data folder is damaged (${error.message})`, { cause: error });
}

function electionTimeout(options: MemberStoreOptions): number {
  return options.electionTimeoutMilliseconds ?? DEFAULT_ELECTION_TIMEOUT_MILLISECONDS;
}

function raftTiming(options: MemberStoreOptions): Partial<RaftNodeOptions> {
  const { heartbeatMilliseconds, tickMilliseconds } = options;
  return {
    electionTimeoutMilliseconds: electionTimeout(options),
    ...(heartbeatMilliseconds === undefined ? {} : { heartbeatMilliseconds }),
    ...(tickMilliseconds === undefined ? {} : { tickMilliseconds }),
    leaseReads: options.leaseReads,
  };
}

function reopenWish(diskFailure: Error | undefined, soundness: Soundness): ReopenWish | undefined {
  if (diskFailure !== undefined) {
    const needsSpace = diskFailure instanceof DiskFailedError && diskFailure.kind === 'full';
    return { reason: diskFailure.message, needsSpace };
  }
  const reason = soundness.reopenBecause();
  return reason === undefined ? undefined : { reason, needsSpace: false };
}

/** What the state machine tells goes to watchers first, then to those who wait for an answer. */
function listenerOf(parts: {
  readonly machine: MemberStateMachine;
  readonly hub: WatchHub;
  readonly proposals: Proposals;
  readonly waiters: AppliedWaiters;
  readonly upkeep: Upkeep;
  readonly committed: CommittedMembership;
  readonly logClock: LogClock;
  readonly soundness: Soundness;
}): StateListener {
  const { machine, hub, proposals, waiters, upkeep, committed, logClock, soundness } = parts;
  return {
    published: (revision, changes) => hub.publish(revision, changes),
    proposalEnded: (incarnation, sequence, end) => proposals.proposalEnded(incarnation, sequence, end),
    entryApplied: (index, term, timeMilliseconds) => {
      logClock.advanced();
      proposals.entryApplied(index, term);
      upkeep.entryApplied(timeMilliseconds, machine.state.revision);
    },
    configurationApplied: () => committed.changed(),
    batchApplied: () => {
      hub.flush();
      proposals.answer();
      waiters.applied(machine.appliedIndex);
      soundness.applied();
    },
    stateReplaced: () => {
      logClock.advanced();
      hub.rewind();
      proposals.stateReplaced();
      waiters.applied(machine.appliedIndex);
      committed.changed();
      soundness.applied();
    },
  };
}

interface Assembled {
  readonly store: MemberStore;
  start(): Promise<void>;
  close(): Promise<void>;
}

function assemble(
  options: MemberStoreOptions,
  identity: MemberIdentity,
  log: MemberLog,
  machine: MemberStateMachine,
): Assembled {
  const { clock, random, transport } = options;
  const logger = options.logger.with({ member: identity.name });
  const raft = (options.createRaftNode ?? createRaftNode)({
    id: identity.memberId,
    log,
    stateMachine: machine,
    transport,
    clock,
    random,
    logger,
    ...raftTiming(options),
  });
  const waiters = new AppliedWaiters(clock);
  const hub = new WatchHub({
    clock,
    logger,
    stateView: () => machine.stateView(),
    revision: () => machine.state.revision,
    damageFound: (reason) => damageFound(reason),
  });
  const proposals = new Proposals({
    raft: () => raft,
    clock,
    random,
    appliedIndex: () => machine.appliedIndex,
    awaitsSnapshot: () => machine.awaitsSnapshot,
    lookUp: (incarnation, sequence) => machine.lookUp(incarnation, sequence),
    isKnownIncarnation: (incarnation) => machine.state.sessions.has(incarnation),
  });
  const upkeep = new Upkeep({
    raft,
    clock,
    logger,
    state: () => machine.state,
    run: (command, context) => proposals.run(command, context),
    retentionMilliseconds:
      options.automaticCompaction === false
        ? undefined
        : (options.automaticCompaction?.retentionMilliseconds ?? DEFAULT_RETENTION_MILLISECONDS),
  });
  const logClock = new LogClock({
    clock,
    leaderMilliseconds: () => raft.logTimeMilliseconds(),
    appliedMilliseconds: () => machine.state.timeMilliseconds,
  });
  const committed = new CommittedMembership(() => machine.state.metadata(), clock);
  const soundness = new Soundness({
    memberId: identity.memberId,
    memberName: identity.name,
    machine,
    raft,
    transport,
    clock,
    logger,
    run: (command, context) => proposals.run(command, context),
    endWatches: (reason) => hub.endAll(reason),
    checkpoints: options.checkpoints ?? defaultCheckpoints,
  });
  const quotaBytes = options.quotaBytes ?? DEFAULT_QUOTA_BYTES;
  const quota = new Quota({
    quotaBytes,
    memberId: identity.memberId,
    state: () => machine.state,
    clock,
    logger,
    run: (command, context) => proposals.run(command, context),
  });
  const scrub = new Scrub({
    settings: options.scrub === false ? defaultScrub : (options.scrub ?? defaultScrub),
    state: () => machine.state,
    log,
    clock,
    logger,
    stateDamaged: (reason) => soundness.damageFound(reason),
    logDamaged: (reason) => soundness.logDamageFound(reason),
  });
  machine.listener = listenerOf({ machine, hub, proposals, waiters, upkeep, committed, logClock, soundness });
  const diskFailure = (): Error | undefined => machine.state.failure ?? log.failure;
  /** A disk that failed says nothing about what is on it: it is looked at when it is opened again. */
  const damageFound = (reason: string): void => {
    if (diskFailure() === undefined) soundness.damageFound(reason);
  };
  const store = new LocalStore({
    machine,
    diskFailure,
    proposals,
    waiters,
    raft,
    hub,
    logClock,
    minLeaseTtlSeconds: minimumTtlSeconds(electionTimeout(options)),
    clock,
    random,
    logger,
  });
  const served = guardStore({
    store,
    refusal: () => soundness.refusal(),
    refusalOf: (command) => refusalUnderAlarms(machine.state.ledger, command),
    damageFound,
  });
  const snapshots = new HeldSnapshots({
    clock,
    limits: options.snapshots ?? defaultSnapshotLimits,
    open: () => openSnapshotFile(machine, identity, clock),
  });
  const admin = new LocalAdmin({
    identity,
    raft,
    transport,
    machine,
    diskFailure,
    store,
    committed,
    clock,
    soundness,
    quotaBytes,
    snapshots,
    run: (command, context) => proposals.run(command, context),
    proposalCounts: () => proposals.counts,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    store.stop();
    upkeep.stop();
    soundness.stop();
    quota.stop();
    await scrub.stop();
    hub.close({ kind: 'stopping' });
    proposals.stop();
    waiters.stop();
    await snapshots.close();
    await raft.stop();
    await machine.close();
    await log.close();
    await options.disk.close?.();
  };
  return {
    store: {
      identity,
      store: served,
      admin,
      raft,
      reopenBecause: () => reopenWish(diskFailure(), soundness),
      onMembership(listener) {
        listener(committed.current());
        return committed.onChange(listener);
      },
      close: () => {
        closing ??= close();
        return closing;
      },
    },
    async start() {
      await raft.start();
      upkeep.start();
      soundness.start();
      quota.start();
      if (options.scrub !== false) scrub.start();
    },
    close,
  };
}
