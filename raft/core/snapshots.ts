/** What a snapshot changes: at the leader that sent it, and at the member that installed it. */
import { becomeFollower } from './roles.js';
import type { CoreState } from './state.js';
import type { LogIndex, MemberId, SnapshotMetadata } from './types.js';

export function onSnapshotSent(state: CoreState, to: MemberId, index: LogIndex): void {
  const peer = state.role.role === 'leader' ? state.role.progress.get(to) : undefined;
  // Not taken as an acknowledgement: the probe asks for one.
  if (peer?.state === 'snapshot') peer.probeFrom(Math.min(index, state.log.lastIndex) + 1);
}

export function onSnapshotFailed(state: CoreState, to: MemberId): void {
  const peer = state.role.role === 'leader' ? state.role.progress.get(to) : undefined;
  if (peer?.state !== 'snapshot') return;
  peer.probeFrom(peer.matchIndex + 1);
  // The next answer to a heartbeat lets it try again: not at once, and not while the peer is away.
  peer.sent(peer.nextIndex - 1, 0);
}

/**
 * The state machine now stands at the snapshot. A log that holds the snapshot's last entry continues; any
 * other is behind or contradicts committed entries, and begins again after the snapshot.
 *
 * Somebody has led in the term of its last entry. A leader of an earlier term, whom no message has told yet, learns
 * it from the snapshot (a repair is sent to a leader, too), and its own uncommitted entries give way like anyone's.
 */
export function onSnapshotInstalled(state: CoreState, snapshot: SnapshotMetadata): void {
  if (snapshot.index <= state.appliedIndex) return;
  state.appliedIndex = snapshot.index;
  if (snapshot.term > state.term) becomeFollower(state, snapshot.term, undefined);
  if (state.log.termAt(snapshot.index) !== snapshot.term) {
    if (snapshot.index < state.commitIndex || state.role.role === 'leader') {
      throw new Error('raft: a snapshot contradicts the committed log');
    }
    state.log.restart(snapshot);
    state.persistence.reset(snapshot);
    state.configurations.restart(snapshot.index, snapshot.configuration);
  }
  state.commitIndex = Math.max(state.commitIndex, snapshot.index);
  // Committed entries are in every later leader's log.
  state.verifiedIndex = Math.max(state.verifiedIndex, snapshot.index);
  state.acknowledgementDue = true;
  state.outbox.statusChanged = true;
}

export function onCompacted(state: CoreState, through: SnapshotMetadata): void {
  state.log.compact(through);
  state.configurations.compact(through.index);
}
