/**
 * A call over an HTTP/2 stream: headers, messages with backpressure in both directions, and the trailers that say
 * how it ended.
 *
 * Faults assumed: a client that vanishes, resets, reads slowly or not at all, sends faster than it is served, or
 * sends what is no message.
 */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Clock, Timer } from '../../platform/index.js';
import { type Codec, decode, encodeFrame, type Init, MalformedMessageError } from '../proto/codec.js';
import type { Call, MessageStream, Peer, Permit } from './call.js';
import { FrameReader } from './frames.js';
import { encodeStatusMessage, GrpcError, StatusCode } from './status.js';
import { parseTimeout } from './timeout.js';

const responseHeaders = { ':status': 200, 'content-type': 'application/grpc' } as const;
const waitForTrailers = { waitForTrailers: true } as const;
const successTrailers = { 'grpc-status': '0' } as const;

/** How long a client may leave its half of a stream open that is over. */
const lingerMilliseconds = 10_000;

/** Requests of a stream that were read and not yet taken by its handler; beyond them the client has to wait. */
const maxWaitingRequests = 16;

export function toGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (error instanceof MalformedMessageError) {
    return new GrpcError(StatusCode.INTERNAL, `grpc: error unmarshalling request: ${error.message}`);
  }
  return new GrpcError(StatusCode.UNKNOWN, error instanceof Error ? error.message : String(error));
}

const cancelled = (): GrpcError => new GrpcError(StatusCode.CANCELLED, 'the call is over');

function sendSuccess(this: ServerHttp2Stream): void {
  this.sendTrailers(successTrailers);
}

/** Without a message: headers and trailers in one. */
export function refuse(stream: ServerHttp2Stream, error: GrpcError, clock: Clock): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  stream.respond(
    {
      ...responseHeaders,
      'grpc-status': String(error.code),
      'grpc-message': encodeStatusMessage(error.message),
    },
    { endStream: true },
  );
  discardRest(stream, clock);
}

/**
 * What the client still sends is of no interest. It ends its half of the stream when it has read how the call ended;
 * a reset of ours could overtake that, so only one that does not is reset.
 */
function discardRest(stream: ServerHttp2Stream, clock: Clock): void {
  if (stream.readableEnded) return;
  stream.resume();
  const timer = clock.setTimer(lingerMilliseconds, () => stream.close(constants.NGHTTP2_NO_ERROR));
  stream.once('close', () => timer.cancel());
}

export class Exchange implements Call {
  readonly peer: Peer;
  readonly stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #clock: Clock;
  readonly #deadline: number | undefined;
  #cancelListeners: (() => void)[] | undefined;
  cancelled = false;
  permit: Permit | undefined;

