import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readClusterFile } from '../../cluster/cluster-file.js';
import {
  type Cluster,
  connectControl,
  isUserError,
  type StartClusterOptions,
  startCluster,
} from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// The supervisor, the front door and the control socket are the real ones, and so are the processes; what
// runs in them stands in for members.
const programFolder = fileURLToPath(new URL('./support/programs', import.meta.url));

const running: Cluster[] = [];

afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop({ kill: true });
});

async function start(options: StartClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ programFolder, ...options });
  running.push(cluster);
  return cluster;
}

async function refusal(options: StartClusterOptions): Promise<string> {
  try {
    await start(options);
  } catch (error) {
    expect(isUserError(error), String(error)).toBe(true);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it started');
}

/** The member that answers a new connection to the front door. */
async function memberBehind(cluster: Cluster, path = '/version'): Promise<string> {
  const ca = await readFile(join(cluster.dataDir, 'pki', 'ca.crt'), 'utf8');
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, cluster.url), { ca, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(String(response.headers['x-member'])));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

const processOf = async (cluster: Cluster, name: string): Promise<string | undefined> =>
  (await cluster.status()).members.find((member) => member.name === name)?.process;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a cluster', () => {
  it('describes itself in cluster.json, in the kubeconfig and in its status', async () => {
    const cluster = await start();
    const file = await readClusterFile(cluster.dataDir);
    expect(file).toMatchObject({ phase: 'formed', supervisorPid: process.pid, faults: true });
    expect(`https://127.0.0.1:${file?.frontDoorPort}`).toBe(cluster.url);
    for (const [index, member] of cluster.members.entries()) {
      expect(file?.members[index]).toEqual({
        name: `m${index + 1}`,
        id: member.id,
        pid: member.pid,
        apiPort: member.apiPort,
        peerPort: member.peerPort,
        clientPort: member.clientPort,
        role: 'voter',
        priority: 0,
        joining: false,
      });
      expect(cluster.kubeconfig).toContain(`server: ${member.url}`);
    }
    expect(await readFile(cluster.kubeconfigPath, 'utf8')).toBe(cluster.kubeconfig);
    expect((await stat(cluster.kubeconfigPath)).mode & 0o777).toBe(0o600);
    const status = await cluster.status();
    expect(status.leader).toBe('m2');
    expect(status.members.map(({ name, lag, health, ready }) => [name, lag, health, ready])).toEqual([
      ['m1', 0, 'ok', true],
      ['m2', 0, 'ok', true],
      ['m3', 2, 'ok', true],
    ]);
  });

  it('leaves nothing behind: no process, and no temporary folder', async () => {
    const cluster = await start();
    const pids = cluster.members.map((member) => member.pid ?? 0);
    await cluster.stop();
    expect(pids.filter(alive)).toEqual([]);
    await expect(stat(cluster.dataDir)).rejects.toThrow(/ENOENT/);
  });

  it('keeps identity, data folder and free ports over a stop, and replaces ports that are taken', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ dataDir });
    const before = first.members;
    await first.stop();
    expect(await readClusterFile(dataDir)).toMatchObject({ supervisorPid: null });
    const blocker = createServer();
    await new Promise<void>((resolve) => {
      blocker.listen(before[0]?.apiPort, '127.0.0.1', resolve);
    });
    try {
      const second = await start({ dataDir });
      expect(second.url).toBe(first.url);
      expect(second.members.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      expect(second.members.slice(1).map(({ apiPort }) => apiPort)).toEqual(
        before.slice(1).map(({ apiPort }) => apiPort),
      );
      expect(second.members[0]?.apiPort).not.toBe(before[0]?.apiPort);
      expect(second.kubeconfig).toContain(second.members[0]?.url);
    } finally {
      blocker.close();
    }
  });

  it('refuses a second start, another number of members, and a port that is taken', async () => {
    const dataDir = await temporaryFolder();
    const cluster = await start({ dataDir });
    expect(await refusal({ dataDir })).toMatch(new RegExp(`already running in .* \\(pid ${process.pid}\\)`));
    await cluster.stop();
    expect(await refusal({ dataDir, members: 5 })).toMatch(/holds a cluster of 3 members, not 5/);
    const port = Number(new URL(cluster.url).port);
    const blocker = createServer();
    await new Promise<void>((resolve) => {
      blocker.listen(port, '127.0.0.1', resolve);
    });
    try {
      expect(await refusal({ dataDir, apiPort: port })).toMatch(new RegExp(`^port ${port} is taken`));
    } finally {
      blocker.close();
    }
    // Each refusal let go of the folder.
    await start({ dataDir });
  });

  it('starts without a member that refuses to run, leaves it down, and says why', async () => {
    const dataDir = await temporaryFolder();
    await (await start({ dataDir })).stop();
    await writeFile(join(dataDir, 'members', 'm3', 'refuse'), '');
    const lines: string[] = [];
    const cluster = await start({ dataDir, onProgress: (line) => lines.push(line) });
    expect(lines).toContain(
      'm3 does not take part: member m3: refused by the test; give it a successor with: kuorum member replace m3',
    );
    expect((await cluster.status()).members[2]).toMatchObject({
      process: 'refused',
      health: 'member m3: refused by the test: kuorum member replace m3',
      restarts: 0,
    });
    for (let count = 0; count < 4; count += 1) expect(await memberBehind(cluster)).not.toBe('m3');
    // Who mended it has it started again.
    await rm(join(dataDir, 'members', 'm3', 'refuse'));
    await cluster.faults.restart('m3');
    expect(await processOf(cluster, 'm3')).toBe('running');
  });

  it('starts without a member whose folder is gone, which it does not make anew', async () => {
    const dataDir = await temporaryFolder();
    await (await start({ dataDir })).stop();
    await rm(join(dataDir, 'members', 'm1'), { recursive: true });
    const cluster = await start({ dataDir });
    expect((await cluster.status()).members[0]).toMatchObject({
      process: 'refused',
      pid: undefined,
      health: `${join(dataDir, 'members', 'm1')} is missing: kuorum member replace m1`,
    });
    await expect(stat(join(dataDir, 'members', 'm1'))).rejects.toThrow(/ENOENT/);
  });

  it('passes on why a majority refuses to run, and stops the others', async () => {
    const dataDir = await temporaryFolder();
    await (await start({ dataDir })).stop();
    for (const name of ['m2', 'm3']) await writeFile(join(dataDir, 'members', name, 'refuse'), '');
    expect(await refusal({ dataDir })).toBe(
      '2 of 3 voting members cannot start, and 2 are needed (member m2: refused by the test; member m3: refused by ' +
        'the test): restore them from copies, or go on from what is left with kuorum recover',
    );
    const file = await readClusterFile(dataDir);
    expect(file?.members.map(({ pid }) => pid)).toEqual([null, null, null]);
  });

  it('starts with a majority when one member does not become ready in time, and says so', async () => {
    const dataDir = await temporaryFolder();
    await (await start({ dataDir })).stop();
    await writeFile(join(dataDir, 'members', 'm3', 'unready'), '');
    const cluster = await start({ dataDir, readyTimeoutMilliseconds: 500 });
    const status = await cluster.status();
    expect(status.members.find(({ name }) => name === 'm3')).toMatchObject({
      ready: false,
      health: '[-]quorum failed: reason withheld',
    });
    for (let count = 0; count < 6; count += 1) expect(await memberBehind(cluster)).not.toBe('m3');
  });
});

