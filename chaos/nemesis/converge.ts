/** After the last fault: the cluster must become whole by itself, within a bound. */
import { delay } from '../../client/index.js';
import type { Cluster, ClusterStatus } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';

const pollMilliseconds = 100;

export type Convergence =
  | {
      readonly kind: 'equal';
      readonly appliedIndex: number;
      readonly stateHash: string;
      readonly milliseconds: number;
    }
  | { readonly kind: 'not-equal'; readonly reason: string };

/** What keeps the members from being equal now; undefined: they are. */
export function difference({ members }: Pick<ClusterStatus, 'members'>): string | undefined {
  const unwell = members.filter((member) => !member.ready || member.stateHash === undefined);
  if (unwell.length > 0) return unwell.map(({ name, health }) => `${name}: ${health}`).join('; ');
  const states = members.map(
    ({ name, appliedIndex, stateHash }) => `${name} has ${stateHash} at index ${appliedIndex}`,
  );
  const distinct = new Set(members.map(({ appliedIndex, stateHash }) => `${appliedIndex} ${stateHash}`));
  return distinct.size === 1 ? undefined : states.join('; ');
}

/** Two members with different states after the same entries: no waiting mends that. */
export function divergence({ members }: Pick<ClusterStatus, 'members'>): string | undefined {
  for (const [index, member] of members.entries()) {
    const other = members
      .slice(index + 1)
      .find(
        (candidate) =>
          member.stateHash !== undefined &&
          candidate.stateHash !== undefined &&
          candidate.appliedIndex === member.appliedIndex &&
          candidate.stateHash !== member.stateHash,
      );
    if (other !== undefined) {
      return `${member.name} and ${other.name} differ at index ${member.appliedIndex}: ${member.stateHash} and ${other.stateHash}`;
    }
  }
  return undefined;
}

export async function untilEqual(
  cluster: Cluster,
  clock: Clock,
  limitMilliseconds: number,
  signal: AbortSignal,
): Promise<Convergence> {
  const start = clock.monotonicMilliseconds();
  for (;;) {
    signal.throwIfAborted();
    const status = await cluster.status();
    const diverged = divergence(status);
    if (diverged !== undefined) return { kind: 'not-equal', reason: diverged };
    const reason = difference(status);
    const milliseconds = clock.monotonicMilliseconds() - start;
    const [first] = status.members;
    if (reason === undefined && first?.appliedIndex !== undefined && first.stateHash !== undefined) {
      return { kind: 'equal', appliedIndex: first.appliedIndex, stateHash: first.stateHash, milliseconds };
    }
    if (milliseconds > limitMilliseconds) {
      return {
        kind: 'not-equal',
        reason: `not equal ${limitMilliseconds / 1000} s after every fault was ended: ${reason ?? 'no member'}`,
      };
    }
    await delay(clock, pollMilliseconds, signal);
  }
}
