/** Whom clients talk to: each member's own API server, and the front door. */
import { type ApiClient, createApiClient, parseKubeconfig } from '../../client/index.js';
import type { Cluster } from '../../cluster/index.js';
import { type Clock, type Random, silentLogger } from '../../platform/index.js';

export const frontDoor = 'front door';

export interface Target {
  /** A member's name, or the front door. */
  readonly name: string;
  readonly api: ApiClient;
}

export interface Targets {
  /** The names there are now. */
  names(): readonly string[];
  /** A connection of the caller's own, at the address of this moment. */
  connect(name: string): Target;
  /** One other than `than`, if there is any. */
  other(random: Random, than: string): string;
}

export interface TargetsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly requestTimeoutMilliseconds: number;
  /** After which a member is to say that it has given up. */
  readonly serverTimeoutMilliseconds: number;
}

export function clusterTargets({
  cluster,
  clock,
  requestTimeoutMilliseconds,
  serverTimeoutMilliseconds,
}: TargetsOptions): Targets {
  const names = (): readonly string[] => [...cluster.members.map(({ name }) => name), frontDoor];
  return {
    names,
    connect(name) {
      const { tls } = parseKubeconfig(cluster.kubeconfig).context();
      // One that was removed a moment ago: whoever answers at the front door is as good.
      const member = cluster.members.find((candidate) => candidate.name === name);
      const api = createApiClient({
        server: member?.url ?? cluster.url,
        tls,
        clock,
        logger: silentLogger,
        userAgent: 'kuorum-chaos',
        requestTimeoutMilliseconds,
        serverTimeoutMilliseconds,
      });
      return { name, api };
    },
    other(random, than) {
      const others = names().filter((name) => name !== than);
      return others[random.integer(0, others.length)] ?? than;
    },
  };
}
