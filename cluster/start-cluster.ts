/** Starts a whole cluster for a test or a program. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Cluster, StartClusterOptions } from './cluster.js';
import { runCluster } from './run-cluster.js';

const defaultReadyTimeoutMilliseconds = 60_000;

/**
 * Resolves when every member is ready and a linearizable read was answered.
 * @throws UserError, with one line that says what to do, for everything the caller can mend.
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  const temporary = options.dataDir === undefined;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), 'kuorum-')) : resolve(options.dataDir ?? '');
  const removeTemporary = async (): Promise<void> => {
    if (temporary) await rm(dataDir, { recursive: true, force: true });
  };
  const interrupted = new AbortController();
  let running: Cluster | undefined;
  try {
    const run = await runCluster({
      dataDir,
      members: options.members,
      allowEven: options.allowEven ?? false,
      fresh: options.fresh ?? false,
      apiPort: options.apiPort ?? 0,
      faults: options.faults ?? true,
      leaseReads: options.leaseReads ?? false,
      electionTimeoutMilliseconds: options.electionTimeoutMilliseconds,
      quotaBytes: options.quotaBytes,
      backups: options.backups,
      tlsSan: options.tlsSan ?? [],
      inProcess: options.inProcess ?? false,
      controllers: options.controllers ?? true,
      readyTimeoutMilliseconds: options.readyTimeoutMilliseconds ?? defaultReadyTimeoutMilliseconds,
      programFolder: options.programFolder,
      onProgress: options.onProgress ?? (() => {}),
      onNotice: options.onProgress ?? (() => {}),
      // `kuorum down` on this cluster's folder: the owner's handle is then to a stopped cluster.
      onDown: () => {
        interrupted.abort();
        void running?.stop();
      },
      signal: interrupted.signal,
    });
    running = {
      name: run.name,
      dataDir,
      url: run.url,
      kubeconfigPath: run.kubeconfigPath,
      faults: run.faults,
      membership: run.membership,
      startMilliseconds: run.startMilliseconds,
      get kubeconfig() {
        return run.kubeconfig;
      },
      get members() {
        return run.members;
      },
      status: () => run.status(),
      async stop(stopOptions) {
        await run.stop(stopOptions);
        await removeTemporary();
      },
    };
    return running;
  } catch (error) {
    await removeTemporary();
    throw error;
  }
}
