/**
 * The consensus core: events in, effects out. No I/O, no clock, no hidden randomness; the same events in the
 * same order give the same effects on every machine.
 *
 * Use: construct with what the disk holds, `load` every entry of the log, then `step` with what has happened.
 * Several events in one step share their messages, their write and their read round. Do all effects; give
 * `persisted` back when `persist` is durable, pull `applicable` and give `applied` back.
 *
 * Faults assumed: messages lost, delayed, duplicated, reordered; crashes at any instant that keep what
 * `persisted` confirmed; a member that lost some of that and says so (recovering). An error thrown from `step`
 * means a broken invariant: the member must stop.
 */
import { onChangeMembership, promoteCaughtUp } from './change-membership.js';
import {
  countVotes,
  onPeerGone,
  onPreVoteRequest,
  onPreVoteResponse,
  onTimeoutNow,
  onVoteRequest,
  onVoteResponse,
  releasePromise,
  tickElection,
} from './election.js';
import { checkRemoval, endMember } from './ending.js';
import type { Applicable, CoreEvent, Effects } from './events.js';
import { flushAcknowledgement, onAppendRequest, onCommitNotice, onHeartbeat } from './follower.js';
import { entryBytes } from './log.js';
import { readLogClock } from './log-clock.js';
import type { Message } from './messages.js';
import { rememberPromise } from './peer-promises.js';
import {
  forgetProposal,
  onPropose,
  onProposeRequest,
  onProposeResponse,
  tickForwardedProposals,
} from './proposals.js';
import { hearsQuorum } from './quorum-evidence.js';
import {
  flushFollowerReads,
  flushLeaderReads,
  onLocalRead,
  onReadRequest,
  onReadResponse,
  tickFollowerReads,
} from './read-index.js';
import {
  advanceCommit,
  flushReplication,
  onAppendAccepted,
  onAppendRejected,
  onFetched,
  onHeartbeatResponse,
  tickLeader,
} from './replication.js';
import { becomeFollower } from './roles.js';
import { onCompacted, onSnapshotFailed, onSnapshotInstalled, onSnapshotSent } from './snapshots.js';
import { askStranger, beginProof, checkProof, onHello, onHelloResponse, tickProof } from './start-proof.js';
import type { CoreOptions, InitialState, LeaderState } from './state.js';
import { CoreState, emptyOutbox } from './state.js';
import { flushTransfer, onTransfer } from './transfer.js';
import type { Entry, LogIndex, MemberId, Role, SnapshotMetadata } from './types.js';

export type { CoreOptions, CoreRandom, InitialState, RecoveringState, TickRange } from './state.js';

/** What can be seen of the core from outside. */
export type CoreView = Readonly<
  Pick<
    CoreState,
    | 'id'
    | 'term'
    | 'votedFor'
    | 'leaderId'
    | 'commitIndex'
    | 'appliedIndex'
    | 'recovering'
    | 'proof'
    | 'ended'
  >
>;

/** The log as it is whenever it is looked at. */
class LogView {
  readonly #state: CoreState;

  constructor(state: CoreState) {
    this.#state = state;
  }

  get firstIndex(): LogIndex {
    return this.#state.log.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.#state.log.lastIndex;
  }

  get durableIndex(): LogIndex {
    return this.#state.persistence.durableIndex;
  }

  /** What stands before the first entry. */
  get base(): SnapshotMetadata {
    return this.#state.log.base;
  }
}

export class RaftCore {
  readonly #state: CoreState;
  readonly log: LogView;

