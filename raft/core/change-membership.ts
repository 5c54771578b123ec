/**
 * The leader's side of membership changes (dissertation, chapter 4): when one may be proposed, when a learner
 * has caught up, and what follows once a configuration is committed. What a change makes of a configuration
 * stands in `membership.ts`.
 */
import { encodeConfiguration, isJoint, isVoter, leaveJoint } from './configuration.js';
import type { MembershipOutcome } from './events.js';
import { type MembershipStep, planMembership, planPromotion } from './membership.js';
import type { Progress } from './progress.js';
import { appendAsLeader } from './proposals.js';
import { hasQuorum, majoritySize } from './quorum.js';
import { becomeFollower } from './roles.js';
import type { CoreState, LeaderState } from './state.js';
import type { Configuration, MemberId, Promotion } from './types.js';

export function onChangeMembership(
  state: CoreState,
  id: number,
  steps: readonly MembershipStep[],
  force: boolean,
): void {
  state.outbox.membershipChanges.push({ id, result: changeMembership(state, steps, force) });
}

function changeMembership(
  state: CoreState,
  steps: readonly MembershipStep[],
  force: boolean,
): MembershipOutcome {
  const { role } = state;
  if (role.role !== 'leader') {
    return { kind: 'refused', reason: 'not-leader', message: 'only the leader changes the membership' };
  }
  const busy = busyReason(state, role);
  if (busy !== undefined) return { kind: 'refused', reason: 'busy', message: busy };
  const plan = planMembership(state.configurations.latest, steps);
  if (plan.kind === 'refused') return { kind: 'refused', reason: 'invalid', message: plan.message };
  const unreachable = force ? undefined : reachabilityProblem(state, role, plan.configuration);
  if (unreachable !== undefined) return { kind: 'refused', reason: 'unreachable', message: unreachable };
  const { index, term } = appendAsLeader(state, 'configuration', encodeConfiguration(plan.configuration));
  return { kind: 'appended', index, term, configuration: plan.configuration };
}

/**
 * One change at a time, and none before the own term has committed: the change of a leader that died might
 * otherwise come back and meet this one without an overlapping majority.
 */
function busyReason(state: CoreState, leader: LeaderState): string | undefined {
  if (leader.transfer !== undefined) return 'leadership is being handed over';
  if (state.commitIndex < leader.termStartIndex) return 'the leader has just taken office';
  if (state.configurations.latestIndex > state.commitIndex || isJoint(state.configurations.latest)) {
    return 'another change of the membership is under way';
  }
  return undefined;
}

/** It has answered within an election timeout, as a member whose word counts. */
function isReachable(state: CoreState, leader: LeaderState, id: MemberId): boolean {
  if (id === state.id) return true;
  const peer = leader.progress.get(id);
  return (
    peer?.counts === true &&
    !state.gone.has(id) &&
    leader.ticks - peer.answeredTick <= state.options.electionTimeoutTicks
  );
}

/** What the change would leave could not commit anything: why, in numbers. */
function reachabilityProblem(state: CoreState, leader: LeaderState, next: Configuration): string | undefined {
  const reachable = (id: MemberId): boolean => isReachable(state, leader, id);
  if (hasQuorum(next, reachable)) return undefined;
  const count = next.voters.filter(reachable).length;
  return (
    `the change would leave ${count} reachable of ${next.voters.length} voting members, ` +
    `where ${majoritySize(next.voters.length)} are needed`
  );
}

/** Rounds of catching up (section 4.2.1): each ends where the log ended when it began. */
function hasCaughtUp(state: CoreState, leader: LeaderState, peer: Progress): boolean {
  const { catchUp } = peer;
  if (catchUp === undefined) {
    peer.catchUp = { targetIndex: state.log.lastIndex, startTick: leader.ticks };
    return false;
  }
  if (!peer.counts || peer.matchIndex < catchUp.targetIndex) return false;
  // What gathered during a round that was shorter than an election timeout holds nobody up for longer.
  if (leader.ticks - catchUp.startTick <= state.options.electionTimeoutTicks) return true;
  peer.catchUp = { targetIndex: state.log.lastIndex, startTick: leader.ticks };
  return false;
}

/** Makes voters of the learners that are to vote and have caught up. */
export function promoteCaughtUp(state: CoreState, leader: LeaderState): void {
  const { latest } = state.configurations;
  const { promotions = [] } = latest;
  if (promotions.length === 0 || busyReason(state, leader) !== undefined) return;
  const ready: Promotion[] = [];
  for (const promotion of promotions) {
    const peer = leader.progress.get(promotion.learner);
    if (peer !== undefined && hasCaughtUp(state, leader, peer)) ready.push(promotion);
  }
  if (ready.length === 0) return;
  const next = planPromotion(latest, ready);
  if (reachabilityProblem(state, leader, next) !== undefined) return;
  appendAsLeader(state, 'configuration', encodeConfiguration(next));
}

/** A committed joint configuration is left; a leader outside of the committed configuration steps down. */
export function concludeConfiguration(state: CoreState, leader: LeaderState): void {
  const { latest, latestIndex } = state.configurations;
  if (latestIndex > state.commitIndex) return;
  if (isJoint(latest)) {
    appendAsLeader(state, 'configuration', encodeConfiguration(leaveJoint(latest)));
  } else if (!isVoter(latest, state.id)) {
    appointSuccessor(state, leader, latest);
    becomeFollower(state, state.term, undefined);
  }
}

/** Whoever has all of the log need not wait for its election timer (section 4.2.2). */
function appointSuccessor(state: CoreState, leader: LeaderState, configuration: Configuration): void {
  const [successor] = configuration.voters
    .filter((id) => {
      const peer = leader.progress.get(id);
      return peer?.counts === true && peer.matchIndex === state.log.lastIndex && !state.gone.has(id);
    })
    .toSorted((a, b) => state.configurations.priorityOf(b) - state.configurations.priorityOf(a) || b - a);
  if (successor !== undefined) state.send(successor, { type: 'timeout-now', term: state.term });
}
