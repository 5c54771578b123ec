/**
 * A real etcd, where one is installed: members on loopback with TLS on all ports, under keys of the same
 * kind as ours, compacting as ours do. Ended by the handles of the processes that were started here.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePki, pkiLayout } from '../../cluster/index.js';
import { type Clock, systemRandom } from '../../platform/index.js';
import type { Access } from '../generator/protocol.js';
import { untilDefined } from '../until.js';
import { metricValue, readMetrics } from './member-metrics.js';
import type { MeasuredSystem, MemberControl, MemberCounters, SystemOptions } from './system.js';

const host = '127.0.0.1';
const program = 'etcd';
/** Members keep history for as long as ours do. */
const RETENTION = '5m';
/** A port that was free may be taken by somebody else before etcd has it. */
const MAX_STARTS = 3;
/** As etcd's own defaults stand to each other. */
const HEARTBEATS_PER_TIMEOUT = 10;

/** undefined: it is not installed. */
export async function etcdVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version']);
    return /^etcd Version: (.+)$/m.exec(stdout)?.[1] ?? stdout.trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** So many at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, host);
        await once(server, 'listening');
        const address = server.address();
        if (address === null || typeof address === 'string') throw new Error('a port has no number');
        return address.port;
      }),
    );
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

interface EtcdProcess {
  /** Its end is ours. */
  killed: boolean;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  said: string;
}

function startProcess(args: readonly string[], environment: NodeJS.ProcessEnv): EtcdProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
  const exited = once(child, 'exit');
  exited.catch(() => {});
  const started: EtcdProcess = { child, exited, said: '', killed: false };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    started.said = (started.said + text).slice(-4_000);
  });
  return started;
}

async function endProcess(ended: EtcdProcess): Promise<void> {
  const { child, exited } = ended;
  ended.killed = true;
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await exited;
}

interface Pki {
  readonly folder: string;
  readonly access: Access['tls'];
}

async function makeKeys(folder: string, names: readonly string[], clock: Clock): Promise<Pki> {
  const pki = await ensurePki({
    folder,
    layout: pkiLayout(names, hostname(), []),
    clock,
    random: systemRandom(),
    forming: true,
  });
  const { certificate, key } = pki.pair('etcd/admin');
  return {
    folder: join(folder, 'etcd'),
    access: { authority: pki.authorities['etcd/ca'], certificate, key },
  };
}

