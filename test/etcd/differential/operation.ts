/** One thing that is asked of both servers. */
import type { Init } from '../../../etcd/proto/codec.js';
import {
  type CompactionRequest,
  type DeleteRangeRequest,
  KVService,
  type LeaseGrantRequest,
  type LeaseLeasesRequest,
  type LeaseRevokeRequest,
  LeaseService,
  type LeaseTimeToLiveRequest,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
  type WatchCreateRequest,
} from '../../../etcd/proto/generated/rpc.js';

interface Requests {
  readonly Range: RangeRequest;
  readonly Put: PutRequest;
  readonly DeleteRange: DeleteRangeRequest;
  readonly Txn: TxnRequest;
  readonly Compact: CompactionRequest;
  readonly LeaseGrant: LeaseGrantRequest;
  readonly LeaseRevoke: LeaseRevokeRequest;
  readonly LeaseTimeToLive: LeaseTimeToLiveRequest;
  readonly LeaseLeases: LeaseLeasesRequest;
}

export type MethodName = keyof Requests;

const { Range, Put, DeleteRange, Txn, Compact } = KVService.methods;
const { LeaseGrant, LeaseRevoke, LeaseTimeToLive, LeaseLeases, LeaseKeepAlive } = LeaseService.methods;

export const unaryMethods = {
  Range,
  Put,
  DeleteRange,
  Txn,
  Compact,
  LeaseGrant,
  LeaseRevoke,
  LeaseTimeToLive,
  LeaseLeases,
} as const;

export const keepAliveMethod = LeaseKeepAlive;

export type Call = {
  readonly [Name in MethodName]: { readonly kind: Name; readonly request: Init<Requests[Name]> };
}[MethodName];

export type Operation =
  | Call
  | { readonly kind: 'KeepAlive'; readonly id: number }
  /** On one of the watch streams; those are opened when they are first used. */
  | { readonly kind: 'Watch'; readonly stream: number; readonly request: Init<WatchCreateRequest> }
  | { readonly kind: 'CancelWatch'; readonly stream: number; readonly watchId: number };
