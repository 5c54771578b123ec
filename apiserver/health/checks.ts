/** What /livez, /readyz and /healthz look at, and what they answer. */
import type { Clock } from '../../platform/index.js';
import type { ClusterAdmin, Store } from '../../storage/index.js';

export interface HealthCheck {
  readonly name: string;
  /** undefined when good, else what is wrong (for the log: clients are not told). */
  run(): Promise<string | undefined>;
}

export type HealthEndpoint = 'livez' | 'readyz' | 'healthz';

export interface HealthChecks {
  of(endpoint: HealthEndpoint): readonly HealthCheck[];
}

/** A read that was proven fresh this lately still counts when the next one is under way. */
const freshMilliseconds = 700;
const waitMilliseconds = 300;
const catchUpMilliseconds = 2000;

/**
 * Whether a linearizable read works. Probes share one read at a time, and a member that answered a moment ago
 * stays ready while a new leader is being found, so that a failover of milliseconds closes no connection.
 */
function createQuorumProbe(options: {
  readonly store: Store;
  readonly clock: Clock;
}): () => Promise<string | undefined> {
  const { store, clock } = options;
  let lastSuccess: number | undefined;
  let problem = 'no read has succeeded yet';
  let running: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    running ??= store
      .catchUp({ caller: 'health', timeoutMilliseconds: catchUpMilliseconds })
      .then((outcome) => {
        if (outcome.kind === 'done') lastSuccess = clock.monotonicMilliseconds();
        else problem = outcome.kind === 'refused' ? outcome.refusal.message : outcome.message;
      })
      .catch((error: unknown) => {
        problem = String(error);
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const isFresh = (): boolean =>
    lastSuccess !== undefined && clock.monotonicMilliseconds() - lastSuccess <= freshMilliseconds;
  return async () => {
    const probe = begin();
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(waitMilliseconds, resolve);
      void probe.then(() => {
        timer.cancel();
        resolve();
      });
    });
    return isFresh() ? undefined : problem;
  };
}

export function createHealthChecks(options: {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly clock: Clock;
  readonly isStarted: () => boolean;
  readonly isClosing: () => boolean;
}): HealthChecks {
  const { admin } = options;
  const quorumProbe = createQuorumProbe(options);
  const ping: HealthCheck = { name: 'ping', run: () => Promise.resolve(undefined) };
  const etcd: HealthCheck = {
    name: 'etcd',
    run: async () => (await admin.status()).failure,
  };
  const readiness: HealthCheck = {
    name: 'etcd-readiness',
    run: async () => {
      const status = await admin.status();
      if (status.failure !== undefined) return status.failure;
      return status.condition === 'recovering' ? 'the log of this member is being restored' : undefined;
    },
  };
  const quorum: HealthCheck = {
    name: 'quorum',
    run: async () => {
      if (!(await admin.status()).hasQuorum) return 'no quorum answers this member';
      return quorumProbe();
    },
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
