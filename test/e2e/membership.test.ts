/** Members come and go while a client creates without pause: nothing acknowledged is lost, and nobody waits long. */
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseKubeconfig } from '../../client/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import {
  clientFor,
  leaderName,
  memberClient,
  untilCaughtUp,
  untilSameState,
} from './support/cluster-client.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import { until } from './support/until.js';
import { expectNothingLost, startWriter, type Writer } from './support/writer.js';

/** The longest time between two acknowledgements that followed each other. */
function longestGap(writer: Writer): number {
  const ends = writer.records
    .filter(({ ending }) => ending === 'acknowledged')
    .map(({ endedAt }) => endedAt)
    .toSorted((left, right) => left - right);
  return Math.max(0, ...ends.slice(1).map((end, index) => end - (ends[index] ?? end)));
}

/** Printed for people: the machine decides it, and no test asserts it. */
function reportGap(what: string, writer: Writer, terms: number): void {
  const refused = writer.count('refused');
  const unknown = writer.count('unknown');
  process.stdout.write(
    `  ${what}: longest gap between acknowledgements ${Math.round(longestGap(writer))} ms, ${terms} new terms ` +
      `(${writer.count('acknowledged')} acknowledged, ${refused} refused, ${unknown} unknown)\n`,
  );
}

async function highestTerm(cluster: Cluster): Promise<number> {
  return Math.max(...(await cluster.status()).members.map(({ term }) => term ?? 0));
}

const namesOf = (cluster: Cluster): readonly string[] => cluster.members.map(({ name }) => name);

