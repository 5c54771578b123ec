/**
 * Reads under the leader's lease: a leader that was stopped past its lease, and deposed meanwhile, is asked the very
 * moment it wakes. What it still believes is old, and it must not say so.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../client/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { clientFor, leaderName, memberClient, untilCaughtUp } from './support/cluster-client.js';
import { report, until } from './support/until.js';

const ROUNDS = 3;
const configMaps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };

async function write(client: ApiClient, value: string): Promise<void> {
  const current = await client.get(configMaps, 'leased');
  await client.update(configMaps, { ...current, data: { value } });
}

describe('reads by lease', () => {
  let cluster: Cluster;
  const said: string[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ members: 3, leaseReads: true, onProgress: (step) => said.push(step) });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('say what they take for granted when they are switched on', () => {
    expect(said.join('\n')).toContain('lease reads are on');
    expect(said.join('\n')).toContain('no machine is suspended');
  });

  it('are never old, also from a leader that was stopped and deposed', async () => {
    const client = clientFor(cluster.kubeconfig);
    await client.create(configMaps, { metadata: { name: 'leased' }, data: { value: 'before' } });
    let refusals = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const stopped = await leaderName(cluster);
      const old = memberClient(cluster, stopped);
      // Its connection stands before it stops.
      await old.get(configMaps, 'leased');
      await cluster.faults.pause(stopped);
      const pausedAt = performance.now();
      const asked = old.get(configMaps, 'leased');
      asked.catch(() => undefined);
      const next = await until('another member leads', async () => {
        const { leader } = await cluster.status();
        return leader !== undefined && leader !== stopped ? leader : undefined;
      });
      const writer = memberClient(cluster, next);
      await until('the new leader takes writes', () =>
        write(writer, `round ${round}`).then(
          () => true,
          () => false,
        ),
      );
      report('a write past a stopped leader with a lease', pausedAt);
      const again = old.get(configMaps, 'leased');
      again.catch(() => undefined);
      await cluster.faults.resume(stopped);
      // The first question lay in its socket since before the write, and may have either answer.
      await asked.catch(() => undefined);
      const answer = await again.catch((error: unknown) => error);
      // It may refuse while it learns who leads now.
      if (answer instanceof Error) refusals += 1;
      else expect(answer).toMatchObject({ data: { value: `round ${round}` } });
      old.close();
      writer.close();
      await untilCaughtUp(cluster);
    }
    expect(refusals).toBeLessThan(ROUNDS);
    client.close();
  });
});
