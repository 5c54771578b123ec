import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import type { MembershipOrder, OrderOutcome } from '../../etcd/index.js';
import { beyondInteger } from '../../etcd/proto/codec.js';
import { ClusterService } from '../../etcd/proto/generated/rpc.js';
import type { MemberDescription, Store } from '../../storage/index.js';
import { adminWith } from './support/admin.js';
import { storeWith } from './support/scripted-store.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const { MemberList, MemberAdd, MemberRemove, MemberPromote, MemberUpdate } = ClusterService.methods;

const describeMember = (id: number, role: MemberDescription['role']): MemberDescription => ({
  id,
  name: `m${id}`,
  peerAddress: '127.0.0.1:0',
  role,
  priority: 0,
  promotion: undefined,
  progress: undefined,
});

const given: MembershipOrder[] = [];

async function start(
  outcome: OrderOutcome = { kind: 'done' },
  own: Partial<Store> = {},
): Promise<ReturnType<TestEtcd['client']>> {
  given.length = 0;
  etcd = await startTestEtcd({
    around: ({ store, admin }) => ({
      store: storeWith(store, own),
      admin: adminWith(admin, {
        members: () =>
          Promise.resolve([
            describeMember(1, 'voter'),
            describeMember(2, 'voter'),
            describeMember(4, 'learner'),
          ]),
      }),
      addresses: {
        of: (id) => ({
          peer: `127.0.0.1:${7000 + id}`,
          client: id === 4 ? undefined : `127.0.0.1:${9000 + id}`,
        }),
      },
      orders: {
        give: (order) => {
          given.push(order);
          return Promise.resolve(outcome);
        },
      },
    }),
  });
  return etcd.client();
}

describe('the members', () => {
  it('are listed with where they listen; one that has never served has no client address', async () => {
    const client = await start();
    const { members, header } = await client.call(MemberList, {});
    expect(header?.memberId).toBe(1);
    expect(members).toEqual([
      {
        ID: 1,
        name: 'm1',
        peerURLs: ['https://127.0.0.1:7001'],
        clientURLs: ['https://127.0.0.1:9001'],
        isLearner: false,
      },
      {
        ID: 2,
        name: 'm2',
        peerURLs: ['https://127.0.0.1:7002'],
        clientURLs: ['https://127.0.0.1:9002'],
        isLearner: false,
      },
      { ID: 4, name: 'm4', peerURLs: ['https://127.0.0.1:7004'], clientURLs: [], isLearner: true },
    ]);
  });

  it('are listed as the leader knows them when that is asked for', async () => {
    const refusal = { reason: 'no-leader', message: 'none' } as const;
    const client = await start(undefined, { catchUp: () => Promise.resolve({ kind: 'refused', refusal }) });
    expect((await client.call(MemberList, {})).members).toHaveLength(3);
    await expect(client.call(MemberList, { linearizable: true })).rejects.toMatchObject({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: no leader',
    });
  });
});

describe('removing and promoting', () => {
  it('is ordered at any member, and answered with the members that remain', async () => {
    const client = await start();
    const { members } = await client.call(MemberRemove, { ID: 2 });
    expect(members.map(({ ID }) => ID)).toEqual([1, 4]);
    await client.call(MemberPromote, { ID: 4 });
    expect(given).toEqual([
      { kind: 'remove', memberId: 2 },
      { kind: 'promote', memberId: 4 },
    ]);
  });

  it('is answered also by the member that goes', async () => {
    const client = await start(undefined, {
      catchUp: () => Promise.reject(new Error('it hears of nothing')),
    });
    expect((await client.call(MemberRemove, { ID: 1 })).members.map(({ ID }) => ID)).toEqual([2, 4]);
  });

  const cases: readonly (readonly [OrderOutcome, number, string])[] = [
    [refusedFor('not-found'), StatusCode.NOT_FOUND, 'etcdserver: member not found'],
    [
      refusedFor('not-learner'),
      StatusCode.FAILED_PRECONDITION,
      'etcdserver: can only promote a learner member',
    ],
    [
      refusedFor('learner-behind'),
      StatusCode.FAILED_PRECONDITION,
      'etcdserver: can only promote a learner member which is in sync with leader',
    ],
    [
      refusedFor('too-few-running'),
      StatusCode.FAILED_PRECONDITION,
      'etcdserver: re-configuration failed due to not enough started members',
    ],
    [refusedFor('impossible'), StatusCode.FAILED_PRECONDITION, 'etcdserver: the reason'],
    [{ kind: 'unknown', message: '' }, StatusCode.UNAVAILABLE, 'etcdserver: request timed out'],
  ];
  for (const [outcome, code, message] of cases) {
    it(`is refused with: ${message}`, async () => {
      const client = await start(outcome);
      await expect(client.call(MemberPromote, { ID: 4 })).rejects.toMatchObject({ code, message });
    });
  }
});

function refusedFor(reason: Extract<OrderOutcome, { kind: 'refused' }>['reason']): OrderOutcome {
  return { kind: 'refused', reason, message: 'the reason' };
}

describe('what a process would have to be started for', () => {
  const badUrls = { code: StatusCode.INVALID_ARGUMENT, message: 'etcdserver: given member URLs are invalid' };
  const peer = 'https://127.0.0.1:7009';

  it('is not added, and the way to do so is named', async () => {
    const client = await start();
    for (const peerURLs of [[], ['127.0.0.1:7009'], [`${peer}/path`], ['ftp://127.0.0.1:7009']]) {
      await expect(client.call(MemberAdd, { peerURLs })).rejects.toMatchObject(badUrls);
    }
    await expect(client.call(MemberAdd, { peerURLs: ['https://127.0.0.1:7002'] })).rejects.toMatchObject({
      code: StatusCode.FAILED_PRECONDITION,
      message: 'etcdserver: Peer URLs already exists',
    });
    await expect(client.call(MemberAdd, { peerURLs: [peer], isLearner: true })).rejects.toMatchObject({
      code: StatusCode.FAILED_PRECONDITION,
      message: 'etcdserver: a member that is added here is started too: use kuorum member add',
    });
    expect(given).toEqual([]);
  });

  it('is not given another address; its own is as good as an update', async () => {
    const client = await start();
    await expect(client.call(MemberUpdate, { ID: 2, peerURLs: [] })).rejects.toMatchObject(badUrls);
    for (const ID of [9, beyondInteger]) {
      await expect(client.call(MemberUpdate, { ID, peerURLs: [peer] })).rejects.toMatchObject({
        code: StatusCode.NOT_FOUND,
        message: 'etcdserver: member not found',
      });
    }
    await expect(client.call(MemberUpdate, { ID: 2, peerURLs: [peer] })).rejects.toMatchObject({
      code: StatusCode.FAILED_PRECONDITION,
    });
    const { members } = await client.call(MemberUpdate, { ID: 2, peerURLs: ['https://127.0.0.1:7002'] });
    expect(members).toHaveLength(3);
  });
});
