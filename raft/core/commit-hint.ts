/**
 * Commit indexes travel in votes and their answers, so that members who have no leader share what they know to
 * be committed: a change of the membership can then be known as concluded by those who elect, although the
 * leader that concluded it is gone.
 */
import type { CoreState } from './state.js';
import type { LogIndex, Term } from './types.js';

export interface CommitHint {
  readonly commitIndex: LogIndex;
  readonly commitTerm: Term;
}

export function commitHint(state: CoreState): CommitHint {
  return { commitIndex: state.commitIndex, commitTerm: state.log.termAt(state.commitIndex) ?? 0 };
}

/** An entry of the same index and term is the same entry, and so is all before it (log matching). */
export function takeCommitHint(state: CoreState, { commitIndex, commitTerm }: CommitHint): void {
  if (state.role.role === 'leader' || commitIndex <= state.commitIndex || commitTerm === 0) return;
  if (state.log.termAt(commitIndex) !== commitTerm) return;
  state.commitTo(commitIndex);
  state.verifiedIndex = Math.max(state.verifiedIndex, commitIndex);
}
