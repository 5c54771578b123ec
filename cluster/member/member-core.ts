/**
 * The consensus half of a member: disk, raft's transport and the store. Runs on the main thread of a member's
 * process, where no request can hold it up, and in the caller's for a cluster in one process.
 */
import { mkdir } from 'node:fs/promises';
import type { Clock, DiskFault, LinkFaults, Logger, Random } from '../../platform/index.js';
import {
  DiskFailedError,
  freeBytes,
  levelDbDisk,
  processUsage,
  withDiskFaults,
} from '../../platform/index.js';
import {
  createPeerTransport,
  type MemberCondition,
  type PeerTransport,
  withLinkFaults,
} from '../../raft/index.js';
import type { ClusterAdmin, MemberStore, Membership, Store } from '../../storage/index.js';
import {
  formatMemberFolder,
  MemberFolderError,
  openMemberStore,
  readMemberIdentity,
} from '../../storage/index.js';
import { type SnapshotAnswer, type SnapshotOrder, writeSnapshot } from '../snapshot/write-snapshot.js';
import { UserError } from '../user-error.js';
import { LastingRefusal } from './lasting-refusal.js';
import { MemberNames } from './member-names.js';
import type { AdminAnswer, AdminCall, MemberConfig, MemberReport, PeerAddress } from './protocol.js';
import { watchForReopening } from './reopening.js';
import { whenUnlocked } from './wait-for-lock.js';

export interface MemberCore {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly peerPort: number;
  setPeers(peers: readonly PeerAddress[]): void;
  setLinkFaults(faults: LinkFaults): void;
  setDiskFault(fault: DiskFault | undefined): void;
  report(): Promise<MemberReport>;
  /** Never rejects. */
  call(call: AdminCall, timeoutMilliseconds: number): Promise<AdminAnswer>;
  /** Never rejects. */
  writeSnapshot(order: SnapshotOrder): Promise<SnapshotAnswer>;
  close(): Promise<void>;
}

export interface MemberCoreOptions {
  readonly config: MemberConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The membership that is committed and applied here: at the start, and whenever it changes. */
  onMembership(membership: Membership): void;
  /** It takes no part any more: for good when the refusal is a lasting one, else until it is opened again. */
  onEnded(refusal: UserError): void;
}

const host = '127.0.0.1';

/** Takes the asked-for port, or any other when somebody has it: a member's address may change. */
async function listenForPeers(options: MemberCoreOptions, names: MemberNames): Promise<PeerTransport> {
  const { config, clock, random, logger } = options;
  const create = (port: number): Promise<PeerTransport> =>
    createPeerTransport({
      localId: config.id,
      localName: config.name,
      clusterId: config.clusterId,
      host,
      port,
      tls: config.peerTls,
      isMemberName: (name) => names.mayCall(name),
      clock,
      random,
      logger,
    });
  if (config.peerPort === 0) return create(0);
  try {
    return await create(config.peerPort);
  } catch (error) {
    logger.warn('the peer port of the last run is not free', {
      port: config.peerPort,
      reason: String(error),
    });
    return create(0);
  }
}

/** The live addresses come with `peers`: ports are the operating system's to give. */
const unknownAddress = `${host}:0`;

/** What a fresh member begins with. One that joins is nobody's voter, so that it can never elect itself. */
function configurationAtBirth(config: MemberConfig): Parameters<typeof formatMemberFolder>[2] {
  const describe = ({ id, name }: { readonly id: number; readonly name: string }) => ({
    id,
    name,
    peerAddress: unknownAddress,
  });
  return config.format === 'join'
    ? { voters: [], votersOutgoing: [], learners: [config.id], members: [describe(config)] }
    : {
        voters: config.members.map((member) => member.id),
        votersOutgoing: [],
        learners: [],
        members: config.members.map(describe),
      };
}

/** Makes the folder a member when it is to be one; checks that it is ours otherwise. */
async function prepareFolder(config: MemberConfig): Promise<void> {
  const disk = levelDbDisk(config.folder);
  if (config.format !== 'never') {
    await mkdir(config.folder, { recursive: true });
    try {
      await formatMemberFolder(
        disk,
        { clusterId: config.clusterId, memberId: config.id, name: config.name },
        configurationAtBirth(config),
      );
      return;
    } catch (error) {
      // A first start that was interrupted: what is there is checked like any other.
      if (!(error instanceof MemberFolderError && error.problem === 'already-formatted')) throw error;
    }
  }
  const identity = await readMemberIdentity(disk, { clusterId: config.clusterId });
  if (identity.memberId !== config.id) {
    throw new LastingRefusal(
      'unusable',
      `the data folder belongs to another member (${identity.name}, id ${identity.memberId})`,
    );
  }
}

/** What is damaged here does not heal by another start. */
function wayOut({ name, members }: MemberConfig): string {
  return members.length > 1
    ? `; the others have what it held: run kuorum member replace ${name}`
    : '; restore it from a backup, or see what kuorum recover can save';
}

/** The user's own words for what storage refuses; anything else is a defect and keeps its stack. */
function explain(error: unknown, config: MemberConfig): unknown {
  const where = `member ${config.name}, ${config.folder}`;
  if (error instanceof MemberFolderError || error instanceof LastingRefusal) {
    return new LastingRefusal('unusable', `${where}: ${error.message}`, { cause: error });
  }
  if (error instanceof DiskFailedError || error instanceof UserError) {
    const advice = error instanceof DiskFailedError && error.kind === 'corrupt' ? wayOut(config) : '';
    return new UserError(`${where}: ${error.message}${advice}`, { cause: error });
  }
  return error;
}

