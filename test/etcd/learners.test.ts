import { afterEach, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { HealthService } from '../../etcd/proto/generated/health.js';
import {
  ClusterService,
  KVService,
  LeaseService,
  MaintenanceService,
  WatchService,
} from '../../etcd/proto/generated/rpc.js';
import { adminWith } from './support/admin.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const key = Buffer.from('k');
const notHere = { code: StatusCode.UNAVAILABLE, message: 'etcdserver: rpc not supported for learner' };

it('a learner serves what is about itself and reads that may be old, and nothing else', async () => {
  etcd = await startTestEtcd({
    around: ({ admin }) => ({
      admin: adminWith(admin, { status: async () => ({ ...(await admin.status()), role: 'learner' }) }),
    }),
  });
  const client = etcd.client();
  const { Range, RangeStream, Put } = KVService.methods;
  expect((await client.call(Range, { key, serializable: true })).kvs).toEqual([]);
  const stream = client.open(RangeStream);
  stream.send({ key, serializable: true });
  expect((await stream.next())?.rangeResponse?.kvs).toEqual([]);
  expect((await client.call(MaintenanceService.methods.Status, {})).isLearner).toBe(true);
  await client.call(HealthService.methods.Check, {});
  await expect(client.call(Range, { key })).rejects.toMatchObject(notHere);
  await expect(client.call(Put, { key })).rejects.toMatchObject(notHere);
  await expect(client.call(ClusterService.methods.MemberList, {})).rejects.toMatchObject(notHere);
  expect(await client.open(WatchService.methods.Watch).status).toEqual(notHere);
  expect(await client.open(LeaseService.methods.LeaseKeepAlive).status).toEqual(notHere);
  const linearizable = client.open(RangeStream);
  linearizable.send({ key });
  expect(await linearizable.status).toEqual(notHere);
});
