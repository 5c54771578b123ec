/**
 * Which members of a formed cluster may start, and whether the rest is a cluster. A member whose folder is lost
 * has forgotten what it voted for and acknowledged, so it never starts again under its id: the others serve,
 * and a new member takes its place. Pure.
 */

export interface StartingMember {
  readonly name: string;
  readonly voting: boolean;
  /** Why it cannot start. */
  readonly refusal: string | undefined;
}

/** One line for a member that does not take part while the others do. */
export function refusalNotice(name: string, refusal: string): string {
  return `${name} does not take part: ${refusal}; give it a successor with: kuorum member replace ${name}`;
}

/** Why what is left is no cluster; undefined when a majority of the voters may start. */
export function startProblem(members: readonly StartingMember[]): string | undefined {
  const voters = members.filter(({ voting }) => voting);
  const lost = voters.filter(({ refusal }) => refusal !== undefined);
  const needed = Math.floor(voters.length / 2) + 1;
  if (voters.length - lost.length >= needed) return undefined;
  const reasons = lost.map(({ refusal }) => refusal).join('; ');
  if (voters.length === 1) {
    return `${reasons}; restore it from a copy, or begin anew with --fresh`;
  }
  return (
    `${lost.length} of ${voters.length} voting members cannot start, and ${needed} are needed (${reasons}): ` +
    'restore them from copies, or go on from what is left with kuorum recover'
  );
}