  constructor(options: CoreOptions, initial: InitialState) {
    this.#state = new CoreState(options, initial);
    this.log = new LogView(this.#state);
  }

  /** The log as found on disk, in order, before the first step. */
  load(entries: readonly Entry[]): void {
    const state = this.#state;
    state.log.append(entries);
    state.configurations.append(entries);
    state.persistence.loaded(state.log.lastIndex);
    state.log.evict(state.log.lastIndex, state.options.limits.maxCachedBytes);
  }

  /** After the last `load`, before the first step. */
  loaded(): void {
    const state = this.#state;
    // What is applied is committed; a recovering log may have lost its end.
    state.commitIndex = Math.min(Math.max(state.commitIndex, state.appliedIndex), state.log.lastIndex);
    state.commitIndex = Math.max(state.commitIndex, state.log.base.index);
    state.verifiedIndex = state.commitIndex;
    state.acknowledgedIndex = state.commitIndex;
    const { recovering } = state;
    // Above every term it may have voted in: it then ignores all older leaders, and a newer one will be
    // elected because this term travels in its answers.
    if (recovering !== undefined && state.term <= recovering.promisedTerm) {
      becomeFollower(state, recovering.promisedTerm + 1, undefined);
    }
    beginProof(state);
  }

  /** `monotonicMilliseconds`: the driver's clock, read after all of `events` had arrived. */
  step(events: readonly CoreEvent[], monotonicMilliseconds: number): Effects {
    this.#state.monotonicMilliseconds = monotonicMilliseconds;
    for (const event of events) handle(this.#state, event);
    return flush(this.#state);
  }

  /** What may be applied now: committed, durable in the own log, not yet applied. */
  applicable(maxBytes: number): Applicable | undefined {
    const { log, commitIndex, appliedIndex, persistence } = this.#state;
    const through = Math.min(commitIndex, persistence.durableIndex);
    if (through <= appliedIndex) return undefined;
    const entries = log.slice(appliedIndex + 1, through + 1, maxBytes);
    return entries === undefined
      ? { kind: 'fetch', from: appliedIndex + 1, through: through + 1 }
      : { kind: 'entries', entries };
  }

  get view(): CoreView {
    return this.#state;
  }

  get role(): Role {
    const { role, configurations, id } = this.#state;
    return role.role === 'follower' && configurations.latest.learners.includes(id) ? 'learner' : role.role;
  }

  /** See `hearsQuorum`. */
  get hasQuorum(): boolean {
    return hearsQuorum(this.#state);
  }

  /**
   * Ticks after which the core would do something by itself, at least 1. A follower sleeps past the next
   * heartbeat, so that an idle member wakes for messages only. Everything else that a leader counts is coarser
   * than a heartbeat.
   */
  get ticksUntilDue(): number {
    const { role, options, timeoutTicks, elapsedTicks, proof } = this.#state;
    const due =
      role.role === 'leader'
        ? options.heartbeatTicks - role.heartbeatElapsedTicks
        : Math.min(options.heartbeatTicks * (proof === undefined ? 2 : 1), timeoutTicks - elapsedTicks);
    return Math.max(1, due);
  }

  /** Leader only: what the log's clock shows when the driver's shows this. */
  logTimeMilliseconds(monotonicMilliseconds: number): number | undefined {
    const leader = leaderOf(this.#state);
    return leader && readLogClock(this.#state, leader, monotonicMilliseconds);
  }

  termAt(index: LogIndex): number | undefined {
    return this.#state.log.termAt(index);
  }

  /** The entry, when it is in memory. */
  entryAt(index: LogIndex): Entry | undefined {
    return this.#state.log.cachedEntry(index);
  }

  configurationAt(index: LogIndex): SnapshotMetadata['configuration'] {
    return this.#state.configurations.at(index);
  }

  get configuration(): SnapshotMetadata['configuration'] {
    return this.#state.configurations.latest;
  }

  /** Leader only: each follower. */
  get peers(): readonly {
    readonly id: MemberId;
    readonly matchIndex: LogIndex;
    readonly state: 'probe' | 'replicate' | 'snapshot';
    readonly recentlyActive: boolean;
  }[] {
    const { role } = this.#state;
    if (role.role !== 'leader') return [];
    return [...role.progress].map(([id, { matchIndex, state, recentlyActive }]) => ({
      id,
      matchIndex,
      state,
      recentlyActive,
    }));
  }
}

function leaderOf(state: CoreState): LeaderState | undefined {
  return state.role.role === 'leader' ? state.role : undefined;
}

function handle(state: CoreState, event: CoreEvent): void {
  switch (event.kind) {
    case 'message':
      if (event.from !== state.id && state.ended === undefined) receive(state, event.from, event.message);
      return;
    case 'tick':
      if (state.ended === undefined) tick(state);
      return;
    case 'propose':
      onPropose(state, event.id, event.data);
      return;
    case 'forget-proposal':
      forgetProposal(state, event.id);
      return;
    case 'read':
      onLocalRead(state, event.id);
      return;
    case 'persisted':
      onPersisted(state);
      return;
    case 'applied':
      state.appliedIndex = Math.max(state.appliedIndex, event.index);
      return;
    case 'fetched': {
      const leader = leaderOf(state);
      if (leader !== undefined && event.fetch.term === state.term) {
        onFetched(state, leader, event.fetch, event.entries);
      }
      return;
    }
    case 'snapshot-sent':
      onSnapshotSent(state, event.to, event.index);
      return;
    case 'snapshot-failed':
      onSnapshotFailed(state, event.to);
      return;
    case 'snapshot-installed':
      onSnapshotInstalled(state, event.snapshot);
      return;
    case 'compacted':
      onCompacted(state, event.through);
      return;
    case 'peer-gone':
      onPeerGone(state, event.peer);
      return;
    case 'transfer':
      onTransfer(state, event.id, event.to);
      return;
    case 'change-membership':
      onChangeMembership(state, event.id, event.steps, event.force);
      return;
  }
}

function tick(state: CoreState): void {
  const leader = leaderOf(state);
  state.ticks += 1;
  state.quorumSilentTicks += 1;
  if (leader !== undefined) {
    leader.ticks += 1;
    tickLeader(state, leader);
  } else {
    tickProof(state);
    tickElection(state);
    tickForwardedProposals(state);
    tickFollowerReads(state);
  }
}

function onPersisted(state: CoreState): void {
  const { released, recovered } = state.persistence.persisted(state.term);
  if (recovered && state.recovering !== undefined) {
    state.recovering = undefined;
    // From now on its word counts: say so at once.
    state.acknowledgementDue = true;
    state.outbox.statusChanged = true;
  }
  for (const promise of released) releasePromise(state, promise);
  countVotes(state);
}

/** Messages that carry no claim about terms, or whose claim their handler weighs itself, come first. */
function receive(state: CoreState, from: MemberId, message: Message): void {
  if (state.configurations.hasRemoved(from, state.commitIndex)) {
    // It may be about to disturb, and may never have got the entry that removed it (section 4.2.3).
    state.send(from, { type: 'removed' });
    return;
  }
  state.gone.delete(from);
  if (message.type !== 'hello-response') askStranger(state, from);
  rememberPromise(state, from, message);
  switch (message.type) {
    case 'pre-vote-request':
      return onPreVoteRequest(state, from, message);
    case 'pre-vote-response':
      return onPreVoteResponse(state, from, message);
    case 'vote-request':
      return onVoteRequest(state, from, message);
    case 'propose-request':
      return onProposeRequest(state, from, message);
    case 'propose-response':
      return onProposeResponse(state, message);
    case 'read-request':
      return onReadRequest(state, from, message);
    case 'read-response':
      return onReadResponse(state, message);
    case 'hello':
      return onHello(state, from, message);
    case 'hello-response':
      return onHelloResponse(state, from, message);
    case 'removed':
      return endMember(state, 'removed');
    case 'vote-response':
    case 'append-request':
    case 'append-accepted':
    case 'append-rejected':
    case 'commit-notice':
    case 'heartbeat':
    case 'heartbeat-response':
    case 'timeout-now':
    case 'term-passed':
      return receiveOfTerm(state, from, message);
  }
}

type TermMessage = Extract<
  Message,
  {
    type:
      | 'vote-response'
      | 'append-request'
      | 'append-accepted'
      | 'append-rejected'
      | 'commit-notice'
      | 'heartbeat'
      | 'heartbeat-response'
      | 'timeout-now'
      | 'term-passed';
  }
>;

const isFromLeader = ({ type }: TermMessage): boolean =>
  type === 'append-request' || type === 'commit-notice' || type === 'heartbeat';

function receiveOfTerm(state: CoreState, from: MemberId, message: TermMessage): void {
  if (message.term > state.term) {
    const fromLeader = isFromLeader(message);
    // Without a new leader in sight its own log is likely the best, so it asks for pre-votes soon.
    const timer = state.role.role === 'leader' ? state.options.startTicks : state.electionRange();
    becomeFollower(
      state,
      message.term,
      fromLeader ? from : undefined,
      fromLeader ? state.electionRange() : timer,
    );
  } else if (message.term < state.term) {
    // A deposed leader learns of it from the term in the answer.
    if (isFromLeader(message)) {
      state.send(from, { type: 'term-passed', term: state.term });
    }
    return;
  }
  const leader = leaderOf(state);
  switch (message.type) {
    case 'vote-response':
      return onVoteResponse(state, from, message);
    case 'append-request':
      return onAppendRequest(state, from, message);
    case 'commit-notice':
      return onCommitNotice(state, from, message);
    case 'heartbeat':
      return onHeartbeat(state, from, message);
    case 'timeout-now':
      return onTimeoutNow(state, from);
    case 'term-passed':
      return;
    case 'append-accepted':
      return leader && onAppendAccepted(state, leader, from, message);
    case 'append-rejected':
      return leader && onAppendRejected(state, leader, from, message);
    case 'heartbeat-response':
      return leader && onHeartbeatResponse(state, leader, from, message);
  }
}

/** See LogCondition: brought past everything it may have promised, by a leader it cannot have voted against. */
function checkRecovered(state: CoreState): void {
  const { recovering } = state;
  if (recovering === undefined || state.leaderId === undefined) return;
  const reached =
    state.term > recovering.promisedTerm &&
    state.verifiedIndex >= recovering.promisedIndex &&
    state.persistence.durableIndex >= recovering.promisedIndex &&
    state.commitIndex >= recovering.promisedIndex;
  if (reached) state.persistence.recovered();
}

/** Once for all events of a step: commit, send, acknowledge, write. */
function flush(state: CoreState): Effects {
  const leader = leaderOf(state);
  if (leader !== undefined) advanceCommit(state, leader);
  const stillLeader = leaderOf(state);
  if (stillLeader !== undefined) {
    promoteCaughtUp(state, stillLeader);
    flushReplication(state, stillLeader);
    flushLeaderReads(state, stillLeader);
    flushTransfer(state, stillLeader);
  } else {
    checkRecovered(state);
    checkProof(state);
    checkRemoval(state);
    flushAcknowledgement(state);
    flushFollowerReads(state);
  }
  const { limits } = state.options;
  const persist = state.persistence.next(state.log, state.hardState(), limits.maxLogBatchBytes);
  // Neither what is not durable nor the entry at the commit index leaves memory.
  const keepFrom = Math.min(state.persistence.durableIndex, state.commitIndex);
  if (state.log.cachedBytes > limits.maxCachedBytes) state.log.evict(keepFrom, limits.maxCachedBytes);
  const { outbox } = state;
  state.outbox = emptyOutbox();
  outbox.persist = persist;
  return outbox;
}

export { entryBytes };
