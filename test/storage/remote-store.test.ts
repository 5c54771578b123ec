import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConnectedStore,
  connectStore,
  readSnapshotFile,
  type ServedStore,
  SnapshotEndedError,
  serveStore,
  snapshotBytes,
} from '../../storage/index.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

const putRequest = (key: string, value: string | Uint8Array) => ({
  compare: [],
  then: [{ type: 'put' as const, key: bytes(key), value: typeof value === 'string' ? bytes(value) : value }],
  else: [],
});

const leasedPut = { type: 'put', key: bytes('leased'), value: bytes(''), lease: 2 ** 50 } as const;

describe('the store across a message port', () => {
  let member: TestStore;
  let served: ServedStore;
  let remote: ConnectedStore;

  beforeEach(async () => {
    member = await openTestStore();
    const { port1, port2 } = new MessageChannel();
    served = serveStore(member, port1);
    remote = connectStore(port2);
  });

  afterEach(async () => {
    remote.close();
    served.close();
    await member.close();
  });

  it('gives the same answers as the store itself', async () => {
    const written = await remote.store.txn(putRequest('a', '1'), context);
    expect(written).toEqual({
      kind: 'done',
      value: { succeeded: true, revision: 2, results: [{ type: 'put' }] },
    });
    const request = {
      key: new Uint8Array(0),
      end: new Uint8Array(0),
      consistency: 'linearizable',
      count: true,
    } as const;
    const here = await member.store.range(request, context);
    const there = await remote.store.range(request, context);
    if (here.kind !== 'done' || there.kind !== 'done') throw new Error('not done');
    expect(
      there.value.items.map((item) => ({ ...item, key: text(item.key), value: text(item.value) })),
    ).toEqual(here.value.items.map((item) => ({ ...item, key: text(item.key), value: text(item.value) })));
    expect(there.value.count).toBe(1);
    const refused = { key: bytes('a'), consistency: 'local', revision: 99 } as const;
    expect(await remote.store.range(refused, context)).toEqual(await member.store.range(refused, context));
    expect(await remote.store.compact(2, context)).toEqual({ kind: 'done', value: { compactRevision: 2 } });
    expect(await remote.store.catchUp(context)).toEqual({ kind: 'done', value: { revision: 2 } });
    expect(await remote.store.leaseGrant({ id: 2 ** 50, ttlSeconds: 9 }, context)).toEqual({
      kind: 'done',
      value: { id: 2 ** 50, ttlSeconds: 9 },
    });
    expect(await remote.store.leaseKeepAlive(2 ** 50, context)).toEqual({
      kind: 'done',
      value: { id: 2 ** 50, ttlSeconds: 9 },
    });
    await remote.store.txn({ ...putRequest('leased', ''), then: [leasedPut] }, context);
    const state = await remote.store.leaseTimeToLive({ id: 2 ** 50, keys: true }, context);
    if (state.kind !== 'done') throw new Error('not done');
    expect(state.value).toMatchObject({ id: 2 ** 50, grantedTtlSeconds: 9 });
    expect(state.value.keys?.map(text)).toEqual(['leased']);
    expect(await remote.store.leases(context)).toEqual({ kind: 'done', value: [2 ** 50] });
    expect(await remote.store.leaseRevoke(2 ** 50, context)).toMatchObject({ kind: 'done' });
    expect(await remote.store.leaseKeepAlive(2 ** 50, context)).toEqual(
      await member.store.leaseKeepAlive(2 ** 50, context),
    );
    expect(await remote.store.status()).toMatchObject({ revision: 4, compactRevision: 2 });
    expect(await remote.admin.status()).toEqual(await member.admin.status());
    expect(await remote.admin.members()).toEqual(await member.admin.members());
    expect(await remote.admin.health()).toEqual([{ name: 'm1', healthy: true, message: 'ok' }]);
    expect(await remote.admin.hash()).toEqual(await member.admin.hash());
    expect(await remote.admin.alarms()).toEqual([]);
    expect(await remote.admin.defragment(context)).toEqual({ kind: 'done', value: {} });
    expect(await remote.admin.moveLeader(3, context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid' },
    });
  });

  it('keeps the promises of a watch, with credit', async () => {
    const watch = remote.store.watch({ key: bytes('a'), end: bytes('z'), previousValues: true });
    for (const value of ['1', '2', '3']) await remote.store.txn(putRequest('k', value), context);
    const seen: string[] = [];
    while (seen.length < 3) {
      const step = await watch.next();
      if (step.kind === 'end') throw new Error('ended');
      for (const event of step.events) {
        seen.push(
          `${text(event.item.value)} after ${event.previous === undefined ? '-' : text(event.previous.value)}`,
        );
      }
    }
    expect(seen).toEqual(['1 after -', '2 after 1', '3 after 2']);
    watch.cancel();
    expect(await watch.next()).toEqual({ kind: 'end', reason: { kind: 'cancelled' } });
    const compacted = remote.store.watch({ key: bytes('a'), startRevision: 1 });
    await remote.store.compact(3, context);
    expect(await compacted.next()).toEqual({
      kind: 'end',
      reason: { kind: 'compacted', compactRevision: 3 },
    });
  });

  it('tells progress when it is asked for, before and after the next step was asked for', async () => {
    const watch = remote.store.watch({ key: bytes('quiet') });
    await remote.store.txn(putRequest('loud', '1'), context);
    watch.requestProgress();
    expect(await watch.next()).toEqual({ kind: 'batch', events: [], completeRevision: 2 });
    await remote.store.txn(putRequest('loud', '2'), context);
    const step = watch.next();
    watch.requestProgress();
    expect(await step).toEqual({ kind: 'batch', events: [], completeRevision: 3 });
    watch.cancel();
    watch.requestProgress();
    expect(await watch.next()).toMatchObject({ kind: 'end' });
  });

  it('hands a snapshot over chunk by chunk, the same as on the spot, and ends it with its reason', async () => {
    for (let index = 0; index < 20; index += 1) {
      await remote.store.txn(putRequest(`k${index}`, new Uint8Array(50_000).fill(index)), context);
    }
    const here = await readSnapshotFile(snapshotBytes(member.admin.snapshot()));
    const there = await readSnapshotFile(snapshotBytes(remote.admin.snapshot()));
    expect(there.header).toEqual({ ...here.header, savedMilliseconds: there.header.savedMilliseconds });
    expect(there).toMatchObject({ keys: 20, bytes: here.bytes, chunks: here.chunks });
    expect(there.chunks).toBeGreaterThan(3);

    const left = remote.admin.snapshot();
    expect((await left.next()).kind).toBe('chunk');
    left.cancel();
    expect(await left.next()).toEqual({ kind: 'end', reason: { kind: 'cancelled' } });
    const cut = remote.admin.snapshot();
    await cut.next();
    served.close();
    await expect(async () => {
      for await (const _ of snapshotBytes(cut));
    }).rejects.toThrow(new SnapshotEndedError({ kind: 'stopping' }));
  });

  it('carries large and many values in parallel', async () => {
    const large = new Uint8Array(3_000_000).fill(7);
    const writes = [remote.store.txn(putRequest('large', large), context)];
    for (let index = 0; index < 200; index += 1)
      writes.push(remote.store.txn(putRequest(`k${index}`, `${index}`), context));
    for (const outcome of await Promise.all(writes)) expect(outcome.kind).toBe('done');
    const read = await remote.store.range({ key: bytes('large'), consistency: 'local' }, context);
    if (read.kind !== 'done') throw new Error('not done');
    expect(Buffer.compare(read.value.items[0]!.value, large)).toBe(0);
  });

  it('ends what waits when the port closes: a write as unknown, a watch as stopping', async () => {
    const watch = remote.store.watch({ key: bytes('a') });
    const step = watch.next();
    const write = remote.store.txn(putRequest('a', '1'), context);
    const read = remote.store.range({ key: bytes('a'), consistency: 'local' }, context);
    remote.close();
    expect(await write).toMatchObject({ kind: 'unknown' });
    expect(await read).toMatchObject({ kind: 'refused', refusal: { reason: 'stopping' } });
    expect(await step).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
    expect(await remote.store.txn(putRequest('a', '1'), context)).toMatchObject({ kind: 'refused' });
  });

  it('ends what waits when the member goes away', async () => {
    const step = remote.store.watch({ key: bytes('a') }).next();
    await remote.store.status();
    served.close();
    expect(await step).toMatchObject({ kind: 'end' });
  });
});
