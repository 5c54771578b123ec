/** What the benchmark and the process that makes the load say to each other over the pipe between them. */
import type { OpenLoadRequest, OpenLoadResult } from '../lab/open-load.js';
import type { ClientTlsFiles } from './grpc-client.js';

export type { ClientTlsFiles };

export type SideName = 'kuorum' | 'etcd';

export type OperationName =
  | 'put'
  | 'range-linearizable'
  | 'range-serializable'
  | 'txn'
  | 'watch'
  | 'lease-keep-alive';

export interface Workload {
  readonly operation: OperationName;
  /** Calls under way at once; watchers, for `watch`; leases, for `lease-keep-alive`. */
  readonly clients: number;
}

export interface Access {
  /** `https://127.0.0.1:PORT` of each member. */
  readonly endpoints: readonly string[];
  readonly tls: ClientTlsFiles;
}

/** One run, as the process that made it saw it. */
export interface LoadResult {
  readonly seconds: number;
  /** Calls that were answered; for `watch` events that reached a watcher. */
  readonly operations: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Microseconds of each operation: an HDR histogram, compressed, in base64. */
  readonly histogram: string;
  /** Of the generator's process. */
  readonly cpuSeconds: number;
  /** For how much of the time its event loop had something to do, whether or not it had a processor to do it on. */
  readonly busyShare: number;
}

export type LoadRequest =
  /**
   * Connects to all members and writes the keys that are read, with values of so many bytes. A side that was opened
   * before is opened anew: another cluster has its name now.
   */
  | { readonly kind: 'open'; readonly side: SideName; readonly access: Access; readonly valueBytes?: number }
  /** `firstMember`: whose connection the first client uses. Ends with a run that is not counted. */
  | {
      readonly kind: 'prepare';
      readonly side: SideName;
      readonly workload: Workload;
      readonly firstMember: number;
      /** All clients talk to it; else they are spread over the members. */
      readonly onlyFirstMember?: boolean;
      readonly warmUpSeconds: number;
    }
  | { readonly kind: 'run'; readonly seconds: number }
  | { readonly kind: 'finish' }
  /** Ends the open run that is under way before its time. Nobody answers: that run does. */
  | { readonly kind: 'stop-open' }
  | { readonly kind: 'run-open'; readonly side: SideName; readonly request: OpenLoadRequest };

export type LoadAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: LoadResult }
  | { readonly kind: 'open-result'; readonly result: OpenLoadResult }
  | { readonly kind: 'failed'; readonly message: string };
