/**
 * Load before the first measurement, whose figures are thrown away. A system that compiles its code while it runs is
 * several times slower in its first seconds; how it starts is a question of its own and not the one these answer.
 */
import type { Workload } from '../generator/protocol.js';
import type { Laboratory } from './laboratory.js';

/** By then further seconds change little at a hundred clients. */
const ENOUGH_SECONDS = 8;

/** Short measurements get short ones. */
export const warmUpSecondsFor = (measuredSeconds: number): number =>
  Math.min(ENOUGH_SECONDS, measuredSeconds);

/** Each workload on each system, for so long each. */
export async function warmUp(
  laboratory: Laboratory,
  workloads: readonly Workload[],
  seconds: number,
): Promise<void> {
  for (const workload of workloads)
    for (const system of laboratory.systems)
      await laboratory.closedRun(system, workload, { seconds, warmUpSeconds: 0 });
}
