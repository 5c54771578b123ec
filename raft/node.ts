/**
 * The running Raft member as the rest of the house sees it: the contract of the driver in `driver.ts`.
 */
import type { MembershipOutcome } from './core/events.js';
import type { MembershipStep } from './core/membership.js';
import type { Configuration, LogIndex, MemberId, Role, Term } from './core/types.js';
import type { RaftStatistics } from './statistics.js';

/**
 * `appended`: in the leader's log at this place, not yet committed. The entry committed at `index` is this
 * proposal exactly when its term is `term`; when another term's entry is applied there, it is certainly lost.
 * `refused`: certainly in no log. `unknown`: it may or may not be in the leader's log.
 */
export type ProposeResult =
  | { readonly kind: 'appended'; readonly index: LogIndex; readonly term: Term }
  | { readonly kind: 'refused'; readonly reason: ProposeRefusal }
  | { readonly kind: 'unknown' };

export type ProposeRefusal = 'no-leader' | 'queue-full' | 'too-large' | 'stopping' | 'transferring';

export type ReadIndexResult =
  | { readonly kind: 'index'; readonly index: LogIndex }
  | { readonly kind: 'refused'; readonly reason: 'no-leader' | 'timeout' | 'queue-full' | 'stopping' };

/**
 * `recovering`: it lost a part of its log and its word does not count yet. `removed`, `outdated`: it has stopped
 * for good, because the cluster goes on without it, or because its folder is older than its peers know it.
 */
export type MemberCondition = 'intact' | 'recovering' | 'removed' | 'outdated';

export interface RaftStatus {
  readonly id: MemberId;
  readonly role: Role;
  readonly term: Term;
  readonly leaderId: MemberId | undefined;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly durableIndex: LogIndex;
  readonly configuration: Configuration;
  readonly condition: MemberCondition;
  /** A quorum answered this member's leader within half an election timeout, as far as this member heard. */
  readonly hasQuorum: boolean;
  /** What stopped the member, when something did. */
  readonly failure: string | undefined;
  /** Leader only: what it knows of each peer. */
  readonly peers: readonly {
    readonly id: MemberId;
    readonly matchIndex: LogIndex;
    readonly state: 'probe' | 'replicate' | 'snapshot';
    readonly recentlyActive: boolean;
  }[];
}

export interface RaftNode {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Proposes a command here or, when this member follows, at the leader. Waits for a leader up to two
   * election timeouts (or the deadline), then refuses. Sent to one leader once; the caller may propose the
   * same bytes again after `unknown` because they carry their own id.
   */
  propose(command: Uint8Array, options: { readonly timeoutMilliseconds: number }): Promise<ProposeResult>;
  /** The commit index of a leader proven to be one after this call began (section 6.4); batched. */
  readIndex(options: { readonly timeoutMilliseconds: number }): Promise<ReadIndexResult>;
  /**
   * Leader only, and unasked for by raft: a peer whose state must be replaced though its log is whole. false: not
   * sent, or not installed.
   */
  sendSnapshot(to: MemberId): Promise<boolean>;
  transferLeadership(to: MemberId): Promise<'done' | 'refused' | 'timeout'>;
  /**
   * Leader only: all steps in one change, or none. `appended` says that it is in force; it is done once a
   * configuration at or after its index is committed and not joint. A leader deposed before that may lose it.
   */
  changeMembership(
    steps: readonly MembershipStep[],
    options: { readonly force: boolean },
  ): Promise<MembershipOutcome>;
  status(): RaftStatus;
  /** Since its start. */
  statistics(): RaftStatistics;
  /** What the log's clock shows: entries are stamped by it. On the leader only. */
  logTimeMilliseconds(): number | undefined;
  /** Called on each change of role, term or leader; returns the way to stop. */
  onStatusChange(listener: (status: RaftStatus) => void): () => void;
}
