import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import {
  AlarmAction,
  AlarmType,
  DowngradeAction,
  KVService,
  MaintenanceService,
} from '../../etcd/proto/generated/rpc.js';
import { hash32, statusErrors } from '../../etcd/services/maintenance.js';
import type { Alarm, ClusterAdmin, MemberDescription } from '../../storage/index.js';
import { adminWith } from './support/admin.js';
import type { GrpcClient } from './support/client.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const {
  Alarm: AlarmCall,
  Status,
  Defragment,
  Hash,
  HashKV,
  MoveLeader,
  Downgrade,
} = MaintenanceService.methods;
const { Put, Compact } = KVService.methods;
const key = Buffer.from('k');

async function start(own: (admin: ClusterAdmin) => Partial<ClusterAdmin> = () => ({})): Promise<GrpcClient> {
  etcd = await startTestEtcd({ around: ({ admin }) => ({ admin: adminWith(admin, own(admin)) }) });
  return etcd.client();
}

describe('the status', () => {
  it('says how the member does', async () => {
    const client = await start();
    await client.call(Put, { key, value: key });
    const status = await client.call(Status, {});
    const own = await etcd.member.admin.status();
    expect(status).toMatchObject({
      header: { memberId: 1, revision: own.revision },
      version: '3.6.0',
      leader: 1,
      raftTerm: own.term,
      raftIndex: own.commitIndex,
      raftAppliedIndex: own.appliedIndex,
      dbSizeQuota: own.quotaBytes,
      errors: [],
      isLearner: false,
    });
    expect(status.dbSize).toBe(status.dbSizeInUse);
  });

  it('names what is wrong in words that tools look for', () => {
    const alarms: readonly Alarm[] = [
      { memberId: 7, alarm: 'no-space' },
      { memberId: 0, alarm: 'corrupt' },
    ];
    expect(statusErrors({ leaderId: undefined, failure: 'the disk is gone' }, alarms)).toEqual([
      'etcdserver: no leader',
      'memberID:7 alarm:NOSPACE ',
      'memberID:0 alarm:CORRUPT ',
      'the disk is gone',
    ]);
  });
});

describe('alarms', () => {
  it('are raised, listed and disarmed, and refuse writes while they stand', async () => {
    const client = await start();
    const noSpace = { memberID: 1, alarm: AlarmType.NOSPACE };
    const raised = await client.call(AlarmCall, { action: AlarmAction.ACTIVATE, ...noSpace });
    expect(raised.alarms).toEqual([noSpace]);
    expect((await client.call(AlarmCall, {})).alarms).toEqual([noSpace]);
    expect((await client.call(AlarmCall, { alarm: AlarmType.CORRUPT })).alarms).toEqual([]);
    await expect(client.call(Put, { key, value: key })).rejects.toMatchObject({
      code: StatusCode.RESOURCE_EXHAUSTED,
      message: 'etcdserver: mvcc: database space exceeded',
    });
    expect((await client.call(Status, {})).errors).toEqual(['memberID:1 alarm:NOSPACE ']);
    const gone = await client.call(AlarmCall, { action: AlarmAction.DEACTIVATE, ...noSpace });
    expect(gone.alarms).toEqual([noSpace]);
    const again = await client.call(AlarmCall, { action: AlarmAction.DEACTIVATE, ...noSpace });
    expect(again.alarms).toEqual([]);
    await client.call(Put, { key, value: key });
  });

  it('of all members and all kinds are disarmed at once', async () => {
    const standing: Alarm[] = [
      { memberId: 1, alarm: 'no-space' },
      { memberId: 2, alarm: 'no-space' },
      { memberId: 2, alarm: 'corrupt' },
    ];
    const disarmed: Alarm[] = [];
    const client = await start(() => ({
      alarms: () => Promise.resolve(standing),
      disarm: (alarm) => {
        disarmed.push(alarm);
        return Promise.resolve({ kind: 'done', value: { changed: true } });
      },
    }));
    const deactivate = { action: AlarmAction.DEACTIVATE };
    expect((await client.call(AlarmCall, deactivate)).alarms).toHaveLength(3);
    expect(disarmed.splice(0)).toEqual(standing);
    await client.call(AlarmCall, { ...deactivate, memberID: 2 });
    expect(disarmed.splice(0)).toEqual(standing.slice(1));
    await client.call(AlarmCall, { ...deactivate, alarm: AlarmType.NOSPACE });
    expect(disarmed).toEqual(standing.slice(0, 2));
  });

  it('are raised of members only, and of a kind', async () => {
    const client = await start();
    const activate = { action: AlarmAction.ACTIVATE };
    await expect(
      client.call(AlarmCall, { ...activate, memberID: 77, alarm: AlarmType.NOSPACE }),
    ).rejects.toMatchObject({ code: StatusCode.NOT_FOUND, message: 'etcdserver: member not found' });
    expect((await client.call(AlarmCall, { ...activate, memberID: 1 })).alarms).toEqual([]);
    await expect(client.call(AlarmCall, { action: 9 })).rejects.toMatchObject({
      code: StatusCode.INVALID_ARGUMENT,
    });
  });
});

