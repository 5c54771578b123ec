/** What a cluster costs that nobody uses: resident memory and processor time of its members. */
import { delay } from '../../client/index.js';
import type { Cluster } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';

/** How long the books are open, once the cluster has settled. */
export const idleWindowSeconds = 20;

export interface IdleResult {
  /** Between the first look at the books and the last. */
  readonly seconds: number;
  readonly largestResidentBytes: number;
  /** Of one core, of all members together. */
  readonly cpuPercent: number;
  readonly members: readonly {
    readonly name: string;
    readonly residentBytes: number;
    readonly cpuPercent: number;
  }[];
}

/**
 * Lets the cluster settle for `settleSeconds`, so that starting up is not counted as idling, then compares the books
 * of a window in which nobody touches it. Rejects when `signal` is aborted.
 */
export async function measureIdle(
  cluster: Cluster,
  clock: Clock,
  settleSeconds: number,
  signal: AbortSignal,
): Promise<IdleResult> {
  await delay(clock, settleSeconds * 1000, signal);
  signal.throwIfAborted();
  const before = await cluster.status();
  const startedAt = clock.monotonicMilliseconds();
  await delay(clock, idleWindowSeconds * 1000, signal);
  signal.throwIfAborted();
  const after = await cluster.status();
  const elapsed = clock.monotonicMilliseconds() - startedAt;
  const members = after.members.map((member) => {
    const earlier = before.members.find(({ name }) => name === member.name);
    const spent = (member.cpuMilliseconds ?? 0) - (earlier?.cpuMilliseconds ?? 0);
    return {
      name: member.name,
      residentBytes: member.residentBytes ?? 0,
      cpuPercent: (100 * spent) / elapsed,
    };
  });
  return {
    seconds: elapsed / 1000,
    largestResidentBytes: Math.max(...members.map(({ residentBytes }) => residentBytes)),
    cpuPercent: members.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0),
    members,
  };
}
