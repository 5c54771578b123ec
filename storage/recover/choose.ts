/**
 * Which folder a lost cluster goes on from, and whether it is lost at all.
 *
 * The most complete log is the one whose last entry has the highest term, and among equal terms the highest
 * index: the rule by which Raft elects (dissertation, section 3.6.1). Let c be that folder and e an entry that
 * was committed and that some other folder s still has. If the last terms are equal, both logs are prefixes of
 * what the leader of that term had, and c's is the longer one. If c's last term is higher, its leader was
 * elected after e was committed, had e, and c's log equals that leader's through c's end, which lies behind e.
 * So c has e.
 *
 * This holds for a folder that has lost a part of its log as well: what is left of it is checked by its chain
 * and was once the log of a member. When it still reaches further than every intact folder, it has all that
 * they have and more; what it lost they do not have either. Hence a loss only decides between equals: there
 * one whose state no alarm speaks against goes first, then the intact one, then the one that knows more to be
 * committed. A folder that cannot be read is no candidate.
 */
import type { Configuration, MemberId } from '../../raft/index.js';
import type { Candidate } from './candidate.js';

/** Negative: `left` is the better one. */
export function compareCandidates(left: Candidate, right: Candidate): number {
  return (
    right.end.term - left.end.term ||
    right.end.index - left.end.index ||
    Number(left.condemned) - Number(right.condemned) ||
    Number(left.condition.kind === 'recovering') - Number(right.condition.kind === 'recovering') ||
    right.committedIndex - left.committedIndex
  );
}

/** The most complete one; the first among equals. undefined: there is none. */
export function chooseCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || compareCandidates(candidate, best) < 0) best = candidate;
  }
  return best;
}

export interface QuorumCount {
  readonly votersTotal: number;
  readonly intactVoters: number;
  /** The intact ones are a majority (of both halves of a joint configuration): they can go on by themselves. */
  readonly majority: boolean;
}

export function countQuorum(configuration: Configuration, candidates: readonly Candidate[]): QuorumCount {
  const intact = new Set<MemberId>(
    candidates
      .filter(({ condition }) => condition.kind === 'intact')
      .map(({ identity }) => identity.memberId),
  );
  const { voters, votersOutgoing } = configuration;
  const hasMajority = (ids: readonly MemberId[]): boolean =>
    ids.length === 0 || ids.filter((id) => intact.has(id)).length * 2 > ids.length;
  const all = [...new Set([...voters, ...votersOutgoing])];
  return {
    votersTotal: all.length,
    intactVoters: all.filter((id) => intact.has(id)).length,
    majority: hasMajority(voters) && hasMajority(votersOutgoing),
  };
}
