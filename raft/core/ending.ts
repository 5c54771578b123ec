/** How a member's part ends for good: it keeps its log and answers nobody. */
import { becomeFollower } from './roles.js';
import type { EndReason } from './standing.js';
import type { CoreState } from './state.js';

export function endMember(state: CoreState, reason: EndReason): void {
  if (state.ended !== undefined) return;
  becomeFollower(state, state.term, undefined);
  state.ended = reason;
  state.setLeader(undefined);
  state.outbox.statusChanged = true;
}

/** Learns its own removal from the log. A removed member may never see that entry: then a peer tells it. */
export function checkRemoval(state: CoreState): void {
  if (state.configurations.hasRemoved(state.id, state.commitIndex)) endMember(state, 'removed');
}
