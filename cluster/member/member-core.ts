/**
 * The consensus half of a member: disk, raft's transport and the store. Runs on the main thread of a member's
 * process, where no request can hold it up, and in the caller's for a cluster in one process.
 */
import { mkdir } from 'node:fs/promises';
import type { Clock, LinkFaults, Logger, Random } from '../../platform/index.js';
import { DiskFailedError, levelDbDisk } from '../../platform/index.js';
import { createGrpcTransport, type GrpcTransport, withLinkFaults } from '../../raft/index.js';
import type { ClusterAdmin, Store } from '../../storage/index.js';
import {
  formatMemberFolder,
  MemberFolderError,
  openMemberStore,
  readMemberIdentity,
} from '../../storage/index.js';
import { UserError } from '../user-error.js';
import type { MemberConfig, MemberReport, PeerAddress } from './protocol.js';
import { whenUnlocked } from './wait-for-lock.js';

export interface MemberCore {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly peerPort: number;
  setPeers(peers: readonly PeerAddress[]): void;
  setLinkFaults(faults: LinkFaults): void;
  report(): Promise<MemberReport>;
  close(): Promise<void>;
}

export interface MemberCoreOptions {
  readonly config: MemberConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const host = '127.0.0.1';

/** Takes the asked-for port, or any other when somebody has it: a member's address may change. */
async function listenForPeers(options: MemberCoreOptions): Promise<GrpcTransport> {
  const { config, clock, random, logger } = options;
  const names = new Set(config.members.map((member) => member.name));
  const create = (port: number): Promise<GrpcTransport> =>
    createGrpcTransport({
      localId: config.id,
      localName: config.name,
      clusterId: config.clusterId,
      host,
      port,
      tls: config.peerTls,
      isMemberName: (name) => names.has(name),
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

/** Makes the folder a member when it is to be one; checks that it is ours otherwise. */
async function prepareFolder(config: MemberConfig): Promise<void> {
  const disk = levelDbDisk(config.folder);
  if (config.format) {
    await mkdir(config.folder, { recursive: true });
    try {
      await formatMemberFolder(
        disk,
        { clusterId: config.clusterId, memberId: config.id, name: config.name },
        {
          voters: config.members.map((member) => member.id),
          votersOutgoing: [],
          learners: [],
          // The live addresses come with `peers`: ports are the operating system's to give.
          members: config.members.map(({ id, name }) => ({ id, name, peerAddress: `${host}:0` })),
        },
      );
      return;
    } catch (error) {
      // A first start that was interrupted: what is there is checked like any other.
      if (!(error instanceof MemberFolderError && error.problem === 'already-formatted')) throw error;
    }
  }
  const identity = await readMemberIdentity(disk, { clusterId: config.clusterId });
  if (identity.memberId !== config.id) {
    throw new UserError(`the data folder belongs to member ${identity.name}, not to ${config.name}`);
  }
}

/** The user's own words for what storage refuses; anything else is a defect and keeps its stack. */
function explain(error: unknown, config: MemberConfig): unknown {
  if (error instanceof MemberFolderError || error instanceof DiskFailedError || error instanceof UserError) {
    return new UserError(`member ${config.name}, ${config.folder}: ${error.message}`, { cause: error });
  }
  return error;
}

/** Throws a UserError when the folder cannot be used. Listens for peers when it resolves. */
export async function startMemberCore(options: MemberCoreOptions): Promise<MemberCore> {
  const { config, clock, random, logger } = options;
  const [listened, prepared] = await Promise.allSettled([
    listenForPeers(options),
    whenUnlocked(() => prepareFolder(config), options),
  ]);
  if (prepared.status === 'rejected') {
    if (listened.status === 'fulfilled') await listened.value.stop();
    throw explain(prepared.reason, config);
  }
  if (listened.status === 'rejected') throw listened.reason;
  const listener = listened.value;
  const names = new Map(config.members.map((member) => [member.id, member.name]));
  const transport = withLinkFaults(listener, {
    localName: config.name,
    nameOf: (id) => names.get(id),
    clock,
    random,
  });
  transport.setLinkFaults(config.linkFaults);
  try {
    const member = await whenUnlocked(
      () =>
        openMemberStore({
          disk: levelDbDisk(config.folder),
          expectedClusterId: config.clusterId,
          transport,
          clock,
          random,
          logger,
        }),
      options,
    );
    return {
      store: member.store,
      admin: member.admin,
      peerPort: listener.port,
      setPeers: (peers) => transport.setPeers(peerMap(peers, config.id)),
      setLinkFaults: (faults) => transport.setLinkFaults(faults),
      report: () => report(member.admin),
      close: () => member.close(),
    };
  } catch (error) {
    await transport.stop();
    throw explain(error, config);
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

async function report(admin: ClusterAdmin): Promise<MemberReport> {
  const status = await admin.status();
  const { user, system } = process.cpuUsage();
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
    residentBytes: process.memoryUsage.rss(),
    cpuMilliseconds: Math.round((user + system) / 1000),
  };
}
