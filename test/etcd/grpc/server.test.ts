import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { get } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../etcd/grpc/call.js';
import { implement, type Method } from '../../../etcd/grpc/service.js';
import { GrpcError, StatusCode } from '../../../etcd/grpc/status.js';
import { encodeFrame } from '../../../etcd/proto/codec.js';
import { HealthService } from '../../../etcd/proto/generated/health.js';
import { KVService, PutRequest, WatchService } from '../../../etcd/proto/generated/rpc.js';
import { createAuthority } from '../../apiserver/support/certificates.js';
import { type BareServer, startBareServer } from '../support/bare-server.js';
import { GrpcClient } from '../support/client.js';

const { Put, Range, Txn } = KVService.methods;
const { Watch } = WatchService.methods;
const bytes = (text: string): Uint8Array => Buffer.from(text);

function deferred<Value>(): { readonly promise: Promise<Value>; resolve(value: Value): void } {
  let resolve = (_value: Value): void => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve(value) };
}

const opened: BareServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function start(
  methods: readonly Method[],
  options?: Parameters<typeof startBareServer>[1],
): Promise<BareServer> {
  const server = await startBareServer(methods, options);
  opened.push(server);
  return server;
}

/** Answers with the value that was put. */
const echo = implement(KVService, {
  Put: ({ value }) => ({ prevKv: { value } }),
});

