/** The benchmark of the whole: a cluster as a user of its API meets it, through the front door. */
import { join } from 'node:path';
import { type ApiClient, createApiClient, parseKubeconfig } from '../../client/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { type Clock, silentLogger } from '../../platform/index.js';
import type { Measurement, Metric } from '../lab/document.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import { figure, latencyFigures, median, merged, sum } from '../lab/figures.js';
import { checkClients, checkClusterSizes, counted } from '../lab/inputs.js';
import { idleWindowSeconds, measureIdle } from './idle.js';
import { type LeaderKill, measureLeaderKills } from './leader-kills.js';
import { createRequest, type LoadResult, type Operation, runLoad } from './load.js';
import { apiSections } from './sections.js';
import { measureStartUp } from './start-up.js';

export interface ApiBenchOptions {
  /** 3 by default. */
  readonly members?: number;
  /** Seconds of load for each measurement and client count, over all its rounds; 5 by default. */
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

/** Objects that gets and lists read. */
const existing = { prefix: 'existing', count: 500 };
const namespace = 'bench';
const operations: readonly Operation[] = ['create', 'get', 'list'];
/** Of each load. */
const ROUNDS = 3;
const START_SECONDS = 3;
const KILL_SECONDS = 6;

interface Plan {
  readonly members: number;
  readonly secondsPerRun: number;
  readonly clientCounts: readonly number[];
  readonly idleSeconds: number;
  readonly failoverRounds: number;
  readonly startUpRounds: number;
  readonly command: readonly [string, ...string[]] | undefined;
}

interface Bench extends Plan {
  readonly stage: ExperimentStage;
}

/** @throws UserError for what cannot be measured */
export function apiExperiment(options: ApiBenchOptions = {}): Experiment {
  const members = options.members ?? 3;
  checkClusterSizes([members]);
  const plan: Plan = {
    members,
    secondsPerRun: options.secondsPerRun ?? 5,
    clientCounts: options.clients ?? [1, 16, 64],
    idleSeconds: options.idleSeconds ?? 60,
    failoverRounds: members < 3 ? 0 : (options.failoverRounds ?? 5),
    startUpRounds: options.startUpRounds ?? 3,
    command: options.command ?? runningCommand(),
  };
  checkClients(plan.clientCounts);
  const loads = operations.length * plan.clientCounts.length;
  const idle = plan.idleSeconds > 0;
  return {
    benchmark: 'api',
    title: `The API through the front door: ${counted(members, 'member')}`,
    command: commandOf(plan),
    steps: 3 + (idle ? 1 : 0) + loads + (plan.failoverRounds > 0 ? 1 : 0),
    expectedSeconds:
      START_SECONDS * (plan.startUpRounds + 1) +
      2 +
      (idle ? plan.idleSeconds + idleWindowSeconds : 0) +
      loads * plan.secondsPerRun +
      KILL_SECONDS * plan.failoverRounds,
    run: (stage) => measure({ ...plan, stage }),
    sections: apiSections,
  };
}

function commandOf({ members, secondsPerRun, clientCounts, idleSeconds, failoverRounds }: Plan): string {
  return (
    `kuorum bench api --members ${members} --seconds-per-run ${secondsPerRun} --clients ${clientCounts.join(',')} ` +
    `--idle-seconds ${idleSeconds} --failover-rounds ${failoverRounds}`
  );
}

/** The command line that runs now, when it is ours. */
function runningCommand(): readonly [string, ...string[]] | undefined {
  const script = process.argv[1];
  return script !== undefined && /kuorum(\.js)?$/.test(script) ? [process.execPath, script] : undefined;
}

async function measure(bench: Bench): Promise<void> {
  const { members, command, startUpRounds, stage } = bench;
  const { folder, progress, signal, record } = stage;
  progress.step('start-up, command to ready', START_SECONDS * startUpRounds);
  if (command === undefined) record.note('The kuorum command is not known here: its start was not measured.');
  else {
    const rounds = await measureStartUp({ command, folder, members, rounds: startUpRounds, signal });
    record.measurement(measurementOf(bench, 'start', {}, medianOf('command to ready', rounds)));
  }
  progress.step('starting the cluster to measure', START_SECONDS);
  const cluster = await startCluster({ members, dataDir: join(folder, 'cluster'), faults: true });
  try {
    signal.throwIfAborted();
    if (bench.idleSeconds > 0) await idlePhase(bench, cluster);
    await loadPhase(bench, cluster);
    if (bench.failoverRounds > 0) await failoverPhase(bench, cluster);
  } finally {
    await cluster.stop();
  }
}

function measurementOf(
  { members }: Plan,
  what: string,
  labels: Measurement['labels'],
  metrics: readonly Metric[],
): Measurement {
  const own = Object.entries(labels).map(([name, value]) => ` ${name}=${value}`);
  return {
    id: `${what} members=${members}${own.join('')}`,
    labels: { what, members, ...labels },
    metrics,
    histogram: undefined,
    invalid: undefined,
  };
}

const medianOf = (name: string, milliseconds: readonly number[]): readonly Metric[] =>
  figure({ name, unit: 'ms', better: 'lower' }, milliseconds, median);

async function idlePhase(bench: Bench, cluster: Cluster): Promise<void> {
  const { idleSeconds, stage } = bench;
  const seconds = idleSeconds + idleWindowSeconds;
  stage.progress.step(`idle for ${seconds} s, the last ${idleWindowSeconds} s measured`, seconds);
  const idle = await measureIdle(cluster, stage.clock, idleSeconds, stage.signal);
  const metrics: readonly Metric[] = [
    {
      name: 'largest member',
      unit: 'bytes',
      better: 'lower',
      value: idle.largestResidentBytes,
      rounds: [],
    },
    { name: 'CPU of all members', unit: 'percent', better: 'lower', value: idle.cpuPercent, rounds: [] },
  ];
  stage.record.measurement(measurementOf(bench, 'idle', {}, metrics));
}

async function loadPhase(bench: Bench, cluster: Cluster): Promise<void> {
  const { clientCounts, secondsPerRun, stage } = bench;
  const { progress, signal, record } = stage;
  const largest = Math.max(...clientCounts);
  const clients = Array.from({ length: largest }, () => connect(cluster, stage.clock));
  try {
    progress.step(`filling in ${existing.count} objects`, 2);
    await fillIn(clients, signal);
    for (const operation of operations) {
      for (const count of clientCounts) {
        progress.step(`${operation}, ${counted(count, 'client')}`, secondsPerRun);
        const runs: LoadResult[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          runs.push(
            await runLoad({
              operation,
              clients: clients.slice(0, count),
              // Lists read the same 500 objects whatever was created meanwhile.
              namespace: operation === 'create' ? `${namespace}-creates` : namespace,
              seconds: secondsPerRun / ROUNDS,
              existing,
              createPrefix: `created-${count}-${round}`,
              signal,
            }),
          );
        }
        const measurement = loadMeasurement(bench, runs);
        record.measurement(measurement);
        const error = runs.find(({ firstError }) => firstError !== undefined)?.firstError;
        if (error !== undefined) record.note(`The first error of ${measurement.id}: ${error}.`);
      }
    }
  } finally {
    for (const client of clients) client.close();
  }
}

function loadMeasurement(bench: Bench, runs: readonly LoadResult[]): Measurement {
  const { operation, clients } = runs[0]!;
  const histograms = runs.map(({ histogram }) => histogram);
  const metrics = [
    ...figure(
      { name: 'throughput', unit: 'operations/s', better: 'higher' },
      runs,
      (some) => sum(some.map(({ requests }) => requests)) / sum(some.map(({ seconds }) => seconds)),
    ),
    ...latencyFigures(histograms),
    ...figure({ name: 'errors', unit: 'count', better: 'lower' }, runs, (some) =>
      sum(some.map(({ errors }) => errors)),
    ),
  ];
  return {
    ...measurementOf(bench, operation, { clients }, metrics),
    histogram: merged(histograms).encode(),
  };
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

async function failoverPhase(bench: Bench, cluster: Cluster): Promise<void> {
  const { failoverRounds: rounds, stage } = bench;
  const { clock, signal } = stage;
  stage.progress.step(`killing the leader ${rounds} times`, KILL_SECONDS * rounds);
  const client = connect(cluster, clock);
  try {
    const kills = await measureLeaderKills({ cluster, client, clock, namespace, rounds, signal });
    stage.record.measurement(measurementOf(bench, 'leader kill', {}, killFigures(kills)));
  } finally {
    client.close();
  }
}

function killFigures(kills: readonly LeaderKill[]): readonly Metric[] {
  const leader = kills.map((kill) => kill.leader);
  const write = kills.map((kill) => kill.write);
  return [...medianOf('new leader', leader), ...medianOf('acknowledged write', write)];
}

function connect(cluster: Cluster, clock: Clock): ApiClient {
  const { server, tls } = parseKubeconfig(cluster.kubeconfig).context();
  return createApiClient({ server, tls, clock, logger: silentLogger, userAgent: 'kuorum-bench' });
}
