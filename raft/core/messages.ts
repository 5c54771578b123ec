/**
 * Every message that members exchange, one shape for each purpose: no field means two things.
 *
 * `term` is the sender's current term unless said otherwise. A message never carries who sent it: the
 * transport proves that. Faults assumed: messages are lost, delayed, duplicated and reordered, also across a
 * restart of the sender; every handler must survive each of these.
 */
import type { CommitHint } from './commit-hint.js';
import type { Configuration, Entry, LogIndex, MemberId, Term } from './types.js';

/** Would you vote for me, were I to campaign? Changes nothing at either end (section 9.6). */
export interface PreVoteRequest extends CommitHint {
  readonly type: 'pre-vote-request';
  /** The term that the sender would campaign in: its own plus one. */
  readonly campaignTerm: Term;
  readonly round: number;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface PreVoteResponse extends CommitHint {
  readonly type: 'pre-vote-response';
  /** The answering member's own term: when higher than the asker's, the asker is out of date. */
  readonly term: Term;
  /** Echoed, so that an answer to an older round is recognised. */
  readonly campaignTerm: Term;
  readonly round: number;
  readonly granted: boolean;
}

export interface VoteRequest extends CommitHint {
  readonly type: 'vote-request';
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** The leader asked for this campaign, so those who still hear it may vote (section 4.2.3). */
  readonly leadershipTransfer: boolean;
}

export interface VoteResponse extends CommitHint {
  readonly type: 'vote-response';
  readonly term: Term;
  readonly granted: boolean;
}

/** Entries follow `previousIndex` without a gap. Without entries it asks whether the logs agree there. */
export interface AppendRequest {
  readonly type: 'append-request';
  readonly term: Term;
  readonly previousIndex: LogIndex;
  readonly previousTerm: Term;
  readonly entries: readonly Entry[];
  readonly commitIndex: LogIndex;
}

/** The sender's log equals the leader's through `matchIndex`, durably. */
export interface AppendAccepted {
  readonly type: 'append-accepted';
  readonly term: Term;
  readonly matchIndex: LogIndex;
  /** False while the sender is recovering: the entries arrived but count towards no commit. */
  readonly counts: boolean;
}

/** The sender has no entry of `previousTerm` at `rejectedIndex`. */
export interface AppendRejected {
  readonly type: 'append-rejected';
  readonly term: Term;
  readonly rejectedIndex: LogIndex;
  /** The last index at which the logs may still agree, and the sender's term there (section 5.3). */
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
}

/**
 * What is committed now, for a receiver that has all entries: sent once, when it becomes known. It needs no answer,
 * for the next heartbeat makes up for a lost one.
 */
export interface CommitNotice {
  readonly type: 'commit-notice';
  readonly term: Term;
  /** Never above what the leader knows the receiver to hold. */
  readonly commitIndex: LogIndex;
}

export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly term: Term;
  /** Never above what the leader knows the receiver to hold. */
  readonly commitIndex: LogIndex;
  /** The newest read round; its answer proves leadership for this round and all before. */
  readonly readRound: number;
  /** A quorum has lately answered the sender: whoever hears this is on a side that makes progress. */
  readonly quorumAnswers: boolean;
}

export interface HeartbeatResponse {
  readonly type: 'heartbeat-response';
  readonly term: Term;
  readonly readRound: number;
  /** False while the sender is recovering: it may have forgotten a promise, so it proves nothing. */
  readonly counts: boolean;
}

/** Campaign now, without waiting for a timeout (section 3.10). */
export interface TimeoutNow {
  readonly type: 'timeout-now';
  readonly term: Term;
}

/** A proposal forwarded to the leader of `term`; only that leader, in that term, may append it. */
export interface ProposeRequest {
  readonly type: 'propose-request';
  readonly term: Term;
  readonly requestId: number;
  readonly data: Uint8Array;
}

export type ForwardRefusal = 'no-leader' | 'queue-full' | 'too-large' | 'transferring';

export type ProposeOutcome =
  | { readonly kind: 'appended'; readonly index: LogIndex; readonly term: Term }
  | { readonly kind: 'refused'; readonly reason: ForwardRefusal };

export interface ProposeResponse {
  readonly type: 'propose-response';
  readonly requestId: number;
  readonly outcome: ProposeOutcome;
}

export interface ReadRequest {
  readonly type: 'read-request';
  readonly requestId: number;
}

export interface ReadResponse {
  readonly type: 'read-response';
  readonly requestId: number;
  /** Absent: refused, the receiver does not lead. */
  readonly index: LogIndex | undefined;
}

/** The answer to a leader whose term has passed. */
export interface TermPassed {
  readonly type: 'term-passed';
  readonly term: Term;
}

/** A member that starts again asks whether its peers know it further than its folder does. */
export interface Hello {
  readonly type: 'hello';
  readonly requestId: number;
  /** What its folder held at the start. */
  readonly term: Term;
  readonly lastIndex: LogIndex;
  /** Where its newest configuration stood. */
  readonly configurationIndex: LogIndex;
}

/** A configuration, and the entry that brought it into force. */
export interface PlacedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export interface HelloResponse {
  readonly type: 'hello-response';
  readonly requestId: number;
  /** The sender knows of promises that the folder does not hold: this member must not go on. */
  readonly outdated: boolean;
  /** The configuration in force at the sender, when it is newer than the asker's. */
  readonly inForce: PlacedConfiguration | undefined;
  /** The newest that the sender knows to be committed, when that is newer: all before it are void. */
  readonly committed: PlacedConfiguration | undefined;
}

/** A committed configuration is without the receiver. */
export interface Removed {
  readonly type: 'removed';
}

export type Message =
  | PreVoteRequest
  | PreVoteResponse
  | VoteRequest
  | VoteResponse
  | AppendRequest
  | AppendAccepted
  | AppendRejected
  | CommitNotice
  | Heartbeat
  | HeartbeatResponse
  | TimeoutNow
  | ProposeRequest
  | ProposeResponse
  | ReadRequest
  | ReadResponse
  | Hello
  | HelloResponse
  | TermPassed
  | Removed;

export type MessageType = Message['type'];

/** A message on its way out of the core. */
export interface OutgoingMessage {
  readonly to: MemberId;
  readonly message: Message;
}
