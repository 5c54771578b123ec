import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { KVService, MaintenanceService, type SnapshotResponse } from '../../etcd/proto/generated/rpc.js';
import type { SnapshotEndReason, SnapshotStream } from '../../storage/index.js';
import { adminWith } from './support/admin.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
afterEach(() => etcd.close());

const { Snapshot } = MaintenanceService.methods;

async function startWith(snapshot: () => SnapshotStream): Promise<void> {
  etcd = await startTestEtcd({ around: ({ admin }) => ({ admin: adminWith(admin, { snapshot }) }) });
}

describe('a snapshot', () => {
  it('comes in pieces that make a file with its checksum at the end', async () => {
    etcd = await startTestEtcd();
    const value = Buffer.alloc(200_000, 'v');
    for (const key of ['a', 'b', 'c', 'd']) {
      await etcd.client().call(KVService.methods.Put, { key: Buffer.from(key), value });
    }
    const stream = etcd.client().open(Snapshot);
    stream.send({});
    const responses: SnapshotResponse[] = [];
    for (let next = await stream.next(); next !== undefined; next = await stream.next()) responses.push(next);
    expect(await stream.status).toEqual({ code: 0, message: '' });
    expect(responses.length).toBeGreaterThan(1);
    const last = responses.pop();
    expect(last).toMatchObject({ remainingBytes: 0, version: 'kuorum 1.2.3' });
    for (const { remainingBytes } of responses) expect(remainingBytes).toBeGreaterThan(0);
    const file = Buffer.concat([...responses, last].map((response) => response?.blob ?? Buffer.alloc(0)));
    expect(file.length % 512).toBe(32);
    const hash = createHash('sha256').update(file.subarray(0, -32)).digest();
    expect(file.subarray(-32)).toEqual(hash);
  });

  const ends: readonly (readonly [SnapshotEndReason, number, string])[] = [
    [
      { kind: 'overloaded', message: 'too many' },
      StatusCode.RESOURCE_EXHAUSTED,
      'etcdserver: too many requests',
    ],
    [{ kind: 'stopping' }, StatusCode.UNAVAILABLE, 'etcdserver: server stopped'],
    [{ kind: 'corrupt', message: 'a record' }, StatusCode.DATA_LOSS, 'etcdserver: a record'],
    [{ kind: 'too-slow', message: 'slow' }, StatusCode.DEADLINE_EXCEEDED, 'etcdserver: slow'],
    [{ kind: 'failed', message: 'the disk' }, StatusCode.INTERNAL, 'etcdserver: the disk'],
  ];
  for (const [reason, code, message] of ends) {
    it(`that ends early (${reason.kind}) is told so`, async () => {
      let given = false;
      await startWith(() => ({
        next() {
          if (given) return Promise.resolve({ kind: 'end', reason });
          given = true;
          return Promise.resolve({ kind: 'chunk', bytes: Buffer.from('begin') });
        },
        cancel: () => {},
      }));
      const stream = etcd.client().open(Snapshot);
      stream.send({});
      expect(await stream.status).toEqual({ code, message });
    });
  }

  it('is given up when its reader goes', async () => {
    let cancelled = (): void => {};
    const gone = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    let asked = (): void => {};
    const reading = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await startWith(() => ({
      next() {
        asked();
        return new Promise(() => {});
      },
      cancel: () => cancelled(),
    }));
    const stream = etcd.client().open(Snapshot);
    stream.send({});
    await reading;
    stream.cancel();
    await gone;
  });
});
