/** Handing leadership over (section 3.10): stop proposals, bring the target up to date, let it campaign. */
import type { CoreState, LeaderState } from './state.js';
import type { MemberId } from './types.js';

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

export function flushTransfer(state: CoreState, leader: LeaderState): void {
  const { transfer } = leader;
  if (transfer === undefined || transfer.ordered) return;
  const peer = leader.progress.get(transfer.to);
  if (peer === undefined || !peer.counts) {
    leader.transfer = undefined;
    state.outbox.transfers.push({ id: transfer.id, result: 'refused' });
  } else if (peer.matchIndex === state.log.lastIndex) {
    transfer.ordered = true;
    state.send(transfer.to, { type: 'timeout-now', term: state.term });
  }
}
