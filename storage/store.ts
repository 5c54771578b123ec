/**
 * The store as its clients see it: the API server and the etcd facade know nothing else. Every argument and
 * result is plain data that can cross a thread or a socket. Keys and values are opaque bytes.
 *
 * Revisions are etcd's: one main revision for each write transaction, the mod revision of each key it wrote.
 */

import type { AuthProblem } from './auth/change.js';

export interface CallContext {
  /** Who asks: for limits and logs. */
  readonly caller: string;
  /**
   * The revision of users and roles that the caller's permissions were judged by. A write that is applied after they
   * changed is refused with `permissions-changed`, so that nobody acts on a right that was taken away; so is a read
   * of what this member has applied by then.
   */
  readonly authRevision?: number;
  /**
   * Whose right to write the keys that a lease has is judged when a write is applied that revokes the lease, or
   * attaches another key to it. Absent: nobody's.
   */
  readonly user?: string;
  /** From now. A write that has no answer by then ends as `unknown`, a read as refused with `timeout`. */
  readonly timeoutMilliseconds: number;
}

/** How a call ends. The three are never mixed up: only `refused` may be retried blindly. */
export type Outcome<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  /** Certainly not done. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Proposed, and no answer in time: it may happen, have happened, or never happen. Writes only. */
  | { readonly kind: 'unknown'; readonly message: string };

export type Refusal =
  | { readonly reason: 'no-leader'; readonly message: string }
  | { readonly reason: 'overloaded'; readonly message: string }
  | { readonly reason: 'timeout'; readonly message: string }
  | { readonly reason: 'stopping'; readonly message: string }
  | { readonly reason: 'too-large'; readonly message: string }
  | { readonly reason: 'invalid'; readonly message: string }
  | { readonly reason: 'no-space'; readonly message: string }
  | { readonly reason: 'corrupt'; readonly message: string }
  | { readonly reason: 'lease-not-found'; readonly message: string }
  | { readonly reason: 'lease-exists'; readonly message: string }
  /** A put that keeps the value or the lease of a key that is not there. */
  | { readonly reason: 'key-not-found'; readonly message: string }
  | { readonly reason: 'duplicate-key'; readonly message: string }
  | { readonly reason: 'too-many-operations'; readonly message: string }
  | { readonly reason: 'permissions-changed'; readonly message: string }
  /** Of what is done to users and roles, and of what `user` may not do. */
  | { readonly reason: 'auth'; readonly problem: AuthProblem; readonly message: string }
  | { readonly reason: 'compacted'; readonly compactRevision: number; readonly message: string }
  | { readonly reason: 'future-revision'; readonly currentRevision: number; readonly message: string };

export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 at creation, one more at each put. */
  readonly version: number;
  /** 0: none. */
  readonly lease: number;
}

