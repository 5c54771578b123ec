/** An etcd API server over a real member store that is alone, and clients for it. */

import { type EtcdServer, type EtcdServerOptions, startEtcdServer } from '../../../etcd/index.js';
import { silentLogger, systemClock, systemRandom } from '../../../platform/index.js';
import { type Authority, createAuthority, type KeyPair } from '../../apiserver/support/certificates.js';
import {
  openTestStore,
  type TestStore,
  type TestStoreOptions,
} from '../../storage/support/single-member-store.js';
import { GrpcClient } from './client.js';

export interface TestEtcd {
  readonly server: EtcdServer;
  readonly member: TestStore;
  readonly authority: Authority;
  readonly root: KeyPair;
  readonly url: string;
  client(headers?: Readonly<Record<string, string>>): GrpcClient;
  close(): Promise<void>;
}

export interface TestEtcdOptions {
  readonly limits?: EtcdServerOptions['limits'];
  readonly store?: TestStoreOptions;
  /** What the server sees instead of the member's own. */
  readonly around?: (
    member: TestStore,
  ) => Partial<Pick<EtcdServerOptions, 'store' | 'admin' | 'addresses' | 'orders'>>;
}

export async function startTestEtcd(options: TestEtcdOptions = {}): Promise<TestEtcd> {
  const member = await openTestStore(options.store);
  const authority = await createAuthority('CN=etcd-ca');
  const own = await authority.issue('CN=m1', { server: true });
  const root = await authority.issue('CN=root');
  const server = await startEtcdServer({
    store: member.store,
    admin: member.admin,
    addresses: { of: () => ({ peer: undefined, client: undefined }) },
    orders: {
      give: ({ kind }) => Promise.resolve({ kind: 'refused', reason: 'impossible', message: `no ${kind}` }),
    },
    ...options.around?.(member),
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    memberName: 'm1',
    program: { version: '1.2.3', usage: () => ({ residentBytes: 4096, cpuSeconds: 1.5 }) },
    host: '127.0.0.1',
    port: 0,
    tls: { ...own, clientAuthority: authority.certificate },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const url = `https://127.0.0.1:${server.port}`;
  const clients: GrpcClient[] = [];
  return {
    server,
    member,
    authority,
    root,
    url,
    client(headers = {}) {
      const client = new GrpcClient(url, { authority: authority.certificate, pair: root }, headers);
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await server.close({ graceMilliseconds: 0 });
      await member.close();
    },
  };
}