  /** Throws a GrpcError for a deadline that is none. */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer, clock: Clock) {
    this.stream = stream;
    this.#headers = headers;
    this.peer = peer;
    this.#clock = clock;
    const timeout = parseTimeout(this.header('grpc-timeout'));
    this.#deadline = timeout === undefined ? undefined : clock.monotonicMilliseconds() + timeout;
    stream.once('close', () => {
      this.cancelled = true;
      for (const listener of this.#cancelListeners ?? []) listener();
    });
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  remainingMilliseconds(): number | undefined {
    if (this.#deadline === undefined) return undefined;
    return Math.max(0, this.#deadline - this.#clock.monotonicMilliseconds());
  }

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else (this.#cancelListeners ??= []).push(listener);
  }

  /** The one answer of a unary call. */
  answer(frame: Uint8Array): void {
    const { stream } = this;
    if (stream.destroyed || stream.closed) return;
    stream.respond(responseHeaders, waitForTrailers);
    stream.once('wantTrailers', sendSuccess);
    stream.end(frame);
  }
}

interface WaitingFrame {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: GrpcError) => void;
}

/** A call with messages in both directions; with one request only, it ends the requests after that. */
export class StreamExchange<Request, Response> extends Exchange implements MessageStream<Request, Response> {
  readonly #request: Codec<Request>;
  readonly #response: Codec<Response>;
  readonly #reader: FrameReader;
  readonly #requests: Request[] = [];
  #receiver:
    | {
        readonly resolve: (request: Request | undefined) => void;
        readonly reject: (error: GrpcError) => void;
      }
    | undefined;
  /** All that the client had to say has been read. */
  #complete = false;
  #broken: GrpcError | undefined;
  /** What was written has not been taken by the connection yet. */
  #full = false;
  #frames: WaitingFrame[] = [];
  #deadlineTimer: Timer | undefined;
  readonly #clock: Clock;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    peer: Peer,
    clock: Clock,
    codecs: { readonly request: Codec<Request>; readonly response: Codec<Response> },
    maxMessageBytes: number,
  ) {
    super(stream, headers, peer, clock);
    this.#clock = clock;
    this.#request = codecs.request;
    this.#response = codecs.response;
    this.#reader = new FrameReader(maxMessageBytes);
    stream.on('data', (chunk: Uint8Array) => this.#take(chunk));
    // A reset ends the requests too, just before it is known as one.
    stream.once('end', () => clock.defer(() => this.#finishRequests()));
    stream.on('drain', () => this.#drained());
    const remaining = this.remainingMilliseconds();
    if (remaining !== undefined) {
      this.#deadlineTimer = clock.setTimer(remaining, () =>
        this.end(new GrpcError(StatusCode.DEADLINE_EXCEEDED, 'context deadline exceeded')),
      );
    }
    this.onCancel(() => this.#gone());
  }

  #take(chunk: Uint8Array): void {
    if (this.#broken !== undefined) return;
    try {
      this.#reader.push(chunk);
      for (;;) {
        const bytes = this.#reader.next();
        if (bytes === undefined) break;
        this.#offer(decode(this.#request, bytes));
      }
    } catch (error) {
      this.#break(toGrpcError(error));
    }
  }

  #offer(request: Request): void {
    const receiver = this.#receiver;
    if (receiver !== undefined) {
      this.#receiver = undefined;
      receiver.resolve(request);
      return;
    }
    this.#requests.push(request);
    if (this.#requests.length >= maxWaitingRequests) this.stream.pause();
  }

  #finishRequests(): void {
    if (this.cancelled || this.stream.aborted) return;
    if (this.#reader.unfinished) {
      this.#break(new GrpcError(StatusCode.INTERNAL, 'the stream ended within a message'));
      return;
    }
    this.#complete = true;
    this.#receiver?.resolve(undefined);
    this.#receiver = undefined;
  }

  #break(error: GrpcError): void {
    this.#broken ??= error;
    this.#receiver?.reject(error);
    this.#receiver = undefined;
  }

  receive(): Promise<Request | undefined> {
    const request = this.#requests.shift();
    if (request !== undefined) {
      if (this.stream.isPaused()) this.stream.resume();
      return Promise.resolve(request);
    }
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#complete) return Promise.resolve(undefined);
    if (this.#receiver !== undefined) throw new Error('one receive at a time');
    return new Promise((resolve, reject) => {
      this.#receiver = { resolve, reject };
    });
  }

  send(message: Init<Response>): Promise<void> {
    return this.sendFrame(encodeFrame(this.#response, message));
  }

  sendFrame(frame: Uint8Array): Promise<void> {
    const { stream } = this;
    if (this.cancelled || stream.aborted || stream.closed || stream.writableEnded) {
      return Promise.reject(cancelled());
    }
    if (!stream.headersSent) stream.respond(responseHeaders, waitForTrailers);
    if (!this.#full) {
      this.#full = !stream.write(frame);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#frames.push({ frame, resolve, reject });
    });
  }

  /** Room again: those who waited longest first, until it is full once more. */
  #drained(): void {
    this.#full = false;
    let taken = 0;
    for (const { frame, resolve } of this.#frames) {
      if (this.#full) break;
      taken += 1;
      this.#full = !this.stream.write(frame);
      resolve();
    }
    this.#frames.splice(0, taken);
  }

  /** Sends the status behind what was sent; without an error: success. Only the first end counts. */
  end(error?: GrpcError): void {
    this.#deadlineTimer?.cancel();
    const { stream } = this;
    if (this.cancelled || stream.destroyed || stream.closed || stream.writableEnded) return;
    if (!stream.headersSent && error !== undefined) {
      refuse(stream, error, this.#clock);
      return;
    }
    if (!stream.headersSent) stream.respond(responseHeaders, waitForTrailers);
    for (const { frame, resolve } of this.#frames.splice(0)) {
      stream.write(frame);
      resolve();
    }
    stream.once('wantTrailers', () => {
      stream.sendTrailers(
        error === undefined
          ? successTrailers
          : { 'grpc-status': String(error.code), 'grpc-message': encodeStatusMessage(error.message) },
      );
    });
    stream.end();
    discardRest(stream, this.#clock);
  }

  #gone(): void {
    this.#deadlineTimer?.cancel();
    this.#break(cancelled());
    for (const { reject } of this.#frames.splice(0)) reject(cancelled());
  }
}
