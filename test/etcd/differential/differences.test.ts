/**
 * Where Kuorum does not answer as etcd does, on purpose. Each is asked of both, so that the list stays true; what is
 * not listed here is the same (differential.test.ts).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WatchService } from '../../../etcd/proto/generated/rpc.js';
import { GrpcClient } from '../support/client.js';
import { startTestEtcd, type TestEtcd } from '../support/server.js';
import { type Operation, unaryMethods } from './operation.js';
import { etcdProgram, type RealEtcd, startRealEtcd } from './real-etcd.js';
import { Subject } from './subject.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const put = (key: string, value = ''): Operation => ({
  kind: 'Put',
  request: { key: bytes(key), value: bytes(value) },
});
const refused = (code: number, message: string): unknown => ({
  code,
  message: expect.stringContaining(message) as string,
});

interface Difference {
  readonly what: string;
  readonly why: string;
  /** Done first, and answered in the same way by both. */
  readonly first?: readonly Operation[];
  readonly asked: Operation;
  readonly theirs: unknown;
  readonly ours: unknown;
}

const ofKey = (key: string, more: object = {}): unknown =>
  expect.objectContaining({ key, ...more }) as unknown;

/** In this order, on stores that are empty at first. */
const differences: readonly Difference[] = [
  {
    what: 'compacting up to 0 again',
    why: 'nothing was forgotten, so there is nothing that could be compacted already',
    first: [{ kind: 'Compact', request: { revision: 0 } }],
    asked: { kind: 'Compact', request: { revision: 0 } },
    theirs: refused(11, 'required revision has been compacted'),
    ours: { header: { revision: 1 } },
  },
  {
    what: 'a limit with another target of the sort than the key, and no order',
    why: 'etcd takes the first keys in the order of keys and sorts those; with an order it sorts first, and so do we',
    first: [put('sort/a'), put('sort/c'), put('sort/b'), put('sort/a')],
    asked: {
      kind: 'Range',
      request: { key: bytes('sort/'), rangeEnd: bytes('sort0'), limit: 1, sortTarget: 3 },
    },
    // The modRevision of b, and of c.
    theirs: expect.objectContaining({ kvs: ['one of 4'] }),
    ours: expect.objectContaining({ kvs: ['one of 3'] }),
  },
  {
    what: 'a sort order that is none',
    why: 'newer ones of etcd refuse it as we do; an unknown target of the sort makes 3.4 crash, and is not tried here',
    asked: { kind: 'Range', request: { key: bytes('sort/a'), sortOrder: 5 as never } },
    theirs: expect.objectContaining({ kvs: [ofKey('sort/a')] }),
    ours: refused(3, 'invalid sort option'),
  },
  {
    what: 'a compare with a result that is none',
    why: 'etcd takes it for fulfilled: a client that misspells its condition would write without one',
    asked: { kind: 'Txn', request: { compare: [{ key: bytes('sort/a'), result: 9 as never }] } },
    theirs: expect.objectContaining({ succeeded: true }),
    ours: refused(3, 'there is no compare with result 9'),
  },
  {
    what: 'a compare with a target that is none',
    why: 'the same',
    asked: {
      kind: 'Txn',
      request: { compare: [{ key: bytes('sort/a'), target: 9 as never, modRevision: 12_345 }] },
    },
    theirs: expect.objectContaining({ succeeded: true }),
    ours: refused(3, 'there is no compare with target 9'),
  },
  {
    what: 'a lease with a negative id',
    why: 'ids are numbers between 0 and 2^53 here, which JavaScript keeps exactly',
    asked: { kind: 'LeaseGrant', request: { ID: -7, TTL: 100 } },
    theirs: expect.objectContaining({ ID: -7, TTL: 100 }),
    ours: refused(3, 'the lease ID is not between'),
  },
  {
    what: 'a put that keeps the value of a key that is not there, under a lease that is not there',
    why: 'the two faults are told in the order in which both tell them for the same put in a transaction',
    first: [
      {
        kind: 'Txn',
        request: { success: [{ requestPut: { key: bytes('none'), lease: 4242, ignoreValue: true } }] },
      },
    ],
    asked: { kind: 'Put', request: { key: bytes('none'), lease: 4242, ignoreValue: true } },
    theirs: refused(5, 'requested lease not found'),
    ours: refused(3, 'key not found'),
  },
  {
    what: 'a range at a negative revision in a transaction',
    why: 'etcd takes it for the latest outside of a transaction; inside of one it is that until the first compaction',
    first: [{ kind: 'Compact', request: { revision: 2 } }],
    asked: {
      kind: 'Txn',
      request: { success: [{ requestRange: { key: bytes('sort/a'), revision: -1, countOnly: true } }] },
    },
    theirs: refused(11, 'required revision has been compacted'),
    ours: expect.objectContaining({ succeeded: true }),
  },
  {
    what: 'a key of more than 8 KiB',
    why: 'keys stand in many records of the store; nobody who means it has longer ones',
    asked: put('k'.repeat(8 * 1024 + 1)),
    theirs: expect.objectContaining({ prevKv: undefined }),
    ours: refused(3, 'a key has at most 8192 bytes'),
  },
];

