/** What a cluster costs that nobody uses: resident memory and processor time of its members. */
import { delay } from '../client/index.js';
import type { Cluster } from '../cluster/index.js';
import type { Clock } from '../platform/index.js';

export interface IdleResult {
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

/** Waits for `seconds`, touching nothing, and compares the books. Rejects when `signal` is aborted. */
export async function measureIdle(
  cluster: Cluster,
  clock: Clock,
  seconds: number,
  signal: AbortSignal,
): Promise<IdleResult> {
  const before = await cluster.status();
  const startedAt = clock.monotonicMilliseconds();
  await delay(clock, seconds * 1000, signal);
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