/** Throws a UserError when the folder cannot be used. Listens for peers when it resolves. */
export async function startMemberCore(options: MemberCoreOptions): Promise<MemberCore> {
  const { config, clock, random, logger } = options;
  const names = new MemberNames(config);
  const [listened, prepared] = await Promise.allSettled([
    listenForPeers(options, names),
    whenUnlocked(() => prepareFolder(config), options),
  ]);
  if (prepared.status === 'rejected') {
    if (listened.status === 'fulfilled') await listened.value.stop();
    throw explain(prepared.reason, config);
  }
  if (listened.status === 'rejected') throw listened.reason;
  const listener = listened.value;
  const transport = withLinkFaults(listener, {
    localName: config.name,
    nameOf: (id) => names.nameOf(id),
    clock,
    random,
    logger,
  });
  transport.setLinkFaults(config.linkFaults);
  const disk = withDiskFaults(levelDbDisk(config.folder), clock);
  disk.setDiskFault(config.diskFault);
  try {
    const member = await whenUnlocked(
      () =>
        openMemberStore({
          disk,
          expectedClusterId: config.clusterId,
          transport,
          clock,
          random,
          logger,
          leaseReads: config.leaseReads,
          ...config.electionTiming,
          ...(config.quotaBytes === undefined ? {} : { quotaBytes: config.quotaBytes }),
        }),
      options,
    );
    member.raft.onStatusChange(({ condition, failure }) => {
      const refusal = endOf(config.name, condition, failure);
      if (refusal !== undefined) options.onEnded(refusal);
    });
    const stopWatching = watchForReopening({
      wish: () => member.reopenBecause(),
      freeBytes: () => freeBytes(config.folder),
      clock,
      onReopen: (reason) =>
        options.onEnded(new UserError(`member ${config.name}: it is opened again and checked: ${reason}`)),
    });
    member.onMembership((membership) => options.onMembership(membership));
    return {
      store: member.store,
      admin: member.admin,
      peerPort: listener.port,
      setPeers(peers) {
        names.setPeers(peers);
        transport.setPeers(peerMap(peers, config.id));
      },
      setLinkFaults: (faults) => transport.setLinkFaults(faults),
      setDiskFault: (fault) => disk.setDiskFault(fault),
      report: () => report(member.admin),
      call: (call, timeoutMilliseconds) => answerCall(member, call, timeoutMilliseconds),
      writeSnapshot: (order) => writeSnapshot(member, order),
      close() {
        stopWatching();
        return member.close();
      },
    };
  } catch (error) {
    await transport.stop();
    throw explain(error, config);
  }
}

/** What raft says of a member whose part is over; undefined while it is not. */
function endOf(
  name: string,
  condition: MemberCondition,
  failure: string | undefined,
): LastingRefusal | undefined {
  // Raft says what it found first and stops then: `failure` is there when it has.
  if (failure === undefined) return undefined;
  switch (condition) {
    case 'intact':
    case 'recovering':
      return undefined;
    case 'removed':
      return new LastingRefusal('removed', `member ${name}: it was removed from the cluster`);
    case 'outdated':
      return new LastingRefusal(
        'unusable',
        `member ${name}: its data folder is older than its peers know it`,
      );
  }
}

function peerMap(
  peers: readonly PeerAddress[],
  self: number,
): ReadonlyMap<number, { readonly name: string; readonly address: string }> {
  return new Map(
    peers.filter((peer) => peer.id !== self).map(({ id, name, address }) => [id, { name, address }]),
  );
}

async function answerCall(
  { store, admin }: MemberStore,
  call: AdminCall,
  timeoutMilliseconds: number,
): Promise<AdminAnswer> {
  const context = { caller: 'supervisor', timeoutMilliseconds };
  try {
    switch (call.kind) {
      case 'membership': {
        const reached = await store.catchUp(context);
        return reached.kind === 'done' ? { kind: 'done', value: await admin.membership() } : reached;
      }
      case 'change':
        return await admin.changeMembers(call.steps, { force: call.force }, context);
      case 'move-leader': {
        const moved = await admin.moveLeader(call.to, context);
        return moved.kind === 'done' ? { kind: 'done', value: await admin.membership() } : moved;
      }
    }
  } catch (error) {
    return { kind: 'unknown', message: error instanceof Error ? error.message : String(error) };
  }
}

async function report(admin: ClusterAdmin): Promise<MemberReport> {
  const status = await admin.status();
  const { residentBytes, cpuSeconds } = processUsage();
  return {
    role: status.role,
    term: status.term,
    leader: status.leaderName,
    commitIndex: status.commitIndex,
    appliedIndex: status.appliedIndex,
    revision: status.revision,
    databaseBytes: status.databaseBytes,
    stateHash: status.stateHash,
    hasQuorum: status.hasQuorum,
    condition: status.condition,
    failure: status.failure,
    warnings: status.warnings,
    residentBytes,
    cpuMilliseconds: Math.round(cpuSeconds * 1000),
  };
}