describe('growing 3 → 5 → 7 and shrinking back under load', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3 });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('loses no acknowledged create; all members end with the same state', async () => {
    const client = clientFor(cluster.kubeconfig);
    const writers: Writer[] = [];
    const underLoad = async (what: string, change: () => Promise<unknown>): Promise<void> => {
      const writer = startWriter({ client, namespace: 'default', prefix: `load-${writers.length}` });
      writers.push(writer);
      await until('creates are acknowledged', () => writer.count('acknowledged') >= 50);
      const term = await highestTerm(cluster);
      await change();
      const changedAt = performance.now();
      await until('creates go on', () => writer.count('acknowledged', changedAt) >= 50);
      await writer.stop();
      reportGap(what, writer, (await highestTerm(cluster)) - term);
    };
    await underLoad('3 → 5', async () => {
      expect(await cluster.membership.add()).toBe('m4');
      expect(await cluster.membership.add()).toBe('m5');
    });
    await underLoad('5 → 7', async () => {
      await cluster.membership.add();
      await cluster.membership.add();
    });
    const seven = await cluster.membership.list();
    expect(seven.map(({ name, role }) => [name, role])).toEqual(
      ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'].map((name) => [name, 'voter']),
    );
    await untilCaughtUp(cluster);
    await untilSameState(cluster);
    const grown = memberClient(cluster, 'm7');
    await expectNothingLost(grown, 'default', writers);
    grown.close();

    await underLoad('7 → 5, a follower and the leader', async () => {
      const leader = await leaderName(cluster);
      const follower = namesOf(cluster).find((name) => name !== leader)!;
      expect(await cluster.membership.remove(follower)).toBe(follower);
      expect(await cluster.membership.remove('leader')).toBe(leader);
    });
    await underLoad('5 → 3, the first members', async () => {
      for (const name of namesOf(cluster).slice(0, 2)) await cluster.membership.remove(name);
    });
    expect(cluster.members).toHaveLength(3);
    await untilCaughtUp(cluster);
    await untilSameState(cluster);
    await expectNothingLost(client, 'default', writers);
    client.close();
  });

  it('replaces the leader and a dead member, each in one change, under load', async () => {
    const client = clientFor(cluster.kubeconfig);
    const before = namesOf(cluster);
    const leader = await leaderName(cluster);
    const writer = startWriter({ client, namespace: 'default', prefix: 'replace' });
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 50);
    const term = await highestTerm(cluster);
    const newcomer = await cluster.membership.replace(leader);
    expect(before).not.toContain(newcomer);
    const leading = await leaderName(cluster);
    const dead = namesOf(cluster).find((name) => name !== newcomer && name !== leading)!;
    await cluster.faults.kill(dead);
    const successor = await cluster.membership.replace(dead);
    const replacedAt = performance.now();
    await until('creates go on', () => writer.count('acknowledged', replacedAt) >= 50);
    await writer.stop();
    reportGap('replacing the leader and a dead member', writer, (await highestTerm(cluster)) - term);
    const entries = await cluster.membership.list();
    const names = entries.map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(names).toEqual(expect.arrayContaining([newcomer, successor]));
    expect(names).not.toContain(leader);
    expect(names).not.toContain(dead);
    await untilCaughtUp(cluster);
    await untilSameState(cluster);
    await expectNothingLost(client, 'default', [writer]);
    client.close();
  });

  it('keeps a learner out of the quorum and out of the front door, until it is promoted', async () => {
    const learner = await cluster.membership.add({ learner: true, priority: 3 });
    const find = async (): Promise<unknown> =>
      (await cluster.membership.list()).find(({ name }) => name === learner);
    expect(await find()).toMatchObject({ role: 'learner', priority: 3, promoting: false });
    await expect(cluster.membership.moveLeader(learner)).rejects.toThrow(
      `${learner} is a learner: only voting members can lead`,
    );
    expect(await cluster.membership.promote(learner)).toBe(learner);
    expect(await find()).toMatchObject({ role: 'voter', promoting: false });
    // Of equals in all else the one with the highest priority leads.
    await until('the preferred member leads', async () => (await cluster.status()).leader === learner);
    const other = namesOf(cluster).find((name) => name !== learner)!;
    await cluster.membership.setPriority(learner, -1);
    await cluster.membership.moveLeader(other);
    expect((await cluster.status()).leader).toBe(other);
    expect(await cluster.membership.demote(learner)).toBe(learner);
    expect(await find()).toMatchObject({ role: 'learner' });
    await cluster.membership.remove(learner);
  });

  it('refuses what would leave no reachable majority, unless it is forced', async () => {
    const names = namesOf(cluster);
    expect(names).toHaveLength(3);
    const leader = await leaderName(cluster);
    const [first, second] = names.filter((name) => name !== leader) as [string, string];
    await cluster.faults.kill(first);
    await expect(cluster.membership.remove(second)).rejects.toThrow(
      `removing ${second} would leave 1 running of 2 voting members, where 2 are needed: insist with --force`,
    );
    expect(namesOf(cluster)).toContain(second);
    await cluster.faults.restart(first);
    await cluster.faults.isolate(first);
    // Here only the leader knows, which counts a follower as reachable for a moment after its last word.
    const client = memberClient(cluster, await leaderName(cluster));
    await until('the leader misses it', async () => {
      const health = await client.get({ group: '', version: 'v1', resource: 'componentstatuses' }, first);
      return JSON.stringify(health).includes('not heard of for');
    });
    client.close();
    await expect(cluster.membership.demote(second)).rejects.toThrow(
      /would leave 1 reachable of 2 voting members, where 2 are needed: insist with --force/,
    );
    // The one that is cut off may go: what is left is whole. Nobody can tell it, but its process ends.
    await cluster.membership.remove(first);
    expect((await cluster.membership.list()).map(({ name }) => name)).toEqual(
      names.filter((name) => name !== first),
    );
    expect(namesOf(cluster)).not.toContain(first);
    await cluster.faults.heal();
    await cluster.membership.add();
  });
});

