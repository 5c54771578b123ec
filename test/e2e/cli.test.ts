/** What a user types, end to end. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { clientFor } from './support/cluster-client.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import { report, until } from './support/until.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };
let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await place.run(['down']);
  await place.leave();
});

async function kubeconfig(): Promise<string> {
  return readFile(join(place.folder, '.kuorum', 'kubeconfig'), 'utf8');
}

describe('kuorum up', () => {
  it('says where it is ready, how to use it, and stops cleanly on Ctrl-C', async () => {
    const startedAt = performance.now();
    const up = await place.up();
    report('kuorum up to its ready line', startedAt);
    expect(up.output()).toMatch(
      /^ready: https:\/\/127\.0\.0\.1:\d+ \(3 members, leader m[123]\) in \d+\.\d s$/m,
    );
    expect(up.output()).toContain(join(place.folder, '.kuorum', 'kubeconfig'));
    expect(up.output()).toMatch(/export KUBECONFIG=/);
    const client = clientFor(await kubeconfig());
    expect((await client.raw({ method: 'GET', path: '/readyz' })).status).toBe(200);
    client.close();

    const { members, supervisorPid } = await place.status();
    const pids = [supervisorPid, ...members.map(({ pid }) => pid!)];
    expect(pids.every(isAlive)).toBe(true);
    up.process.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    await until('every process is gone', () => !pids.some(isAlive));
  });

  it('finds the data again after a stop, and refuses another number of members', async () => {
    const first = await place.up(['--members', '1']);
    const before = clientFor(await kubeconfig());
    await before.create(configMaps, { metadata: { name: 'kept' } });
    before.close();
    first.process.kill('SIGTERM');
    await first.ended;
    const refused = await place.run(['up', '--members', '3', '--api-port', '0']);
    expect(refused.code).toBe(1);
    expect(refused.stderr.trimEnd().split('\n').at(-1)).toMatch(/holds a cluster of 1 member.*, not 3/);
    await place.up();
    const after = clientFor(await kubeconfig());
    expect(await after.get(configMaps, 'kept')).toMatchObject({ metadata: { name: 'kept' } });
    after.close();
    expect((await place.status()).members).toHaveLength(1);
  });

  it('refuses a second start in the same folder with the pid of the first', async () => {
    await place.up(['--members', '1']);
    const { supervisorPid } = await place.status();
    const second = await place.run(['up', '--api-port', '0']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('already running');
    expect(second.stderr).toContain(String(supervisorPid));
  });

  it('ends its members when it is killed itself', async () => {
    const up = await place.up();
    const pids = (await place.status()).members.map(({ pid }) => pid!);
    up.process.kill('SIGKILL');
    await up.ended;
    await until('no member outlives its supervisor', () => !pids.some(isAlive));
    await place.up();
  });

  it('runs detached until kuorum down', async () => {
    const { code, stdout, stderr } = await place.run(['up', '--detach', '--members', '1', '--api-port', '0']);
    expect(stderr + stdout).toMatch(/ready: /);
    expect(code).toBe(0);
    const { supervisorPid } = await place.status();
    expect(isAlive(supervisorPid)).toBe(true);
    const down = await place.run(['down']);
    expect(down.code).toBe(0);
    await until('the supervisor is gone', () => !isAlive(supervisorPid));
    const status = await place.run(['status']);
    expect(status.code).toBe(1);
    expect(status.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('deletes what was there with --fresh', async () => {
    const first = await place.up(['--members', '1']);
    const { clusterId } = await place.status();
    first.process.kill('SIGTERM');
    await first.ended;
    await place.up(['--members', '3', '--fresh']);
    const status = await place.status();
    expect(status.members).toHaveLength(3);
    expect(status.clusterId).not.toBe(clusterId);
  });
});

describe('kuorum status, logs and kubeconfig', () => {
  it('show every member, find the folder from below it, and keep keys private', async () => {
    await place.up();
    const table = await place.run(['status']);
    expect(table.stdout).toMatch(/MEMBER +ROLE +TERM +COMMIT +APPLIED +LAG +DB SIZE.*PID +HEALTH/);
    expect(table.stdout.match(/^m[123] .*\bok$/gm)).toHaveLength(3);
    expect(table.stdout.match(/\bleader\b.*\bok$/gm)).toHaveLength(1);
    const status = await place.status();
    for (const member of status.members) {
      expect(member.stateHash).toMatch(/^[0-9a-f]{32}$/);
      expect(member.residentBytes).toBeGreaterThan(10_000_000);
    }
    const inner = join(place.folder, 'a', 'b');
    await mkdir(inner, { recursive: true });
    expect((await place.run(['status'], { cwd: inner })).stdout).toContain('m1');
    expect((await place.run(['logs', 'm1'])).stdout).toContain('{');
    expect((await place.run(['logs', 'm9'])).code).toBe(1);
    expect((await place.run(['kubeconfig'])).stdout).toBe(await kubeconfig());
    const file = JSON.parse(await readFile(join(place.folder, '.kuorum', 'cluster.json'), 'utf8')) as {
      members: { name: string; pid: number; apiPort: number; peerPort: number }[];
    };
    expect(file.members.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']);
    expect((await stat(join(place.folder, '.kuorum', 'kubeconfig'))).mode & 0o777).toBe(0o600);
  });

  it('merge the contexts into the user’s own kubeconfig and keep what was there', async () => {
    await place.up(['--members', '1']);
    const own = join(place.folder, '.kube', 'config');
    await mkdir(join(place.folder, '.kube'));
    await writeFile(
      own,
      'apiVersion: v1\nkind: Config\ncurrent-context: mine\ncontexts: [{name: mine, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://example.com"}}]\nusers: [{name: u, user: {}}]\n',
    );
    const merged = await place.run(['kubeconfig', '--merge']);
    expect(merged.code).toBe(0);
    const text = await readFile(own, 'utf8');
    for (const part of ['mine', 'https://example.com', 'kuorum', 'kuorum-m1', 'current-context: mine'])
      expect(text).toContain(part);
  });
});

describe('kuorum fault', () => {
  it('is refused on a cluster that was not started for it', async () => {
    await place.up(['--members', '3']);
    const refused = await place.run(['fault', 'kill', 'm1']);
    expect(refused.code).toBe(1);
    expect(refused.stderr.trimEnd()).toMatch(/^[^\n]*--faults[^\n]*$/);
    expect((await place.status()).members.every(({ process: state }) => state === 'running')).toBe(true);
  });

  it('partitions, isolates, kills, restarts, pauses and heals', async () => {
    await place.up(['--faults']);
    const fault = async (...words: string[]): Promise<void> => {
      const { code, stderr } = await place.run(['fault', ...words]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
    };
    const state = async (name: string): Promise<string | undefined> =>
      (await place.status()).members.find((member) => member.name === name)?.process;
    const allReady = (): Promise<true> =>
      until(
        'all members are ready',
        async () => (await place.status()).members.every(({ ready }) => ready) || undefined,
      );

    await fault('partition', 'm1', '/', 'm2,m3');
    await until('m1 is not ready', async () => {
      const { members, leader } = await place.status();
      return (
        members.find(({ name }) => name === 'm1')?.ready === false && leader !== undefined && leader !== 'm1'
      );
    });
    await fault('heal');
    await allReady();

    const { leader } = await place.status();
    await fault('isolate', 'leader');
    await until('another leads', async () => {
      const now = (await place.status()).leader;
      return now !== undefined && now !== leader;
    });
    await fault('heal');
    await allReady();

    await fault('kill', 'm1');
    expect(await state('m1')).toBe('killed');
    await fault('restart', 'm1');
    await allReady();

    await fault('pause', 'm2');
    expect(await state('m2')).toBe('paused');
    const client = clientFor(await kubeconfig());
    const pausedAt = performance.now();
    await until('the front door serves without the paused member', async () => {
      return (
        (await client.raw({ method: 'GET', path: '/readyz', timeoutMilliseconds: 3_000 })).status === 200
      );
    });
    report('the front door serves while a member is paused', pausedAt);
    client.close();
    await fault('heal');
    await allReady();
  });
});

const [kubectl] = inject('kubectls');
describe.skipIf(kubectl === undefined)('kuorum kubectl', () => {
  it('runs kubectl with the right kubeconfig and gives its exit code', async () => {
    await place.up(['--members', '1']);
    const env = { PATH: `${join(kubectl!.path, '..')}:${process.env['PATH']}` };
    const good = await place.run(['kubectl', 'get', 'namespaces', '-o', 'name'], { env });
    expect(good.stderr).toBe('');
    expect(good.stdout).toContain('namespace/kube-system');
    expect((await place.run(['kubectl', 'get', 'namespace', 'nowhere'], { env })).code).toBe(1);
  });
});
