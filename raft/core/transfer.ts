/** Handing leadership over (section 3.10): stop proposals, bring the target up to date, let it campaign. */
import type { CoreState, LeaderState } from './state.js';
import type { MemberId } from './types.js';

/** In election timeouts: after a handover that failed the leader does not yield by itself for so long. */
const YIELD_PAUSE = 10;

export function onTransfer(state: CoreState, id: number, to: MemberId): void {
  const { role } = state;
  const answer = (result: 'done' | 'refused'): void => {
    state.outbox.transfers.push({ id, result });
  };
  if (role.role !== 'leader') answer('refused');
  else if (to === state.id) answer('done');
  else if (role.transfer !== undefined) answer('refused');
  else if (!state.configurations.latest.voters.includes(to) || state.gone.has(to)) answer('refused');
  else role.transfer = { id, to, elapsedTicks: 0, ordered: false };
}

/** Gives up: proposals are taken again. */
function endTransfer(state: CoreState, leader: LeaderState, result: 'refused' | 'timeout'): void {
  const { transfer } = leader;
  if (transfer === undefined) return;
  leader.transfer = undefined;
  leader.yieldAtTick = leader.ticks + state.options.electionTimeoutTicks * YIELD_PAUSE;
  if (transfer.id !== undefined) state.outbox.transfers.push({ id: transfer.id, result });
}

export function tickTransfer(state: CoreState, leader: LeaderState): void {
  if (leader.transfer === undefined) {
    yieldToPriority(state, leader);
    return;
  }
  leader.transfer.elapsedTicks += 1;
  if (leader.transfer.elapsedTicks >= state.options.electionTimeoutTicks)
    endTransfer(state, leader, 'timeout');
}

/** A voter of higher priority that has all that is committed takes over, with hardly a pause for proposals. */
function yieldToPriority(state: CoreState, leader: LeaderState): void {
  if (leader.ticks < leader.yieldAtTick || state.commitIndex < leader.termStartIndex) return;
  leader.yieldAtTick = leader.ticks + state.options.heartbeatTicks;
  const { configurations, options } = state;
  let best: { readonly id: MemberId; readonly priority: number } | undefined;
  for (const id of configurations.latest.voters) {
    const priority = configurations.priorityOf(id);
    const peer = leader.progress.get(id);
    if (priority <= (best?.priority ?? configurations.priorityOf(state.id))) continue;
    if (peer?.counts !== true || leader.ticks - peer.answeredTick > options.heartbeatTicks * 2) continue;
    if (peer.matchIndex >= state.commitIndex) best = { id, priority };
  }
  if (best !== undefined) leader.transfer = { id: undefined, to: best.id, elapsedTicks: 0, ordered: false };
}

export function flushTransfer(state: CoreState, leader: LeaderState): void {
  const { transfer } = leader;
  if (transfer === undefined || transfer.ordered) return;
  const peer = leader.progress.get(transfer.to);
  if (peer === undefined || !peer.counts) {
    endTransfer(state, leader, 'refused');
  } else if (peer.matchIndex === state.log.lastIndex) {
    transfer.ordered = true;
    leader.leaseForfeited = true;
    state.send(transfer.to, { type: 'timeout-now', term: state.term });
  }
}
