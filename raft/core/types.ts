/**
 * The nouns of Raft, as plain readonly data (dissertation, chapter 3 and 4).
 *
 * A member id is a random 53-bit safe integer given once at birth and never reused; a member name (`m1`) is
 * what people type and may be given to a later member.
 */

export type MemberId = number;
export type Term = number;
export type LogIndex = number;

export type EntryKind =
  /** A state-machine command: opaque bytes. */
  | 'command'
  /** A new configuration: `encodeConfiguration` bytes; takes effect when appended. */
  | 'configuration'
  /** What a new leader appends to commit everything before it. */
  | 'empty';

export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  /** By the log's clock (log-clock.ts), never less than the entry before. */
  readonly timeMilliseconds: number;
  readonly kind: EntryKind;
  readonly data: Uint8Array;
}

/** What must be durable before any message that depends on it leaves (figure 3.1, persistent state). */
export interface HardState {
  readonly term: Term;
  readonly votedFor: MemberId | undefined;
  /** A hint that saves work after a restart; safety never depends on it. */
  readonly commitIndex: LogIndex;
}

export interface Member {
  readonly id: MemberId;
  readonly name: string;
  /** host:port of the peer listener when the configuration was written; the live address may differ. */
  readonly peerAddress: string;
  /** Of two members that could lead the one with the higher priority does. Absent: 0. Never a matter of safety. */
  readonly priority?: number;
}

/** The leader makes `learner` a voter once it has caught up, and in the same change takes `replaces` out. */
export interface Promotion {
  readonly learner: MemberId;
  readonly replaces?: MemberId;
}

/** Joint when `votersOutgoing` is not empty: then both majorities must agree (section 4.3). */
export interface Configuration {
  readonly voters: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
  readonly learners: readonly MemberId[];
  /** Voters of the outgoing half only, which become learners when the joint configuration is left. */
  readonly learnersNext?: readonly MemberId[];
  readonly members: readonly Member[];
  readonly promotions?: readonly Promotion[];
  /** Who was a member once, oldest first: an id is never given again. */
  readonly removed?: readonly MemberId[];
}

export interface SnapshotMetadata {
  readonly index: LogIndex;
  readonly term: Term;
  readonly timeMilliseconds: number;
  readonly configuration: Configuration;
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner';
