/** Three members of one cluster in this process, in real time, each with its etcd API over TLS. */
import { simulatedDisk } from '../../../chaos/index.js';
import { type EtcdServer, startEtcdServer } from '../../../etcd/index.js';
import { seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import type { Configuration } from '../../../raft/index.js';
import { formatMemberFolder, type MemberStore, openMemberStore } from '../../../storage/index.js';
import { createAuthority } from '../../apiserver/support/certificates.js';
import { until } from '../../e2e/support/until.js';
import { MemoryNetwork } from '../../raft/support/memory-network.js';
import { testClusterId } from '../../storage/support/single-member-store.js';
import { GrpcClient } from './client.js';

const ids = [1, 2, 3];

const configuration: Configuration = {
  voters: ids,
  votersOutgoing: [],
  learners: [],
  members: ids.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
};

export interface ThreeEtcdMembers {
  /** One a member. */
  clients(): readonly GrpcClient[];
  close(): Promise<void>;
}

export async function startThreeEtcdMembers(): Promise<ThreeEtcdMembers> {
  const clock = systemClock();
  const network = new MemoryNetwork(clock);
  const authority = await createAuthority('CN=etcd-ca');
  const root = await authority.issue('CN=root');
  const members: MemberStore[] = [];
  const servers: EtcdServer[] = [];
  const clients: GrpcClient[] = [];
  for (const id of ids) {
    const disk = simulatedDisk({ random: seededRandom(id) });
    await formatMemberFolder(disk, { clusterId: testClusterId, memberId: id, name: `m${id}` }, configuration);
    members.push(
      await openMemberStore({
        disk,
        transport: network.transport(id),
        clock,
        random: seededRandom(100 + id),
        logger: silentLogger,
        automaticCompaction: false,
      }),
    );
  }
  await until('there is a leader', () => members.some(({ raft }) => raft.status().role === 'leader'));
  for (const member of members) {
    const pair = await authority.issue(`CN=${member.identity.name}`, { server: true });
    servers.push(
      await startEtcdServer({
        store: member.store,
        admin: member.admin,
        addresses: { of: () => ({ peer: undefined, client: undefined }) },
        orders: {
          give: ({ kind }) =>
            Promise.resolve({ kind: 'refused', reason: 'impossible', message: `no ${kind}` }),
        },
        clock,
        random: seededRandom(200 + member.identity.memberId),
        logger: silentLogger,
        memberName: member.identity.name,
        program: { version: '1.2.3', usage: () => ({ residentBytes: 4096, cpuSeconds: 1.5 }) },
        host: '127.0.0.1',
        port: 0,
        tls: { ...pair, clientAuthority: authority.certificate },
      }),
    );
  }
  return {
    clients() {
      const made = servers.map(
        ({ port }) =>
          new GrpcClient(`https://127.0.0.1:${port}`, { authority: authority.certificate, pair: root }),
      );
      clients.push(...made);
      return made;
    },
    async close() {
      for (const client of clients) client.close();
      await Promise.all(servers.map((server) => server.close({ graceMilliseconds: 0 })));
      await Promise.all(members.map((member) => member.close()));
    },
  };
}
