/** What etcdctl and other clients of the etcd API need: where the members listen, and an administrator's certificate. */
import { join } from 'node:path';
import { type ClusterFile, readClusterFile } from './cluster-file.js';
import { pkiFolder } from './folder-layout.js';
import { UserError } from './user-error.js';

export interface EtcdAccess {
  /** `https://127.0.0.1:PORT` of each voting member that runs, or of all when none does: learners serve little. */
  readonly endpoints: readonly string[];
  /** Paths of PEM files. */
  readonly authorityPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

export function etcdAccessOf(dataDir: string, file: ClusterFile): EtcdAccess {
  const known = file.members.filter(({ clientPort, role }) => clientPort !== null && role === 'voter');
  const running = known.filter(({ pid }) => pid !== null);
  const folder = join(pkiFolder(dataDir), 'etcd');
  return {
    endpoints: (running.length > 0 ? running : known).map(
      ({ clientPort }) => `https://127.0.0.1:${clientPort}`,
    ),
    authorityPath: join(folder, 'ca.crt'),
    certificatePath: join(folder, 'admin.crt'),
    keyPath: join(folder, 'admin.key'),
  };
}

/** @throws UserError when there is no cluster, or none that ever listened */
export async function etcdAccess(dataDir: string): Promise<EtcdAccess> {
  const file = await readClusterFile(dataDir);
  const access = file === undefined ? undefined : etcdAccessOf(dataDir, file);
  if (access === undefined || access.endpoints.length === 0) {
    throw new UserError(`no member of ${dataDir} has an etcd port: start the cluster first (kuorum up)`);
  }
  return access;
}

/** As etcdctl reads it from its environment. */
export function etcdctlEnvironment(access: EtcdAccess): Readonly<Record<string, string>> {
  return {
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: access.endpoints.join(','),
    ETCDCTL_CACERT: access.authorityPath,
    ETCDCTL_CERT: access.certificatePath,
    ETCDCTL_KEY: access.keyPath,
  };
}
