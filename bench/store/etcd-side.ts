/**
 * A real etcd's side, where one is installed: three members on loopback with TLS on all ports, under keys of the same
 * kind as ours, compacting as ours do. Ended by the handles of the processes that were started here.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePki, pkiLayout } from '../../cluster/index.js';
import { type Clock, systemRandom } from '../../platform/index.js';
import type { Access } from '../generator/protocol.js';
import { untilDefined } from '../until.js';
import type { Side } from './side.js';

const host = '127.0.0.1';
const program = 'etcd';
const names = ['m1', 'm2', 'm3'] as const;
/** Members keep history for as long as ours do. */
const RETENTION = '5m';
/** A port that was free may be taken by somebody else before etcd has it. */
const MAX_STARTS = 3;
const METRICS_MILLISECONDS = 5_000;

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
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  said: string;
}

function startProcess(args: readonly string[], environment: NodeJS.ProcessEnv): EtcdProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
  const exited = once(child, 'exit');
  exited.catch(() => {});
  const started: EtcdProcess = { child, exited, said: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    started.said = (started.said + text).slice(-4_000);
  });
  return started;
}

async function endProcess({ child, exited }: EtcdProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await exited;
}

interface Pki {
  readonly folder: string;
  readonly access: Access['tls'];
}

async function makeKeys(folder: string, clock: Clock): Promise<Pki> {
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

function argumentsOf(
  index: number,
  ports: readonly number[],
  dataFolder: string,
  keyFolder: string,
): string[] {
  const name = names[index]!;
  const url = (port: number | undefined): string => `https://${host}:${port}`;
  const client = url(ports[index]);
  const peer = (other: number): string => url(ports[names.length + other]);
  const keys = (prefix: string): string[] => [
    `--${prefix}cert-file=${join(keyFolder, `${name}.crt`)}`,
    `--${prefix}key-file=${join(keyFolder, `${name}.key`)}`,
    `--${prefix}trusted-ca-file=${join(keyFolder, 'ca.crt')}`,
    `--${prefix}client-cert-auth`,
  ];
  return [
    `--name=${name}`,
    `--data-dir=${join(dataFolder, name)}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer(index)}`,
    `--initial-advertise-peer-urls=${peer(index)}`,
    `--initial-cluster=${names.map((other, position) => `${other}=${peer(position)}`).join(',')}`,
    '--initial-cluster-state=new',
    '--auto-compaction-mode=periodic',
    `--auto-compaction-retention=${RETENTION}`,
    '--logger=zap',
    '--log-level=error',
    ...keys(''),
    ...keys('peer-'),
  ];
}

/** The environment without what would configure etcd from outside. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ETCD_')));
}

/** What a member's metrics say; its ids are larger than our numbers, so that its status tells us too little. */
function isLeader(endpoint: string, tls: Access['tls']): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${endpoint}/metrics`,
      { ca: tls.authority, cert: tls.certificate, key: tls.key, timeout: METRICS_MILLISECONDS, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(/^etcd_server_is_leader 1$/m.test(text)));
        answer.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('the metrics did not come')));
    call.on('error', reject);
    call.end();
  });
}

async function findLeader({ endpoints, tls }: Access): Promise<number | undefined> {
  const answers = await Promise.all(
    endpoints.map((endpoint) => isLeader(endpoint, tls).catch(() => undefined)),
  );
  // All must answer: only then is the cluster as large as it is to be.
  const index = answers.indexOf(true);
  return index === -1 || answers.includes(undefined) ? undefined : index;
}

export interface EtcdOptions {
  readonly folder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function startOnce(options: EtcdOptions, keys: Pki, attempt: number): Promise<Side | 'port-taken'> {
  const { folder, version, clock, signal } = options;
  const ports = await freePorts(2 * names.length);
  const dataFolder = join(folder, `data-${attempt}`);
  await mkdir(dataFolder, { recursive: true });
  const processes = names.map((_, index) =>
    startProcess(argumentsOf(index, ports, dataFolder, keys.folder), environment()),
  );
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(endProcess));
  };
  const access: Access = {
    endpoints: names.map((_, index) => `https://${host}:${ports[index]}`),
    tls: keys.access,
  };
  const leader = (): Promise<number> =>
    untilDefined('a leader of etcd', { clock, signal, pollMilliseconds: 50 }, () => {
      const ended = processes.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
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
  const pids = processes.flatMap(({ child: { pid } }) => (pid === undefined ? [] : [pid]));
  return { name: 'etcd', version, access, pids, leader, close };
}

export async function startEtcd(options: EtcdOptions): Promise<Side> {
  const keys = await makeKeys(join(options.folder, 'pki'), options.clock);
  for (let attempt = 1; attempt <= MAX_STARTS; attempt += 1) {
    const side = await startOnce(options, keys, attempt);
    if (side !== 'port-taken') return side;
  }
  throw new Error(`etcd found a port taken ${MAX_STARTS} times`);
}
