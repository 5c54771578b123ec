/** Faults reach the members' processes: at any time, and both threads of each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath } from '../../api/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { memberClient, untilCaughtUp } from './support/cluster-client.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };
const hourMilliseconds = 3_600_000;

describe('faults of real processes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3, controllers: false });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('are heard by a member that is just starting', async () => {
    await cluster.faults.isolate('m3');
    await cluster.faults.kill('m3');
    const pid = (): number | undefined => cluster.members.find(({ name }) => name === 'm3')?.pid;
    const restarted = cluster.faults.restart('m3');
    // The process has been started, with the links cut, and cannot have loaded its code yet.
    while (pid() === undefined) await Promise.resolve();
    await cluster.faults.heal();
    await restarted;
    await untilCaughtUp(cluster);
  });

  it("set a member's clock wrong, in what it writes and through a restart, until it is healed", async () => {
    const bornAt = async (name: string): Promise<number> => {
      const client = memberClient(cluster, 'm1');
      const created = await client.create(configMaps, { metadata: { name } });
      client.close();
      const timestamp = getPath(created, 'metadata', 'creationTimestamp');
      return Date.parse(typeof timestamp === 'string' ? timestamp : '') - Date.now();
    };
    await cluster.faults.clock('m1', { offsetMilliseconds: 24 * hourMilliseconds, rate: 1.05 });
    expect(await bornAt('tomorrow')).toBeGreaterThan(23 * hourMilliseconds);
    await cluster.faults.restart('m1');
    await untilCaughtUp(cluster);
    expect(await bornAt('still-tomorrow')).toBeGreaterThan(23 * hourMilliseconds);
    await cluster.faults.heal();
    expect(Math.abs(await bornAt('today'))).toBeLessThan(hourMilliseconds);
  });
});
