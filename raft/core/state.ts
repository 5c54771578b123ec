/**
 * Everything that the core knows, in one holder that the handlers share, and the few small operations that
 * all of them use. Only `core.ts` makes one.
 */
import { ConfigurationHistory } from './configuration-history.js';
import type { FetchRequest, MembershipOutcome, PersistStep, ProposalResult, ReadResult } from './events.js';
import { RaftLog } from './log.js';
import type { ClockPoint } from './log-clock.js';
import type { Hello, Message, OutgoingMessage, PlacedConfiguration, ProposeOutcome } from './messages.js';
import { Persistence } from './persistence.js';
import type { Progress } from './progress.js';
import type { EndReason } from './standing.js';
import type { Entry, HardState, LogIndex, MemberId, SnapshotMetadata, Term } from './types.js';

/** The part of a random generator that the core needs; [minimum, maximum), integers. */
export interface CoreRandom {
  integer(minimum: number, maximum: number): number;
}

/** [minimum, maximum) in ticks. */
export interface TickRange {
  readonly minimum: number;
  readonly maximum: number;
}

export interface CoreOptions {
  readonly id: MemberId;
  readonly random: CoreRandom;
  /** T: a follower campaigns after [T, 1.5 T) of silence. */
  readonly electionTimeoutTicks: number;
  readonly heartbeatTicks: number;
  /** The first pre-vote after a start, and each retry until a leader was heard. */
  readonly startTicks: TickRange;
  /** The delay before a campaign when the leader is known to be gone. */
  readonly hurryTicks: TickRange;
  /** How long a quorum's answer serves reads, from its question's sending; undefined: each read asks. */
  readonly leaseMilliseconds?: number | undefined;
  readonly limits: {
    readonly maxEntryBytes: number;
    readonly maxMessageBytes: number;
    readonly maxUncommittedBytes: number;
    readonly maxInflightMessages: number;
    readonly maxInflightBytes: number;
    readonly maxCachedBytes: number;
    readonly maxLogBatchBytes: number;
  };
}

/** What the disk holds at start. */
export interface InitialState {
  readonly hardState: HardState;
  readonly snapshot: SnapshotMetadata;
  /** What the state machine holds; the log itself is given to `load`, in pages. */
  readonly appliedIndex: LogIndex;
  readonly recovering: RecoveringState | undefined;
}

/** See LogCondition: what this member may have promised and forgotten. */
export interface RecoveringState {
  readonly promisedIndex: LogIndex;
  readonly promisedTerm: Term;
}

export type ReadOrigin =
  | { readonly kind: 'local'; readonly id: number }
  | { readonly kind: 'remote'; readonly from: MemberId; readonly requestId: number };

export interface LeaderState {
  readonly role: 'leader';
  readonly progress: Map<MemberId, Progress>;
  /** Where its own first entry stands: nothing is committed by counting, nor read, before that is. */
  readonly termStartIndex: LogIndex;
  /** When it took office, by the log's clock and by its own. */
  readonly clock: ClockPoint;
  /** Ticks in office. */
  ticks: number;
  heartbeatElapsedTicks: number;
  quorumElapsedTicks: number;
  uncommittedBytes: number;
  readonly reads: {
    round: number;
    /** Arrived since the active round was sent. */
    waiting: ReadOrigin[];
    active:
      | { readonly round: number; readonly index: LogIndex; readonly origins: readonly ReadOrigin[] }
      | undefined;
    readonly acknowledgedRound: Map<MemberId, number>;
    /** When each late round was sent, by the monotonic clock; kept for leases only. */
    readonly sentMilliseconds: Map<number, number>;
  };
  transfer:
    | {
        /** undefined: nobody asked, the leader yields to a higher priority. */
        readonly id: number | undefined;
        readonly to: MemberId;
        elapsedTicks: number;
        ordered: boolean;
      }
    | undefined;
  /** A successor was told to campaign: no read by lease in this term any more. */
  leaseForfeited: boolean;
  /** Not before this tick in office does the leader yield to a higher priority. */
  yieldAtTick: number;
  /** Answers to forwarded proposals, so that a duplicated request is answered and not appended again. */
  readonly answered: Map<MemberId, Map<number, ProposeOutcome>>;
}