describe('kuorum member', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await workplace();
  });
  afterEach(async () => {
    await place.leave();
  });

  const kuorum = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  const listed = async (): Promise<readonly { readonly name: string; readonly id: number }[]> =>
    JSON.parse(await kuorum('member', 'list', '-o', 'json'));

  it('adds, promotes, replaces and removes members; every other command sees them come and go', async () => {
    await place.up(['--members', '3']);
    const added = await place.run(['member', 'add', '--count', '2']);
    expect(added).toMatchObject({ code: 0, stdout: 'added m4, m5, voting\n' });
    for (const line of ['m4: starting', 'm4: learner', 'm4: voting', 'm5: voting']) {
      expect(added.stderr).toContain(`${line}\n`);
    }
    expect((await place.status()).members.map(({ name, voting }) => [name, voting])).toEqual(
      ['m1', 'm2', 'm3', 'm4', 'm5'].map((name) => [name, true]),
    );
    const contexts = parseKubeconfig(await kuorum('kubeconfig'));
    const m5 = clientFor(await kuorum('kubeconfig'), 'kuorum-m5');
    expect(contexts.context('kuorum-m5').server).toMatch(/^https:/);
    await m5.get({ group: '', version: 'v1', resource: 'namespaces' }, 'default');
    m5.close();
    expect(await kuorum('logs', 'm5')).toContain('raft started');

    const before = await listed();
    expect(await kuorum('member', 'remove', 'm2')).toBe('removed m2; its id is never given again');
    const pid = (await place.status()).members.find(({ name }) => name === 'm2');
    expect(pid).toBeUndefined();
    await expect(kuorum('logs', 'm2')).rejects.toThrow(/there is no log of m2/);
    const after = parseKubeconfig(await kuorum('kubeconfig'));
    expect(() => after.context('kuorum-m2')).toThrow(/kuorum-m2/);
    // The name may be given again; the id is another one.
    expect(await kuorum('member', 'add', '--name', 'm2', '--learner')).toBe('added m2 as learner');
    const again = (await listed()).find(({ name }) => name === 'm2')!;
    expect(before.map(({ id }) => id)).not.toContain(again.id);
    expect(await kuorum('member', 'promote', 'm2')).toBe('m2 votes');
    expect(await kuorum('member', 'priority', 'm2', '-4')).toBe('m2 has priority -4');
    expect(await kuorum('member', 'replace', 'm1')).toBe('replaced m1 by m6');
    expect(await kuorum('move-leader', 'm4')).toBe('m4 leads');
    expect(await kuorum('member', 'list')).toMatch(/^m4 .* leader /m);
    for (const [words, reason] of [
      [['member', 'remove', 'm9'], /there is no member m9; the members are m2, m3, m4, m5, m6/],
      [['member', 'add', '--name', 'm2'], /there is a member m2 already/],
      [['member', 'add', '--name', 'admin'], /means something else/],
      [['member', 'add', '--count', '3'], /at most 7 voting members, and this one has 5/],
      [['member', 'promote', 'm2'], /m2 votes already/],
      [['member', 'priority', 'm2', '2000'], /from -1000 to 1000/],
    ] as const) {
      await expect(kuorum(...words)).rejects.toThrow(reason);
    }

    // What has grown and shrunk starts again as what it is.
    await kuorum('down');
    const wrong = await place.run(['up', '--api-port', '0', '--members', '3']);
    expect(wrong.stderr).toMatch(/holds a cluster of 5 members, not 3: leave --members out \(kuorum member/);
    await place.up(['--members', '5']);
    await until('all are ready', async () => (await place.status()).members.every(({ ready }) => ready));
    expect((await listed()).map(({ name }) => name)).toEqual(['m2', 'm3', 'm4', 'm5', 'm6']);
    expect((await listed()).find(({ name }) => name === 'm2')).toMatchObject({ id: again.id, priority: -4 });
  });

  it('gives a member a successor whose folder is lost, while the others serve', async () => {
    const up = await place.up(['--members', '3']);
    const dataDir = join(place.folder, '.kuorum');
    up.process.kill('SIGTERM');
    await up.ended;
    await rm(join(dataDir, 'members', 'm1'), { recursive: true });
    const second = await place.up();
    expect(second.output()).toMatch(/m1 does not take part: .*m1 is missing; .*kuorum member replace m1/);
    const status = await place.status();
    expect(status.members.map(({ name, process }) => [name, process])).toEqual([
      ['m1', 'refused'],
      ['m2', 'running'],
      ['m3', 'running'],
    ]);
    expect(status.members[0]?.health).toMatch(/m1 is missing: kuorum member replace m1/);
    expect(await kuorum('member', 'replace', 'm1')).toBe('replaced m1 by m4');
    expect((await listed()).map(({ name }) => name)).toEqual(['m2', 'm3', 'm4']);
  });

  it('leaves down a member whose folder is empty, is an older copy, or is another member’s', async () => {
    const up = await place.up(['--members', '5']);
    const members = join(place.folder, '.kuorum', 'members');
    up.process.kill('SIGTERM');
    await up.ended;
    await rm(join(members, 'm1'), { recursive: true });
    await mkdir(join(members, 'm1'));
    await rm(join(members, 'm3'), { recursive: true });
    await cp(join(members, 'm4'), join(members, 'm3'), { recursive: true });
    const older = join(place.folder, 'older');
    await cp(join(members, 'm2'), older, { recursive: true });
    const after = await place.up(['--faults']);
    expect(after.output()).toMatch(/m1 does not take part: .*m1 is empty/);
    expect(after.output()).toMatch(/m3 does not take part: .*belongs to another member \(m4, id \d+\)/);
    await kuorum('member', 'replace', 'm1');
    await kuorum('member', 'replace', 'm3');
    await kuorum('fault', 'kill', 'm2');
    await rm(join(members, 'm2'), { recursive: true });
    await cp(older, join(members, 'm2'), { recursive: true });
    // It may be told before its start counts as one: then the command says so.
    await place.run(['fault', 'restart', 'm2']);
    await until('m2 has been told that its folder is old', async () => {
      const m2 = (await place.status()).members.find(({ name }) => name === 'm2');
      return m2?.process === 'refused' && /older than its peers know it/.test(m2.health);
    });
    await kuorum('member', 'replace', 'm2');
    expect((await listed()).map(({ name }) => name)).toEqual(['m4', 'm5', 'm6', 'm7', 'm8']);
    // What may be somebody's only copy was put aside, not deleted.
    const aside = await readdir(join(place.folder, '.kuorum', 'former'));
    expect(new Set(aside.map((name) => name.split('-')[0]))).toEqual(new Set(['m1', 'm2', 'm3']));
    expect((await place.status()).members.every(({ pid }) => pid !== undefined && isAlive(pid))).toBe(true);
  });

  it('lets a removed member go again that an old cluster.json, as a crash leaves it, brings back', async () => {
    const up = await place.up(['--members', '3']);
    const dataDir = join(place.folder, '.kuorum');
    up.process.kill('SIGTERM');
    await up.ended;
    for (const name of ['cluster.json', 'members/m2', 'pki']) {
      await cp(join(dataDir, name), join(place.folder, 'old', name), { recursive: true });
    }
    const second = await place.up();
    await kuorum('member', 'remove', 'm2');
    second.process.kill('SIGTERM');
    await second.ended;
    await cp(join(place.folder, 'old'), dataDir, { recursive: true });
    const third = await place.up();
    await until('m2 is gone for good', async () => {
      const { members } = await place.status();
      return members.map(({ name }) => name).join() === 'm1,m3';
    });
    const file = JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8'));
    expect(file.members.map(({ name }: { readonly name: string }) => name)).toEqual(['m1', 'm3']);
    expect(third.process.exitCode).toBeNull();
  });
});

describe('in one process', () => {
  it('a cluster grows from one member to three and back', async () => {
    const cluster = await startCluster({ members: 1, inProcess: true });
    try {
      const client = clientFor(cluster.kubeconfig);
      const writer = startWriter({ client, namespace: 'default', prefix: 'grow' });
      await until('creates are acknowledged', () => writer.count('acknowledged') >= 20);
      await cluster.membership.add();
      await cluster.membership.add();
      await cluster.membership.moveLeader('m3');
      await cluster.membership.remove('m1');
      await cluster.membership.remove('m2');
      const changedAt = performance.now();
      await until('creates go on', () => writer.count('acknowledged', changedAt) >= 20);
      await writer.stop();
      expect(namesOf(cluster)).toEqual(['m3']);
      await expectNothingLost(client, 'default', [writer]);
      client.close();
    } finally {
      await cluster.stop();
    }
  });
});
