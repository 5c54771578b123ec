/** A leader dies by kill -9 while a client creates without pause. */
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

describe('kill -9 of the leader under load', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3 });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('lets creates go on, loses no acknowledged one, and the member rejoins and catches up', async () => {
    const client = clientFor(cluster.kubeconfig);
    const writer = startWriter({ client, namespace: 'default', prefix: 'kill' });
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 100);

    const killed = await leaderName(cluster);
    const pid = cluster.members.find(({ name }) => name === killed)?.pid;
    expect(pid).toBeTypeOf('number');
    process.kill(pid!, 'SIGKILL');
    const killedAt = performance.now();

    await until('another member leads', async () => {
      const { leader } = await cluster.status();
      return leader !== undefined && leader !== killed;
    });
    report('a new leader after the kill', killedAt);
    await until(
      'creates that began after the kill are acknowledged',
      () => writer.count('acknowledged', killedAt) >= 1,
    );
    report('the first create acknowledged after the kill', killedAt);
    await until('creates go on', () => writer.count('acknowledged', killedAt) >= 100);

    // Nobody asked for its death: the supervisor starts it again.
    await until('the killed member runs again under a new pid', async () => {
      const member = (await cluster.status()).members.find(({ name }) => name === killed);
      return member?.ready === true && member.pid !== pid;
    });
    report('the killed member is ready again', killedAt);
    await writer.stop();
    await untilCaughtUp(cluster);
    report('the killed member has caught up', killedAt);

    await expectNothingLost(client, 'default', [writer]);
    const rejoined = memberClient(cluster, killed);
    await expectNothingLost(rejoined, 'default', [writer]);
    await untilSameState(cluster);
    client.close();
    rejoined.close();
  });

  it('keeps a member down that `kill` stopped, until `restart`', async () => {
    const client = clientFor(cluster.kubeconfig);
    const killed = await cluster.faults.kill('leader');
    const writer = startWriter({ client, namespace: 'default', prefix: 'down' });
    await until('creates go on without it', () => writer.count('acknowledged') >= 50);
    const status = await cluster.status();
    expect(status.members.find(({ name }) => name === killed)).toMatchObject({
      process: 'killed',
      ready: false,
    });
    await cluster.faults.restart(killed);
    const restartedAt = performance.now();
    await writer.stop();
    await untilCaughtUp(cluster);
    report('a restarted member has caught up', restartedAt);
    await expectNothingLost(client, 'default', [writer]);
    await untilSameState(cluster);
    client.close();
  });

  it('loses nothing acknowledged when its messages were slow to leave', async () => {
    const client = clientFor(cluster.kubeconfig);
    const leader = await leaderName(cluster);
    const others = cluster.members.map(({ name }) => name).filter((name) => name !== leader);
    // What the leader has not yet sent dies with it: nobody may have been told that it is safe. Asked directly,
    // since a follower answers only for what has reached it.
    await cluster.faults.links(
      others.map((to) => ({ from: leader, to, dropProbability: 0, delayMilliseconds: 300 })),
    );
    const doomed = memberClient(cluster, leader);
    const before = startWriter({ client: doomed, namespace: 'default', prefix: 'slow', parallel: 16 });
    await until('creates are acknowledged', () => before.count('acknowledged') >= 50);
    await cluster.faults.kill(leader);
    const killedAt = performance.now();
    await before.stop();
    doomed.close();
    const after = startWriter({ client, namespace: 'default', prefix: 'after' });
    await until('creates go on', () => after.count('acknowledged') >= 50);
    report('creates go on after the kill of a slow leader', killedAt);
    await after.stop();
    await expectNothingLost(client, 'default', [before, after]);
    await cluster.faults.heal();
    await cluster.faults.restart(leader);
    await untilCaughtUp(cluster);
    await expectNothingLost(client, 'default', [before, after]);
    await untilSameState(cluster);
    client.close();
  });
});
