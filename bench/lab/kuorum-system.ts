/** Kuorum's cluster as `kuorum up` starts it, without the controllers, which would write of their own accord. */
import { readFile } from 'node:fs/promises';
import { type Cluster, etcdAccess, kuorumVersion, logPath, startCluster } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';
import type { Access } from '../generator/protocol.js';
import { untilDefined } from '../until.js';
import { metricValue, readMetrics } from './member-metrics.js';
import type { MeasuredSystem, MemberControl, MemberCounters, SystemOptions } from './system.js';

export interface KuorumOptions extends SystemOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Let `cluster.faults` break it; off when absent. */
  readonly faults?: boolean;
  readonly leaseReads?: boolean;
}

async function accessTo(cluster: Cluster): Promise<Access> {
  const files = await etcdAccess(cluster.dataDir);
  const [authority, certificate, key] = await Promise.all(
    [files.authorityPath, files.certificatePath, files.keyPath].map((path) => readFile(path, 'utf8')),
  );
  return {
    endpoints: cluster.members.map(({ clientPort }) => `https://127.0.0.1:${clientPort}`),
    tls: { authority: authority!, certificate: certificate!, key: key! },
  };
}

async function countersOf(endpoint: string, tls: Access['tls']): Promise<MemberCounters | undefined> {
  const text = await readMetrics(endpoint, tls).catch(() => '');
  const entriesCommitted = metricValue(text, 'etcd_server_proposals_committed_total');
  const logSyncs = metricValue(text, 'kuorum_raft_log_writes_total');
  const messagesSent = metricValue(text, 'kuorum_raft_messages_sent_total');
  if (entriesCommitted === undefined || logSyncs === undefined) return undefined;
  return { entriesCommitted, logSyncs, messagesSent };
}

/** Refused unless the cluster lets itself be broken. */
function controlOf({ faults }: Cluster, names: readonly string[]): MemberControl {
  const act =
    (how: (name: string) => Promise<string>) =>
    async (member: number): Promise<void> => {
      await how(names[member]!);
    };
  return {
    kill: act((name) => faults.kill(name)),
    restart: act((name) => faults.restart(name)),
    pause: act((name) => faults.pause(name)),
    resume: act((name) => faults.resume(name)),
  };
}

/** The members that it begins with; what joins later is known to `cluster` alone. */
export async function startKuorumSystem(options: KuorumOptions): Promise<MeasuredSystem> {
  const { members, folder, electionTimeoutMilliseconds, clock, signal } = options;
  const cluster = await startCluster({
    members,
    dataDir: folder,
    faults: options.faults ?? false,
    leaseReads: options.leaseReads ?? false,
    controllers: false,
    ...(electionTimeoutMilliseconds === undefined ? {} : { electionTimeoutMilliseconds }),
  });
  try {
    const access = await accessTo(cluster);
    const memberNames = cluster.members.map(({ name }) => name);
    return {
      name: 'kuorum',
      version: kuorumVersion(),
      memberNames,
      access,
      cluster,
      control: controlOf(cluster, memberNames),
      logPaths: memberNames.map((name) => logPath(cluster.dataDir, name)),
      pids: () =>
        Promise.resolve(
          memberNames.map((name) => cluster.members.find((member) => member.name === name)?.pid ?? 0),
        ),
      leader: () =>
        untilDefined('a leader of Kuorum', { clock, signal, pollMilliseconds: 50 }, async () => {
          const { leader } = await cluster.status();
          const index = leader === undefined ? -1 : memberNames.indexOf(leader);
          return index === -1 ? undefined : index;
        }),
      counters: () => Promise.all(access.endpoints.map((endpoint) => countersOf(endpoint, access.tls))),
      close: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
