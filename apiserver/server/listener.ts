/**
 * The HTTPS port: HTTP/1.1 and HTTP/2 on one listener, turned into requests and responses of our own.
 *
 * Faults assumed: clients that are slow, vanish, never finish a header or a body, open too many connections or
 * streams, or present certificates that nobody we trust has signed.
 */
import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock, Logger } from '../../platform/index.js';
import type { ApiServerLimits } from '../limits.js';
import { readBody } from './body.js';
import type { ApiRequest, ApiResponse, PeerCertificate, RequestHandler } from './exchange.js';
import { createResponse } from './response.js';
import { createUpgradeResponse, createWebSocketUpgrader } from './web-socket.js';

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthorities: string };
  readonly limits: ApiServerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly handle: RequestHandler;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connections, tells HTTP/2 clients to go, and destroys what is left after the grace. */
  close(graceMilliseconds: number): Promise<void>;
}

function createServer(options: ListenerOptions): Http2SecureServer {
  const { tls, limits } = options;
  return createSecureServer({
    allowHTTP1: true,
    cert: tls.certificate,
    key: tls.key,
    ca: tls.clientAuthorities,
    requestCert: true,
    // An unverifiable certificate is answered 401, which tells the user more than a broken handshake.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // No session tickets: a resumed session must not carry an identity that this listener did not verify.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: 10_000,
    maxHeaderSize: limits.maxHeaderBytes,
    maxSessionMemory: 64,
    settings: {
      maxConcurrentStreams: limits.maxStreamsPerConnection,
      maxHeaderListSize: limits.maxHeaderBytes,
    },
  } as Parameters<typeof createSecureServer>[0]);
}

function peerOf(socket: TLSSocket): PeerCertificate {
  const certificate = socket.getPeerCertificate();
  // Node gives an empty object when the client presented none.
  if (Object.keys(certificate ?? {}).length === 0) return { kind: 'none' };
  if (!socket.authorized) {
    return { kind: 'unverified', problem: String(socket.authorizationError ?? 'not verified') };
  }
  const subject = certificate.subject as Readonly<Record<string, string | readonly string[] | undefined>>;
  const common = subject['CN'];
  const organization = subject['O'];
  return {
    kind: 'verified',
    commonName: typeof common === 'string' ? common : (common?.at(-1) ?? ''),
    organizations: typeof organization === 'string' ? [organization] : (organization ?? []),
  };
}

/** One look at the certificate a connection, not a request. */
function peerCache(): (request: NodeRequest) => PeerCertificate {
  const known = new WeakMap<object, PeerCertificate>();
  return (request) => {
    const session = 'stream' in request ? request.stream?.session : undefined;
    const owner = session ?? request.socket;
    let peer = known.get(owner);
    if (peer === undefined) {
      peer = peerOf((session?.socket ?? request.socket) as TLSSocket);
      known.set(owner, peer);
    }
    return peer;
  };
}

function toApiRequest(request: NodeRequest, peer: PeerCertificate, options: ListenerOptions): ApiRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    peer,
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    headerNames: (prefix) => Object.keys(request.headers).filter((name) => name.startsWith(prefix)),
    readBody: () => readBody(request, options.limits, options.clock),
    onGone(listener) {
      const stream = 'stream' in request ? request.stream : request.socket;
      if (stream === undefined || stream.destroyed) listener();
      else stream.once('close', listener);
    },
  };
}

/** @throws the error of listen(), e.g. EADDRINUSE */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer(options);
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const peer = peerCache();

  // http2's server extends tls.Server, whose connection bound this is; the type does not say so.
  (server as unknown as { maxConnections: number }).maxConnections = options.limits.maxConnections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.once('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (_error: Error, socket: Socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request');
  });
  const handle = (request: NodeRequest, response: ApiResponse, destroy: () => void): void => {
    options.handle(toApiRequest(request, peer(request), options), response).catch((error: unknown) => {
      options.logger.error('a request handler failed', { error: String(error) });
      destroy();
    });
  };
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    request.on('error', () => {});
    response.on('error', () => {});
    handle(request, createResponse(response), () => response.destroy());
  });
  const upgrader = createWebSocketUpgrader();
  // HTTP/1.1 only: HTTP/2 knows no upgrade.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    request.on('error', () => {});
    socket.on('error', () => socket.destroy());
    handle(request, createUpgradeResponse(upgrader, request, socket, head), () => socket.destroy());
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      server.on('error', (error: Error) => options.logger.error('listener failed', { error: error.message }));
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMilliseconds) {
      // Closes idle HTTP/1.1 connections by itself; HTTP/2 sessions end with their last stream.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      const timer = options.clock.setTimer(graceMilliseconds, () => {
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      timer.cancel();
    },
  };
}
