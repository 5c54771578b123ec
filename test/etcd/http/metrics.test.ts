import { afterEach, expect, it } from 'vitest';
import { KVService, WatchService } from '../../../etcd/proto/generated/rpc.js';
import { adminWith } from '../support/admin.js';
import { http1 } from '../support/http.js';
import { startTestEtcd, type TestEtcd } from '../support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const key = Buffer.from('k');

async function metrics(): Promise<ReadonlyMap<string, number>> {
  const { status, body, headers } = await http1(etcd, '/metrics');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

it("a member is measured under etcd's names", async () => {
  etcd = await startTestEtcd({
    around: ({ admin }) => ({
      admin: adminWith(admin, { alarms: () => Promise.resolve([{ memberId: 26, alarm: 'no-space' }]) }),
    }),
  });
  await etcd.client().call(KVService.methods.Put, { key, value: key });
  const status = await etcd.member.admin.status();
  expect(Object.fromEntries(await metrics())).toMatchObject({
    etcd_server_has_leader: 1,
    etcd_server_is_leader: 1,
    etcd_server_is_learner: 0,
    'etcd_server_id{server_id="1"}': 1,
    'etcd_server_version{server_version="3.6.0"}': 1,
    etcd_server_proposals_committed_total: status.commitIndex,
    etcd_server_proposals_applied_total: status.appliedIndex,
    etcd_server_proposals_pending: 0,
    etcd_server_proposals_failed_total: 0,
    etcd_server_quota_backend_bytes: status.quotaBytes,
    etcd_mvcc_db_total_size_in_bytes: status.databaseBytes,
    etcd_debugging_mvcc_current_revision: status.revision,
    'kuorum_version{version="1.2.3"}': 1,
    'kuorum_alarm{alarm="NOSPACE",member_id="1a"}': 1,
    process_resident_memory_bytes: 4096,
    process_cpu_seconds_total: 1.5,
  });
});

it('calls are counted by method and by how they ended', async () => {
  etcd = await startTestEtcd();
  const client = etcd.client();
  await client.call(KVService.methods.Put, { key, value: key });
  await client.call(KVService.methods.Put, { key, value: key });
  await expect(client.call(KVService.methods.Put, {})).rejects.toThrow('key is not provided');
  const watch = client.open(WatchService.methods.Watch);
  watch.send({ createRequest: { key } });
  await watch.next();
  const put = 'grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"';
  const watching = 'grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"';
  const before = await metrics();
  expect(before.get(`grpc_server_started_total{${put}}`)).toBe(3);
  expect(before.get(`grpc_server_handled_total{grpc_code="OK",${put}}`)).toBe(2);
  expect(before.get(`grpc_server_handled_total{grpc_code="InvalidArgument",${put}}`)).toBe(1);
  expect(before.get(`grpc_server_started_total{${watching}}`)).toBe(1);
  watch.cancel();
  const cancelled = `grpc_server_handled_total{grpc_code="Canceled",${watching}}`;
  while ((await metrics()).get(cancelled) !== 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
});
