/** How a member changes its role, and what it must let go of when it does. */
import { replicationTargets } from './configuration.js';
import { takeOverLogClock } from './log-clock.js';
import { rememberFollowers } from './peer-promises.js';
import { Progress } from './progress.js';
import { hearsQuorum } from './quorum-evidence.js';
import { answerRead } from './read-answer.js';
import { wordCounts } from './standing.js';

import type { CoreState, LeaderState, TickRange } from './state.js';
import type { MemberId, Term } from './types.js';

/**
 * Follows `leaderId`, or nobody yet. A higher term forgets the vote; the caller need not persist anything
 * else. The election timer starts anew.
 */
export function becomeFollower(
  state: CoreState,
  term: Term,
  leaderId: MemberId | undefined,
  timer: TickRange = state.electionRange(),
): void {
  const led = state.role.role === 'leader' ? state.role : undefined;
  const heardQuorum = led !== undefined && hearsQuorum(state);
  const changed = term !== state.term || leaderId !== state.leaderId || state.role.role !== 'follower';
  if (!changed) return;
  if (term !== state.term) enterTerm(state, term, undefined);
  if (led !== undefined || leaderId !== state.leaderId) abandonForwarded(state);
  state.role = { role: 'follower' };
  state.setLeader(leaderId);
  if (led !== undefined) {
    leaveOffice(state, led, leaderId);
    state.quorumSilentTicks = heardQuorum ? 0 : Number.POSITIVE_INFINITY;
  }
  // What this member shares with a leader it has not heard yet: the committed entries, nothing more is proven.
  state.verifiedIndex = Math.min(state.commitIndex, state.log.lastIndex);
  state.acknowledgedIndex = Math.min(state.verifiedIndex, state.persistence.durableIndex);
  state.acknowledgementDue = false;
  state.setElectionTimer(timer);
  state.outbox.statusChanged = true;
}

export function enterTerm(state: CoreState, term: Term, votedFor: MemberId | undefined): void {
  if (term <= state.term) throw new Error(`raft: term ${term} does not follow ${state.term}`);
  state.term = term;
  state.votedFor = votedFor;
  state.persistence.hardStateChanged();
  state.outbox.statusChanged = true;
}

export function becomeLeader(state: CoreState): void {
  const nextIndex = state.log.lastIndex + 1;
  const progress = new Map<MemberId, Progress>();
  for (const id of replicationTargets(state.configurations.latest)) {
    if (id !== state.id) progress.set(id, new Progress(nextIndex));
  }
  for (const peer of progress.values()) peer.recentlyActive = true;
  state.role = {
    role: 'leader',
    progress,
    termStartIndex: nextIndex,
    clock: takeOverLogClock(state),
    ticks: 0,
    heartbeatElapsedTicks: 0,
    quorumElapsedTicks: 0,
    uncommittedBytes: 0,
    reads: {
      round: 0,
      waiting: [],
      active: undefined,
      acknowledgedRound: new Map(),
      sentMilliseconds: new Map(),
    },
    transfer: undefined,
    leaseForfeited: false,
    yieldAtTick: state.options.electionTimeoutTicks * 2,
    answered: new Map(),
  };
  state.preVoteRounds = 0;
  state.setLeader(state.id);
  state.outbox.statusChanged = true;
}

/** A new configuration is in force: followers come and go. */
export function syncProgress(state: CoreState, leader: LeaderState): void {
  const targets = new Set(replicationTargets(state.configurations.latest));
  targets.delete(state.id);
  for (const id of leader.progress.keys()) {
    if (targets.has(id)) continue;
    leader.progress.delete(id);
    leader.answered.delete(id);
  }
  for (const id of targets) {
    if (leader.progress.has(id)) continue;
    const peer = new Progress(state.log.lastIndex + 1);
    // Check-quorum looks at an arbitrary moment: whoever has just come had no time to answer.
    peer.recentlyActive = true;
    leader.progress.set(id, peer);
  }
}

/** After so many election timeouts without a leader. */
const LAST_RESORT_TIMEOUTS = 3;

/**
 * Also outside of its own latest configuration, as long as it does not know that one to be committed: its log may
 * be the only one that can win (section 4.2.2, figure 4.6). Its own vote counts only where it is a voter.
 */
export function mayCampaign(state: CoreState): boolean {
  if (!wordCounts(state) || state.role.role === 'leader') return false;
  return state.configurations.votesSince(state.id, state.commitIndex) || isLastResort(state);
}

/**
 * A voter by nothing that it knows, and all the same the only one who can win. The promotion of a learner may stand
 * uncommitted in one log, and what a later leader wrote in its place in the learner's own: whoever goes by the
 * promotion needs its vote, and is refused for being behind.
 */
function isLastResort(state: CoreState): boolean {
  const { refusedForLog, silentTicks, options } = state;
  return refusedForLog && silentTicks >= LAST_RESORT_TIMEOUTS * options.electionTimeoutTicks;
}

/** What was sent to a leader that is none any more: a proposal may or may not be in its log; a read is not. */
export function abandonForwarded(state: CoreState): void {
  for (const { id } of state.forwardedProposals.values()) {
    state.outbox.proposals.push({ id, result: { kind: 'unknown' } });
  }
  state.forwardedProposals.clear();
  const { forwardedReads } = state;
  for (const id of [...(forwardedReads.outstanding?.ids ?? []), ...forwardedReads.waiting]) {
    state.outbox.reads.push({ id, result: { kind: 'refused', reason: 'no-leader' } });
  }
  forwardedReads.outstanding = undefined;
  forwardedReads.waiting = [];
}

function leaveOffice(state: CoreState, led: LeaderState, successor: MemberId | undefined): void {
  rememberFollowers(state, led);
  // It acknowledged no other leader while it led.
  state.silentTicks = state.options.electionTimeoutTicks;
  for (const origin of [...(led.reads.active?.origins ?? []), ...led.reads.waiting]) {
    answerRead(state, origin, undefined);
  }
  if (led.transfer?.id !== undefined) {
    // The successor shows itself a little later; a transfer that made this leader step down has worked.
    const done = led.transfer.ordered && (successor === undefined || successor === led.transfer.to);
    state.outbox.transfers.push({ id: led.transfer.id, result: done ? 'done' : 'refused' });
  }
}
