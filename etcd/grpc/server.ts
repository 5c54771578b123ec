/**
 * A gRPC server on node:http2. One TLS port, where every client shows a certificate of the given authority; HTTP/2
 * carries the calls, and both it and HTTP/1.1 whatever `plain` answers.
 *
 * Faults assumed: clients that vanish without a word (found by pings), open too many connections or streams, and
 * handlers that throw.
 */

import { constants as cryptoConstants } from 'node:crypto';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Clock, Logger, Timer } from '../../platform/index.js';
import { decode, encodeFrame } from '../proto/codec.js';
import type { Peer } from './call.js';
import type { CallCounts } from './call-counts.js';
import { Exchange, refuse, StreamExchange, toGrpcError } from './exchange.js';
import { FrameReader } from './frames.js';
import { answerHttp2, http1Listener, type PlainHandler } from './plain.js';
import type { Method } from './service.js';
import { GrpcError, StatusCode } from './status.js';

export interface GrpcServerLimits {
  readonly maxConnections: number;
  readonly maxStreamsPerConnection: number;
  /** Of one message that a client sends. */
  readonly maxMessageBytes: number;
  readonly maxHeaderBytes: number;
  /** What one connection may hold in this process. */
  readonly maxConnectionMegabytes: number;
  readonly pingMilliseconds: number;
}

export const defaultGrpcLimits: GrpcServerLimits = {
  maxConnections: 20_000,
  maxStreamsPerConnection: 10_000,
  maxMessageBytes: 4 * 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  maxConnectionMegabytes: 128,
  pingMilliseconds: 30_000,
};

export interface GrpcServerOptions {
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  /** PEM. `clientAuthority`: who must have signed the clients' certificates. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  readonly methods: readonly Method[];
  readonly limits?: Partial<GrpcServerLimits>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is asked without gRPC. */
  readonly plain?: PlainHandler;
  readonly counts?: CallCounts;
}

export interface GrpcServer {
  readonly port: number;
  /** Takes no new connections and calls, and destroys what is left after the grace. */
  close(options: { readonly graceMilliseconds: number }): Promise<void>;
}

const anonymous: Peer = { commonName: '' };
const handshakeMilliseconds = 10_000;
/** So much may be on its way to us unasked: of one call, and of all calls of a connection. */
const streamWindowBytes = 256 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;
/** A client that asks by HTTP/1.1 and then falls silent. */
const idleHttpMilliseconds = 10_000;

function peerOf(socket: TLSSocket): Peer {
  const common: unknown = socket.getPeerCertificate()?.subject?.CN;
  const name: unknown = Array.isArray(common) ? common.at(-1) : common;
  return typeof name === 'string' ? { commonName: name } : anonymous;
}

/** Why the call cannot even begin; undefined when it can. */
function headersProblem(headers: IncomingHttpHeaders): GrpcError | undefined {
  const encoding = headers['grpc-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return new GrpcError(
      StatusCode.UNIMPLEMENTED,
      `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`,
    );
  }
  return undefined;
}