export type RoleState =
  | { readonly role: 'follower' }
  | {
      readonly role: 'pre-candidate' | 'candidate';
      readonly granted: Set<MemberId>;
      readonly refused: Set<MemberId>;
    }
  | LeaderState;

/** A proposal that the leader was asked to append and has not answered. */
export interface ForwardedProposal {
  /** The caller's. */
  readonly id: number;
  readonly data: Uint8Array;
  readonly sentAtTick: number;
  /** It was sent before: also when this one is refused, an earlier one may have been appended. */
  readonly isRepeated: boolean;
}

/** A read round of a follower at the leader. */
interface ForwardedReads {
  waiting: number[];
  outstanding: { requestId: number; readonly ids: readonly number[]; elapsedTicks: number } | undefined;
}

/** Effects while they gather. */
export interface Outbox {
  messages: OutgoingMessage[];
  persist: PersistStep | undefined;
  proposals: { readonly id: number; readonly result: ProposalResult }[];
  reads: { readonly id: number; readonly result: ReadResult }[];
  snapshots: MemberId[];
  fetches: FetchRequest[];
  transfers: { readonly id: number; readonly result: 'done' | 'refused' | 'timeout' }[];
  membershipChanges: { readonly id: number; readonly result: MembershipOutcome }[];
  statusChanged: boolean;
}

export function emptyOutbox(): Outbox {
  return {
    messages: [],
    persist: undefined,
    proposals: [],
    reads: [],
    snapshots: [],
    fetches: [],
    transfers: [],
    membershipChanges: [],
    statusChanged: false,
  };
}

export class CoreState {
  readonly options: CoreOptions;
  readonly id: MemberId;
  readonly log: RaftLog;
  readonly configurations: ConfigurationHistory;
  readonly persistence: Persistence;
  term: Term;
  votedFor: MemberId | undefined;
  commitIndex: LogIndex;
  appliedIndex: LogIndex;
  role: RoleState = { role: 'follower' };
  leaderId: MemberId | undefined;
  recovering: RecoveringState | undefined;
  /** Set until a quorum has confirmed that this member's folder is not older than they know. */
  proof:
    | {
        readonly hello: Hello;
        readonly confirmed: Set<MemberId>;
        /** Newer configurations that peers told of: in force there, committed or not. */
        readonly newer: PlacedConfiguration[];
        /** The newest committed one that a peer told of: all before it are void. */
        committed: PlacedConfiguration | undefined;
        /** Who has sent something without being of any configuration known here. */
        readonly strangers: Set<MemberId>;
        /** The configuration whose members were asked last. */
        askedIndex: LogIndex;
        elapsedTicks: number;
        /** Since a quorum has confirmed it: the others have this long to object. */
        confirmedTicks: number;
      }
    | undefined;
  ended: EndReason | undefined;
  /** What peers are known to have promised durably. */
  readonly known: Map<MemberId, { term: Term; committedIndex: LogIndex }> = new Map();
  /** Follower: our log equals that of this term's leader through here. Never below what is committed. */
  verifiedIndex: LogIndex;
  /** Follower: the last `matchIndex` told to the leader, and whether an answer is owed even without progress. */
  acknowledgedIndex: LogIndex = 0;
  acknowledgementDue = false;
  /** Ticks since the election timer was last set, and when it fires. */
  elapsedTicks = 0;
  timeoutTicks: number;
  /** Ticks since a leader was last heard. */
  silentTicks = 0;
  /** Since there was a leader it has refused a candidate whose log was behind its own. */
  refusedForLog = false;
  /** Ticks since a leader said that a quorum answers it. */
  quorumSilentTicks: number = Number.POSITIVE_INFINITY;
  /** Pre-vote rounds since a leader was last heard. */
  preVoteRounds = 0;
  /** The number of the round that runs, so that an answer to an earlier one is recognised. */
  preVoteRound = 0;
  /** Whose campaign this member last kept out of the way of, since a leader was heard. */
  steppedAsideFor: MemberId | undefined;
  /** Peers whose process is known to be gone, until they are heard again. */
  readonly gone: Set<MemberId> = new Set();
  /** Ticks since the start. */
  ticks = 0;
  /** By request id, in the order in which they were last sent. */
  readonly forwardedProposals: Map<number, ForwardedProposal> = new Map();
  readonly forwardedReads: ForwardedReads = { waiting: [], outstanding: undefined };
  /** Random start, so that an answer to a request from before a restart finds no match. */
  nextRequestId: number;
  /** Of the step that is being taken. */
  monotonicMilliseconds = 0;
  outbox: Outbox = emptyOutbox();

