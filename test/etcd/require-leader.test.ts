import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { KVService, WatchService } from '../../etcd/proto/generated/rpc.js';
import type { ClusterAdmin } from '../../storage/index.js';
import { storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const key = Buffer.from('k');
const noLeader = { code: StatusCode.UNAVAILABLE, message: 'etcdserver: no leader' };

async function start(leader: () => number | undefined): Promise<void> {
  etcd = await startTestEtcd({
    around: ({ admin }) => {
      const status: ClusterAdmin['status'] = async () => ({ ...(await admin.status()), leaderId: leader() });
      return { admin: storeWith(admin, { status }) };
    },
  });
}

describe('a client that insists on a leader', () => {
  it('is refused where there is none, and only such a client', async () => {
    await start(() => undefined);
    const insisting = etcd.client({ hasleader: 'true' });
    await expect(insisting.call(KVService.methods.Range, { key })).rejects.toMatchObject(noLeader);
    expect(await insisting.open(WatchService.methods.Watch).status).toEqual(noLeader);
    const local = await etcd.client().call(KVService.methods.Range, { key, serializable: true });
    expect(local.kvs).toEqual([]);
  });

  it('is told when the leader has been gone for a while', async () => {
    let leader: number | undefined = 1;
    await start(() => leader);
    const insisting = etcd.client({ hasleader: 'true' }).open(WatchService.methods.Watch);
    const other = etcd.client().open(WatchService.methods.Watch);
    for (const stream of [insisting, other]) {
      stream.send({ createRequest: { key } });
      await stream.find(({ created }) => created);
    }
    leader = undefined;
    expect(await insisting.status).toEqual(noLeader);
    other.send({ createRequest: { key } });
    expect(await other.next()).toMatchObject({ created: true });
  });
});
