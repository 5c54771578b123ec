/**
 * What the monitors see of one step of one member's core: plain values, so that a test can make one up. All of
 * it is as after the step, unless said otherwise.
 */
import type {
  Configuration,
  CoreEvent,
  Effects,
  Entry,
  HardState,
  LogBatch,
  LogIndex,
  MemberId,
  OutgoingMessage,
  Role,
  SnapshotMetadata,
  Term,
} from '../../../raft/index.js';

/** The member as it was before the step. */
export interface Before {
  readonly role: Role;
  readonly term: Term;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly lastIndex: LogIndex;
  /** It has lost nothing, its peers have confirmed that it is not an old copy, and it still is a member. */
  readonly wordCounts: boolean;
}

export interface StepObservation extends Before {
  readonly member: MemberId;
  /** Counts the member's processes. */
  readonly life: number;
  /** undefined: the first step of this life. */
  readonly before: Before | undefined;
  readonly firstIndex: LogIndex;
  readonly configuration: Configuration;
  /** Entries from here on are new in the member's log since its last step; past the end: none. */
  readonly firstNewIndex: LogIndex;
  /** The step removed entries from here on. */
  readonly truncatedFrom: LogIndex | undefined;
  readonly messages: readonly OutgoingMessage[];
  readonly events: readonly CoreEvent[];
  readonly reads: Effects['reads'];
  readonly membershipChanges: Effects['membershipChanges'];
  /** undefined before the log's beginning and after its end. */
  termAt(index: LogIndex): Term | undefined;
  /** undefined: not in memory. */
  entryAt(index: LogIndex): Entry | undefined;
  configurationAt(index: LogIndex): Configuration;
}

/** What a monitor may be told; each implements what it needs. */
export interface Monitor {
  step?(observation: StepObservation): void;
  /** The member's log says that it has this on disk, after a start. */
  logLoaded?(member: MemberId, log: LoadedLog): void;
  /** Entries were read from the member's log, at a start all of them in order. */
  logRead?(member: MemberId, entries: readonly Entry[]): void;
  /** A batch is about to be written to the member's log. */
  appending?(member: MemberId, batch: LogBatch): void;
  /** The member's log says that the batch is durable. `onMedium`: the medium agrees. */
  appended?(member: MemberId, batch: LogBatch, onMedium: boolean): void;
  /** The member's log begins anew after a snapshot, durably. */
  logReset?(member: MemberId, snapshot: SnapshotMetadata, hardState: HardState): void;
  /** The member's state machine is given these entries, after `appliedIndex`. */
  applying?(member: MemberId, appliedIndex: LogIndex, entries: readonly Entry[]): void;
  /** The member's state stands at this index and has this hash. */
  stateAt?(member: MemberId, appliedIndex: LogIndex, hash: string): void;
  /** The member replaces its state by a snapshot. */
  snapshotInstalled?(member: MemberId, snapshot: SnapshotMetadata): void;
}

export interface LoadedLog {
  readonly snapshot: SnapshotMetadata;
  readonly lastIndex: LogIndex;
  readonly term: Term;
  readonly votedFor: MemberId | undefined;
  /** Nothing was done to its disk but to take the power away. */
  readonly untouched: boolean;
}
