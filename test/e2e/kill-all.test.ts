/** Every member dies by kill -9 at once, under load; then the cluster starts again on what is on disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { clientFor, untilCaughtUp, untilSameState } from './support/cluster-client.js';
import { projectFolder } from './support/project.js';
import { report, until } from './support/until.js';
import { expectNothingLost, startWriter, type Writer } from './support/writer.js';

describe('kill -9 of all members at once', () => {
  let folder: string;
  let cluster: Cluster;
  const writers: Writer[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuorum-kill-all-'));
    cluster = await startCluster({ members: 3, dataDir: join(folder, 'data') });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('loses nothing acknowledged when the supervisor starts them again', async () => {
    const client = clientFor(cluster.kubeconfig);
    const writer = startWriter({ client, namespace: 'default', prefix: 'all', parallel: 8 });
    writers.push(writer);
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 200);
    const pids = cluster.members.map(({ pid }) => pid!);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    const killedAt = performance.now();
    await until('every member runs again', async () => {
      const { members } = await cluster.status();
      return members.every(({ pid, ready }) => ready && pid !== undefined && !pids.includes(pid));
    });
    report('all members ready again after kill -9 of all', killedAt);
    await until('creates go on', () => writer.count('acknowledged', killedAt) >= 20);
    report('creates go on after kill -9 of all', killedAt);
    await writer.stop();
    await expectNothingLost(client, 'default', writers);
    await untilCaughtUp(cluster);
    await untilSameState(cluster);
    client.close();
  });

  it('loses nothing when everything is killed and started anew on the same folder', async () => {
    const client = clientFor(cluster.kubeconfig);
    const writer = startWriter({ client, namespace: 'default', prefix: 'anew', parallel: 8 });
    writers.push(writer);
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 200);
    await cluster.stop({ kill: true });
    await writer.stop();
    client.close();
    const startedAt = performance.now();
    cluster = await startCluster({ dataDir: join(folder, 'data') });
    report('started anew on the same folder', startedAt);
    expect(cluster.members).toHaveLength(3);
    const after = clientFor(cluster.kubeconfig);
    await expectNothingLost(after, 'default', writers);
    await untilCaughtUp(cluster);
    await untilSameState(cluster);
    after.close();
  });
});

describe('a supervisor that is killed while its processes load their code', () => {
  it.each(['member.js', 'controllers.js'])('leaves no %s behind', async (program) => {
    const child = spawn(process.execPath, [join(projectFolder, 'dist', program), 'm1'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    child.disconnect();
    await ended;
  });
});
