/** Two of three members are gone for good: what the third one holds becomes a cluster again, and goes on. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath } from '../../api/index.js';
import type { ApiClient } from '../../client/index.js';
import { readClusterFile } from '../../cluster/index.js';
import { silentLogger, systemClock, systemRandom } from '../../platform/index.js';
import { createPeerTransport } from '../../raft/index.js';
import { clientFor } from './support/cluster-client.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import { report, until } from './support/until.js';
import { expectNothingLost, startWriter, type Writer } from './support/writer.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };
const raise = 1_000_000_000;

describe('kuorum recover', () => {
  let place: Workplace;
  let dataDir: string;
  let survivor: string;
  let oldClusterId: string;
  let oldMemberId: number;
  let listedVersion: number;
  const writers: Writer[] = [];
  beforeAll(async () => {
    place = await workplace();
    dataDir = join(place.folder, '.kuorum');
  });
  afterAll(async () => {
    await place.run(['down']);
    await place.leave();
  });

  const connect = async (): Promise<ApiClient> =>
    clientFor(await readFile(join(dataDir, 'kubeconfig'), 'utf8'));
  const listVersion = async (client: ApiClient): Promise<number> =>
    Number(
      getPath(
        await client.getDocument('/api/v1/namespaces/default/configmaps'),
        'metadata',
        'resourceVersion',
      ),
    );

  it('is refused while the cluster runs, and when a majority could simply be started', async () => {
    const up = await place.up(['--members', '3']);
    const running = await place.run(['recover']);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain('a cluster is already running');

    const client = await connect();
    const writer = startWriter({ client, namespace: 'default', prefix: 'kept' });
    writers.push(writer);
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 100);
    await writer.stop();
    const status = await until('every member has everything', async () => {
      const now = await place.status();
      return now.members.every(({ lag }) => lag === 0) ? now : undefined;
    });
    listedVersion = await listVersion(client);
    oldClusterId = status.clusterId;
    survivor = status.members.find(({ name }) => name !== status.leader)!.name;
    oldMemberId = (await readClusterFile(dataDir))!.members.find(({ name }) => name === survivor)!.id;

    // These may be lost: nobody waits for the survivor to have them.
    const late = startWriter({ client, namespace: 'default', prefix: 'late' });
    await until('more creates are acknowledged', () => late.count('acknowledged') >= 50);
    const pids = [status.supervisorPid, ...status.members.map(({ pid }) => pid!)];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await up.ended;
    await until('every process is gone', () => !pids.some(isAlive));
    await late.stop();
    client.close();

    const notNeeded = await place.run(['recover', '--yes']);
    expect(notNeeded.code).toBe(1);
    expect(notNeeded.stderr).toMatch(/3 of 3 voting members are here and intact: recovery is not needed/);
  });

  it('first shows what it would do and what can be lost, and changes nothing', async () => {
    await cp(join(dataDir, 'members', survivor), join(place.folder, 'old-copy'), { recursive: true });
    for (const name of await readdir(join(dataDir, 'members'))) {
      if (name !== survivor) await rm(join(dataDir, 'members', name), { recursive: true });
    }
    const { code, stdout, stderr } = await place.run(['recover']);
    process.stdout.write(stdout);
    expect(stderr).not.toContain('defect');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`chosen: .*members/${survivor}: the most complete log`));
    expect(stdout).toMatch(/m\d, m\d are not among the folders: every write after entry \d+ of term \d+/);
    expect(stdout).toMatch(/nothing was changed: recover with --yes/);
    expect((await readClusterFile(dataDir))!.clusterId).toBe(oldClusterId);
  });

  it('makes a new cluster of the survivor, which holds what it held and goes on', async () => {
    const startedAt = performance.now();
    const { code, stdout } = await place.run(['recover', '--yes']);
    expect(stdout).toContain(`with the one member ${survivor}`);
    expect(stdout).toContain(`before-recovery-${oldClusterId}`);
    expect(code).toBe(0);
    report('kuorum recover --yes', startedAt);
    await place.up();
    const { clusterId, members } = await place.status();
    expect(clusterId).not.toBe(oldClusterId);
    expect(members.map(({ name, role }) => `${name} ${role}`)).toEqual([`${survivor} leader`]);
    const client = await connect();
    await expectNothingLost(client, 'default', writers);
    expect(await listVersion(client)).toBeGreaterThanOrEqual(listedVersion + raise);
    const writer = startWriter({ client, namespace: 'default', prefix: 'after' });
    writers.push(writer);
    await until('creates go on', () => writer.count('acknowledged') >= 50);
    await writer.stop();
    await expectNothingLost(client, 'default', writers);
    client.close();
  });

  it('lets no client see an old revision again: its watch is told 410, and a new one goes on', async () => {
    const client = await connect();
    const path = '/api/v1/namespaces/default/configmaps';
    const watch = async (resourceVersion: number): Promise<string> => {
      const { body } = await client.raw({
        method: 'GET',
        path,
        query: { watch: 'true', resourceVersion: String(resourceVersion), timeoutSeconds: '1' },
      });
      return Buffer.from(body).toString();
    };
    // Also one that the survivor never had, but a lost member may have given out.
    for (const old of [1, listedVersion, listedVersion + 500_000]) {
      const event = JSON.parse(await watch(old)) as unknown;
      expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    }
    const now = await listVersion(client);
    await client.create(configMaps, { metadata: { name: 'seen' } });
    expect(await watch(now)).toContain('"name":"seen"');
    client.close();
  });

  it('leaves the old members outside', async () => {
    const { peerPort } = (await readClusterFile(dataDir))!.members[0]!;
    const pem = (name: string): Promise<string> => readFile(join(dataDir, 'pki', name), 'utf8');
    const old = await createPeerTransport({
      localId: oldMemberId,
      localName: survivor,
      clusterId: oldClusterId,
      host: '127.0.0.1',
      port: 0,
      tls: {
        certificate: await pem(`etcd/${survivor}.crt`),
        key: await pem(`etcd/${survivor}.key`),
        authority: await pem('etcd/ca.crt'),
      },
      isMemberName: () => true,
      clock: systemClock(),
      random: systemRandom(),
      logger: silentLogger,
    });
    try {
      await old.start({
        onMessage: () => {},
        onPeerGone: () => {},
        onSnapshot: () => Promise.reject(new Error()),
      });
      old.setPeers(new Map([[1, { name: survivor, address: `127.0.0.1:${peerPort}` }]]));
      await until('the new cluster refuses the old member', async () => {
        old.send(1, { type: 'timeout-now', term: 9999 });
        return (await readFile(join(dataDir, 'logs', `${survivor}.log`), 'utf8')).includes('another cluster');
      });
    } finally {
      await old.stop();
    }
    await place.run(['down']);
    const folder = join(dataDir, 'members', survivor);
    await rm(folder, { recursive: true });
    await cp(join(place.folder, 'old-copy'), folder, { recursive: true });
    const refused = await place.run(['up', '--api-port', '0']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`belongs to cluster ${oldClusterId}`);
  });
});
