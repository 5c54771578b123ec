/**
 * Elections (section 3.4) with pre-vote (section 9.6) and stickiness: a member that hears a live leader
 * neither votes nor pre-votes, so a member that comes back from a partition, or was removed, disturbs nobody.
 *
 * Votes are answered only when term and vote are durable, and so are they asked for: a candidate that forgot
 * its campaign could otherwise win it with votes given to a longer log than it has left.
 */

import { commitHint, takeCommitHint } from './commit-hint.js';
import { replicationTargets } from './configuration.js';
import { isBoundByLease } from './lease.js';
import type { PreVoteRequest, PreVoteResponse, VoteRequest, VoteResponse } from './messages.js';
import type { HeldPromise } from './persistence.js';
import { appendAsLeader } from './proposals.js';
import { tallyVotes } from './quorum.js';
import { abandonForwarded, becomeFollower, becomeLeader, enterTerm, mayCampaign } from './roles.js';
import { wordCounts } from './standing.js';
import type { CoreState, TickRange } from './state.js';
import type { MemberId } from './types.js';

/** Pre-votes cost nothing, so the first rounds come quickly; a member cut off for long calms down. */
const QUICK_PRE_VOTE_ROUNDS = 32;

/** In so many rounds of its own a member insists on going first. */
const FIRST_PRE_VOTE_ROUNDS = 2;

/** The election timer of everyone who does not lead. */
export function tickElection(state: CoreState): void {
  state.elapsedTicks += 1;
  state.silentTicks += 1;
  if (state.elapsedTicks < state.timeoutTicks) return;
  if (!mayCampaign(state) || isBoundByLease(state)) loseLeader(state);
  else if (givesWay(state)) giveWay(state);
  else startPreVote(state);
}

/** Who cannot campaign still stops sending proposals and reads to a leader that is silent. */
function loseLeader(state: CoreState): void {
  if (state.leaderId !== undefined) {
    abandonForwarded(state);
    state.setLeader(undefined);
  }
  state.setElectionTimer(state.electionRange());
}

/** Once in each search for a leader, whoever has a higher priority gets the first word. */
function givesWay(state: CoreState): boolean {
  if (state.preVoteRounds > 0) return false;
  const { configurations, id, gone, leaderId } = state;
  const own = configurations.priorityOf(id);
  return configurations.latest.voters.some(
    (other) => other !== leaderId && !gone.has(other) && configurations.priorityOf(other) > own,
  );
}

function giveWay(state: CoreState): void {
  state.preVoteRounds += 1;
  const { hurryTicks } = state.options;
  state.setElectionTimer({ minimum: hurryTicks.maximum, maximum: hurryTicks.maximum * 2 });
}

function retryRange(state: CoreState): TickRange {
  return state.preVoteRounds < QUICK_PRE_VOTE_ROUNDS ? state.options.startTicks : state.electionRange();
}

function startPreVote(state: CoreState): void {
  if (state.role.role !== 'pre-candidate') state.outbox.statusChanged = true;
  if (state.leaderId !== undefined) {
    abandonForwarded(state);
    state.setLeader(undefined);
  }
  state.preVoteRounds += 1;
  state.preVoteRound = state.nextRequestId;
  state.nextRequestId += 1;
  state.role = { role: 'pre-candidate', granted: new Set([state.id]), refused: new Set() };
  state.setElectionTimer(retryRange(state));
  const message: PreVoteRequest = {
    type: 'pre-vote-request',
    campaignTerm: state.term + 1,
    round: state.preVoteRound,
    lastLogIndex: state.log.lastIndex,
    lastLogTerm: state.log.lastTerm,
    ...commitHint(state),
  };
  for (const id of replicationTargets(state.configurations.latest)) state.send(id, message);
  countVotes(state);
}

/** Campaigns in the next term. `leadershipTransfer`: the leader asked for it. */
export function startCampaign(state: CoreState, leadershipTransfer: boolean): void {
  abandonForwarded(state);
  state.setLeader(undefined);
  enterTerm(state, state.term + 1, state.id);
  state.role = { role: 'candidate', granted: new Set(), refused: new Set() };
  state.setElectionTimer(state.electionRange());
  const message: VoteRequest = {
    type: 'vote-request',
    term: state.term,
    lastLogIndex: state.log.lastIndex,
    lastLogTerm: state.log.lastTerm,
    leadershipTransfer,
    ...commitHint(state),
  };
  for (const to of replicationTargets(state.configurations.latest)) {
    if (to !== state.id) promise(state, { kind: 'message', to, message });
  }
  promise(state, { kind: 'own-vote' });
}

/** Lets a promise go now or once it is durable. */
function promise(state: CoreState, held: HeldPromise): void {
  const ready = state.persistence.hold(held, state.term);
  if (ready !== undefined) releasePromise(state, ready);
}

export function releasePromise(state: CoreState, ready: HeldPromise): void {
  switch (ready.kind) {
    case 'message':
      // A campaign that has ended meanwhile would only use up the votes of its term.
      if (ready.message.type === 'vote-request' && state.role.role !== 'candidate') return;
      state.send(ready.to, ready.message);
      return;
    case 'own-vote':
      if (state.role.role === 'candidate') {
        state.role.granted.add(state.id);
        countVotes(state);
      }
      return;
  }
}

