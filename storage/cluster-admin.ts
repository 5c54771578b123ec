/**
 * The cluster as its administrators see it: who the members are and how they do.
 */
import type { MemberCondition } from '../raft/index.js';
import type { CallContext, Outcome } from './store.js';

export interface MemberStatus {
  readonly id: number;
  readonly name: string;
  readonly clusterId: string;
  readonly role: 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner';
  readonly term: number;
  readonly leaderId: number | undefined;
  readonly leaderName: string | undefined;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly durableIndex: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly revision: number;
  readonly compactRevision: number;
  readonly databaseBytes: number;
  readonly condition: MemberCondition;
  readonly failure: string | undefined;
  /** Of the logical records, at `appliedIndex`: 32 hex digits. */
  readonly stateHash: string;
  /** A quorum answered this member's leader lately, as far as this member heard: half an election timeout. */
  readonly hasQuorum: boolean;
}

export interface MemberDescription {
  readonly id: number;
  readonly name: string;
  readonly peerAddress: string;
  readonly role: 'voter' | 'learner';
}

export interface MemberHealth {
  readonly name: string;
  readonly healthy: boolean;
  /** `ok`, or what is wrong. */
  readonly message: string;
}

export interface ClusterAdmin {
  status(): Promise<MemberStatus>;
  members(): Promise<readonly MemberDescription[]>;
  moveLeader(toMemberId: number, context: CallContext): Promise<Outcome<Record<string, never>>>;
  alarms(): Promise<readonly { readonly memberId: number; readonly alarm: 'no-space' | 'corrupt' }[]>;
  /** The state hash and the applied index it belongs to, atomically. */
  hash(): Promise<{ readonly appliedIndex: number; readonly stateHash: string }>;
  /** Every member as this one sees it: reachable lately over the peer network, and itself. */
  health(): Promise<readonly MemberHealth[]>;
  defragment(context: CallContext): Promise<Outcome<Record<string, never>>>;
}