/** [key, end); `end` absent: the one key. An empty `end` (length 0) means no upper bound. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
}

/** Both ends belong to the range; absent or 0: no bound. Judged on the version that is read. */
export interface RevisionBounds {
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export interface RangeSort {
  readonly by: 'key' | 'version' | 'create' | 'mod' | 'value';
  readonly order: 'ascending' | 'descending';
}

/** What is read, and how much of it comes back; `consistency` is a matter of the call, not of the transaction. */
export interface RangeSelection extends KeyRange, RevisionBounds {
  /** Read as of this revision; absent or 0: the latest. */
  readonly revision?: number;
  readonly limitItems?: number;
  /** Ends the page once passed; at least one item comes. */
  readonly limitBytes?: number;
  readonly keysOnly?: boolean;
  /** Absent: by key, ascending. Equal items stay in the order of their keys. Limits count after sorting. */
  readonly sort?: RangeSort;
  /** Also count the keys of the whole range, ignoring limits and bounds. */
  readonly count?: boolean;
  readonly countOnly?: boolean;
}

export interface RangeRequest extends RangeSelection {
  /** `linearizable` proves leadership first; `local` reads what this member has applied. */
  readonly consistency: 'linearizable' | 'local';
}

export interface RangeResult {
  readonly items: readonly KeyValue[];
  /** There are further keys in the range past the last item. */
  readonly more: boolean;
  /** Present when asked for. */
  readonly count?: number;
  /** The store's revision when the range was read (not `request.revision`). */
  readonly revision: number;
}

export type CompareResult = 'equal' | 'not-equal' | 'greater' | 'less';

/**
 * Of one key, or of every key in a range. A key that is not there, and a range without keys, compares as if all its
 * numbers were 0; a value of it never compares.
 */
export type Compare = KeyRange & { readonly result: CompareResult } & (
    | { readonly target: 'mod' | 'create' | 'version' | 'lease'; readonly operand: number }
    | { readonly target: 'value'; readonly operand: Uint8Array }
  );

export interface PutOperation {
  readonly type: 'put';
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease?: number;
  /** The value, or the lease, that the key has already: refused with `key-not-found` when there is no such key. */
  readonly keepValue?: boolean;
  readonly keepLease?: boolean;
  /** Answer with what the key was before. */
  readonly previous?: boolean;
}

export type TxnOperation =
  | PutOperation
  | ({ readonly type: 'delete'; readonly previous?: boolean } & KeyRange)
  | ({ readonly type: 'range' } & RangeSelection)
  /** Its compares, like those around it, are judged by the state just before the whole transaction, as in etcd. */
  | { readonly type: 'txn'; readonly request: TxnRequest };

export interface TxnRequest {
  /** All must hold. Evaluated against the state just before, atomically with the operations. */
  readonly compare: readonly Compare[];
  readonly then: readonly TxnOperation[];
  readonly else: readonly TxnOperation[];
}

export type TxnOperationResult =
  | { readonly type: 'put'; readonly previous?: KeyValue }
  | { readonly type: 'delete'; readonly deleted: number; readonly previous: readonly KeyValue[] }
  | {
      readonly type: 'range';
      readonly items: readonly KeyValue[];
      readonly more: boolean;
      /** Present when asked for. */
      readonly count?: number;
    }
  | { readonly type: 'txn'; readonly succeeded: boolean; readonly results: readonly TxnOperationResult[] };

export interface TxnResult {
  readonly succeeded: boolean;
  readonly results: readonly TxnOperationResult[];
  /** The store's revision after it: a new one when a write changed something. */
  readonly revision: number;
}

export interface WatchRequest extends KeyRange {
  /** First revision of interest; absent: everything after now. */
  readonly startRevision?: number;
  readonly previousValues?: boolean;
  /** Kinds of events that are left out. */
  readonly without?: 'puts' | 'deletes' | 'both';
}

export interface WatchEvent {
  readonly type: 'put' | 'delete';
  /** For a delete: the key, an empty value, and the revision of the delete as `modRevision`. */
  readonly item: KeyValue;
  /** Present when asked for and when there was one. */
  readonly previous?: KeyValue;
}

export type WatchStep =
  | {
      readonly kind: 'batch';
      /** In revision order; one revision is never split over two batches. May be empty (progress). */
      readonly events: readonly WatchEvent[];
      /** The watcher has now seen everything up to and including this revision. */
      readonly completeRevision: number;
    }
  | { readonly kind: 'end'; readonly reason: WatchEndReason };

export type WatchEndReason =
  | { readonly kind: 'compacted'; readonly compactRevision: number }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'cancelled' };

export interface Watch {
  /**
   * The next batch; asking is the credit. Resolves at once when events wait, else with the next events, or
   * with an empty batch about each second while idle so that progress is known. After `end` it stays `end`.
   */
  next(): Promise<WatchStep>;
  /** The next step comes as soon as the watcher is complete up to what this member has applied, if only to say so. */
  requestProgress(): void;
  cancel(): void;
}

export interface LeaseGrant {
  readonly id: number;
  readonly ttlSeconds: number;
}

export interface LeaseState {
  readonly id: number;
  readonly grantedTtlSeconds: number;
  /** What is left of it, rounded down; by the log's clock. */
  readonly remainingTtlSeconds: number;
  /** The keys attached to it, in order; present when asked for. */
  readonly keys?: readonly Uint8Array[];
}

export interface StoreStatus {
  readonly revision: number;
  readonly compactRevision: number;
  readonly appliedIndex: number;
  readonly databaseBytes: number;
}

export interface Store {
  txn(request: TxnRequest, context: CallContext): Promise<Outcome<TxnResult>>;
  range(request: RangeRequest, context: CallContext): Promise<Outcome<RangeResult>>;
  /** Ready at once; a start that was compacted away ends the watch with the reason. */
  watch(request: WatchRequest): Watch;
  leaseGrant(
    request: { readonly id?: number; readonly ttlSeconds: number },
    context: CallContext,
  ): Promise<Outcome<LeaseGrant>>;
  leaseRevoke(id: number, context: CallContext): Promise<Outcome<{ readonly revision: number }>>;
  /** Its whole time begins again. Refused with `lease-not-found` when it has run out or was revoked. */
  leaseKeepAlive(id: number, context: CallContext): Promise<Outcome<LeaseGrant>>;
  /** Linearizable. `lease-not-found` as above. */
  leaseTimeToLive(
    request: { readonly id: number; readonly keys: boolean },
    context: CallContext,
  ): Promise<Outcome<LeaseState>>;
  /** Ids of all leases, ascending. Linearizable. */
  leases(context: CallContext): Promise<Outcome<readonly number[]>>;
  /** What was before `revision` may be forgotten; the state as of it, and what it changed, can still be read. */
  compact(revision: number, context: CallContext): Promise<Outcome<{ readonly compactRevision: number }>>;
  /**
   * Resolves once this member has applied everything that any member acknowledged before the call: what a
   * cached "not found" must wait for.
   */
  catchUp(context: CallContext): Promise<Outcome<{ readonly revision: number }>>;
  status(): Promise<StoreStatus>;
}
