/** What a client may take of the server: every resource that a client controls has a bound here. */

export interface ApiServerLimits {
  /** Bytes of a request body; more is answered 413. */
  readonly maxBodyBytes: number;
  /** TCP connections at one time; more are closed at once. */
  readonly maxConnections: number;
  readonly maxReadsInFlight: number;
  readonly maxWritesInFlight: number;
  /** Watches open at one time, of all clients. */
  readonly maxWatches: number;
  /** Bytes that may wait for one slow watch client; past them its watch is ended. */
  readonly maxWatchBufferBytes: number;
  /** HTTP/2 streams at one time on one connection. */
  readonly maxStreamsPerConnection: number;
  readonly maxHeaderBytes: number;
  /** For the whole of a request's body to arrive. */
  readonly bodyTimeoutMilliseconds: number;
  /** How long a client may take nothing of an answer that goes on. */
  readonly stalledClientMilliseconds: number;
  /** Operations of one JSON patch; more are answered 413. */
  readonly maxJsonPatchOperations: number;
  /** A write's deadline when the client names none, and the longest that it may name. */
  readonly writeTimeoutMilliseconds: number;
  readonly maxWriteTimeoutMilliseconds: number;
  readonly readTimeoutMilliseconds: number;
  /** Events that each resource's feed keeps for watches that resume. */
  readonly maxFeedEvents: number;
  readonly maxFeedBytes: number;
}

export const defaultLimits: ApiServerLimits = {
  maxBodyBytes: 3 * 1024 * 1024,
  maxConnections: 4096,
  maxReadsInFlight: 400,
  maxWritesInFlight: 200,
  maxWatches: 10_000,
  maxWatchBufferBytes: 8 * 1024 * 1024,
  maxStreamsPerConnection: 250,
  maxHeaderBytes: 64 * 1024,
  bodyTimeoutMilliseconds: 30_000,
  stalledClientMilliseconds: 30_000,
  maxJsonPatchOperations: 10_000,
  writeTimeoutMilliseconds: 10_000,
  maxWriteTimeoutMilliseconds: 34_000,
  readTimeoutMilliseconds: 10_000,
  maxFeedEvents: 4096,
  maxFeedBytes: 16 * 1024 * 1024,
};
