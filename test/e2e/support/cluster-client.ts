/** Our own API client against a cluster under test, through the front door or one member. */
import { type ApiClient, createApiClient, parseKubeconfig } from '../../../client/index.js';
import type { Cluster, ClusterStatus } from '../../../cluster/index.js';
import { silentLogger, systemClock } from '../../../platform/index.js';
import { until } from './until.js';

export function clientFor(kubeconfig: string, contextName?: string): ApiClient {
  const context = parseKubeconfig(kubeconfig).context(contextName);
  return createApiClient({
    server: context.server,
    tls: context.tls,
    clock: systemClock(),
    logger: silentLogger,
    userAgent: 'kuorum-e2e',
  });
}

export function memberClient(cluster: Cluster, member: string): ApiClient {
  return clientFor(cluster.kubeconfig, `kuorum-${member}`);
}

export function leaderName(cluster: Cluster): Promise<string> {
  return until('there is a leader', async () => (await cluster.status()).leader);
}

/** Every member is ready and has applied what the most advanced one committed. */
export function untilCaughtUp(cluster: Cluster): Promise<ClusterStatus> {
  return until('every member is ready and has caught up', async () => {
    const status = await cluster.status();
    return status.members.every(({ ready, lag }) => ready && lag === 0) ? status : undefined;
  });
}

/** The one state hash of all members, once each shows it at the same applied index. */
export function untilSameState(cluster: Cluster): Promise<string> {
  return until('all members have the same state at the same applied index', async () => {
    const { members } = await cluster.status();
    const states = new Set(members.map(({ appliedIndex, stateHash }) => `${appliedIndex} ${stateHash}`));
    const [first] = members;
    if (first?.appliedIndex === undefined || first.stateHash === undefined || states.size !== 1)
      return undefined;
    if (!/^[0-9a-f]{32}$/.test(first.stateHash)) throw new Error(`not a state hash: ${first.stateHash}`);
    return first.stateHash;
  });
}
