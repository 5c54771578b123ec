/** Quorums, worked out here once more and not taken from the code that is being watched. */
import type { Configuration, MemberId } from '../../../raft/index.js';

type Voters = Pick<Configuration, 'voters' | 'votersOutgoing'>;

function isMajority(voters: readonly MemberId[], agrees: (id: MemberId) => boolean): boolean {
  let agreeing = 0;
  for (const id of voters) if (agrees(id)) agreeing += 1;
  return agreeing * 2 > voters.length;
}

export function isQuorum(configuration: Voters, agrees: (id: MemberId) => boolean): boolean {
  const { voters, votersOutgoing } = configuration;
  return isMajority(voters, agrees) && (votersOutgoing.length === 0 || isMajority(votersOutgoing, agrees));
}

export function votersOf(configuration: Voters): readonly MemberId[] {
  return [...new Set([...configuration.voters, ...configuration.votersOutgoing])];
}

/** Members that are a quorum of the first while all others are a quorum of the second; undefined: none are. */
export function disjointQuorums(first: Voters, second: Voters): readonly MemberId[] | undefined {
  const all = [...new Set([...votersOf(first), ...votersOf(second)])];
  for (let chosen = 0; chosen < 1 << all.length; chosen += 1) {
    const isChosen = (id: MemberId): boolean => ((chosen >>> all.indexOf(id)) & 1) === 1;
    if (isQuorum(first, isChosen) && isQuorum(second, (id) => !isChosen(id))) return all.filter(isChosen);
  }
  return undefined;
}
