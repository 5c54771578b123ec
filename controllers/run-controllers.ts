/**
 * Runs the control loops while this process holds the Lease `kube-system/kuorum-controllers`.
 *
 * A controller is a client like any other: it knows the API and nothing of the store. To add one, write its
 * folder and name it in `controllers` below.
 */
import { type ApiClient, runLeaderElection } from '../client/index.js';
import type { Clock, Logger, Random } from '../platform/index.js';
import { runNamespaceController } from './namespace/namespace-controller.js';

/** What every controller gets. */
export interface ControllerContext {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ControllersOptions extends ControllerContext {
  /**
   * Who holds the Lease. Unique among the processes that run at one time; the same again after a restart lets
   * a process take its own Lease back without waiting for it to expire.
   */
  readonly identity: string;
  /** Aborted: stop the loops, give the Lease back, resolve. */
  readonly signal: AbortSignal;
}

type RunController = (context: ControllerContext, signal: AbortSignal) => Promise<void>;

const controllers: Readonly<Record<string, RunController>> = {
  namespace: runNamespaceController,
};

/** Resolves once `signal` is aborted and everything has stopped. A lost Lease is campaigned for again. */
export function runControllers(options: ControllersOptions): Promise<void> {
  const { client, clock, random, logger, identity, signal } = options;
  return runLeaderElection({
    client,
    clock,
    random,
    logger,
    namespace: 'kube-system',
    name: 'kuorum-controllers',
    identity,
    signal,
    lead: async (leading) => {
      const running = Object.entries(controllers).map(([name, run]) =>
        run({ client, clock, random, logger: logger.with({ controller: name }) }, leading),
      );
      await Promise.all(running);
    },
  });
}
