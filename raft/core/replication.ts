/** The leader's side of the log: whom to send what, what is committed (sections 3.5 and 3.6). */

import { concludeConfiguration } from './change-membership.js';
import type { FetchRequest } from './events.js';
import { leaseRoundSent } from './lease.js';
import { entryBytes } from './log.js';
import type { AppendAccepted, AppendRejected, HeartbeatResponse } from './messages.js';
import type { Progress } from './progress.js';
import { hasQuorum, quorumIndex } from './quorum.js';
import { hearsQuorum } from './quorum-evidence.js';
import { becomeFollower } from './roles.js';
import type { CoreState, LeaderState } from './state.js';
import { tickTransfer } from './transfer.js';
import type { Entry, MemberId } from './types.js';

export function tickLeader(state: CoreState, leader: LeaderState): void {
  leader.quorumElapsedTicks += 1;
  leader.heartbeatElapsedTicks += 1;
  if (leader.quorumElapsedTicks >= state.options.electionTimeoutTicks) {
    leader.quorumElapsedTicks = 0;
    if (!checkQuorum(state, leader)) return;
  }
  tickTransfer(state, leader);
  if (leader.heartbeatElapsedTicks >= state.options.heartbeatTicks) {
    leader.heartbeatElapsedTicks = 0;
    sendHeartbeats(state, leader);
  }
}

/** A leader that no quorum answers steps down, so that its clients learn it (section 6.2). */
function checkQuorum(state: CoreState, leader: LeaderState): boolean {
  const answered = hasQuorum(state.configurations.latest, (id) => {
    if (id === state.id) return true;
    const peer = leader.progress.get(id);
    return peer !== undefined && peer.recentlyActive && peer.counts;
  });
  for (const peer of leader.progress.values()) peer.recentlyActive = false;
  if (!answered) becomeFollower(state, state.term, undefined);
  return answered;
}

export function sendHeartbeats(state: CoreState, leader: LeaderState): void {
  const quorumAnswers = hearsQuorum(state);
  leaseRoundSent(state, leader);
  for (const [to, peer] of leader.progress) {
    state.send(to, {
      type: 'heartbeat',
      term: state.term,
      commitIndex: Math.min(state.commitIndex, peer.matchIndex),
      readRound: leader.reads.round,
      quorumAnswers,
    });
  }
}

function answered(leader: LeaderState, peer: Progress, counts: boolean): void {
  peer.recentlyActive = true;
  peer.counts = counts;
  if (counts) peer.answeredTick = leader.ticks;
}

export function onAppendAccepted(
  state: CoreState,
  leader: LeaderState,
  from: MemberId,
  message: AppendAccepted,
): void {
  const peer = leader.progress.get(from);
  if (peer === undefined) return;
  if (message.matchIndex > state.log.lastIndex) {
    throw new Error(`raft: ${from} acknowledges ${message.matchIndex}, beyond the log's end`);
  }
  answered(leader, peer, message.counts);
  peer.accepted(message.matchIndex);
  if (message.counts) peer.promisedIndex = Math.max(peer.promisedIndex, message.matchIndex);
}

export function onAppendRejected(
  state: CoreState,
  leader: LeaderState,
  from: MemberId,
  message: AppendRejected,
): void {
  const peer = leader.progress.get(from);
  if (peer === undefined) return;
  peer.recentlyActive = true;
  if (!peer.isFreshRejection(message.rejectedIndex)) return;
  // Skip whole terms that cannot agree, instead of one entry each round trip (section 5.3).
  const agreeAt = state.log.lastIndexWithTermAtMost(
    Math.min(message.hintIndex, message.rejectedIndex - 1),
    message.hintTerm,
  );
  peer.probeFrom(agreeAt + 1);
}

export function onHeartbeatResponse(
  state: CoreState,
  leader: LeaderState,
  from: MemberId,
  message: HeartbeatResponse,
): void {
  const peer = leader.progress.get(from);
  if (peer === undefined) return;
  answered(leader, peer, message.counts);
  if (peer.heartbeatAnswered(state.log.lastIndex)) {
    // Asks whether it has what was sent. When the log no longer reaches back that far, starts over.
    if (state.log.termAt(peer.nextIndex - 1) === undefined) peer.probeFrom(peer.matchIndex + 1);
    else sendAppend(state, from, peer, []);
  }
  if (message.counts) {
    const { acknowledgedRound } = leader.reads;
    acknowledgedRound.set(from, Math.max(acknowledgedRound.get(from) ?? 0, message.readRound));
  }
}

