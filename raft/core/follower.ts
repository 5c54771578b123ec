/** How a follower takes entries and heartbeats (section 3.5), and when it owes the leader an answer. */
import type { AppendRequest, CommitNotice, Heartbeat } from './messages.js';
import { becomeFollower } from './roles.js';
import { wordCounts } from './standing.js';
import type { CoreState } from './state.js';
import type { LogIndex, MemberId } from './types.js';

/** A leader of this term exists and lives. */
function heardLeader(state: CoreState, from: MemberId): void {
  if (state.role.role === 'leader') throw new Error(`raft: ${from} leads in our own term ${state.term}`);
  if (state.leaderId !== from || state.role.role !== 'follower') becomeFollower(state, state.term, from);
  if (state.timeoutTicks < state.options.electionTimeoutTicks) state.setElectionTimer(state.electionRange());
  state.elapsedTicks = 0;
  state.silentTicks = 0;
  state.preVoteRounds = 0;
  state.steppedAsideFor = undefined;
}

/**
 * The leader names nothing above what this member has acknowledged in this very term: its log still holds that,
 * unless it has lost something.
 */
function takeCommit(state: CoreState, commitIndex: LogIndex): void {
  const through = wordCounts(state) ? state.log.lastIndex : state.verifiedIndex;
  state.commitTo(Math.min(commitIndex, through));
  state.verifiedIndex = Math.max(state.verifiedIndex, state.commitIndex);
}

export function onHeartbeat(state: CoreState, from: MemberId, message: Heartbeat): void {
  heardLeader(state, from);
  if (message.quorumAnswers) state.quorumSilentTicks = 0;
  // After a restart nothing else tells an idle member what is committed.
  takeCommit(state, message.commitIndex);
  state.send(from, {
    type: 'heartbeat-response',
    term: state.term,
    readRound: message.readRound,
    counts: wordCounts(state),
  });
}

export function onCommitNotice(state: CoreState, from: MemberId, message: CommitNotice): void {
  heardLeader(state, from);
  takeCommit(state, message.commitIndex);
}

export function onAppendRequest(state: CoreState, from: MemberId, message: AppendRequest): void {
  heardLeader(state, from);
  const { log } = state;
  const lastSentIndex = message.previousIndex + message.entries.length;
  if (message.previousIndex >= log.base.index) {
    if (log.termAt(message.previousIndex) !== message.previousTerm) {
      const hintIndex = log.lastIndexWithTermAtMost(message.previousIndex, message.previousTerm);
      state.send(from, {
        type: 'append-rejected',
        term: state.term,
        rejectedIndex: message.previousIndex,
        hintIndex,
        hintTerm: log.termAt(hintIndex) ?? 0,
      });
      return;
    }
  }
  // Entries at or below the base are committed here, so the leader's equal them (leader completeness).
  const firstNew = message.entries.findIndex(
    (entry) => entry.index > log.base.index && log.termAt(entry.index) !== entry.term,
  );
  if (firstNew >= 0) {
    const entries = message.entries.slice(firstNew);
    if (entries[0]!.index <= log.lastIndex) state.truncateFrom(entries[0]!.index);
    state.appendEntries(entries);
  }
  state.verifiedIndex = Math.max(state.verifiedIndex, Math.min(lastSentIndex, log.lastIndex));
  state.commitTo(Math.min(message.commitIndex, state.verifiedIndex));
  // What still has to be written is acknowledged when it is; anything else deserves an answer although it is no news.
  if (
    Math.min(state.verifiedIndex, state.persistence.durableIndex) >= Math.min(lastSentIndex, log.lastIndex)
  ) {
    state.acknowledgementDue = true;
  }
}

/** Acknowledges what is durable and proven equal to the leader's log, once for all messages of a step. */
export function flushAcknowledgement(state: CoreState): void {
  if (state.role.role !== 'follower' || state.leaderId === undefined) return;
  if (!state.persistence.hardStateDurable) return;
  const matchIndex = Math.min(state.verifiedIndex, state.persistence.durableIndex);
  if (!state.acknowledgementDue && matchIndex <= state.acknowledgedIndex) return;
  state.acknowledgementDue = false;
  state.acknowledgedIndex = matchIndex;
  state.send(state.leaderId, {
    type: 'append-accepted',
    term: state.term,
    matchIndex,
    counts: wordCounts(state),
  });
}
