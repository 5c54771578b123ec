/**
 * Whether this member's word counts: whether it may vote, campaign and add to a commit. Not while it may have
 * forgotten what it promised (recovering), not before its peers have confirmed that its folder is not older than
 * they know (unproven), and never again once it has ended.
 */
import type { CoreState } from './state.js';

/** Why a member takes no part any more, until it is replaced. */
export type EndReason =
  /** A committed configuration is without it. */
  | 'removed'
  /** Its folder is older than what it has promised to its peers: an old copy was put in its place. */
  | 'outdated';

export function wordCounts(state: CoreState): boolean {
  return state.recovering === undefined && state.proof === undefined && state.ended === undefined;
}
