/** Five members, two cut from three, the leader among the two. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/index.js';
import {
  clientFor,
  leaderName,
  memberClient,
  untilCaughtUp,
  untilSameState,
} from './support/cluster-client.js';
import { report, until } from './support/until.js';
import { expectNothingLost, startWriter } from './support/writer.js';

describe('a partition of two from three with the leader on the small side', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ members: 5 });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('stops the small side, lets the large side go on, and heals to one state', async () => {
    const oldLeader = await leaderName(cluster);
    const others = cluster.members.map(({ name }) => name).filter((name) => name !== oldLeader);
    const small = [oldLeader, others[0]!];
    const large = others.slice(1);
    const smallClient = memberClient(cluster, oldLeader);
    const largeClient = memberClient(cluster, large[0]!);
    const smallWriter = startWriter({ client: smallClient, namespace: 'default', prefix: 'small' });
    const largeWriter = startWriter({ client: largeClient, namespace: 'default', prefix: 'large' });
    await until('both sides acknowledge while they are one', () => {
      return smallWriter.count('acknowledged') >= 20 && largeWriter.count('acknowledged') >= 20;
    });

    await cluster.faults.partition([small, large]);
    const cutAt = performance.now();
    await until('the large side elects', async () => {
      const { members } = await cluster.status();
      return members.some(
        ({ name, role, hasQuorum }) => large.includes(name) && role === 'leader' && hasQuorum,
      );
    });
    report('the large side has a leader', cutAt);
    await until('the large side goes on', () => largeWriter.count('acknowledged', cutAt) >= 100);
    await until('the small side has seen many creates fail', () => {
      return smallWriter.count('refused', cutAt) + smallWriter.count('unknown', cutAt) >= 20;
    });
    for (const member of small) {
      const client = memberClient(cluster, member);
      await until(`${member} says that it is not ready`, async () => {
        return (await client.raw({ method: 'GET', path: '/readyz' })).status === 500;
      });
      const stale = await client.list(
        { group: '', version: 'v1', resource: 'namespaces' },
        { resourceVersion: '0' },
      );
      expect(stale.items.length).toBeGreaterThanOrEqual(4);
      client.close();
    }
    expect(smallWriter.count('acknowledged', cutAt)).toBe(0);

    await smallWriter.stop();
    expect(smallWriter.count('acknowledged', cutAt)).toBe(0);
    await cluster.faults.heal();
    const healedAt = performance.now();
    await largeWriter.stop();
    await untilCaughtUp(cluster);
    report('all five have caught up after heal', healedAt);
    await untilSameState(cluster);
    report('all five show the same state hash after heal', healedAt);
    for (const { name } of cluster.members) {
      const client = memberClient(cluster, name);
      await expectNothingLost(client, 'default', [smallWriter, largeWriter]);
      client.close();
    }
    smallClient.close();
    largeClient.close();
  });

  it('lets clients of the front door go on when a member is isolated', async () => {
    const client = clientFor(cluster.kubeconfig);
    const isolated = await cluster.faults.isolate('leader');
    const isolatedAt = performance.now();
    const writer = startWriter({ client, namespace: 'default', prefix: 'isolated' });
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 50);
    report(`creates through the front door go on without ${isolated}`, isolatedAt);
    await cluster.faults.heal();
    await writer.stop();
    await untilCaughtUp(cluster);
    await expectNothingLost(client, 'default', [writer]);
    await untilSameState(cluster);
    client.close();
  });
});
