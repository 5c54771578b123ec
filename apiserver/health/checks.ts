/** What /livez, /readyz and /healthz look at, and what they answer. */
import type { ClusterAdmin, MemberStatus } from '../../storage/index.js';

export interface HealthCheck {
  readonly name: string;
  /** undefined when good, else what is wrong (for the log: clients are not told). */
  run(): Promise<string | undefined>;
}

export type HealthEndpoint = 'livez' | 'readyz' | 'healthz';

export interface HealthChecks {
  of(endpoint: HealthEndpoint): readonly HealthCheck[];
}

export function createHealthChecks(options: {
  readonly admin: ClusterAdmin;
  readonly isStarted: () => boolean;
  readonly isClosing: () => boolean;
}): HealthChecks {
  // Checks that run side by side share one question to the member.
  let asking: Promise<MemberStatus> | undefined;
  const memberStatus = (): Promise<MemberStatus> => {
    asking ??= options.admin.status().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const ping: HealthCheck = { name: 'ping', run: () => Promise.resolve(undefined) };
  const etcd: HealthCheck = {
    name: 'etcd',
    run: async () => (await memberStatus()).failure,
  };
  const readiness: HealthCheck = {
    name: 'etcd-readiness',
    run: async () => {
      const status = await memberStatus();
      if (status.failure !== undefined) return status.failure;
      return status.condition === 'recovering' ? 'the log of this member is being restored' : undefined;
    },
  };
  const quorum: HealthCheck = {
    name: 'quorum',
    run: async () => ((await memberStatus()).hasQuorum ? undefined : 'no quorum answers this member'),
  };
  const started: HealthCheck = {
    name: 'poststarthook/start-namespaces',
    run: () => Promise.resolve(options.isStarted() ? undefined : 'not finished'),
  };
  const shutdown: HealthCheck = {
    name: 'shutdown',
    run: () => Promise.resolve(options.isClosing() ? 'the server is closing' : undefined),
  };
  const sets: Readonly<Record<HealthEndpoint, readonly HealthCheck[]>> = {
    livez: [ping, etcd],
    healthz: [ping, etcd, quorum, started],
    readyz: [ping, etcd, readiness, quorum, started, shutdown],
  };
  return { of: (endpoint) => sets[endpoint] };
}
