/**
 * Whether this member is on a side of the network that makes progress, as far as it knows: a quorum lately
 * answered a leader that has committed in its own term. It rides on heartbeats and costs no message. It is for
 * readiness only; a linearizable read proves its own round.
 */
import { hasQuorum } from './quorum.js';
import type { CoreState } from './state.js';

/** How many heartbeats may go unanswered before a member counts as cut off: half of T by default. */
const SILENCE_HEARTBEATS = 5;

export function hearsQuorum(state: CoreState): boolean {
  const { role } = state;
  const silenceTicks = state.options.heartbeatTicks * SILENCE_HEARTBEATS;
  // Between two leaders the word of the last one stands for as long as its silence would be forgiven, so that
  // a failover of milliseconds makes nobody unready.
  if (role.role !== 'leader' || state.commitIndex < role.termStartIndex) {
    return state.quorumSilentTicks <= silenceTicks;
  }
  return hasQuorum(state.configurations.latest, (id) => {
    if (id === state.id) return true;
    const peer = role.progress.get(id);
    return peer?.counts === true && role.ticks - peer.answeredTick <= silenceTicks;
  });
}
