/**
 * One request and its answer as the rest of the API server sees them, whatever HTTP version carried them.
 */
import type { Clock } from '../../platform/index.js';

/** Who is at the other end of the TLS connection, as the TLS layer found out. */
export type PeerCertificate =
  | { readonly kind: 'none' }
  /** Presented, but its chain does not lead to our client authorities, or it is not valid now. */
  | { readonly kind: 'unverified'; readonly problem: string }
  | { readonly kind: 'verified'; readonly commonName: string; readonly organizations: readonly string[] };

export interface ApiRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly peer: PeerCertificate;
  /** The one value of a header (lower-case name); several are joined as HTTP says. */
  header(name: string): string | undefined;
  /** Names (lower-case) of the headers that begin with a prefix. */
  headerNames(prefix: string): readonly string[];
  /**
   * The whole body.
   * @throws ApiError 413 past the limit, 408 when the client is too slow, 400 when it goes away
   */
  readBody(): Promise<Uint8Array>;
  /** Calls the listener once when the client has gone; at once if it already has. */
  onGone(listener: () => void): void;
}

/** A response that goes on: a watch, a long list. */
export interface ResponseStream {
  /** False once nothing can be written any more. */
  readonly open: boolean;
  /** Bytes that wait for the client. */
  readonly bufferedBytes: number;
  write(bytes: Uint8Array): void;
  /**
   * Resolves when what waits has dropped to what the transport wants, or the client has gone. A client that takes
   * nothing for as long as this is broken off: it must not hold what it occupies for ever.
   */
  drained(clock: Clock, timeoutMilliseconds: number): Promise<void>;
  end(): void;
  /** Breaks the response off so that the client sees that it is incomplete. */
  destroy(): void;
}

export interface ApiResponse {
  /** Whether the status line is out: then an error can only break the response off. */
  readonly started: boolean;
  readonly statusCode: number;
  setHeader(name: string, value: string): void;
  addWarning(text: string): void;
  send(code: number, contentType: string, body: Uint8Array | string): void;
  stream(code: number, contentType: string): ResponseStream;
  /** A successful answer in which each write is one event: a WebSocket message, if the client asked for those. */
  streamEvents(contentType: string): ResponseStream;
}

export type RequestHandler = (request: ApiRequest, response: ApiResponse) => Promise<void>;
