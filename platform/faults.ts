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

/** What is wrong with one member's clock. */
export interface ClockFault {
  /** Its wall clock is ahead by this much; negative: behind. Monotonic time never jumps. */
  readonly offsetMilliseconds?: number;
  /** Seconds that it counts in a true one, on wall clock, monotonic time and timers: 1.05 is 5% fast. */
  readonly rate?: number;
}

/** What is wrong with one member's disk. */
export interface DiskFault {
  /** So much longer takes each write that has to be durable before the member goes on. */
  readonly syncDelayMilliseconds: number;
}

const maxSyncDelayMilliseconds = 60_000;

/** Why this cannot be a disk's fault; undefined when it can. */
export function diskFaultProblem({ syncDelayMilliseconds }: DiskFault): string | undefined {
  if (syncDelayMilliseconds >= 0 && syncDelayMilliseconds <= maxSyncDelayMilliseconds) return undefined;
  return 'a disk is slow by a minute a write at most';
}

const maxOffsetMilliseconds = 10 * 366 * 24 * 3600 * 1000;
const minRate = 0.1;
const maxRate = 10;

/** Why this cannot be a clock's fault; undefined when it can. */
export function clockFaultProblem(fault: ClockFault): string | undefined {
  const { offsetMilliseconds = 0, rate = 1 } = fault;
  if (!(Math.abs(offsetMilliseconds) <= maxOffsetMilliseconds)) return 'a clock is off by ten years at most';
  if (!(rate >= minRate && rate <= maxRate)) return `a clock's rate is from ${minRate} to ${maxRate}`;
  return undefined;
}

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