/** Sends each follower what it may have now. */
export function flushReplication(state: CoreState, leader: LeaderState): void {
  for (const [to, peer] of leader.progress) replicate(state, to, peer);
}

function replicate(state: CoreState, to: MemberId, peer: Progress): void {
  const { limits } = state.options;
  while (peer.maySend(limits)) {
    const behind = peer.nextIndex <= state.log.lastIndex;
    if (peer.state === 'replicate' && !behind) {
      tellCommit(state, to, peer);
      return;
    }
    if (state.log.termAt(peer.nextIndex - 1) === undefined) {
      peer.awaitSnapshot();
      state.outbox.snapshots.push(to);
      return;
    }
    const entries = behind
      ? state.log.slice(peer.nextIndex, state.log.lastIndex + 1, limits.maxMessageBytes)
      : [];
    if (entries === undefined) {
      peer.fetching = true;
      state.outbox.fetches.push({
        to,
        term: state.term,
        from: peer.nextIndex,
        through: state.log.lastIndex + 1,
        maxBytes: limits.maxMessageBytes,
      });
      return;
    }
    sendAppend(state, to, peer, entries);
  }
}

/** Entries carry the commit index along; one who has them all is told by itself. */
function tellCommit(state: CoreState, to: MemberId, peer: Progress): void {
  const commitIndex = Math.min(state.commitIndex, peer.matchIndex);
  if (commitIndex <= peer.sentCommitIndex) return;
  peer.sentCommitIndex = commitIndex;
  state.send(to, { type: 'commit-notice', term: state.term, commitIndex });
}

function sendAppend(state: CoreState, to: MemberId, peer: Progress, entries: readonly Entry[]): void {
  const previousIndex = peer.nextIndex - 1;
  const previousTerm = state.log.termAt(previousIndex);
  if (previousTerm === undefined) return;
  state.send(to, {
    type: 'append-request',
    term: state.term,
    previousIndex,
    previousTerm,
    entries,
    commitIndex: state.commitIndex,
  });
  peer.sentCommitIndex = state.commitIndex;
  peer.sent(
    previousIndex + entries.length,
    entries.reduce((bytes, entry) => bytes + entryBytes(entry), 0),
  );
}

/** Older entries came back from the disk. They are checked: the world has moved since they were asked for. */
export function onFetched(
  state: CoreState,
  leader: LeaderState,
  fetch: FetchRequest,
  entries: readonly Entry[],
): void {
  const peer = leader.progress.get(fetch.to);
  if (peer === undefined || !peer.fetching) return;
  peer.fetching = false;
  if (entries.length === 0) {
    // Reading failed. The next answer to a heartbeat lets it try again, so a bad disk is not asked in a loop.
    peer.probeFrom(peer.matchIndex + 1);
    peer.sent(peer.nextIndex - 1, 0);
    return;
  }
  const usable =
    peer.nextIndex === fetch.from && entries.every((entry) => state.log.termAt(entry.index) === entry.term);
  if (usable && peer.maySend(state.options.limits)) sendAppend(state, fetch.to, peer, entries);
}

/**
 * Commits what a quorum holds durably, only through an entry of this term: an older entry that a quorum holds
 * can still be overwritten (figure 3.7).
 */
export function advanceCommit(state: CoreState, leader: LeaderState): void {
  if (state.commitIndex === state.log.lastIndex) return;
  const candidate = quorumIndex(state.configurations.latest, (id) => {
    if (id === state.id) return state.persistence.durableIndex;
    const peer = leader.progress.get(id);
    return peer?.counts === true ? peer.matchIndex : 0;
  });
  if (candidate <= state.commitIndex || state.log.termAt(candidate) !== state.term) return;
  // What earlier terms left was never counted.
  for (let index = Math.max(state.commitIndex + 1, leader.termStartIndex); index <= candidate; index += 1) {
    const entry = state.log.cachedEntry(index);
    if (entry !== undefined) leader.uncommittedBytes -= entryBytes(entry);
  }
  state.commitTo(candidate);
  concludeConfiguration(state, leader);
}
