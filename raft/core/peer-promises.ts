/**
 * What this member knows that its peers have promised, to tell one whose folder is older than that.
 *
 * What a peer may hold against it is only what was durable when it was said: the term of a vote, of a campaign
 * or of an acknowledgement, and entries that were acknowledged and are committed (or were acknowledged to the
 * leader of the very same term): none of these can be taken back by honest means. Peers remember since their own
 * start, so a copy that is older than everybody's memory is not recognised.
 *
 * Nothing counts against a member that it said while its word did not: it may have said so since it started.
 */
import type { Hello, Message } from './messages.js';
import type { CoreState, LeaderState } from './state.js';
import type { LogIndex, MemberId, Term } from './types.js';

/** Remembers what the message proves to be durable at its sender. */
export function rememberPromise(state: CoreState, from: MemberId, message: Message): void {
  switch (message.type) {
    case 'vote-request':
      return remember(state, from, message.term, 0);
    case 'append-accepted':
      return message.counts ? remember(state, from, message.term, 0) : undefined;
    case 'vote-response':
      return message.granted ? remember(state, from, message.term, 0) : undefined;
    default:
  }
}

/** A leader that leaves office remembers what its followers hold. */
export function rememberFollowers(state: CoreState, led: LeaderState): void {
  for (const [id, { promisedIndex }] of led.progress) {
    remember(state, id, 0, Math.min(promisedIndex, state.commitIndex));
  }
}

function remember(state: CoreState, id: MemberId, term: Term, committedIndex: LogIndex): void {
  const known = state.known.get(id);
  if (known === undefined) {
    state.known.set(id, { term, committedIndex });
    return;
  }
  known.term = Math.max(known.term, term);
  known.committedIndex = Math.max(known.committedIndex, committedIndex);
}

export function isOutdated(state: CoreState, from: MemberId, { term, lastIndex }: Hello): boolean {
  const known = state.known.get(from);
  if (known !== undefined && (term < known.term || lastIndex < known.committedIndex)) return true;
  const peer = state.role.role === 'leader' ? state.role.progress.get(from) : undefined;
  if (peer === undefined) return false;
  // In one term a log only grows.
  return (
    lastIndex < (term === state.term ? peer.promisedIndex : Math.min(peer.promisedIndex, state.commitIndex))
  );
}