  constructor(options: CoreOptions, initial: InitialState) {
    this.options = options;
    this.id = options.id;
    this.log = new RaftLog(initial.snapshot);
    this.configurations = new ConfigurationHistory(initial.snapshot.index, initial.snapshot.configuration);
    this.persistence = new Persistence(initial.snapshot.index);
    this.term = initial.hardState.term;
    this.votedFor = initial.hardState.votedFor;
    this.commitIndex = initial.hardState.commitIndex;
    this.appliedIndex = initial.appliedIndex;
    this.recovering = initial.recovering;
    this.verifiedIndex = initial.snapshot.index;
    this.timeoutTicks = options.random.integer(options.startTicks.minimum, options.startTicks.maximum);
    this.nextRequestId = options.random.integer(1, 2 ** 31) * 2 ** 20;
  }

  hardState(): HardState {
    return { term: this.term, votedFor: this.votedFor, commitIndex: this.commitIndex };
  }

  send(to: MemberId, message: Message): void {
    if (to !== this.id) this.outbox.messages.push({ to, message });
  }

  setLeader(leaderId: MemberId | undefined): void {
    if (this.leaderId === leaderId) return;
    this.leaderId = leaderId;
    if (leaderId !== undefined) this.refusedForLog = false;
    this.outbox.statusChanged = true;
  }

  setElectionTimer(range: TickRange): void {
    this.elapsedTicks = 0;
    this.timeoutTicks = this.options.random.integer(
      range.minimum,
      Math.max(range.maximum, range.minimum + 1),
    );
  }

  electionRange(): TickRange {
    const { electionTimeoutTicks } = this.options;
    return { minimum: electionTimeoutTicks, maximum: Math.ceil(electionTimeoutTicks * 1.5) };
  }

  /** Heard from a live leader within the minimum election timeout: such a member disturbs nobody. */
  hearsLeader(): boolean {
    if (this.role.role === 'leader') return true;
    return this.leaderId !== undefined && this.silentTicks < this.options.electionTimeoutTicks;
  }

  /** Appends to the log and takes over what its configuration entries say. */
  appendEntries(entries: readonly Entry[]): void {
    this.log.append(entries);
    if (this.configurations.append(entries)) this.outbox.statusChanged = true;
  }

  truncateFrom(index: LogIndex): void {
    if (index <= this.commitIndex) {
      throw new Error(`raft: the leader of term ${this.term} contradicts the committed entry ${index}`);
    }
    this.log.truncateFrom(index);
    this.persistence.truncated(index);
    if (this.configurations.truncateFrom(index)) this.outbox.statusChanged = true;
  }

  commitTo(index: LogIndex): void {
    if (index <= this.commitIndex) return;
    if (index > this.log.lastIndex) throw new Error(`raft: commit ${index} beyond the log's end`);
    this.commitIndex = index;
  }
}
