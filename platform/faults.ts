/**
 * The fault vocabulary: the same names in the simulator, the in-process cluster and the real processes.
 */

/** What happens to messages on one directed link between two members. Probabilities are in [0, 1]. */
export interface LinkFault {
  readonly from: string;
  readonly to: string;
  /** 1 cuts the link. */
  readonly dropProbability: number;
  readonly delayMilliseconds?: number;
  readonly jitterMilliseconds?: number;
  readonly duplicateProbability?: number;
}

/** Links without an entry are healthy. Names are member names (`m1`). */
export type LinkFaults = readonly LinkFault[];

/** Cuts every link between members of different groups, both ways. A member in no group is cut from all. */
export function partitionFaults(
  allMembers: readonly string[],
  groups: readonly (readonly string[])[],
): LinkFaults {
  const groupOf = new Map<string, number>();
  groups.forEach((group, index) => {
    for (const member of group) groupOf.set(member, index);
  });
  const faults: LinkFault[] = [];
  for (const from of allMembers) {
    for (const to of allMembers) {
      if (from === to) continue;
      const fromGroup = groupOf.get(from);
      if (fromGroup === undefined || fromGroup !== groupOf.get(to))
        faults.push({ from, to, dropProbability: 1 });
    }
  }
  return faults;
}
