/**
 * The store as its clients see it: the API server and the etcd facade know nothing else. Every argument and
 * result is plain data that can cross a thread or a socket. Keys and values are opaque bytes.
 *
 * Revisions are etcd's: one main revision for each write transaction, the mod revision of each key it wrote.
 */

export interface CallContext {
  /** Who asks: for limits and logs. */
  readonly caller: string;
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

export interface RangeRequest extends KeyRange {
  /** `linearizable` proves leadership first; `local` reads what this member has applied. */
  readonly consistency: 'linearizable' | 'local';
  /** Read as of this revision; absent: the latest. */
  readonly revision?: number;
  readonly limitItems?: number;
  /** Ends the page once passed; at least one item comes. */
  readonly limitBytes?: number;
  readonly keysOnly?: boolean;
  /** Also count the keys of the whole range, ignoring the limits. */
  readonly count?: boolean;
  readonly countOnly?: boolean;
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

export type Compare = { readonly key: Uint8Array; readonly result: CompareResult } & (
  | { readonly target: 'mod' | 'create' | 'version' | 'lease'; readonly operand: number }
  | { readonly target: 'value'; readonly operand: Uint8Array }
);

export type TxnOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array; readonly lease?: number }
  | ({ readonly type: 'delete'; readonly previous?: boolean } & KeyRange)
  | ({ readonly type: 'range'; readonly limitItems?: number; readonly keysOnly?: boolean } & KeyRange);

export interface TxnRequest {
  /** All must hold. Evaluated against the state just before, atomically with the operations. */
  readonly compare: readonly Compare[];
  readonly then: readonly TxnOperation[];
  readonly else: readonly TxnOperation[];
}

export type TxnOperationResult =
  | { readonly type: 'put' }
  | { readonly type: 'delete'; readonly deleted: number; readonly previous: readonly KeyValue[] }
  | { readonly type: 'range'; readonly items: readonly KeyValue[]; readonly more: boolean };

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
  cancel(): void;
}

export interface LeaseGrant {
  readonly id: number;
  readonly ttlSeconds: number;
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
  /** History up to and including `revision` may be forgotten. */
  compact(revision: number, context: CallContext): Promise<Outcome<{ readonly compactRevision: number }>>;
  /**
   * Resolves once this member has applied everything that any member acknowledged before the call: what a
   * cached "not found" must wait for.
   */
  catchUp(context: CallContext): Promise<Outcome<{ readonly revision: number }>>;
  status(): Promise<StoreStatus>;
}
