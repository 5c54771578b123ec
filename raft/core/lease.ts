/**
 * Reads by lease (section 6.4.1), off unless asked for. A leader that a quorum has answered may answer reads
 * without another round for as long as no other leader can have been elected: whoever answered it neither votes
 * nor campaigns for T.
 *
 * - The lease runs from when the acknowledged round was *sent*, by the driver's monotonic clock, never by ticks:
 *   a paused process counts no ticks but finds its lease over.
 * - It is shorter than T by what clocks may drift apart and by the grain of the voters' ticks.
 * - Voters keep their side whatever they learn of terms, and from their start on: one that acknowledged and then
 *   restarted has forgotten when.
 * - It is over before leadership is handed over, since the successor's campaign is not held back by anybody; and
 *   it does not come back in that term, since the order to campaign may arrive late.
 *
 * Assumed: clocks whose rates differ by no more than the stated bound, and no machine that is suspended.
 */
import { hasQuorum } from './quorum.js';
import type { CoreState, LeaderState } from './state.js';
import type { MemberId } from './types.js';

/** More rounds than can be sent within a lease that still matter. */
const MAX_REMEMBERED_ROUNDS = 256;

/** A voter's side: it lately acknowledged a leader, or may have, and so must not help another one. */
export function isBoundByLease(state: CoreState): boolean {
  return (
    state.options.leaseMilliseconds !== undefined && state.silentTicks < state.options.electionTimeoutTicks
  );
}

/** A round of heartbeats is being sent. */
export function leaseRoundSent(state: CoreState, leader: LeaderState): void {
  if (state.options.leaseMilliseconds === undefined) return;
  const { reads } = leader;
  reads.round += 1;
  reads.sentMilliseconds.set(reads.round, state.monotonicMilliseconds);
  if (reads.sentMilliseconds.size <= MAX_REMEMBERED_ROUNDS) return;
  for (const oldest of reads.sentMilliseconds.keys()) {
    reads.sentMilliseconds.delete(oldest);
    break;
  }
}

/** Counted anew for each read, so that the quorum is always that of the configuration in force. */
export function holdsLease(state: CoreState, leader: LeaderState): boolean {
  const { leaseMilliseconds } = state.options;
  if (leaseMilliseconds === undefined || leader.leaseForfeited || leader.transfer !== undefined) return false;
  const { sentMilliseconds, acknowledgedRound } = leader.reads;
  const isBound = (id: MemberId): boolean => {
    const sent = sentMilliseconds.get(acknowledgedRound.get(id) ?? 0);
    return sent !== undefined && state.monotonicMilliseconds < sent + leaseMilliseconds;
  };
  return hasQuorum(state.configurations.latest, (id) => id === state.id || isBound(id));
}