describe('faults on a cluster of processes', () => {
  it('kill a member until it is restarted; new connections go to the others', async () => {
    const cluster = await start();
    const pid = cluster.members[0]?.pid ?? 0;
    expect(await cluster.faults.kill('m1')).toBe('m1');
    expect(alive(pid)).toBe(false);
    expect(await processOf(cluster, 'm1')).toBe('killed');
    for (let count = 0; count < 4; count += 1) expect(['m2', 'm3']).toContain(await memberBehind(cluster));
    await cluster.faults.restart('m1');
    expect(await processOf(cluster, 'm1')).toBe('running');
    expect(cluster.members[0]?.pid).not.toBe(pid);
    await expect.poll(() => memberBehind(cluster), { timeout: 25_000 }).toBe('m1');
  });

  it('find the leader by that name', async () => {
    const cluster = await start();
    expect(await cluster.faults.kill('leader')).toBe('m2');
    await expect(cluster.faults.kill('leader')).rejects.toThrow('there is no leader at the moment');
  });

  it('pause a member, which is noticed, and resume it', async () => {
    const cluster = await start();
    await cluster.faults.pause('m3');
    await expect
      .poll(async () => (await cluster.status()).members[2]?.ready, { timeout: 25_000 })
      .toBe(false);
    expect((await cluster.status()).members[2]).toMatchObject({
      process: 'paused',
      health: 'paused by a fault',
    });
    await cluster.faults.heal();
    await expect.poll(async () => (await cluster.status()).members[2]?.ready, { timeout: 25_000 }).toBe(true);
  });

  it('are refused without the permission, and for members that do not exist', async () => {
    const closed = await start({ faults: false });
    await expect(closed.faults.kill('m1')).rejects.toThrow(
      /was not started for faults: start it with --faults/,
    );
    expect(await processOf(closed, 'm1')).toBe('running');
    const cluster = await start();
    await expect(cluster.faults.kill('m9')).rejects.toThrow(
      'there is no member m9; the members are m1, m2, m3',
    );
    await expect(cluster.faults.partition([['m1'], ['m1', 'm2']])).rejects.toThrow(
      'm1 stands in more than one group',
    );
    await expect(cluster.faults.partition([])).rejects.toThrow(/at least one group/);
  });

  it('show in the status until they are healed', async () => {
    const cluster = await start();
    await cluster.faults.partition([['m1'], ['m2', 'm3']]);
    const cut = (await cluster.status()).linkFaults.map(({ from, to }) => `${from} ${to}`).sort();
    expect(cut).toEqual(['m1 m2', 'm1 m3', 'm2 m1', 'm3 m1']);
    expect(await cluster.faults.isolate('leader')).toBe('m2');
    expect((await cluster.status()).linkFaults.map(({ from }) => from).sort()).toEqual([
      'm1',
      'm2',
      'm2',
      'm3',
    ]);
    expect(await cluster.faults.clock('m3', { offsetMilliseconds: -5_000 })).toBe('m3');
    const clocks = (await cluster.status()).members.map(({ clockFault }) => clockFault);
    expect(clocks).toEqual([undefined, undefined, { offsetMilliseconds: -5_000 }]);
    expect(await cluster.faults.disk('m1', { syncDelayMilliseconds: 20 })).toBe('m1');
    const disks = (await cluster.status()).members.map(({ diskFault }) => diskFault);
    expect(disks).toEqual([{ syncDelayMilliseconds: 20 }, undefined, undefined]);
    await cluster.faults.heal();
    expect((await cluster.status()).linkFaults).toEqual([]);
    expect((await cluster.status()).members[0]?.diskFault).toBeUndefined();
    expect((await cluster.status()).members[2]?.clockFault).toBeUndefined();
  });

  it('refuse a disk that is slow for ever', async () => {
    const cluster = await start();
    for (const syncDelayMilliseconds of [-1, Number.NaN, 60_001])
      await expect(cluster.faults.disk('m1', { syncDelayMilliseconds })).rejects.toThrow(
        'a disk is slow by a minute a write at most',
      );
  });

  it('refuse a clock that no machine has', async () => {
    const cluster = await start();
    await expect(cluster.faults.clock('m1', { rate: 0 })).rejects.toThrow("a clock's rate is from 0.1 to 10");
    await expect(cluster.faults.clock('m1', { offsetMilliseconds: Number.NaN })).rejects.toThrow(
      'a clock is off by ten years at most',
    );
  });
});