describe('hashes', () => {
  it('of the key space are of a revision, and say which', async () => {
    const client = await start();
    const { header } = await client.call(Put, { key, value: key });
    const revision = header?.revision ?? 0;
    const before = await client.call(HashKV, { revision });
    const outcome = await etcd.member.admin.hashKv(revision, { caller: 'test', timeoutMilliseconds: 5_000 });
    if (outcome.kind !== 'done') throw new Error('no hash');
    expect(before).toMatchObject({ hash: hash32(outcome.value.hash), hashRevision: revision });
    await client.call(Put, { key, value: Buffer.from('another') });
    expect(await client.call(HashKV, { revision })).toMatchObject({
      hash: before.hash,
      hashRevision: revision,
    });
    const latest = await client.call(HashKV, {});
    expect(latest.hashRevision).toBe(revision + 1);
    expect(latest.hash).not.toBe(before.hash);
  });

  it('are refused where there is no such state', async () => {
    const client = await start();
    for (let count = 0; count < 3; count += 1) await client.call(Put, { key, value: key });
    const { header } = await client.call(Put, { key, value: key });
    const revision = header?.revision ?? 0;
    await client.call(Compact, { revision });
    for (const compacted of [revision - 1, -1]) {
      await expect(client.call(HashKV, { revision: compacted })).rejects.toMatchObject({
        code: StatusCode.OUT_OF_RANGE,
        message: 'etcdserver: mvcc: required revision has been compacted',
      });
    }
    await expect(client.call(HashKV, { revision: revision + 1 })).rejects.toMatchObject({
      message: 'etcdserver: mvcc: required revision is a future revision',
    });
    expect(await client.call(HashKV, {})).toMatchObject({ compactRevision: revision });
  });

  it('of the whole state change with it', async () => {
    const client = await start();
    const { hash } = await client.call(Hash, {});
    await client.call(Put, { key, value: key });
    expect((await client.call(Hash, {})).hash).not.toBe(hash);
  });
});

it('defragments', async () => {
  let times = 0;
  const client = await start(() => ({
    defragment: () => {
      times += 1;
      return Promise.resolve({ kind: 'done', value: {} });
    },
  }));
  await client.call(Defragment, {});
  expect(times).toBe(1);
});

describe('moving the leader', () => {
  const members = [1, 2, 4].map((id) => ({ id, role: id === 4 ? 'learner' : 'voter' }) as MemberDescription);

  async function leading(own: Partial<ClusterAdmin>): Promise<GrpcClient> {
    return start(() => ({ members: () => Promise.resolve(members), ...own }));
  }

  it('goes to voters, and to itself at once', async () => {
    const moved: number[] = [];
    const client = await leading({
      moveLeader: (id) => {
        moved.push(id);
        return Promise.resolve({ kind: 'done', value: {} });
      },
    });
    await client.call(MoveLeader, { targetID: 2 });
    await client.call(MoveLeader, { targetID: 1 });
    expect(moved).toEqual([2]);
    for (const targetID of [4, 9, 0]) {
      await expect(client.call(MoveLeader, { targetID })).rejects.toMatchObject({
        code: StatusCode.FAILED_PRECONDITION,
        message: 'etcdserver: bad leader transferee',
      });
    }
  });

  it('is refused elsewhere than at the leader', async () => {
    const client = await start((admin) => ({
      status: async () => ({ ...(await admin.status()), role: 'follower' }),
      members: () => Promise.resolve(members),
    }));
    await expect(client.call(MoveLeader, { targetID: 2 })).rejects.toMatchObject({
      code: StatusCode.FAILED_PRECONDITION,
      message: 'etcdserver: not leader',
    });
  });

  it('is a time-out when the other does not take over', async () => {
    const client = await leading({
      moveLeader: () => Promise.resolve({ kind: 'unknown', message: 'not in time' }),
    });
    await expect(client.call(MoveLeader, { targetID: 2 })).rejects.toMatchObject({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: request timed out, leader transfer took too long',
    });
  });
});

it('has no older version to go back to', async () => {
  const client = await start();
  const ask = (action: number, version = ''): Promise<unknown> => client.call(Downgrade, { action, version });
  for (const action of [DowngradeAction.VALIDATE, DowngradeAction.ENABLE]) {
    await expect(ask(action, 'three')).rejects.toMatchObject({
      code: StatusCode.INVALID_ARGUMENT,
      message: 'etcdserver: wrong downgrade target version format',
    });
    await expect(ask(action, '3.5.0')).rejects.toMatchObject({
      code: StatusCode.INVALID_ARGUMENT,
      message: 'etcdserver: invalid downgrade target version',
    });
  }
  await expect(ask(DowngradeAction.CANCEL)).rejects.toMatchObject({
    code: StatusCode.FAILED_PRECONDITION,
    message: 'etcdserver: no inflight downgrade job',
  });
});
