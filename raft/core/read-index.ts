/**
 * Linearizable reads (section 6.4): a leader answers with its commit index once a quorum has confirmed, after
 * the read arrived, that it still leads. One round serves all reads that arrived before it was sent.
 */

import { holdsLease } from './lease.js';
import type { ReadRequest, ReadResponse } from './messages.js';
import { hasQuorum } from './quorum.js';
import { answerRead } from './read-answer.js';
import { sendHeartbeats } from './replication.js';
import type { CoreState, LeaderState, ReadOrigin } from './state.js';
import type { MemberId } from './types.js';

/** A follower holds few requests at the leader, so this bounds what one peer can pile up. */
const MAX_WAITING_READS = 100_000;

export function onLocalRead(state: CoreState, id: number): void {
  if (state.role.role === 'leader') state.role.reads.waiting.push({ kind: 'local', id });
  else if (state.leaderId !== undefined) state.forwardedReads.waiting.push(id);
  else answerRead(state, { kind: 'local', id }, undefined);
}

export function onReadRequest(state: CoreState, from: MemberId, message: ReadRequest): void {
  const origin: ReadOrigin = { kind: 'remote', from, requestId: message.requestId };
  if (state.role.role === 'leader' && state.role.reads.waiting.length < MAX_WAITING_READS) {
    state.role.reads.waiting.push(origin);
  } else {
    answerRead(state, origin, undefined);
  }
}

export function onReadResponse(state: CoreState, message: ReadResponse): void {
  const { outstanding } = state.forwardedReads;
  if (outstanding === undefined || outstanding.requestId !== message.requestId) return;
  state.forwardedReads.outstanding = undefined;
  for (const id of outstanding.ids) answerRead(state, { kind: 'local', id }, message.index);
}

/** Releases the round that a quorum has confirmed and starts the next. */
export function flushLeaderReads(state: CoreState, leader: LeaderState): void {
  const { reads } = leader;
  // Before its own term has a committed entry a leader may not know what the terms before committed.
  if (state.commitIndex < leader.termStartIndex) return;
  releaseRound(state, leader);
  if (reads.waiting.length === 0) return;
  if (holdsLease(state, leader)) {
    // The clock was read after these arrived: at that moment nobody else led.
    for (const origin of reads.waiting) answerRead(state, origin, state.commitIndex);
    reads.waiting = [];
    return;
  }
  if (reads.active !== undefined) return;
  reads.round += 1;
  reads.active = { round: reads.round, index: state.commitIndex, origins: reads.waiting };
  reads.waiting = [];
  sendHeartbeats(state, leader);
  releaseRound(state, leader);
}

function releaseRound(state: CoreState, leader: LeaderState): void {
  const { active, acknowledgedRound } = leader.reads;
  if (active === undefined) return;
  const confirmed = hasQuorum(
    state.configurations.latest,
    (id) => id === state.id || (acknowledgedRound.get(id) ?? 0) >= active.round,
  );
  if (!confirmed) return;
  leader.reads.active = undefined;
  for (const origin of active.origins) answerRead(state, origin, active.index);
}

/** A follower asks the leader once for all reads that wait. */
export function flushFollowerReads(state: CoreState): void {
  const { forwardedReads, leaderId } = state;
  if (leaderId === undefined || forwardedReads.outstanding !== undefined) return;
  if (forwardedReads.waiting.length === 0) return;
  const requestId = state.nextRequestId;
  state.nextRequestId += 1;
  forwardedReads.outstanding = { requestId, ids: forwardedReads.waiting, elapsedTicks: 0 };
  forwardedReads.waiting = [];
  askLeader(state, leaderId);
}

/**
 * A lost question is asked again under its number: a round that was confirmed after any of the questions serves
 * all reads of the first. A new number would make slow answers useless, and the reads would never end.
 */
export function tickFollowerReads(state: CoreState): void {
  const { outstanding } = state.forwardedReads;
  if (outstanding === undefined || state.leaderId === undefined) return;
  outstanding.elapsedTicks += 1;
  if (outstanding.elapsedTicks >= state.options.heartbeatTicks * 2) askLeader(state, state.leaderId);
}

function askLeader(state: CoreState, leaderId: MemberId): void {
  const { outstanding } = state.forwardedReads;
  if (outstanding === undefined) return;
  outstanding.elapsedTicks = 0;
  state.send(leaderId, { type: 'read-request', requestId: outstanding.requestId });
}
