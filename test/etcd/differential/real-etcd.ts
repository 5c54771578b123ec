/** A real etcd of one member, empty, without TLS on free ports; when it is installed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KVService } from '../../../etcd/proto/generated/rpc.js';
import { until } from '../../e2e/support/until.js';
import { GrpcClient } from '../support/client.js';

export const etcdProgram = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'etcd'))
  .find((path) => existsSync(path));

if (etcdProgram === undefined) {
  process.stdout.write('etcd was not found: what compares Kuorum with it is skipped\n');
}

export interface RealEtcd {
  readonly url: string;
  close(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a port without a number');
      server.close(() => resolve(address.port));
    });
    server.on('error', reject);
  });
}

/** What the user has set for an etcd of theirs says nothing about ours. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ETCD')));
}

async function answers(url: string): Promise<boolean> {
  const client = new GrpcClient(url);
  try {
    await client.call(KVService.methods.Range, { key: Buffer.from('a') });
    return true;
  } finally {
    client.close();
  }
}

export async function startRealEtcd(): Promise<RealEtcd> {
  if (etcdProgram === undefined) throw new Error('there is no etcd');
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-etcd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const etcd = spawn(
    etcdProgram,
    [
      '--name',
      'real',
      '--data-dir',
      join(folder, 'data'),
      '--logger',
      'zap',
      '--listen-client-urls',
      url,
      '--advertise-client-urls',
      url,
      '--listen-peer-urls',
      peerUrl,
      '--initial-advertise-peer-urls',
      peerUrl,
      '--initial-cluster',
      `real=${peerUrl}`,
    ],
    { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  etcd.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    etcd.once('error', reject);
    etcd.once('close', () => resolve());
  });
  const close = async (): Promise<void> => {
    etcd.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until('etcd answers', () => {
      if (etcd.exitCode !== null) throw new Error(`etcd ended: ${said}`);
      return answers(url);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}
