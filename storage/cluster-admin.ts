/**
 * The cluster as its administrators see it: who the members are, how they do, and how the membership changes.
 */
import type { MemberCondition, MembershipStep, RaftStatistics } from '../raft/index.js';
import type { AuthState } from './auth/auth-state.js';
import type { AuthChange } from './auth/change.js';
import type { CallContext, Outcome } from './store.js';

export type { MembershipStep } from '../raft/index.js';

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
  /** What needs somebody's attention although the member serves: alarms, damage, a quota that is near. */
  readonly warnings: readonly string[];
  /** Above it nothing that grows is taken; 0: no bound. */
  readonly quotaBytes: number;
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
  /** Of two members that could lead, the one with the higher number does. */
  readonly priority: number;
  /** A learner that becomes a voter by itself once it has caught up; `replaces`: in the place of that member. */
  readonly promotion: { readonly replaces: number | undefined } | undefined;
  /** Known on the leader only: how far its log is the leader's, and whether it is being sent a snapshot. */
  readonly progress: { readonly matchIndex: number; readonly snapshot: boolean } | undefined;
}

/** The membership as one member knows it. */
export interface Membership {
  /** A higher one is newer: what this member had applied when it was read. */
  readonly appliedIndex: number;
  readonly commitIndex: number;
  readonly members: readonly MemberDescription[];
  /** Ids that were members once and never will be again. */
  readonly removed: readonly number[];
  /** Committed, applied and not joint: no change is under way. */
  readonly settled: boolean;
}

export interface MemberHealth {
  readonly name: string;
  readonly healthy: boolean;
  /** `ok`, or what is wrong. */
  readonly message: string;
}

/**
 * `no-space`: the database is above its quota, or the disk is full. `corrupt`: the member's state differs from the
 * majority's, or a record of it is damaged; of member 0: no majority agrees on a state.
 */
export interface Alarm {
  readonly memberId: number;
  readonly alarm: 'no-space' | 'corrupt';
}

export interface KeySpaceHash {
  /** 32 hex digits. */
  readonly hash: string;
  /** What it is the hash of. */
  readonly revision: number;
  readonly compactRevision: number;
}

/** `complete`: all of it was given. After any other the chunks so far are worth nothing. */
export type SnapshotEndReason =
  | { readonly kind: 'complete' }
  /** The reader did not ask in time, or took too long over all of it: the disk keeps everything for whoever reads. */
  | { readonly kind: 'too-slow'; readonly message: string }
  /** As many are held as may be. */
  | { readonly kind: 'overloaded'; readonly message: string }
  | { readonly kind: 'corrupt'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'cancelled' };

export type SnapshotStep =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly reason: SnapshotEndReason };

/** The bytes of a snapshot file (snapshot/file-format.ts), in order. Always read to its end, or cancelled. */
export interface SnapshotStream {
  /** The next chunk; asking is the credit, and nothing is read ahead. After `end` it stays `end`. */
  next(): Promise<SnapshotStep>;
  cancel(): void;
}

/** Since the member's start. */
export interface MemberStatistics {
  /** Each time that it heard of another leader. */
  readonly leaderChanges: number;
  /** Its own: those that wait for their answer, and those that had none or were refused before they were in the log. */
  readonly proposalsPending: number;
  readonly proposalsFailed: number;
  readonly raft: RaftStatistics;
}

export interface ClusterAdmin {
  status(): Promise<MemberStatus>;
  statistics(): Promise<MemberStatistics>;
  /** As this member has them in force: a change takes effect when it is appended, before it is committed. */
  members(): Promise<readonly MemberDescription[]>;
  membership(): Promise<Membership>;
  /**
   * Takes the steps in one change; only the leader can. Done when what they lead to is committed and not joint.
   * A refusal changes nothing and says why; `force` allows what would leave no reachable majority.
   */
  changeMembers(
    steps: readonly MembershipStep[],
    options: { readonly force: boolean },
    context: CallContext,
  ): Promise<Outcome<Membership>>;
  moveLeader(toMemberId: number, context: CallContext): Promise<Outcome<Record<string, never>>>;
  /** Those of all members, as this one has applied them, and what it knows of itself. Ordered by member. */
  alarms(): Promise<readonly Alarm[]>;
  /** An alarm `corrupt` has the member's state replaced by another's. `memberId` 0: the whole cluster. */
  raiseAlarm(alarm: Alarm, context: CallContext): Promise<Outcome<{ readonly changed: boolean }>>;
  /** One whose cause is still there comes back. `changed` false: it did not stand. */
  disarm(alarm: Alarm, context: CallContext): Promise<Outcome<{ readonly changed: boolean }>>;
  /** The state hash and the applied index it belongs to, atomically. */
  hash(): Promise<{ readonly appliedIndex: number; readonly stateHash: string }>;
  /**
   * Of all keys as of a revision, 0: of now; equal on all members. Refused with `compacted` or `future-revision`
   * like a read there.
   */
  hashKv(revision: number, context: CallContext): Promise<Outcome<KeySpaceHash>>;
  /**
   * Users and roles as this member has applied them, with all that is secret about them; undefined: they are still
   * at the revision that the caller knows.
   */
  authState(knownRevision?: number): Promise<AuthState | undefined>;
  /** Refused with `auth` for what etcd's rules do not allow. A change that says nothing new keeps the revision. */
  changeAuth(change: AuthChange, context: CallContext): Promise<Outcome<{ readonly authRevision: number }>>;
  /** Every member as this one sees it: reachable lately over the peer network, and itself. */
  health(): Promise<readonly MemberHealth[]>;
  defragment(context: CallContext): Promise<Outcome<Record<string, never>>>;
  /**
   * All that this member has applied when the first chunk is asked for, from one view of its disk; whoever wants all
   * that was acknowledged before lets it catch up first. Writes go on.
   */
  snapshot(): SnapshotStream;
}
