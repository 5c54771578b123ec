/** Looks at the cluster while it suffers: who leads, in which term, and which processes run. */
import { delay } from '../../client/index.js';
import type { Cluster } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';
import { divergence } from './converge.js';

export interface Observation {
  readonly atMilliseconds: number;
  readonly leader: string | undefined;
  readonly term: number | undefined;
  readonly ready: readonly string[];
  readonly members: readonly string[];
  /** Two members had different states after the same entries. */
  readonly diverged: string | undefined;
}

const pollMilliseconds = 250;

export async function observe(
  cluster: Cluster,
  clock: Clock,
  observations: Observation[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const atMilliseconds = clock.monotonicMilliseconds();
    const status = await cluster.status();
    const { leader, members } = status;
    observations.push({
      atMilliseconds,
      leader,
      term: members.find(({ name }) => name === leader)?.term,
      ready: members.filter(({ ready }) => ready).map(({ name }) => name),
      members: members.map(({ name }) => name),
      diverged: divergence(status),
    });
    await delay(clock, pollMilliseconds, signal);
  }
}
