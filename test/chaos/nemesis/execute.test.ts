/** The executor does what plans say, keeps faults of different nemeses apart, and undoes each by itself. */
import { describe, expect, it } from 'vitest';
import { clusterExecutor, requireMembership } from '../../../chaos/nemesis/execute.js';
import type { Cluster, ClusterFaults } from '../../../cluster/index.js';
import type { LinkFault } from '../../../platform/index.js';

interface Stage {
  readonly cluster: Cluster;
  readonly done: string[];
  readonly killed: Set<string>;
  links: readonly LinkFault[];
}

function stage(names: string[] = ['m1', 'm2', 'm3'], more: object = {}): Stage {
  const done: string[] = [];
  const killed = new Set<string>();
  const act = (what: string) => (member: string) => {
    done.push(`${what} ${member}`);
    if (what === 'kill') killed.add(member);
    if (what === 'restart') killed.delete(member);
    return Promise.resolve(member);
  };
  const result: Stage = { cluster: undefined as never, done, killed, links: [] };
  const faults: Partial<ClusterFaults> = {
    kill: act('kill'),
    restart: act('restart'),
    pause: act('pause'),
    resume: act('resume'),
    clock(member, fault) {
      done.push(`clock ${member} ${JSON.stringify(fault)}`);
      return Promise.resolve(member);
    },
    links(next) {
      result.links = next;
      return Promise.resolve();
    },
    heal() {
      done.push('heal');
      result.links = [];
      return Promise.resolve();
    },
  };
  const cluster = {
    faults,
    get members() {
      return names.map((name) => ({ name }));
    },
    status: () =>
      Promise.resolve({
        leader: names[0],
        members: names.map((name) => ({
          name,
          process: killed.has(name) ? 'killed' : 'running',
          role: name === 'm9' ? 'learner' : 'follower',
        })),
      }),
    ...more,
  };
  return Object.assign(result, { cluster: cluster as unknown as Cluster });
}

const cut: LinkFault = { from: 'm1', to: 'm2', dropProbability: 1 };
const late: LinkFault = { from: 'm2', to: 'm3', dropProbability: 0, delayMilliseconds: 9 };

describe('the executor', () => {
  it('sees who runs, who votes and who leads', async () => {
    const { cluster, killed } = stage(['m1', 'm2', 'm9']);
    killed.add('m2');
    expect(await clusterExecutor(cluster).look()).toEqual({
      members: [
        { name: 'm1', running: true, voter: true },
        { name: 'm2', running: false, voter: true },
        { name: 'm9', running: true, voter: false },
      ],
      leader: 'm1',
      initialVoters: 3,
    });
  });

  it('keeps a partition when bad links end, and the other way round', async () => {
    const scene = stage();
    const executor = clusterExecutor(scene.cluster);
    const endPartition = await executor.begin({ kind: 'partition', links: [cut] });
    const endLink = await executor.begin({ kind: 'link', links: [late] });
    expect(scene.links).toEqual([late, cut]);
    await endLink();
    expect(scene.links).toEqual([cut]);
    await endPartition();
    expect(scene.links).toEqual([]);
  });

  it('leaves links of members that are gone out', async () => {
    const names = ['m1', 'm2', 'm3'];
    const scene = stage(names);
    const executor = clusterExecutor(scene.cluster);
    await executor.begin({ kind: 'link', links: [late] });
    names.pop();
    await executor.begin({ kind: 'partition', links: [cut] });
    expect(scene.links).toEqual([cut]);
  });

  it('starts again what it killed, unless somebody else has', async () => {
    const scene = stage();
    const end = await clusterExecutor(scene.cluster).begin({ kind: 'kill', members: ['m1', 'm2'] });
    scene.killed.delete('m1');
    await end();
    expect(scene.done).toEqual(['kill m1', 'kill m2', 'restart m2']);
  });

  it('resumes what it paused, and sets clocks right', async () => {
    const scene = stage();
    const executor = clusterExecutor(scene.cluster);
    const endPause = await executor.begin({ kind: 'pause', members: ['m3'] });
    const endClock = await executor.begin({
      kind: 'clock',
      clocks: [{ member: 'm1', fault: { rate: 1.1 } }],
    });
    await endPause();
    await endClock();
    expect(scene.done).toEqual(['pause m3', 'clock m1 {"rate":1.1}', 'resume m3', 'clock m1 {}']);
  });

  it('ends everything at the end: links, pauses, clocks, and who is still down', async () => {
    const scene = stage();
    const executor = clusterExecutor(scene.cluster);
    await executor.begin({ kind: 'partition', links: [cut] });
    await executor.begin({ kind: 'kill', members: ['m2'] });
    await executor.healAll();
    expect(scene.links).toEqual([]);
    expect(scene.done).toEqual(['kill m2', 'heal', 'restart m2']);
  });

  it('changes the membership where the cluster can, and says plainly where it cannot', async () => {
    const changes: string[] = [];
    const verb =
      (what: string) =>
      (member = '') => {
        changes.push(`${what} ${member}`.trim());
        return Promise.resolve(member);
      };
    const membership = {
      add: verb('add'),
      remove: verb('remove'),
      replace: verb('replace'),
      moveLeader: verb('move'),
    };
    const executor = clusterExecutor(stage(['m1'], { membership }).cluster);
    await executor.begin({ kind: 'member', change: 'add' });
    await executor.begin({ kind: 'member', change: 'remove', member: 'm1' });
    await executor.begin({ kind: 'member', change: 'replace', member: 'm1' });
    await executor.begin({ kind: 'member', change: 'move-leader', member: 'm1' });
    expect(changes).toEqual(['add', 'remove m1', 'replace m1', 'move m1']);
    expect(() => requireMembership(stage().cluster)).toThrow(/which this cluster cannot do: leave it out/);
  });
});