interface Member {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

async function placesFor(names: readonly string[]): Promise<readonly Member[]> {
  const ports = await freePorts(2 * names.length);
  const url = (index: number): string => `https://${host}:${ports[index]}`;
  return names.map((name, index) => ({ name, clientUrl: url(index), peerUrl: url(names.length + index) }));
}

function electionArguments(electionTimeoutMilliseconds: number | undefined): string[] {
  if (electionTimeoutMilliseconds === undefined) return [];
  const heartbeat = Math.max(1, Math.round(electionTimeoutMilliseconds / HEARTBEATS_PER_TIMEOUT));
  return [`--election-timeout=${electionTimeoutMilliseconds}`, `--heartbeat-interval=${heartbeat}`];
}

function argumentsOf(
  { name, clientUrl, peerUrl }: Member,
  members: readonly Member[],
  dataFolder: string,
  keyFolder: string,
): string[] {
  const keys = (prefix: string): string[] => [
    `--${prefix}cert-file=${join(keyFolder, `${name}.crt`)}`,
    `--${prefix}key-file=${join(keyFolder, `${name}.key`)}`,
    `--${prefix}trusted-ca-file=${join(keyFolder, 'ca.crt')}`,
    `--${prefix}client-cert-auth`,
  ];
  return [
    `--name=${name}`,
    `--data-dir=${join(dataFolder, name)}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=${members.map((other) => `${other.name}=${other.peerUrl}`).join(',')}`,
    '--initial-cluster-state=new',
    '--auto-compaction-mode=periodic',
    `--auto-compaction-retention=${RETENTION}`,
    '--logger=zap',
    ...keys(''),
    ...keys('peer-'),
  ];
}

const logPathOf = (dataFolder: string, { name }: Member): string => join(dataFolder, `${name}.log`);

/** Errors come to us; what a member becomes it writes down as well, when it is to. */
function logArguments(member: Member, dataFolder: string, writeRoles: boolean): string[] {
  return writeRoles
    ? ['--log-level=info', `--log-outputs=stderr,${logPathOf(dataFolder, member)}`]
    : ['--log-level=error'];
}

/** The environment without what would configure etcd from outside. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ETCD_')));
}

/** By its metrics: its ids are larger than our numbers, so that its status tells us too little. */
async function findLeader({ endpoints, tls }: Access): Promise<number | undefined> {
  const answers = await Promise.all(
    endpoints.map(async (endpoint) => {
      const text = await readMetrics(endpoint, tls).catch(() => undefined);
      return text === undefined ? undefined : metricValue(text, 'etcd_server_is_leader') === 1;
    }),
  );
  // All must answer: only then is the cluster as large as it is to be.
  const index = answers.indexOf(true);
  return index === -1 || answers.includes(undefined) ? undefined : index;
}

async function countersOf(endpoint: string, tls: Access['tls']): Promise<MemberCounters | undefined> {
  const text = await readMetrics(endpoint, tls).catch(() => '');
  const entriesCommitted = metricValue(text, 'etcd_server_proposals_committed_total');
  const logSyncs = metricValue(text, 'etcd_disk_wal_fsync_duration_seconds_count');
  if (entriesCommitted === undefined || logSyncs === undefined) return undefined;
  return { entriesCommitted, logSyncs, messagesSent: undefined };
}

/** A member that was killed keeps its folder, and is started as it was: etcd finds out itself that it is no new one. */
function controlOf(processes: EtcdProcess[], start: (member: number) => EtcdProcess): MemberControl {
  const signal = (member: number, name: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    processes[member]!.child.kill(name);
    return Promise.resolve();
  };
  return {
    kill: (member) => endProcess(processes[member]!),
    restart: (member) => {
      processes[member] = start(member);
      return Promise.resolve();
    },
    pause: (member) => signal(member, 'SIGSTOP'),
    resume: (member) => signal(member, 'SIGCONT'),
  };
}

export interface EtcdOptions extends SystemOptions {
  readonly version: string;
  /** Let each member write down what it becomes (`logPaths`); off when absent, for it writes more then. */
  readonly writeRoles?: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function startOnce(
  options: EtcdOptions,
  names: readonly string[],
  keys: Pki,
  attempt: number,
): Promise<MeasuredSystem | 'port-taken'> {
  const { folder, version, clock, signal, electionTimeoutMilliseconds } = options;
  const members = await placesFor(names);
  const dataFolder = join(folder, `data-${attempt}`);
  await mkdir(dataFolder, { recursive: true });
  const writeRoles = options.writeRoles ?? false;
  const start = (member: Member): EtcdProcess =>
    startProcess(
      [
        ...argumentsOf(member, members, dataFolder, keys.folder),
        ...logArguments(member, dataFolder, writeRoles),
        ...electionArguments(electionTimeoutMilliseconds),
      ],
      environment(),
    );
  const processes = members.map(start);
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(endProcess));
  };
  const access: Access = { endpoints: members.map(({ clientUrl }) => clientUrl), tls: keys.access };
  const leader = (): Promise<number> =>
    untilDefined('a leader of etcd', { clock, signal, pollMilliseconds: 50 }, () => {
      const ended = processes.find(
        ({ child, killed }) => !killed && (child.exitCode !== null || child.signalCode !== null),
      );
      if (ended !== undefined) throw new Error(`etcd ended: ${ended.said.trim()}`);
      return findLeader(access);
    });
  try {
    await leader();
  } catch (error) {
    await close();
    if (processes.some(({ said }) => said.includes('address already in use'))) return 'port-taken';
    throw error;
  }
  return {
    name: 'etcd',
    version,
    memberNames: names,
    access,
    cluster: undefined,
    control: controlOf(processes, (member) => start(members[member]!)),
    logPaths: writeRoles ? members.map((member) => logPathOf(dataFolder, member)) : undefined,
    pids: () =>
      Promise.resolve(
        processes.map(({ child: { pid, exitCode, signalCode } }) =>
          exitCode === null && signalCode === null ? (pid ?? 0) : 0,
        ),
      ),
    leader,
    counters: () => Promise.all(access.endpoints.map((endpoint) => countersOf(endpoint, access.tls))),
    close,
  };
}

export async function startEtcdSystem(options: EtcdOptions): Promise<MeasuredSystem> {
  const names = Array.from({ length: options.members }, (_, index) => `m${index + 1}`);
  const keys = await makeKeys(join(options.folder, 'pki'), names, options.clock);
  for (let attempt = 1; attempt <= MAX_STARTS; attempt += 1) {
    const system = await startOnce(options, names, keys, attempt);
    if (system !== 'port-taken') return system;
  }
  throw new Error(`etcd found a port taken ${MAX_STARTS} times`);
}
