/** What goes into the core and what comes out of it. */
import type { MembershipStep } from './membership.js';
import type { Message, OutgoingMessage, ProposeOutcome } from './messages.js';
import type { Configuration, Entry, HardState, LogIndex, MemberId, SnapshotMetadata, Term } from './types.js';

export type CoreEvent =
  | { readonly kind: 'message'; readonly from: MemberId; readonly message: Message }
  | { readonly kind: 'tick' }
  | { readonly kind: 'propose'; readonly id: number; readonly data: Uint8Array }
  /** Nobody waits for this proposal's answer any more. */
  | { readonly kind: 'forget-proposal'; readonly id: number }
  | { readonly kind: 'read'; readonly id: number }
  /** The step that was last given out is durable. */
  | { readonly kind: 'persisted' }
  | { readonly kind: 'applied'; readonly index: LogIndex }
  /** Entries that a fetch asked for; none when reading them failed or they are gone. */
  | { readonly kind: 'fetched'; readonly fetch: FetchRequest; readonly entries: readonly Entry[] }
  /** The peer has installed a snapshot of the state at `index`. */
  | { readonly kind: 'snapshot-sent'; readonly to: MemberId; readonly index: LogIndex }
  | { readonly kind: 'snapshot-failed'; readonly to: MemberId }
  /** This member's own state machine has switched to a snapshot. */
  | { readonly kind: 'snapshot-installed'; readonly snapshot: SnapshotMetadata }
  /** The log was truncated below. */
  | { readonly kind: 'compacted'; readonly through: SnapshotMetadata }
  /** The peer's process is gone for certain: its connection closed and a new one was refused. */
  | { readonly kind: 'peer-gone'; readonly peer: MemberId }
  | { readonly kind: 'transfer'; readonly id: number; readonly to: MemberId }
  | {
      readonly kind: 'change-membership';
      readonly id: number;
      readonly steps: readonly MembershipStep[];
      /** Also when it leaves fewer than a majority of reachable voters. */
      readonly force: boolean;
    };

/** Older entries that a follower needs, to be read from the log. */
export interface FetchRequest {
  readonly to: MemberId;
  readonly term: Term;
  readonly from: LogIndex;
  /** Exclusive. */
  readonly through: LogIndex;
  readonly maxBytes: number;
}

/** One durable step. The next is given out only after `persisted` has come back. */
export type PersistStep =
  | {
      readonly kind: 'append';
      readonly truncateFrom?: LogIndex;
      readonly entries: readonly Entry[];
      readonly hardState?: HardState;
      readonly recovered?: true;
    }
  | { readonly kind: 'reset'; readonly snapshot: SnapshotMetadata; readonly hardState: HardState };

export type ProposalResult = ProposeOutcome | { readonly kind: 'unknown' };

export type ReadResult =
  | { readonly kind: 'index'; readonly index: LogIndex }
  | { readonly kind: 'refused'; readonly reason: 'no-leader' };

export type MembershipRefusal = 'not-leader' | 'busy' | 'invalid' | 'unreachable';

export type MembershipOutcome =
  /** In the leader's log, and so in force; not yet committed. */
  | {
      readonly kind: 'appended';
      readonly index: LogIndex;
      readonly term: Term;
      readonly configuration: Configuration;
    }
  | { readonly kind: 'refused'; readonly reason: MembershipRefusal; readonly message: string };

export interface Effects {
  /** May leave at once: what depends on the disk has waited inside the core. */
  readonly messages: readonly OutgoingMessage[];
  readonly persist: PersistStep | undefined;
  readonly proposals: readonly { readonly id: number; readonly result: ProposalResult }[];
  readonly reads: readonly { readonly id: number; readonly result: ReadResult }[];
  /** Peers that are behind the first entry: send each a snapshot. */
  readonly snapshots: readonly MemberId[];
  readonly fetches: readonly FetchRequest[];
  readonly transfers: readonly { readonly id: number; readonly result: 'done' | 'refused' | 'timeout' }[];
  readonly membershipChanges: readonly { readonly id: number; readonly result: MembershipOutcome }[];
  /** Role, term, leader, configuration or condition changed. */
  readonly statusChanged: boolean;
}

/** Committed and durable entries that wait to be applied. */
export type Applicable =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  /** Too old to be in memory: read [from, through) from the log. */
  | { readonly kind: 'fetch'; readonly from: LogIndex; readonly through: LogIndex };
