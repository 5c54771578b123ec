/** The bounds of the etcd API; what clients can meet has etcd's values. */

export interface EtcdLimits {
  /** Of a request that writes. */
  readonly maxRequestBytes: number;
  /** Of a message; what is over `maxRequestBytes` but not over this gets the precise refusal. */
  readonly maxMessageBytes: number;
  readonly maxTxnOperations: number;
  readonly requestTimeoutMilliseconds: number;
  /** Between two responses of a watcher that asked to be told of progress. */
  readonly progressNotifyMilliseconds: number;
  /** Of keys and values in one message of a range that is streamed, about. */
  readonly streamedPageBytes: number;
  /** Keep-alives of one stream that are under way at once. */
  readonly maxKeepAlivesInFlight: number;
}

const mebibyte = 1024 * 1024;

export const defaultEtcdLimits: EtcdLimits = {
  maxRequestBytes: 1.5 * mebibyte,
  maxMessageBytes: 2 * mebibyte,
  maxTxnOperations: 128,
  requestTimeoutMilliseconds: 7_000,
  progressNotifyMilliseconds: 600_000,
  streamedPageBytes: mebibyte,
  maxKeepAlivesInFlight: 64,
};