class Http2GrpcServer implements GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #limits: GrpcServerLimits;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #services: ReadonlySet<string>;
  readonly #tls: TlsServer;
  readonly #http2: Http2Server;
  readonly #http: HttpServer | undefined;
  readonly #sockets = new Set<TLSSocket>();
  /** With whether a ping is still unanswered. */
  readonly #sessions = new Map<ServerHttp2Session, boolean>();
  readonly #peers = new WeakMap<object, Peer>();
  #pinging: Timer | undefined;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#limits = { ...defaultGrpcLimits, ...options.limits };
    this.#methods = new Map(options.methods.map((method) => [method.path, method]));
    this.#services = new Set(options.methods.map(({ path }) => path.slice(1, path.lastIndexOf('/'))));
    const { certificate, key, clientAuthority } = options.tls;
    this.#tls = createTlsServer({
      cert: certificate,
      key,
      ca: clientAuthority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      // No session tickets: a resumed session must not carry an identity that this server did not verify.
      secureOptions: cryptoConstants.SSL_OP_NO_TICKET,
      ALPNProtocols: options.plain === undefined ? ['h2'] : ['h2', 'http/1.1'],
      handshakeTimeout: handshakeMilliseconds,
      noDelay: true,
    } as Parameters<typeof createTlsServer>[0]);
    this.#tls.maxConnections = this.#limits.maxConnections;
    this.#http2 = createHttp2Server({
      maxSessionMemory: this.#limits.maxConnectionMegabytes,
      settings: {
        maxConcurrentStreams: this.#limits.maxStreamsPerConnection,
        maxHeaderListSize: this.#limits.maxHeaderBytes,
        initialWindowSize: streamWindowBytes,
        enablePush: false,
      },
    });
    this.#http = options.plain === undefined ? undefined : createHttpServer(http1Listener(options.plain));
    this.#accept();
  }

  get port(): number {
    return (this.#tls.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    const { host, port, logger } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#tls.once('error', reject);
      this.#tls.listen(port, host, () => {
        this.#tls.off('error', reject);
        this.#tls.on('error', (error) => logger.error('listener failed', { error: error.message }));
        resolve();
      });
    });
    this.#schedulePings();
  }

  #accept(): void {
    this.#tls.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
      // A client that names no protocol is taken for a gRPC client unless there is something else to talk.
      if (socket.alpnProtocol === 'h2' || this.#http === undefined) {
        this.#http2.emit('connection', socket);
      } else {
        socket.setTimeout(idleHttpMilliseconds, () => socket.destroy());
        this.#http.emit('connection', socket);
      }
    });
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#http?.on('clientError', (_error, socket) => socket.destroy());
    this.#http2.on('session', (session) => {
      this.#sessions.set(session, false);
      this.#peers.set(session, peerOf(session.socket as TLSSocket));
      session.on('error', () => session.destroy());
      session.once('close', () => this.#sessions.delete(session));
      session.setLocalWindowSize(connectionWindowBytes);
    });
    this.#http2.on('sessionError', () => {});
    this.#http2.on('stream', (stream, headers) => this.#begin(stream, headers));
  }

  #schedulePings(): void {
    this.#pinging = this.#options.clock.setTimer(this.#limits.pingMilliseconds, () => {
      for (const [session, unanswered] of this.#sessions) this.#ping(session, unanswered);
      this.#schedulePings();
    });
  }

  #ping(session: ServerHttp2Session, unanswered: boolean): void {
    if (session.closed || session.destroyed) return;
    if (unanswered) {
      session.destroy();
      return;
    }
    this.#sessions.set(session, true);
    session.ping((error) => {
      if (error === null && this.#sessions.has(session)) this.#sessions.set(session, false);
    });
  }

  #begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => {});
    const contentType = headers['content-type'];
    if (headers[':method'] !== 'POST' || contentType?.startsWith('application/grpc') !== true) {
      const { plain } = this.#options;
      if (plain !== undefined && headers[':method'] !== 'POST') {
        void answerHttp2(plain, stream, headers);
        return;
      }
      const status = headers[':method'] === 'POST' ? 415 : 405;
      stream.respond({ ':status': status }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    const method = this.#methods.get(headers[':path'] ?? '');
    const problem = method === undefined ? this.#unknown(headers[':path'] ?? '') : headersProblem(headers);
    if (method === undefined || problem !== undefined) {
      refuse(stream, problem ?? this.#unknown(''), this.#options.clock);
      return;
    }
    this.#count(method, stream);
    try {
      const session = stream.session;
      const peer = (session === undefined ? undefined : this.#peers.get(session)) ?? anonymous;
      this.#run(method, stream, headers, peer);
    } catch (error) {
      refuse(stream, toGrpcError(error), this.#options.clock);
    }
  }

  /** A call is over when its stream is. */
  #count({ path }: Method, stream: ServerHttp2Stream): void {
    const { counts } = this.#options;
    if (counts === undefined) return;
    counts.started(path);
    stream.once('close', () => {
      const status: unknown = stream.sentTrailers?.['grpc-status'] ?? stream.sentHeaders?.['grpc-status'];
      counts.ended(path, status);
    });
  }

  #unknown(path: string): GrpcError {
    const slash = path.lastIndexOf('/');
    if (slash < 1) {
      return new GrpcError(StatusCode.UNIMPLEMENTED, `malformed method name: ${JSON.stringify(path)}`);
    }
    const service = path.slice(1, Math.max(1, slash));
    return new GrpcError(
      StatusCode.UNIMPLEMENTED,
      this.#services.has(service)
        ? `unknown method ${path.slice(slash + 1)} for service ${service}`
        : `unknown service ${service}`,
    );
  }

  #run(method: Method, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer): void {
    const { clock } = this.#options;
    const { maxMessageBytes } = this.#limits;
    if (method.kind === 'unary') {
      this.#runUnary(method, new Exchange(stream, headers, peer, clock));
      return;
    }
    const exchange = new StreamExchange(stream, headers, peer, clock, method, maxMessageBytes);
    const running =
      method.kind === 'stream' ? method.handle(exchange) : this.#runServerStream(method, exchange);
    running.then(
      () => exchange.end(),
      (error: unknown) => exchange.end(this.#judge(method, error)),
    );
  }

  async #runServerStream(
    method: Extract<Method, { kind: 'server-stream' }>,
    exchange: StreamExchange<unknown, unknown>,
  ): Promise<void> {
    const request = await exchange.receive();
    if (request === undefined) throw new GrpcError(StatusCode.INTERNAL, 'there is no request');
    await method.handle(request, exchange);
  }

  /** Handled as soon as the message is whole: the client's half of the stream ends with it or soon after. */
  #runUnary(method: Extract<Method, { kind: 'unary' }>, exchange: Exchange): void {
    const { stream } = exchange;
    const reader = new FrameReader(this.#limits.maxMessageBytes);
    let begun = false;
    stream.on('data', (chunk: Uint8Array) => {
      if (begun) return;
      try {
        reader.push(chunk);
        const bytes = reader.next();
        if (bytes === undefined) return;
        begun = true;
        void this.#answer(method, exchange, bytes);
      } catch (error) {
        begun = true;
        refuse(stream, toGrpcError(error), this.#options.clock);
      }
    });
    stream.once('end', () => {
      if (begun) return;
      begun = true;
      refuse(
        stream,
        new GrpcError(StatusCode.INTERNAL, 'the stream ended before its request'),
        this.#options.clock,
      );
    });
  }

  async #answer(
    method: Extract<Method, { kind: 'unary' }>,
    exchange: Exchange,
    bytes: Uint8Array,
  ): Promise<void> {
    try {
      const response = await method.handle(decode(method.request, bytes), exchange);
      exchange.answer(encodeFrame(method.response, response));
    } catch (error) {
      refuse(exchange.stream, this.#judge(method, error), this.#options.clock);
    }
  }

  /** A handler throws a GrpcError for whatever the client is to know; anything else is a defect of ours. */
  #judge(method: Method, error: unknown): GrpcError {
    const judged = toGrpcError(error);
    if (!(error instanceof GrpcError) && judged.code === StatusCode.UNKNOWN) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.logger.error('a call failed', { method: method.path, reason });
    }
    return judged;
  }

  async close({ graceMilliseconds }: { readonly graceMilliseconds: number }): Promise<void> {
    this.#pinging?.cancel();
    const closed = new Promise<void>((resolve) => {
      this.#tls.close(() => resolve());
    });
    for (const session of this.#sessions.keys()) session.close();
    this.#http?.closeIdleConnections();
    const timer = this.#options.clock.setTimer(graceMilliseconds, () => {
      for (const session of this.#sessions.keys()) session.destroy();
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    timer.cancel();
  }
}

/** Resolves when the port listens. @throws the error of listen(), e.g. EADDRINUSE */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Http2GrpcServer(options);
  await server.listen();
  return server;
}
