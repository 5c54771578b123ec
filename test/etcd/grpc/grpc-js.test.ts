/** Another implementation's client, which knows nothing of ours, is satisfied. */

import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../support/server.js';

type Plain = Readonly<Record<string, unknown>>;

let etcd: TestEtcd;
let client: grpc.Client;
let root: protobuf.Root;

beforeAll(async () => {
  etcd = await startTestEtcd({ limits: { maxMessageBytes: 2 * 1024 * 1024 } });
  const credentials = grpc.credentials.createSsl(
    Buffer.from(etcd.authority.certificate),
    Buffer.from(etcd.root.key),
    Buffer.from(etcd.root.certificate),
  );
  client = new grpc.Client(`127.0.0.1:${etcd.server.port}`, credentials);
  root = new protobuf.Root();
  const folder = join(import.meta.dirname, '../../../etcd/proto');
  root.resolvePath = (_origin, target) => (target.includes('/') ? target : join(folder, target));
  await root.load('rpc.proto');
});
afterAll(async () => {
  client.close();
  await etcd.close();
});

const serializer =
  (name: string) =>
  (value: Plain): Buffer => {
    const type = root.lookupType(name);
    return Buffer.from(type.encode(type.fromObject(value)).finish());
  };
const deserializer =
  (name: string) =>
  (bytes: Buffer): Plain => {
    const type = root.lookupType(name);
    return type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as Plain;
  };

function call(path: string, request: string, response: string, value: Plain): Promise<Plain> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      serializer(`etcdserverpb.${request}`),
      deserializer(`etcdserverpb.${response}`),
      value,
      (error, answer) => (error === null ? resolve(answer ?? {}) : reject(error)),
    );
  });
}

const put = (value: Plain): Promise<Plain> =>
  call('/etcdserverpb.KV/Put', 'PutRequest', 'PutResponse', value);

describe('@grpc/grpc-js', () => {
  it('puts and reads, large and small', async () => {
    for (const length of [0, 1, 70_000, 1_200_000]) {
      const value = Buffer.alloc(length, 'x');
      await put({ key: Buffer.from('k'), value });
      const range = await call('/etcdserverpb.KV/Range', 'RangeRequest', 'RangeResponse', {
        key: Buffer.from('k'),
      });
      expect((range['kvs'] as { value: Buffer }[])[0]?.value.equals(value)).toBe(true);
    }
  });

  it('is told errors by code and text, also where it has not said all yet', async () => {
    await expect(put({})).rejects.toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
      details: 'etcdserver: key is not provided',
    });
    await expect(put({ key: Buffer.from('k'), value: Buffer.alloc(4_000_000) })).rejects.toMatchObject({
      code: grpc.status.RESOURCE_EXHAUSTED,
    });
    await expect(call('/etcdserverpb.KV/Foo', 'PutRequest', 'PutResponse', {})).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
    });
  });

  it('watches, with many calls beside it', async () => {
    const watch = client.makeBidiStreamRequest(
      '/etcdserverpb.Watch/Watch',
      serializer('etcdserverpb.WatchRequest'),
      deserializer('etcdserverpb.WatchResponse'),
    );
    const seen: number[] = [];
    const total = 100;
    const done = new Promise<void>((resolve, reject) => {
      watch.on('error', reject);
      watch.on('data', (response: Plain) => {
        if (response['created'] === true) {
          Promise.all(Array.from({ length: total }, () => put({ key: Buffer.from('w') }))).catch(reject);
        }
        for (const { kv } of response['events'] as { kv: { version: number } }[]) seen.push(kv.version);
        if (seen.length === total) resolve();
      });
    });
    watch.write({ createRequest: { key: Buffer.from('w') } });
    await done;
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    const closed = new Promise((resolve) => {
      watch.removeAllListeners('error');
      watch.on('error', resolve);
    });
    watch.cancel();
    expect(await closed).toMatchObject({ code: grpc.status.CANCELLED });
  });
});
