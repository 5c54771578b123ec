/** Putting one etcd API server together. Nothing here is shared with another server in the same process. */
import type { Clock, Logger, Random } from '../platform/index.js';
import type { ClusterAdmin, Store } from '../storage/index.js';
import { authorize } from './auth/authorize.js';
import { Guard } from './auth/guard.js';
import { Passwords } from './auth/password.js';
import { Tokens } from './auth/tokens.js';
import { CallCounts } from './grpc/call-counts.js';
import { type GrpcServer, type GrpcServerLimits, startGrpcServer } from './grpc/server.js';
import { httpHandler, type Program } from './http/handler.js';
import { defaultEtcdLimits, type EtcdLimits } from './limits.js';
import type { MemberAddresses } from './member-addresses.js';
import { MemberFacts } from './member-facts.js';
import type { MembershipOrders } from './membership-orders.js';
import { surround } from './require-leader.js';
import { authService } from './services/auth.js';
import { clusterService } from './services/cluster.js';
import { electionService } from './services/election.js';
import { healthService } from './services/health.js';
import { kvService } from './services/kv.js';
import { leaseService } from './services/lease.js';
import { lockService } from './services/lock.js';
import { maintenanceService } from './services/maintenance.js';
import type { ServiceTools } from './services/tools.js';
import { watchService } from './services/watch.js';

export interface EtcdServerOptions {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly addresses: MemberAddresses;
  readonly orders: MembershipOrders;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly memberName: string;
  readonly program: Program;
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  /** PEM. `clientAuthority`: who must have signed the clients' certificates. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  readonly limits?: Partial<EtcdLimits & GrpcServerLimits>;
}

export interface EtcdServer {
  readonly port: number;
  /** Refuses new connections, ends the streams, lets running calls finish, then closes what is left. */
  close(options: { readonly graceMilliseconds: number }): Promise<void>;
}

/** Resolves when the port listens. @throws when the port cannot be bound */
export async function startEtcdServer(options: EtcdServerOptions): Promise<EtcdServer> {
  const { store, admin, addresses, orders, program, clock, random, host, port, tls } = options;
  const logger = options.logger.with({ member: options.memberName, part: 'etcd' });
  const limits = { ...defaultEtcdLimits, ...options.limits };
  const facts = await MemberFacts.learn(admin, clock);
  const closing = new Set<() => void>();
  const onClosing = (listener: () => void): (() => void) => {
    closing.add(listener);
    return () => closing.delete(listener);
  };
  const tokens = new Tokens(clock);
  const { requestTimeoutMilliseconds: timeoutMilliseconds, maxTxnOperations } = limits;
  const guard = await Guard.learn({ store, admin, tokens, timeoutMilliseconds, maxTxnOperations });
  const tools: ServiceTools = {
    store,
    admin,
    facts,
    addresses,
    orders,
    guard,
    tokens,
    passwords: new Passwords(random),
    clock,
    random,
    logger,
    limits,
    program,
    onClosing,
  };
  const methods = [
    kvService,
    watchService,
    leaseService,
    authService,
    clusterService,
    maintenanceService,
    lockService,
    electionService,
    healthService,
  ].flatMap((service) => service(tools));
  const counts = new CallCounts(methods);
  let server: GrpcServer;
  try {
    server = await startGrpcServer({
      host,
      port,
      tls,
      limits,
      clock,
      logger,
      methods: surround(authorize(methods, guard), { facts, onClosing }),
      plain: httpHandler({ ...tools, counts }),
      counts,
    });
  } catch (error) {
    facts.stop();
    throw error;
  }
  return {
    port: server.port,
    async close({ graceMilliseconds }) {
      facts.stop();
      const closed = server.close({ graceMilliseconds });
      closing.forEach((listener) => listener());
      await closed;
    },
  };
}
