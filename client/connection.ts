/**
 * One multiplexed HTTP/2 connection to the API server, made when it is first needed and made again after it
 * ends.
 *
 * Faults assumed: the server or the front door closes at any time, says GOAWAY, falls silent (a paused
 * process keeps its sockets), or answers something else than asked. A request that certainly was not acted on
 * fails as `not-sent`, any other without an answer as `unknown`; nothing is repeated here.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Clock, Logger, Timer } from '../platform/index.js';
import { ApiConnectionError } from './errors.js';

export interface ConnectionOptions {
  readonly server: URL;
  readonly tls: { readonly authority: string; readonly certificate?: string; readonly key?: string };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectTimeoutMilliseconds?: number;
  /** A ping goes out this often; one that is unanswered when the next is due ends the connection. 5 s. */
  readonly pingIntervalMilliseconds?: number;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface OpenResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly stream: ClientHttp2Stream;
}

export interface Connection {
  /** Resolves with the response's headers; the body is the stream, which fails with `ApiConnectionError`s. */
  send(request: OutgoingRequest): Promise<OpenResponse>;
  close(): void;
}

const defaultConnectTimeoutMilliseconds = 5_000;
const defaultPingIntervalMilliseconds = 5_000;
const streamWindowBytes = 1024 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;

export function createConnection(options: ConnectionOptions): Connection {
  let current: ClientHttp2Session | undefined;
  let connecting: Promise<ClientHttp2Session> | undefined;
  let closed = false;

  async function session(): Promise<ClientHttp2Session> {
    if (closed) throw new ApiConnectionError('cancelled', 'the client is closed');
    if (current !== undefined && !current.closed && !current.destroyed) return current;
    connecting ??= openSession(options)
      .then((opened) => {
        if (closed) {
          opened.destroy();
          throw new ApiConnectionError('cancelled', 'the client is closed');
        }
        current = opened;
        const forget = (): void => {
          if (current === opened) current = undefined;
        };
        opened.on('close', forget);
        // The server will take no more requests here; the ones under way may still end well.
        opened.on('goaway', forget);
        return opened;
      })
      .finally(() => {
        connecting = undefined;
      });
    return connecting;
  }

  return {
    async send(request) {
      const usable = await session();
      if (request.signal?.aborted === true) throw abortError(request.signal);
      return openStream(usable, request);
    },
    close() {
      closed = true;
      current?.destroy();
      current = undefined;
    },
  };
}

/** The reason that the signal carries when it is one of ours. */
function abortError(signal: AbortSignal | undefined): ApiConnectionError {
  const reason: unknown = signal?.reason;
  if (reason instanceof ApiConnectionError) return reason;
  return new ApiConnectionError('cancelled', 'the request was cancelled');
}

function openSession(options: ConnectionOptions): Promise<ClientHttp2Session> {
  const { server, tls, clock, logger } = options;
  return new Promise((resolve, reject) => {
    const opening = connect(server.origin, {
      ca: tls.authority,
      ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      settings: { initialWindowSize: streamWindowBytes },
    });
    const timer = clock.setTimer(
      options.connectTimeoutMilliseconds ?? defaultConnectTimeoutMilliseconds,
      () => {
        opening.destroy(new Error('the connection was not made in time'));
      },
    );
    let connected = false;
    opening.on('error', (error) => {
      timer.cancel();
      if (connected) logger.debug('the connection to the API server failed', { error: error.message });
      else reject(notConnected(server, error));
    });
    opening.on('close', () => {
      timer.cancel();
      if (!connected) reject(notConnected(server, undefined));
    });
    opening.once('connect', () => {
      timer.cancel();
      // It may have ended before this is told; `close` says so.
      if (opening.destroyed) return;
      connected = true;
      // Watches and requests share the connection: a large list must not starve the others' flow control.
      opening.setLocalWindowSize(connectionWindowBytes);
      keepAlive(opening, options);
      resolve(opening);
    });
  });
}

function notConnected(server: URL, cause: Error | undefined): ApiConnectionError {
  const reason = cause === undefined ? 'it closed the connection' : cause.message;
  return new ApiConnectionError('not-sent', `no connection to ${server.origin}: ${reason}`, { cause });
}

/** Ends a session whose peer has fallen silent: TCP alone would notice after many minutes. */
function keepAlive(session: ClientHttp2Session, options: ConnectionOptions): void {
  const interval = options.pingIntervalMilliseconds ?? defaultPingIntervalMilliseconds;
  let timer: Timer | undefined;
  let awaiting = false;
  const tick = (): void => {
    if (session.destroyed) return;
    if (awaiting) {
      session.destroy(new Error('the peer has fallen silent'));
      return;
    }
    awaiting = true;
    session.ping((error) => {
      if (error === null || error === undefined) awaiting = false;
    });
    timer = options.clock.setTimer(interval, tick);
  };
  timer = options.clock.setTimer(interval, tick);
  session.on('close', () => timer?.cancel());
}

function openStream(session: ClientHttp2Session, request: OutgoingRequest): Promise<OpenResponse> {
  return new Promise((resolve, reject) => {
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(
        { ':method': request.method, ':path': request.path, ...request.headers },
        { endStream: request.body === undefined },
      );
    } catch (error) {
      // The session ended between being handed out and being used.
      const message = error instanceof Error ? error.message : String(error);
      reject(new ApiConnectionError('not-sent', `the connection had ended: ${message}`, { cause: error }));
      return;
    }
    const onAbort = (): void => {
      stream.destroy(abortError(request.signal));
    };
    request.signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('error', (error) => reject(streamFailure(stream, error)));
    stream.on('close', () => {
      request.signal?.removeEventListener('abort', onAbort);
      reject(streamFailure(stream, undefined));
    });
    stream.once('response', (headers) => {
      resolve({ status: headers[':status'] ?? 0, headers, stream });
    });
    if (request.body !== undefined) stream.end(request.body);
  });
}

/**
 * A stream whose body was read to its end: throws when that end was the connection's and not the server's,
 * which node reports as an ordinary end when no error came with it.
 */
export function checkWholeBody(stream: ClientHttp2Stream): void {
  const ended = stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted;
  if (!ended || stream.session?.destroyed === true) throw streamFailure(stream, undefined);
}

/** What a stream that ended without an answer means for its request. */
export function streamFailure(stream: ClientHttp2Stream, error: Error | undefined): ApiConnectionError {
  if (error instanceof ApiConnectionError) return error;
  const detail = error === undefined ? 'the stream ended' : error.message;
  // REFUSED_STREAM: the peer promises that it did nothing with the request (RFC 9113, section 8.7).
  const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
  return new ApiConnectionError(
    refused ? 'not-sent' : 'unknown',
    `the connection ended before the answer: ${detail}`,
    {
      cause: error,
    },
  );
}
