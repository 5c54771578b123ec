/** Two circles of trust: what one authority signed opens nothing of the other's. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { encodeGreeting, PROTOCOL } from '../../raft/peers/greeting.js';

describe('certificates', () => {
  let folder: string;
  let cluster: Cluster;
  const pem = (name: string): Promise<string> => readFile(join(folder, 'data', 'pki', name), 'utf8');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuorum-certificates-'));
    cluster = await startCluster({ members: 3, dataDir: join(folder, 'data') });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The status of `GET /api/v1/namespaces` with a client certificate, or without one. */
  async function apiStatus(credentials: { cert?: string; key?: string }): Promise<number> {
    const session = connectHttp2(cluster.members[0]!.url, { ca: await pem('ca.crt'), ...credentials });
    try {
      const stream = session.request({ ':path': '/api/v1/namespaces' });
      const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
      stream.close();
      return headers[':status'];
    } finally {
      session.destroy();
    }
  }

  /** Whether the peer port lets a client in far enough to be answered. */
  async function peerAccepts(credentials: { cert?: string; key?: string }): Promise<boolean> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: cluster.members[0]!.peerPort,
      ca: await pem('etcd/ca.crt'),
      ALPNProtocols: [PROTOCOL],
      ...credentials,
    });
    try {
      // With TLS 1.3 the server refuses a client's certificate after the client's handshake is done: only an answer,
      // be it that this is another cluster, proves that it accepted.
      return await new Promise<boolean>((resolve) => {
        socket.on('data', () => resolve(true));
        socket.on('error', () => resolve(false));
        socket.on('close', () => resolve(false));
        socket.on('secureConnect', () =>
          socket.write(encodeGreeting({ clusterId: 'none', memberId: 2, purpose: 'messages' })),
        );
      });
    } finally {
      socket.destroy();
    }
  }

  it('of the API authority open the API and not the peer port', async () => {
    const credentials = { cert: await pem('admin.crt'), key: await pem('admin.key') };
    expect(await apiStatus(credentials)).toBe(200);
    expect(await peerAccepts(credentials)).toBe(false);
  });

  it('of the peer authority open the peer port for members and never the API', async () => {
    const member = { cert: await pem('etcd/m2.crt'), key: await pem('etcd/m2.key') };
    expect(await peerAccepts(member)).toBe(true);
    expect(await apiStatus(member)).toBe(401);
    expect(await apiStatus({ cert: await pem('etcd/admin.crt'), key: await pem('etcd/admin.key') })).toBe(
      401,
    );
  });

  it('are needed: without one the API knows nobody and the peer port refuses', async () => {
    expect(await apiStatus({})).toBe(403);
    expect(await peerAccepts({})).toBe(false);
  });

  it('lie in kubeadm’s layout, keys readable by their owner only', async () => {
    for (const name of ['ca', 'etcd/ca', 'front-proxy-ca', 'admin', 'etcd/admin', 'm1', 'etcd/m1']) {
      expect(await pem(`${name}.crt`)).toContain('BEGIN CERTIFICATE');
      expect((await stat(join(folder, 'data', 'pki', `${name}.key`))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(join(folder, 'data', 'pki', 'sa.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(cluster.kubeconfigPath)).mode & 0o777).toBe(0o600);
  });
});