describe.skipIf(etcdProgram === undefined)('Kuorum differs from etcd on purpose in', () => {
  let real: RealEtcd;
  let kuorum: TestEtcd;
  let etcdClient: GrpcClient;
  let theirs: Subject;
  let ours: Subject;

  beforeAll(async () => {
    real = await startRealEtcd();
    kuorum = await startTestEtcd();
    etcdClient = new GrpcClient(real.url);
    theirs = new Subject('etcd', [etcdClient]);
    ours = new Subject('kuorum', [kuorum.client()]);
  });
  afterAll(async () => {
    theirs?.close();
    ours?.close();
    etcdClient?.close();
    await kuorum?.close();
    await real?.close();
  });

  for (const difference of differences) {
    it(`${difference.what}: ${difference.why}`, async () => {
      for (const operation of difference.first ?? [])
        expect(await ours.answer(operation)).toEqual(await theirs.answer(operation));
      expect(await theirs.answer(difference.asked)).toEqual(difference.theirs);
      expect(await ours.answer(difference.asked)).toEqual(difference.ours);
    });
  }

  it('the order in which leases are listed: by id instead of by what runs out first', async () => {
    const list = async (client: GrpcClient): Promise<readonly number[]> => {
      await client.call(unaryMethods.LeaseGrant, { ID: 21, TTL: 2_000 });
      await client.call(unaryMethods.LeaseGrant, { ID: 22, TTL: 1_000 });
      const { leases } = await client.call(unaryMethods.LeaseLeases, {});
      return leases.map(({ ID }) => ID).filter((id) => id === 21 || id === 22);
    };
    expect(await list(etcdClient)).toEqual([22, 21]);
    expect(await list(kuorum.client())).toEqual([21, 22]);
  });

  it('the id of a watcher that ended by compaction: it stays taken there, and is free here', async () => {
    const again = async (client: GrpcClient): Promise<string> => {
      const { header } = await client.call(unaryMethods.Put, { key: bytes('id') });
      await client.call(unaryMethods.Compact, { revision: header?.revision ?? 0 });
      const stream = client.open(WatchService.methods.Watch);
      stream.send({ createRequest: { key: bytes('id'), watchId: 5, startRevision: 1 } });
      await stream.find(({ canceled }) => canceled);
      stream.send({ createRequest: { key: bytes('id'), watchId: 5 } });
      const { cancelReason } = await stream.find(({ created }) => created);
      stream.cancel();
      return cancelReason;
    };
    expect(await again(etcdClient)).toContain('duplicate watch ID');
    expect(await again(kuorum.client())).toBe('');
  });

  it('a watch from a negative revision: etcd tells it nothing of the past, nor others that catch up with it', async () => {
    const fresh = await startRealEtcd();
    const own = await startTestEtcd();
    const client = new GrpcClient(fresh.url);
    try {
      const told = async (asked: GrpcClient): Promise<number | undefined> => {
        await asked.call(unaryMethods.Put, { key: bytes('past') });
        const stream = asked.open(WatchService.methods.Watch);
        stream.send({ createRequest: { key: bytes('past'), startRevision: -1 } });
        const first = stream.find(({ events }) => events.length > 0);
        let isTold = false;
        void first.finally(() => {
          isTold = true;
        });
        // etcd's watcher is told of what comes once it has passed over what was.
        while (!isTold) await asked.call(unaryMethods.Put, { key: bytes('past') });
        stream.cancel();
        return (await first).events[0]?.kv?.modRevision;
      };
      expect(await told(client)).toBeGreaterThan(2);
      expect(await told(own.client())).toBe(2);
    } finally {
      client.close();
      await own.close();
      await fresh.close();
    }
  });

  it('the deletes of the revision compacted to: etcd 3.4 forgets them, and tells a watch that begins there of the puts only', async () => {
    const told = async (client: GrpcClient): Promise<readonly string[]> => {
      await client.call(unaryMethods.Put, { key: bytes('gone') });
      const { header } = await client.call(unaryMethods.Txn, {
        success: [{ requestDeleteRange: { key: bytes('gone') } }, { requestPut: { key: bytes('kept') } }],
      });
      const revision = header?.revision ?? 0;
      await client.call(unaryMethods.Compact, { revision, physical: true });
      const stream = client.open(WatchService.methods.Watch);
      stream.send({
        createRequest: { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0), startRevision: revision },
      });
      const { events } = await stream.find((response) => response.events.length > 0);
      stream.cancel();
      return events.map(({ type, kv }) => `${type} ${Buffer.from(kv?.key ?? []).toString('latin1')}`);
    };
    expect(await told(etcdClient)).toEqual(['0 kept']);
    expect(await told(kuorum.client())).toEqual(['1 gone', '0 kept']);
  });
});
