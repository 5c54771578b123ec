/** Majorities, also of joint configurations, where both halves must agree (section 4.3). Pure. */
import type { Configuration, LogIndex, MemberId } from './types.js';

type Voters = Pick<Configuration, 'voters' | 'votersOutgoing'>;

export type VoteTally = 'won' | 'lost' | 'pending';

export function majoritySize(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

function halves(voters: Voters): readonly (readonly MemberId[])[] {
  return voters.votersOutgoing.length === 0 ? [voters.voters] : [voters.voters, voters.votersOutgoing];
}

/** Do those for whom `agrees` holds form a quorum? Nobody is a quorum of an empty configuration. */
export function hasQuorum(voters: Voters, agrees: (id: MemberId) => boolean): boolean {
  return halves(voters).every(
    (half) => half.length > 0 && half.filter(agrees).length >= majoritySize(half.length),
  );
}

/** `lost` when those who have not refused can no longer form a quorum. */
export function tallyVotes(
  voters: Voters,
  granted: (id: MemberId) => boolean,
  refused: (id: MemberId) => boolean,
): VoteTally {
  if (hasQuorum(voters, granted)) return 'won';
  return hasQuorum(voters, (id) => granted(id) || !refused(id)) ? 'pending' : 'lost';
}

/** The highest index that a quorum holds. */
export function quorumIndex(voters: Voters, heldThrough: (id: MemberId) => LogIndex): LogIndex {
  const perHalf = halves(voters).map((half) => {
    const descending = half.map(heldThrough).sort((a, b) => b - a);
    return descending[majoritySize(half.length) - 1] ?? 0;
  });
  return Math.min(...perHalf);
}