describe('a unary call', () => {
  it('is answered by its handler', async () => {
    const client = (await start(echo)).client();
    const value = Buffer.alloc(100_000, 'v');
    expect((await client.call(Put, { value })).prevKv?.value).toEqual(value);
  });

  it('is answered however its bytes are cut', async () => {
    const client = (await start(echo)).client();
    const stream = client.open(Put);
    for (const byte of encodeFrame(PutRequest, { value: bytes('hello') })) {
      stream.http.write(Uint8Array.of(byte));
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    stream.finish();
    expect((await stream.next())?.prevKv?.value).toEqual(bytes('hello'));
    expect(await stream.status).toEqual({ code: 0, message: '' });
  });

  it('fails with what its handler throws', async () => {
    const failing = implement(KVService, {
      Put() {
        throw new GrpcError(StatusCode.NOT_FOUND, '100% gone: ☃');
      },
      Range: () => Promise.reject(new Error('a defect')),
    });
    const client = (await start(failing)).client();
    await expect(client.call(Put, {})).rejects.toMatchObject({ code: 5, message: '100% gone: ☃' });
    await expect(client.call(Range, {})).rejects.toMatchObject({ code: 2, message: 'a defect' });
  });

  it('of a method or service that is not there is told so', async () => {
    const client = (await start(echo)).client();
    const unknown = (path: string): Promise<unknown> => client.call({ ...Put, path }, {});
    await expect(unknown('/etcdserverpb.KV/Foo')).rejects.toMatchObject({
      code: StatusCode.UNIMPLEMENTED,
      message: 'unknown method Foo for service etcdserverpb.KV',
    });
    await expect(unknown('/foo.Bar/Foo')).rejects.toMatchObject({
      code: StatusCode.UNIMPLEMENTED,
      message: 'unknown service foo.Bar',
    });
    await expect(unknown('/')).rejects.toMatchObject({ code: StatusCode.UNIMPLEMENTED });
    await expect(client.call(Txn, {})).rejects.toMatchObject({ code: StatusCode.UNIMPLEMENTED });
  });

  it('beyond the limit of a message is refused, and the connection goes on', async () => {
    const client = (await start(echo, { limits: { maxMessageBytes: 1000 } })).client();
    await expect(client.call(Put, { value: Buffer.alloc(3_000_000) })).rejects.toMatchObject({
      code: StatusCode.RESOURCE_EXHAUSTED,
      message: expect.stringMatching(/^grpc: received message larger than max \(\d+ vs. 1000\)$/) as string,
    });
    expect((await client.call(Put, { value: bytes('x') })).prevKv?.value).toEqual(bytes('x'));
  });

  it('that is compressed, or has no deadline where it says one, is refused', async () => {
    const client = (await start(echo)).client();
    await expect(client.call(Put, {}, { 'grpc-encoding': 'gzip' })).rejects.toMatchObject({
      code: StatusCode.UNIMPLEMENTED,
      message: 'grpc: Decompressor is not installed for grpc-encoding "gzip"',
    });
    await expect(client.call(Put, {}, { 'grpc-timeout': 'soon' })).rejects.toMatchObject({
      code: StatusCode.INTERNAL,
    });
    expect(await client.call(Put, {}, { 'grpc-encoding': 'identity' })).toBeDefined();
  });

  it('that is no message is refused', async () => {
    const client = (await start(echo)).client();
    const stream = client.open(Put);
    stream.http.end(Uint8Array.of(0, 0, 0, 0, 2, 10, 200));
    expect(await stream.status).toMatchObject({ code: StatusCode.INTERNAL });
    const empty = client.open(Put);
    empty.finish();
    expect(await empty.status).toMatchObject({ code: StatusCode.INTERNAL });
  });

  it('knows who calls, what its headers say and how much time is left', async () => {
    const seen: Call[] = [];
    const server = await start(
      implement(KVService, {
        Put(_request, call) {
          seen.push(call);
          expect(call.remainingMilliseconds()).toBeGreaterThan(0);
          return {};
        },
      }),
    );
    await server.client().call(Put, {}, { 'grpc-timeout': '1H', token: 't' });
    expect(seen[0]?.peer).toEqual({ commonName: 'somebody' });
    expect(seen[0]?.header('token')).toBe('t');
    expect(seen[0]?.remainingMilliseconds()).toBeLessThanOrEqual(3_600_000);
  });

  it('that the client calls off is told to its handler', async () => {
    const called = deferred<Call>();
    const gone = deferred<void>();
    const server = await start(
      implement(KVService, {
        async Put(_request, call) {
          called.resolve(call);
          call.onCancel(() => gone.resolve());
          await gone.promise;
          return {};
        },
      }),
    );
    const client = server.client();
    const stream = client.open(Put);
    stream.send({});
    const call = await called.promise;
    expect(call.cancelled).toBe(false);
    stream.cancel();
    await gone.promise;
    expect(call.cancelled).toBe(true);
  });
});

describe('a stream', () => {
  /** Answers each request with its cancel id, until the client has said all. */
  const talk = implement(WatchService, {
    async Watch(stream) {
      for (;;) {
        const request = await stream.receive();
        if (request === undefined) return;
        const watchId = request.cancelRequest?.watchId ?? 0;
        if (watchId === 13) throw new GrpcError(StatusCode.ABORTED, 'thirteen');
        await stream.send({ watchId });
      }
    },
  });

  it('carries messages both ways, and ends with a status', async () => {
    const stream = (await start(talk)).client().open(Watch);
    for (let watchId = 1; watchId <= 3; watchId += 1) {
      stream.send({ cancelRequest: { watchId } });
      expect(await stream.next()).toMatchObject({ watchId });
    }
    stream.finish();
    expect(await stream.next()).toBeUndefined();
    expect(await stream.status).toEqual({ code: 0, message: '' });
  });

  it('ends with an error behind what was sent, though the client has more to say', async () => {
    const stream = (await start(talk)).client().open(Watch);
    stream.send({ cancelRequest: { watchId: 1 } });
    stream.send({ cancelRequest: { watchId: 13 } });
    expect(await stream.next()).toMatchObject({ watchId: 1 });
    expect(await stream.next()).toBeUndefined();
    expect(await stream.status).toEqual({ code: StatusCode.ABORTED, message: 'thirteen' });
  });

  it('with one request is answered by many messages', async () => {
    const server = await start(
      implement(HealthService, {
        async Watch({ service }, stream) {
          for (let count = 0; count < service.length; count += 1) await stream.send({ status: count });
        },
      }),
    );
    const stream = server.client().open(HealthService.methods.Watch);
    stream.send({ service: 'abc' });
    stream.finish();
    expect([await stream.next(), await stream.next(), await stream.next(), await stream.next()]).toEqual([
      { status: 0 },
      { status: 1 },
      { status: 2 },
      undefined,
    ]);
    expect((await stream.status).code).toBe(0);
  });

  it('ends when its time has run out', async () => {
    const stream = (await start(talk)).client().open(Watch, { 'grpc-timeout': '20m' });
    expect(await stream.status).toEqual({
      code: StatusCode.DEADLINE_EXCEEDED,
      message: 'context deadline exceeded',
    });
  });

  it('that nobody reads holds its handlers up, who then take turns', async () => {
    const accepted: number[] = [];
    const value = Buffer.alloc(64 * 1024);
    const flood = implement(WatchService, {
      async Watch(stream) {
        await stream.receive();
        const sender = async (watchId: number): Promise<void> => {
          for (let count = 0; count < 50; count += 1) {
            await stream.send({ watchId, events: [{ kv: { value } }] });
            accepted.push(watchId);
          }
        };
        await Promise.all([sender(1), sender(2), sender(3)]);
      },
    });
    const client = (await start(flood)).client();
    const stream = client.open(Watch);
    stream.http.pause();
    stream.send({});
    // Another call on the same connection is answered all the while, so whatever could be sent has been.
    await expect(client.call(Txn, {})).rejects.toMatchObject({ code: StatusCode.UNIMPLEMENTED });
    const heldAt = accepted.length;
    expect(heldAt).toBeLessThan(20);
    stream.http.resume();
    const seen: number[] = [];
    for (let next = await stream.next(); next !== undefined; next = await stream.next())
      seen.push(next.watchId);
    expect(seen).toHaveLength(150);
    for (const id of [1, 2, 3])
      expect(seen.slice(0, 60).filter((watchId) => watchId === id).length).toBeGreaterThan(10);
  });

  it('whose handler reads slowly holds the client up', async () => {
    let taken = 0;
    const go = deferred<void>();
    const slow = implement(WatchService, {
      async Watch(stream) {
        await go.promise;
        while ((await stream.receive()) !== undefined) taken += 1;
        await stream.send({ watchId: taken });
      },
    });
    const client = (await start(slow)).client();
    const stream = client.open(Watch);
    let written = 0;
    while (written < 100) {
      written += 1;
      stream.send({ createRequest: { key: Buffer.alloc(64 * 1024) } });
    }
    await expect(client.call(Txn, {})).rejects.toMatchObject({ code: StatusCode.UNIMPLEMENTED });
    // Most of it has not left the client.
    expect(stream.http.writableLength).toBeGreaterThan(3_000_000);
    go.resolve();
    stream.finish();
    expect(await stream.next()).toMatchObject({ watchId: 100 });
  });

  it('that breaks off is over for its handler', async () => {
    const begun = deferred<void>();
    const over = deferred<readonly unknown[]>();
    const server = await start(
      implement(WatchService, {
        async Watch(stream) {
          await stream.receive();
          begun.resolve();
          const received = await stream.receive().catch((error: unknown) => error);
          const sent = await stream.send({}).catch((error: unknown) => error);
          over.resolve([received, sent]);
        },
      }),
    );
    const stream = server.client().open(Watch);
    stream.send({});
    await begun.promise;
    stream.cancel();
    const cancelled = expect.objectContaining({ code: StatusCode.CANCELLED }) as unknown;
    expect(await over.promise).toEqual([cancelled, cancelled]);
  });
});

describe('the port', () => {
  it('lets in only who has a certificate of the authority', async () => {
    const server = await start(echo);
    const stranger = await (await createAuthority('CN=other')).issue('CN=root');
    for (const pair of [undefined, stranger]) {
      const client = new GrpcClient(server.url, {
        authority: server.authority.certificate,
        ...(pair === undefined ? {} : { pair }),
      });
      await expect(client.call(Put, {})).rejects.toMatchObject({ code: -1 });
      client.close();
    }
    expect(await server.client().call(Put, {})).toBeDefined();
  });

  it('answers HTTP/1.1 where something is there to answer it', async () => {
    const server = await start(echo, {
      plain: ({ method, url }) =>
        Promise.resolve({ status: 200, contentType: 'text/plain', body: `${method} ${url}` }),
    });
    const { certificate: cert, key } = server.pair;
    const body = await new Promise<string>((resolve, reject) => {
      get(
        `${server.url}/health`,
        { ca: server.authority.certificate, cert, key, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.once('end', () => resolve(text));
        },
      ).once('error', reject);
    });
    expect(body).toBe('GET /health');
    expect(await server.client().call(Put, {})).toBeDefined();
  });

  it('tells what is no gRPC by HTTP', async () => {
    const server = await start(echo);
    const { certificate: cert, key } = server.pair;
    const session = connectHttp2(server.url, { ca: server.authority.certificate, cert, key });
    const statusOf = async (headers: Record<string, string>): Promise<unknown> => {
      const stream = session.request(headers, { endStream: true });
      const [response] = (await once(stream, 'response')) as [Record<string, unknown>];
      stream.resume();
      return response[':status'];
    };
    expect(await statusOf({ ':method': 'GET', ':path': '/' })).toBe(405);
    expect(await statusOf({ ':method': 'POST', ':path': '/', 'content-type': 'text/plain' })).toBe(415);
    session.close();
  });

  it('closes by ending what runs, at once where no grace is given', async () => {
    const begun = deferred<void>();
    const server = await start(
      implement(WatchService, {
        Watch: (stream) =>
          new Promise((resolve) => {
            begun.resolve();
            stream.onCancel(resolve);
          }),
      }),
    );
    const stream = server.client().open(Watch);
    stream.send({});
    await begun.promise;
    await server.server.close({ graceMilliseconds: 0 });
    expect((await stream.status).code).toBe(-1);
  });
});
