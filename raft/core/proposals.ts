/** How proposals enter the log: at the leader, or forwarded to it once. */
import { entryBytes } from './log.js';
import { readLogClock } from './log-clock.js';
import type { ForwardRefusal, ProposeOutcome, ProposeRequest, ProposeResponse } from './messages.js';
import { syncProgress } from './roles.js';
import type { CoreState, LeaderState } from './state.js';
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
    state.forwardedProposals.set(requestId, id);
    state.send(state.leaderId, { type: 'propose-request', term: state.term, requestId, data });
  }
}

export function forgetProposal(state: CoreState, id: number): void {
  for (const [requestId, proposalId] of state.forwardedProposals) {
    if (proposalId !== id) continue;
    state.forwardedProposals.delete(requestId);
    return;
  }
}

/**
 * A forwarded proposal is appended only by the leader of the very term that the follower saw, and once:
 * else a delayed duplicate of a refused request could be appended after the caller was told `refused`.
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
  const id = state.forwardedProposals.get(message.requestId);
  if (id === undefined) return;
  state.forwardedProposals.delete(message.requestId);
  state.outbox.proposals.push({ id, result: message.outcome });
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
