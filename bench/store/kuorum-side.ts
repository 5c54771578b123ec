/** Kuorum's side: a cluster as `kuorum up` starts it, without the controllers, which would write of their own accord. */
import { readFile } from 'node:fs/promises';
import { etcdAccess, kuorumVersion, startCluster } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';
import { untilDefined } from '../until.js';
import type { Side } from './side.js';

export async function startKuorum(dataDir: string, clock: Clock, signal: AbortSignal): Promise<Side> {
  const cluster = await startCluster({ members: 3, dataDir, faults: false, controllers: false });
  try {
    const files = await etcdAccess(dataDir);
    const [authority, certificate, key] = await Promise.all(
      [files.authorityPath, files.certificatePath, files.keyPath].map((path) => readFile(path, 'utf8')),
    );
    const { members } = cluster;
    return {
      name: 'kuorum',
      version: kuorumVersion(),
      access: {
        endpoints: members.map(({ clientPort }) => `https://127.0.0.1:${clientPort}`),
        tls: { authority: authority!, certificate: certificate!, key: key! },
      },
      pids: members.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
      leader: () =>
        untilDefined('a leader of Kuorum', { clock, signal, pollMilliseconds: 50 }, async () => {
          const { leader } = await cluster.status();
          const index = members.findIndex(({ name }) => name === leader);
          return index === -1 ? undefined : index;
        }),
      close: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
