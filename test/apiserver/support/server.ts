/** A whole API server over a memory store, and clients for both HTTP versions. */
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { isObject, type JsonObject, parseJson } from '../../../api/index.js';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../../apiserver/index.js';
import { type Clock, seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import type { ClusterAdmin, Store } from '../../../storage/index.js';
import { type Authority, createAuthority, createSelfSigned, type KeyPair } from './certificates.js';
import { createMemoryAdmin, createMemoryStore, type MemoryAdmin, type MemoryStore } from './memory-store.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** @throws when the body is not a JSON object */
  json(): JsonObject;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** undefined: no certificate. */
  readonly as?: KeyPair | undefined;
}

export interface WatchClient {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The next line as an object; undefined once the stream has ended. */
  next(): Promise<JsonObject | undefined>;
  /** Everything received so far, undecoded. */
  received(): Buffer;
  waitForBytes(count: number): Promise<Buffer>;
  /** Reads on to the end; whether the answer was cut short. */
  brokenOff(): Promise<boolean>;
  close(): void;
}

export interface WatchCall extends CallOptions {
  readonly version?: 1 | 2;
  /** Nothing is read until `brokenOff` is asked. HTTP/1.1 only. */
  readonly stalled?: boolean;
}

export interface TestServer {
  readonly server: ApiServer;
  readonly store: MemoryStore;
  readonly admin: MemoryAdmin;
  readonly authority: Authority;
  readonly masters: KeyPair;
  readonly nobody: KeyPair;
  readonly stranger: KeyPair;
  readonly expired: KeyPair;
  http1(path: string, options?: CallOptions): Promise<Answer>;
  http2(path: string, options?: CallOptions): Promise<Answer>;
  /** JSON in and out as system:masters over HTTP/2. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  watch(path: string, options?: WatchCall): Promise<WatchClient>;
  close(): Promise<void>;
}

function answer(status: number, headers: Answer['headers'], chunks: readonly Buffer[]): Answer {
  const bytes = Buffer.concat(chunks);
  return {
    status,
    headers,
    bytes,
    text: bytes.toString('utf8'),
    json() {
      const value = parseJson(bytes);
      if (!isObject(value)) throw new Error(`not an object: ${bytes.toString('utf8')}`);
      return value;
    },
  };
}

export async function startTestServer(
  options: Partial<Pick<ApiServerOptions, 'limits' | 'watchBookmarkMilliseconds' | 'logger'>> & {
    readonly clock?: Clock;
    /** Instead of the store in memory. */
    readonly member?: { readonly store: Store; readonly admin: ClusterAdmin };
  } = {},
): Promise<TestServer> {
  const authority = await createAuthority('CN=test-ca');
  const [serving, masters, nobody, expired, stranger] = await Promise.all([
    authority.issue('CN=kube-apiserver', { server: true }),
    authority.issue('CN=kubernetes-admin, O=system:masters'),
    authority.issue('CN=jane, O=dev, O=ops'),
    authority.issue('CN=late, O=system:masters', { expired: true }),
    createSelfSigned('CN=evil, O=system:masters'),
  ]);
  const store = createMemoryStore();
  const admin = createMemoryAdmin(store);
  const server = await startApiServer({
    store: options.member?.store ?? store,
    admin: options.member?.admin ?? admin,
    clock: options.clock ?? systemClock(),
    random: seededRandom(7),
    logger: options.logger ?? silentLogger,
    memberName: 'm1',
    host: '127.0.0.1',
    port: 0,
    tls: { certificate: serving.certificate, key: serving.key, clientAuthorities: authority.certificate },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.watchBookmarkMilliseconds === undefined
      ? {}
      : { watchBookmarkMilliseconds: options.watchBookmarkMilliseconds }),
  });
  const tls = (as: KeyPair | undefined) => ({
    ca: authority.certificate,
    host: '127.0.0.1',
    port: server.port,
    ...(as === undefined ? {} : { cert: as.certificate, key: as.key }),
  });
  const sessions = new Map<KeyPair | undefined, ClientHttp2Session>();
  const sessionOf = (as: KeyPair | undefined): ClientHttp2Session => {
    let session = sessions.get(as);
    if (session === undefined || session.destroyed || session.closed) {
      session = connect(`https://127.0.0.1:${server.port}`, tls(as));
      session.on('error', () => {});
      sessions.set(as, session);
    }
    return session;
  };
  const who = (call: CallOptions): KeyPair | undefined => ('as' in call ? call.as : masters);

  const open1 = (path: string, call: CallOptions) =>
    httpsRequest({
      ...tls(who(call)),
      path,
      method: call.method ?? 'GET',
      headers: call.headers ?? {},
      agent: false,
    });

  const test: TestServer = {
    server,
    store,
    admin,
    authority,
    masters,
    nobody,
    stranger,
    expired,
    http1: (path, call = {}) =>
      new Promise((resolve, reject) => {
        const request = open1(path, call);
        request.on('error', reject);
        request.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(answer(response.statusCode ?? 0, response.headers, chunks)));
          response.on('error', reject);
        });
        request.end(call.body);
      }),
    http2: (path, call = {}) =>
      new Promise((resolve, reject) => {
        const stream = sessionOf(who(call)).request(
          {
            [constants.HTTP2_HEADER_PATH]: path,
            [constants.HTTP2_HEADER_METHOD]: call.method ?? 'GET',
            ...call.headers,
          },
          // Otherwise a DELETE ends before its body.
          { endStream: call.body === undefined },
        );
        const chunks: Buffer[] = [];
        let headers: Answer['headers'] = {};
        stream.on('response', (received) => {
          headers = received as Answer['headers'];
        });
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => resolve(answer(Number(headers[':status']), headers, chunks)));
        stream.on('error', reject);
        if (call.body !== undefined) stream.end(call.body);
      }),
    call(method, path, body, contentType = 'application/json') {
      const encoded = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      return test.http2(path, {
        method,
        ...(encoded === undefined ? {} : { body: encoded, headers: { 'content-type': contentType } }),
      });
    },
    watch: (path, call = {}) => openWatch(path, call),
    async close() {
      for (const session of sessions.values()) session.destroy();
      await server.close({ graceMilliseconds: 100 });
    },
  };

  const openWatch = (path: string, call: WatchCall): Promise<WatchClient> =>
    new Promise((resolve, reject) => {
      const buffer = createLineBuffer();
      if (call.version === 1) {
        const request = open1(path, call);
        request.on('error', reject);
        request.on('response', (response) => {
          if (call.stalled !== true) response.on('data', (chunk: Buffer) => buffer.push(chunk));
          const over = new Promise<boolean>((done) => {
            response.on('close', () => done(!response.complete));
          });
          response.on('close', () => buffer.end());
          response.on('error', () => buffer.end());
          const brokenOff = (): Promise<boolean> => {
            response.resume();
            return over;
          };
          resolve(
            buffer.client(response.statusCode ?? 0, response.headers, () => request.destroy(), brokenOff),
          );
        });
        request.end();
        return;
      }
      const stream = sessionOf(who(call)).request({ ':path': path, ...call.headers });
      stream.on('error', reject);
      stream.on('data', (chunk: Buffer) => buffer.push(chunk));
      stream.on('close', () => buffer.end());
      stream.on('response', (headers) => {
        resolve(
          buffer.client(
            Number(headers[':status']),
            headers as Answer['headers'],
            () => stream.close(),
            () => Promise.resolve(false),
          ),
        );
      });
    });

  await waitUntil(async () => (await test.http1('/readyz')).status === 200);
  return test;
}

function createLineBuffer() {
  let all = Buffer.alloc(0);
  let position = 0;
  let ended = false;
  let wake: () => void = () => {};
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    push(chunk: Buffer): void {
      all = Buffer.concat([all, chunk]);
      wake();
    },
    end(): void {
      ended = true;
      wake();
    },
    client: (
      status: number,
      headers: Answer['headers'],
      close: () => void,
      brokenOff: () => Promise<boolean>,
    ): WatchClient => ({
      status,
      headers,
      async next() {
        for (;;) {
          const newline = all.indexOf(0x0a, position);
          if (newline >= 0) {
            const line = parseJson(all.subarray(position, newline));
            position = newline + 1;
            if (!isObject(line)) throw new Error('a watch line is no object');
            return line;
          }
          if (ended) return undefined;
          await changed();
        }
      },
      received: () => all,
      async waitForBytes(count) {
        while (all.length < count && !ended) await changed();
        return all;
      },
      brokenOff,
      close,
    }),
  };
}

/** Waits on a condition; the test's own timeout is the bound. */
export async function waitUntil(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
