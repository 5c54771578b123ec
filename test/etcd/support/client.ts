/** A gRPC client over node:http2 that shows everything a server says: frames, headers and trailers. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { FrameReader } from '../../../etcd/grpc/frames.js';
import { type Codec, decode, encodeFrame, type Init } from '../../../etcd/proto/codec.js';
import type { KeyPair } from '../../apiserver/support/certificates.js';

interface MethodOf<Request, Response> {
  readonly path: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

type Headers = Readonly<Record<string, string>>;

export interface Status {
  readonly code: number;
  readonly message: string;
}

export class CallFailed extends Error {
  readonly code: number;

  constructor({ code, message }: Status) {
    super(message);
    this.code = code;
  }
}

/** A stream of messages in both directions. */
export class ClientStream<Request, Response> {
  readonly http: ClientHttp2Stream;
  readonly status: Promise<Status>;
  readonly #method: MethodOf<Request, Response>;
  readonly #reader = new FrameReader(64 * 1024 * 1024);
  readonly #responses: Response[] = [];
  #ended = false;
  #wake = (): void => {};

  constructor(http: ClientHttp2Stream, method: MethodOf<Request, Response>) {
    this.http = http;
    this.#method = method;
    const trailers: Record<string, string> = {};
    const take = (headers: object): void => void Object.assign(trailers, headers);
    http.on('error', () => {});
    http.on('response', take);
    http.on('trailers', take);
    http.on('data', (chunk: Uint8Array) => {
      this.#reader.push(chunk);
      for (;;) {
        const bytes = this.#reader.next();
        if (bytes === undefined) break;
        this.#responses.push(decode(method.response, bytes));
      }
      this.#wake();
    });
    // The server has said all: so have we.
    http.on('end', () => http.end());
    const closed = new Promise<void>((resolve) => {
      http.once('close', resolve);
    });
    this.status = closed.then(() => {
      this.#ended = true;
      this.#wake();
      const code = trailers['grpc-status'];
      if (code === undefined) return { code: -1, message: `no status, reset code ${http.rstCode}` };
      return { code: Number(code), message: decodeURIComponent(trailers['grpc-message'] ?? '') };
    });
  }

  send(request: Init<Request>): void {
    this.http.write(encodeFrame(this.#method.request, request));
  }

  finish(): void {
    this.http.end();
  }

  cancel(): void {
    this.http.close(constants.NGHTTP2_CANCEL);
  }

  /** undefined: the stream has ended. */
  async next(): Promise<Response | undefined> {
    for (;;) {
      const response = this.#responses.shift();
      if (response !== undefined) return response;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The first that comes and is one. */
  async find(matches: (response: Response) => boolean): Promise<Response> {
    for (;;) {
      const response = await this.next();
      if (response === undefined) throw new CallFailed(await this.status);
      if (matches(response)) return response;
    }
  }
}

export class GrpcClient {
  readonly session: ClientHttp2Session;
  readonly headers: Headers;

  constructor(
    url: string,
    tls?: { readonly authority: string; readonly pair?: KeyPair },
    headers: Headers = {},
  ) {
    this.headers = headers;
    this.session = connect(url, {
      ...(tls === undefined ? {} : { ca: tls.authority }),
      ...(tls?.pair === undefined ? {} : { cert: tls.pair.certificate, key: tls.pair.key }),
      settings: { initialWindowSize: 65_535 },
    });
    this.session.on('error', () => {});
  }

  open<Request, Response>(
    method: MethodOf<Request, Response>,
    headers: Headers = {},
  ): ClientStream<Request, Response> {
    const http = this.session.request({
      ':method': 'POST',
      ':path': method.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...this.headers,
      ...headers,
    });
    return new ClientStream(http, method);
  }

  /** Throws CallFailed with what the server says. */
  async call<Request, Response>(
    method: MethodOf<Request, Response>,
    request: Init<Request>,
    headers: Headers = {},
  ): Promise<Response> {
    const stream = this.open(method, headers);
    stream.send(request);
    stream.finish();
    const response = await stream.next();
    const status = await stream.status;
    if (status.code !== 0 || response === undefined) throw new CallFailed(status);
    return response;
  }

  close(): void {
    this.session.destroy();
  }
}
