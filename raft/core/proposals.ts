/** How proposals enter the log: at the leader, or forwarded to it under a number that it appends once. */
import { entryBytes } from './log.js';
import { readLogClock } from './log-clock.js';
import type { ForwardRefusal, ProposeOutcome, ProposeRequest, ProposeResponse } from './messages.js';
import { syncProgress } from './roles.js';
import type { CoreState, ForwardedProposal, LeaderState } from './state.js';
import type { Entry, EntryKind, MemberId } from './types.js';

/**
 * Answers kept for each peer. A duplicate that comes later than so many requests is appended again: the proposer's
 * own number in its data lets the state machine run it once all the same.
 */
const MAX_REMEMBERED_ANSWERS = 16_384;

export function onPropose(state: CoreState, id: number, data: Uint8Array): void {
  if (state.role.role === 'leader') {
    state.outbox.proposals.push({ id, result: proposeAsLeader(state, state.role, data) });
  } else if (state.leaderId === undefined) {
    state.outbox.proposals.push({ id, result: { kind: 'refused', reason: 'no-leader' } });
  } else if (data.length > state.options.limits.maxEntryBytes) {
    state.outbox.proposals.push({ id, result: { kind: 'refused', reason: 'too-large' } });
  } else {
    const requestId = state.nextRequestId;
    state.nextRequestId += 1;
    askLeader(state, state.leaderId, requestId, { id, data, sentAtTick: state.ticks, isRepeated: false });
  }
}

function askLeader(
  state: CoreState,
  leaderId: MemberId,
  requestId: number,
  forwarded: ForwardedProposal,
): void {
  state.forwardedProposals.set(requestId, forwarded);
  state.send(leaderId, { type: 'propose-request', term: state.term, requestId, data: forwarded.data });
}

/**
 * What has no answer after half an election timeout is sent again under its number: either the request or its answer
 * was lost, and the leader of a term appends a number once.
 */
export function tickForwardedProposals(state: CoreState): void {
  const { forwardedProposals, leaderId, options } = state;
  if (leaderId === undefined) return;
  const sentBefore = state.ticks - Math.ceil(options.electionTimeoutTicks / 2);
  for (const [requestId, forwarded] of forwardedProposals) {
    if (forwarded.sentAtTick > sentBefore) return;
    forwardedProposals.delete(requestId);
    askLeader(state, leaderId, requestId, { ...forwarded, sentAtTick: state.ticks, isRepeated: true });
  }
}

export function forgetProposal(state: CoreState, id: number): void {
  for (const [requestId, forwarded] of state.forwardedProposals) {
    if (forwarded.id !== id) continue;
    state.forwardedProposals.delete(requestId);
    return;
  }
}

/**
 * A forwarded proposal is appended only by the leader of the very term that the follower saw, and once:
 * else a late duplicate of a refused request could be appended after the caller was told `refused`.
 */
export function onProposeRequest(state: CoreState, from: MemberId, message: ProposeRequest): void {
  const { role } = state;
  const { requestId } = message;
  const answer = (outcome: ProposeOutcome): void =>
    state.send(from, { type: 'propose-response', requestId, outcome });
  if (role.role !== 'leader' || message.term !== state.term) {
    answer({ kind: 'refused', reason: 'no-leader' });
    return;
  }
  const answered = role.answered.get(from) ?? new Map<number, ProposeOutcome>();
  role.answered.set(from, answered);
  const earlier = answered.get(requestId);
  if (earlier !== undefined) {
    answer(earlier);
    return;
  }
  const outcome = proposeAsLeader(state, role, message.data);
  answered.set(requestId, outcome);
  if (answered.size > MAX_REMEMBERED_ANSWERS) {
    for (const oldest of answered.keys()) {
      answered.delete(oldest);
      break;
    }
  }
  answer(outcome);
}

export function onProposeResponse(state: CoreState, message: ProposeResponse): void {
  const forwarded = state.forwardedProposals.get(message.requestId);
  if (forwarded === undefined) return;
  state.forwardedProposals.delete(message.requestId);
  const { id, isRepeated } = forwarded;
  // Whoever refuses it now may have appended it earlier, and leads no more.
  const isCertain = message.outcome.kind === 'appended' || !isRepeated;
  state.outbox.proposals.push({ id, result: isCertain ? message.outcome : { kind: 'unknown' } });
}

function proposeAsLeader(state: CoreState, leader: LeaderState, data: Uint8Array): ProposeOutcome {
  const refusal = refusalOf(state, leader, data);
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  const entry = appendAsLeader(state, 'command', data);
  return { kind: 'appended', index: entry.index, term: entry.term };
}

function refusalOf(state: CoreState, leader: LeaderState, data: Uint8Array): ForwardRefusal | undefined {
  const { limits } = state.options;
  if (leader.transfer !== undefined) return 'transferring';
  if (data.length > limits.maxEntryBytes) return 'too-large';
  return leader.uncommittedBytes > 0 && leader.uncommittedBytes + data.length > limits.maxUncommittedBytes
    ? 'queue-full'
    : undefined;
}

/** Appends an entry of this term, stamped by the log's clock. */
export function appendAsLeader(state: CoreState, kind: EntryKind, data: Uint8Array): Entry {
  const { role } = state;
  if (role.role !== 'leader') throw new Error('raft: only a leader appends');
  const entry: Entry = {
    index: state.log.lastIndex + 1,
    term: state.term,
    timeMilliseconds: readLogClock(state, role, state.monotonicMilliseconds),
    kind,
    data,
  };
  state.appendEntries([entry]);
  role.uncommittedBytes += entryBytes(entry);
  if (kind === 'configuration') syncProgress(state, role);
  return entry;
}
