/**
 * A gRPC client on node:http2 that costs as little as it can: frames go out as they are given and come back as bytes,
 * so that the same generator, at the same cost, drives whatever speaks the etcd API.
 *
 * Faults assumed: servers that end a call with an error, break the connection, or never answer.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';

export interface ClientTlsFiles {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** A call under way. */
export interface UnaryCall {
  /** With its prefix, not decoded. */
  readonly answer: Promise<Buffer>;
  /** Nobody waits for it any more: the server is told so, and `answer` rejects. */
  cancel(): void;
}

/** A stream with messages both ways. */
export interface MessageStream {
  send(frame: Uint8Array): void;
  /** Rejects when the stream breaks; resolves when the server ended it well. */
  readonly ended: Promise<void>;
  cancel(): void;
}

const PREFIX_BYTES = 5;
const WINDOW_BYTES = 16 * 1024 * 1024;
const STREAM_WINDOW_BYTES = 1024 * 1024;
const CONNECT_MILLISECONDS = 10_000;

/** Why a call failed, by gRPC's trailers; undefined when it did not. */
function failureOf(trailers: IncomingHttpHeaders): Error | undefined {
  const status = trailers['grpc-status'];
  if (status === '0') return undefined;
  const text = trailers['grpc-message'];
  const message = typeof text === 'string' ? decodeURIComponent(text) : 'the call ended without a status';
  return new Error(`${message} (gRPC status ${String(status ?? 'none')})`);
}

/** One that could not even be made. */
export function failedCall(error: Error): UnaryCall {
  return { answer: Promise.reject(error), cancel: () => {} };
}

/** Takes the messages out of a stream of bytes. */
class Unframer {
  #rest: Buffer = Buffer.alloc(0);
  readonly #take: (message: Uint8Array) => void;

  constructor(take: (message: Uint8Array) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + bytes.readUInt32BE(1);
      if (bytes.length < end) break;
      this.#take(bytes.subarray(PREFIX_BYTES, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

export class GrpcClient {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  /** Resolves once the server has said what it allows. */
  static connect(endpoint: string, tls: ClientTlsFiles): Promise<GrpcClient> {
    const session = connect(endpoint, {
      ca: tls.authority,
      cert: tls.certificate,
      key: tls.key,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
      maxSessionMemory: 512,
    });
    return new Promise((resolve, reject) => {
      session.setTimeout(CONNECT_MILLISECONDS, () =>
        session.destroy(new Error(`${endpoint} does not answer`)),
      );
      session.once('error', reject);
      session.once('close', () => reject(new Error(`${endpoint} has closed the connection`)));
      session.once('remoteSettings', () => {
        session.setTimeout(0);
        session.off('error', reject);
        // Those who wait for an answer are told by their streams.
        session.on('error', () => {});
        session.setLocalWindowSize(WINDOW_BYTES);
        resolve(new GrpcClient(session));
      });
    });
  }

  /** Calls `listener` when the connection is gone, whoever ended it; at once when it already is. */
  onClosed(listener: () => void): void {
    if (this.#session.destroyed) listener();
    else this.#session.once('close', listener);
  }

  /** The answer with its prefix, not decoded. */
  unary(path: string, frame: Uint8Array): Promise<Buffer> {
    return this.call(path, frame).answer;
  }

  call(path: string, frame: Uint8Array): UnaryCall {
    let stream: ClientHttp2Stream;
    try {
      stream = this.#open(path);
    } catch (error) {
      // The server has said that it is going: no stream can be opened any more.
      return failedCall(error instanceof Error ? error : new Error(String(error)));
    }
    const answer = new Promise<Buffer>((resolve, reject) => {
      let body: Buffer | undefined;
      let trailers: IncomingHttpHeaders | undefined;
      stream.on('response', (headers) => {
        if (headers['grpc-status'] !== undefined) trailers = headers;
      });
      stream.on('data', (chunk: Buffer) => {
        body = body === undefined ? chunk : Buffer.concat([body, chunk]);
      });
      stream.on('trailers', (headers: IncomingHttpHeaders) => {
        trailers = headers;
      });
      stream.on('error', reject);
      stream.on('end', () => {
        const failure = failureOf(trailers ?? {});
        if (failure !== undefined) reject(failure);
        else if (body === undefined) reject(new Error('the call was answered with nothing'));
        else resolve(body);
      });
      stream.on('close', () => reject(new Error('the call was cut off')));
      stream.end(frame);
    });
    return { answer, cancel: () => stream.close(constants.NGHTTP2_CANCEL) };
  }

  stream(path: string, take: (message: Uint8Array) => void): MessageStream {
    const stream = this.#open(path);
    const unframer = new Unframer(take);
    let trailers: IncomingHttpHeaders = {};
    stream.on('response', (headers) => {
      if (headers['grpc-status'] !== undefined) trailers = headers;
    });
    stream.on('trailers', (headers: IncomingHttpHeaders) => {
      trailers = headers;
    });
    stream.on('data', (chunk: Buffer) => unframer.push(chunk));
    let cancelled = false;
    const ended = new Promise<void>((resolve, reject) => {
      stream.on('error', (error) => (cancelled ? resolve() : reject(error)));
      stream.on('close', () => {
        const failure = cancelled ? undefined : failureOf(trailers);
        if (failure === undefined) resolve();
        else reject(failure);
      });
    });
    // Whoever uses the stream looks at it; nobody has to.
    ended.catch(() => {});
    return {
      send: (frame) => void stream.write(frame),
      ended,
      cancel() {
        cancelled = true;
        stream.close();
      },
    };
  }

  #open(path: string): ClientHttp2Stream {
    return this.#session.request(
      { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    );
  }

  close(): void {
    this.#session.destroy();
  }
}