/** Acts on the votes so far. A peer that is gone counts as having refused: waiting for it is idle. */
export function countVotes(state: CoreState): void {
  const { role } = state;
  if (role.role !== 'pre-candidate' && role.role !== 'candidate') return;
  const tally = tallyVotes(
    state.configurations.latest,
    (id) => role.granted.has(id),
    (id) => role.refused.has(id) || state.gone.has(id),
  );
  switch (tally) {
    case 'pending':
      return;
    case 'won':
      if (role.role === 'pre-candidate') startCampaign(state, false);
      else takeOffice(state);
      return;
    case 'lost':
      // A lost pre-vote is asked again by the timer that already runs. A split vote is settled by a short
      // random delay, as everyone who could vote has.
      if (role.role === 'candidate') becomeFollower(state, state.term, undefined, state.options.startTicks);
      return;
  }
}

function takeOffice(state: CoreState): void {
  becomeLeader(state);
  // Commits what earlier terms left, as soon as it is itself committed (section 3.6.2).
  appendAsLeader(state, 'empty', new Uint8Array(0));
}

export function onPreVoteRequest(state: CoreState, from: MemberId, message: PreVoteRequest): void {
  takeCommitHint(state, message);
  const isUpToDate = state.log.isUpToDate(message.lastLogIndex, message.lastLogTerm);
  if (!isUpToDate && state.leaderId === undefined) state.refusedForLog = true;
  const granted =
    wordCounts(state) &&
    message.campaignTerm > state.term &&
    !state.hearsLeader() &&
    !isBoundByLease(state) &&
    isUpToDate &&
    !goesFirst(state, from, message);
  if (granted) stepAside(state, from);
  state.send(from, {
    type: 'pre-vote-response',
    term: state.term,
    campaignTerm: message.campaignTerm,
    round: message.round,
    granted,
    ...commitHint(state),
  });
}

/** Two that ask for pre-votes at once with equal logs would split the vote: priority decides, then the id. */
function goesFirst(state: CoreState, from: MemberId, message: PreVoteRequest): boolean {
  return (
    state.role.role === 'pre-candidate' &&
    // One that could not win by then never will, and the other may.
    state.preVoteRounds <= FIRST_PRE_VOTE_ROUNDS &&
    message.campaignTerm === state.term + 1 &&
    message.lastLogIndex === state.log.lastIndex &&
    message.lastLogTerm === state.log.lastTerm &&
    outranks(state, from)
  );
}

function outranks(state: CoreState, other: MemberId): boolean {
  const difference = state.configurations.priorityOf(state.id) - state.configurations.priorityOf(other);
  return difference === 0 ? state.id > other : difference > 0;
}

/**
 * Whoever supports a campaign keeps out of its way for a moment, else the two would split the vote. Not twice in a
 * row for one that may be asking without ever hearing an answer.
 */
function stepAside(state: CoreState, from: MemberId): void {
  if (state.steppedAsideFor === from) return;
  state.steppedAsideFor = from;
  const { hurryTicks } = state.options;
  const aside = { minimum: hurryTicks.maximum, maximum: hurryTicks.maximum * 2 };
  if (state.role.role === 'pre-candidate') becomeFollower(state, state.term, undefined, aside);
  else if (state.timeoutTicks - state.elapsedTicks <= hurryTicks.maximum) state.setElectionTimer(aside);
}

export function onPreVoteResponse(state: CoreState, from: MemberId, message: PreVoteResponse): void {
  takeCommitHint(state, message);
  const { role } = state;
  if (message.term > state.term) {
    becomeFollower(state, message.term, undefined, retryRange(state));
    return;
  }
  if (role.role !== 'pre-candidate' || message.campaignTerm !== state.term + 1) return;
  if (message.round !== state.preVoteRound) return;
  (message.granted ? role.granted : role.refused).add(from);
  countVotes(state);
}

/** Also a learner by its own log votes: by the candidate's, which may be newer, it may be a voter. */
export function onVoteRequest(state: CoreState, from: MemberId, message: VoteRequest): void {
  takeCommitHint(state, message);
  if (message.term > state.term) {
    if ((state.hearsLeader() || isBoundByLease(state)) && !message.leadershipTransfer) return;
    becomeFollower(state, message.term, undefined);
  }
  const granted =
    message.term === state.term &&
    wordCounts(state) &&
    (state.role.role === 'follower' || state.role.role === 'pre-candidate') &&
    state.leaderId === undefined &&
    (state.votedFor === undefined || state.votedFor === from) &&
    state.log.isUpToDate(message.lastLogIndex, message.lastLogTerm);
  if (!granted) {
    state.send(from, { type: 'vote-response', term: state.term, granted: false, ...commitHint(state) });
    return;
  }
  if (state.votedFor === undefined) {
    state.votedFor = from;
    state.persistence.hardStateChanged();
  }
  becomeFollower(state, state.term, undefined);
  state.setElectionTimer(state.electionRange());
  promise(state, {
    kind: 'message',
    to: from,
    message: { type: 'vote-response', term: state.term, granted: true, ...commitHint(state) },
  });
}

export function onVoteResponse(state: CoreState, from: MemberId, message: VoteResponse): void {
  takeCommitHint(state, message);
  const { role } = state;
  if (role.role !== 'candidate' || message.term !== state.term) return;
  (message.granted ? role.granted : role.refused).add(from);
  countVotes(state);
}

/** The peer's process is gone: if it led, a campaign follows within milliseconds instead of a timeout. */
export function onPeerGone(state: CoreState, peer: MemberId): void {
  state.gone.add(peer);
  if (state.role.role === 'leader') {
    state.role.progress.get(peer)?.disconnected();
    return;
  }
  if (state.leaderId === peer) {
    becomeFollower(state, state.term, undefined, state.options.hurryTicks);
    return;
  }
  countVotes(state);
}

/** The leader hands over (section 3.10). Pre-vote would only ask whether the leader agrees. */
export function onTimeoutNow(state: CoreState, from: MemberId): void {
  if (state.role.role === 'follower' && state.leaderId === from && mayCampaign(state))
    startCampaign(state, true);
}