describe('a member that dies unbidden', () => {
  it('is started again by itself', async () => {
    const cluster = await start();
    const pid = cluster.members[1]?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => processOf(cluster, 'm2'), { timeout: 25_000 }).toBe('restarting');
    await expect.poll(() => processOf(cluster, 'm2'), { timeout: 25_000 }).toBe('running');
    expect((await cluster.status()).members[1]?.restarts).toBe(1);
    expect((await readClusterFile(cluster.dataDir))?.members[1]?.pid).toBe(cluster.members[1]?.pid);
  });
});

describe('the control socket', () => {
  it("answers status, faults and down to the folder's administrator", async () => {
    const dataDir = await temporaryFolder();
    const cluster = await start({ dataDir });
    const control = await connectControl({ dataDir, clock: systemClock() });
    expect((await control.status()).members.map(({ pid }) => pid)).toEqual(
      cluster.members.map(({ pid }) => pid),
    );
    expect(await control.fault({ kind: 'kill', member: 'm1' })).toBe('m1');
    await expect(control.fault({ kind: 'kill', member: 'm9' })).rejects.toThrow(/^there is no member m9/);
    await control.down();
    expect(cluster.members.map(({ pid }) => pid)).toEqual([undefined, undefined, undefined]);
    await expect(connectControl({ dataDir, clock: systemClock() })).rejects.toThrow(/^no cluster runs in/);
  });

  it('lets a member look, but neither break nor stop anything', async () => {
    const dataDir = await temporaryFolder();
    await start({ dataDir });
    for (const suffix of ['crt', 'key']) {
      await writeFile(
        join(dataDir, 'pki', `admin.${suffix}`),
        await readFile(join(dataDir, 'pki', `m1.${suffix}`)),
      );
    }
    const control = await connectControl({ dataDir, clock: systemClock() });
    expect((await control.status()).leader).toBe('m2');
    await expect(control.fault({ kind: 'heal' })).rejects.toThrow(
      /needs a certificate of the group system:masters/,
    );
    await expect(control.down()).rejects.toThrow(/needs a certificate of the group system:masters/);
    await expect(control.changeMembership({ kind: 'add' }, () => {})).rejects.toThrow(
      /needs a certificate of the group system:masters/,
    );
  });

  it('refuses an order about the membership that makes no sense, and one that nobody can carry out', async () => {
    const dataDir = await temporaryFolder();
    const cluster = await start({ dataDir });
    const control = await connectControl({ dataDir, clock: systemClock() });
    const order = { kind: 'remove', member: '' } as const;
    await expect(control.changeMembership({ ...order, force: false }, () => {})).rejects.toThrow(
      'remove needs a member',
    );
    expect((await control.members()).map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']);
    await expect(control.changeMembership({ kind: 'add', name: 'admin' }, () => {})).rejects.toThrow(
      "admin cannot be a member's name: it means something else",
    );
    const { pid } = cluster.members[0]!;
    const lines: string[] = [];
    await expect(control.changeMembership({ kind: 'add' }, (line) => lines.push(line))).rejects.toThrow(
      'the test takes nobody in',
    );
    expect(lines).toEqual(['m4: starting']);
    // Nothing is left of the newcomer.
    expect(cluster.members.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']);
    expect(cluster.members[0]?.pid).toBe(pid);
    expect(cluster.kubeconfig).not.toContain('kuorum-m4');
    const file = await readClusterFile(dataDir);
    expect(file?.members.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']);
    expect(file?.former.map(({ name }) => name)).toEqual(['m4']);
    for (const path of ['members/m4', 'pki/m4.key', 'pki/etcd/m4.crt']) {
      await expect(stat(join(dataDir, path))).rejects.toThrow(/ENOENT/);
    }
  });

  it("refuses another authority's certificate", async () => {
    const dataDir = await temporaryFolder();
    await start({ dataDir });
    for (const suffix of ['crt', 'key']) {
      await writeFile(
        join(dataDir, 'pki', `admin.${suffix}`),
        await readFile(join(dataDir, 'pki', 'etcd', `admin.${suffix}`)),
      );
    }
    const control = await connectControl({ dataDir, clock: systemClock() });
    await expect(control.status()).rejects.toThrow(/does not answer/);
    await rm(join(dataDir, 'pki', 'admin.crt'));
    await expect(connectControl({ dataDir, clock: systemClock() })).rejects.toThrow(
      /admin\.crt cannot be read \(ENOENT\)/,
    );
  });
});
