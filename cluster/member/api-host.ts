/**
 * The half of a member that clients talk to: the Kubernetes API and the etcd API over one store, each on the port of
 * the last run when it is free.
 */

import { startApiServer } from '../../apiserver/index.js';
import { type MemberAddresses, type MembershipOrders, startEtcdServer } from '../../etcd/index.js';
import { type Clock, type Logger, processUsage, type Random } from '../../platform/index.js';
import type { ClusterAdmin, Store } from '../../storage/index.js';
import { kuorumVersion } from '../version.js';
import { listenAgain } from './listen-again.js';
import type { MemberConfig } from './protocol.js';

export interface ApiHostOptions {
  readonly config: Pick<MemberConfig, 'name' | 'apiPort' | 'apiTls' | 'clientPort' | 'peerTls'>;
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly addresses: MemberAddresses;
  readonly orders: MembershipOrders;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ApiHost {
  readonly apiPort: number;
  /** The etcd API's. */
  readonly clientPort: number;
  close(options: { readonly graceMilliseconds: number }): Promise<void>;
}

const host = '127.0.0.1';

export async function startApiHost(options: ApiHostOptions): Promise<ApiHost> {
  const { config, store, admin, addresses, orders, clock, random, logger } = options;
  const common = { store, admin, clock, logger, memberName: config.name, host };
  const api = await listenAgain(
    'API',
    config.apiPort,
    (port) => startApiServer({ ...common, random, port, tls: config.apiTls }),
    logger,
  );
  // Peers and etcd's clients are one circle of trust: the member shows both the same certificate.
  const { certificate, key, authority: clientAuthority } = config.peerTls;
  const program = { version: kuorumVersion(), usage: processUsage };
  const tls = { certificate, key, clientAuthority };
  const etcd = await listenAgain(
    'etcd',
    config.clientPort,
    (port) => startEtcdServer({ ...common, addresses, orders, program, random, port, tls }),
    logger,
  ).catch(async (error: unknown) => {
    await api.close({ graceMilliseconds: 0 });
    throw error;
  });
  return {
    apiPort: api.port,
    clientPort: etcd.port,
    async close(grace) {
      await Promise.all([api.close(grace), etcd.close(grace)]);
    },
  };
}
