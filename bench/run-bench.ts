/** The benchmark: measures a cluster that it starts itself, and writes down what it saw. */
import { join } from 'node:path';
import { type ApiClient, createApiClient, parseKubeconfig } from '../client/index.js';
import { type Cluster, startCluster } from '../cluster/index.js';
import { type Clock, silentLogger } from '../platform/index.js';
import { measureFailover } from './failover.js';
import { idleWindowSeconds, measureIdle } from './idle.js';
import { createRequest, type LoadResult, type Operation, runLoad } from './load.js';
import { type BenchResults, resultsText } from './report.js';
import { type BenchStage, type ReportOptions, reportedRun } from './reported-run.js';
import { measureStartUp, type StartUpResult } from './start-up.js';
import { summarize } from './summary.js';

export interface BenchOptions extends ReportOptions {
  /** 3 by default. */
  readonly members?: number;
  /** Seconds of load for each measurement and client count; 5 by default. */
  readonly secondsPerRun?: number;
  /** Client counts to measure; 1, 16 and 64 by default. */
  readonly clients?: readonly number[];
  /** Seconds without load before memory and CPU are read; 60 by default, 0 leaves it out. */
  readonly idleSeconds?: number;
  /** Leader kills to measure; 5 by default, 0 leaves it out. Needs three members. */
  readonly failoverRounds?: number;
  /** Starts to measure; 3 by default. */
  readonly startUpRounds?: number;
  /** How to run the `kuorum` command; what runs now by default. */
  readonly command?: readonly [string, ...string[]];
}

export interface BenchReport {
  readonly path: string;
  readonly results: BenchResults;
}

/** Objects that gets and lists read. */
const existing = { prefix: 'existing', count: 500 };
const namespace = 'bench';
const operations: readonly Operation[] = ['create', 'get', 'list'];

interface Bench extends BenchStage {
  readonly members: number;
  readonly secondsPerRun: number;
  readonly clientCounts: readonly number[];
  readonly idleSeconds: number;
  readonly failoverRounds: number;
  readonly startUpRounds: number;
  readonly command: readonly [string, ...string[]] | undefined;
}

/** Rejects with a `UserError` when interrupted. Leaves no process and no folder behind, only the report. */
export function runBench(options: BenchOptions = {}): Promise<BenchReport> {
  const clientCounts = options.clients ?? [1, 16, 64];
  const members = options.members ?? 3;
  const idleSeconds = options.idleSeconds ?? 60;
  const failoverRounds = members < 3 ? 0 : (options.failoverRounds ?? 5);
  const steps =
    3 + (idleSeconds > 0 ? 1 : 0) + operations.length * clientCounts.length + (failoverRounds > 0 ? 1 : 0);
  return reportedRun(
    options,
    { steps, namePrefix: '' },
    (stage) =>
      measure({
        ...stage,
        members,
        secondsPerRun: options.secondsPerRun ?? 5,
        clientCounts,
        idleSeconds,
        failoverRounds,
        startUpRounds: options.startUpRounds ?? 3,
        command: options.command ?? runningCommand(),
      }),
    resultsText,
  );
}

/** The command line that runs now, when it is ours. */
function runningCommand(): readonly [string, ...string[]] | undefined {
  const script = process.argv[1];
  return script !== undefined && /kuorum(\.js)?$/.test(script) ? [process.execPath, script] : undefined;
}

async function measure(bench: Bench): Promise<BenchResults> {
  const { members, clock, progress, signal, command, startUpRounds } = bench;
  let startUp: StartUpResult | undefined;
  progress.step('start-up, command to ready', 3 * startUpRounds);
  if (command !== undefined) {
    startUp = await measureStartUp({ command, folder: bench.folder, members, rounds: startUpRounds, signal });
  }
  progress.step('starting the cluster to measure', 2);
  const cluster = await startCluster({ members, dataDir: join(bench.folder, 'cluster'), faults: true });
  try {
    signal.throwIfAborted();
    const idle = bench.idleSeconds > 0 ? await idlePhase(bench, cluster) : undefined;
    const load = await loadPhase(bench, cluster);
    const failover = bench.failoverRounds > 0 ? await failoverPhase(bench, cluster, clock) : undefined;
    return { members, startUp: startUp ?? summarize([cluster.startMilliseconds]), idle, load, failover };
  } finally {
    await cluster.stop();
  }
}

function idlePhase(bench: Bench, cluster: Cluster): ReturnType<typeof measureIdle> {
  const seconds = bench.idleSeconds + idleWindowSeconds;
  bench.progress.step(`idle for ${seconds} s, the last ${idleWindowSeconds} s measured`, seconds);
  return measureIdle(cluster, bench.clock, bench.idleSeconds, bench.signal);
}

async function loadPhase(bench: Bench, cluster: Cluster): Promise<readonly LoadResult[]> {
  const { clientCounts, progress, secondsPerRun, signal } = bench;
  const largest = Math.max(...clientCounts);
  const clients = Array.from({ length: largest }, () => connect(cluster, bench.clock));
  try {
    progress.step(`filling in ${existing.count} objects`, 2);
    await fillIn(clients, signal);
    const results: LoadResult[] = [];
    for (const operation of operations) {
      for (const count of clientCounts) {
        progress.step(`${operation}, ${count} ${count === 1 ? 'client' : 'clients'}`, secondsPerRun);
        results.push(
          await runLoad({
            operation,
            clients: clients.slice(0, count),
            // Lists read the same 500 objects whatever was created meanwhile.
            namespace: operation === 'create' ? `${namespace}-creates` : namespace,
            seconds: secondsPerRun,
            existing,
            createPrefix: `created-${count}`,
            signal,
          }),
        );
      }
    }
    return results;
  } finally {
    for (const client of clients) client.close();
  }
}

async function fillIn(clients: readonly ApiClient[], signal: AbortSignal): Promise<void> {
  const [first] = clients;
  for (const name of [namespace, `${namespace}-creates`]) {
    await first!.create(
      { group: '', version: 'v1', resource: 'namespaces' },
      { metadata: { name } },
      { signal },
    );
  }
  let next = 0;
  const loop = async (client: ApiClient): Promise<void> => {
    while (next < existing.count) {
      const name = `${existing.prefix}-${next}`;
      next += 1;
      await createUntilThere(client, name, signal);
    }
  };
  await Promise.all(clients.slice(0, 16).map(loop));
}

/** A lost answer may have been a success: then the next try finds the name taken, which is as good. */
async function createUntilThere(client: ApiClient, name: string, signal: AbortSignal): Promise<void> {
  let trouble = '';
  for (let attempt = 0; attempt < 10; attempt += 1) {
    signal.throwIfAborted();
    try {
      const { status } = await client.raw({ ...createRequest(namespace, name), signal });
      if (status === 201 || status === 409) return;
      trouble = `status ${status}`;
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`an object to read could not be created: ${trouble}`);
}

async function failoverPhase(
  bench: Bench,
  cluster: Cluster,
  clock: Clock,
): ReturnType<typeof measureFailover> {
  bench.progress.step(`killing the leader ${bench.failoverRounds} times`, 6 * bench.failoverRounds);
  const client = connect(cluster, clock);
  try {
    const { failoverRounds: rounds, signal } = bench;
    return await measureFailover({ cluster, client, clock, namespace, rounds, signal });
  } finally {
    client.close();
  }
}

function connect(cluster: Cluster, clock: Clock): ApiClient {
  const { server, tls } = parseKubeconfig(cluster.kubeconfig).context();
  return createApiClient({ server, tls, clock, logger: silentLogger, userAgent: 'kuorum-bench' });
}
