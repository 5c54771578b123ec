/** A gRPC server with methods of the test's own, behind certificates of the test's own. */
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from '../../../etcd/grpc/server.js';
import type { Method } from '../../../etcd/grpc/service.js';
import { silentLogger, systemClock } from '../../../platform/index.js';
import { type Authority, createAuthority, type KeyPair } from '../../apiserver/support/certificates.js';
import { GrpcClient } from './client.js';

export interface BareServer {
  readonly server: GrpcServer;
  readonly authority: Authority;
  readonly pair: KeyPair;
  readonly url: string;
  client(): GrpcClient;
  close(): Promise<void>;
}

export async function startBareServer(
  methods: readonly Method[],
  options: Partial<Pick<GrpcServerOptions, 'limits' | 'plain' | 'counts' | 'clock'>> = {},
): Promise<BareServer> {
  const authority = await createAuthority('CN=test-ca');
  const own = await authority.issue('CN=server', { server: true });
  const pair = await authority.issue('CN=somebody');
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    tls: { ...own, clientAuthority: authority.certificate },
    methods,
    clock: systemClock(),
    logger: silentLogger,
    ...options,
  });
  const clients: GrpcClient[] = [];
  const url = `https://127.0.0.1:${server.port}`;
  return {
    server,
    authority,
    pair,
    url,
    client() {
      const client = new GrpcClient(url, { authority: authority.certificate, pair });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await server.close({ graceMilliseconds: 0 });
    },
  };
}
