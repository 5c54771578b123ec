/** What whoever draws operations has to know of the servers, taken from the answers of the real etcd. */

export interface OpenWatcher {
  readonly stream: number;
  readonly id: number;
}

export interface World {
  readonly revision: number;
  /** -1: nothing was compacted yet. */
  readonly compactRevision: number;
  /** Granted and not revoked. */
  readonly leases: readonly number[];
  readonly watchers: readonly OpenWatcher[];
}
