/** `kuorum bench failover`: how long a cluster is without a leader, and its clients without an answer. */
import { join } from 'node:path';
import { UserError } from '../../cluster/index.js';
import { seededRandom } from '../../platform/index.js';
import { etcdVersion, startEtcdSystem } from '../lab/etcd-system.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import { type LoadGenerator, startLoadGenerator } from '../lab/steady-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import { measurementsOf, noteOn, seriesName } from './measurements.js';
import {
  checkFailoverSettings,
  defaultFailoverSettings,
  type FailoverSettings,
  roundSeconds,
  type Series,
  seriesOf,
} from './plan.js';
import { type MeasuredRound, runRounds } from './rounds.js';
import { failoverSections } from './sections.js';

export interface FailoverOptions extends Partial<FailoverSettings> {
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
  /** Of the times of the faults and of the requests. */
  readonly seed?: number;
}

const START_SECONDS = 5;
const DEFAULT_SEED = 1;

interface Plan {
  readonly settings: FailoverSettings;
  readonly clusters: readonly (readonly Series[])[];
  readonly etcd: string | undefined;
  readonly seed: number;
  readonly loadProgram: string | undefined;
}

/** Rejects with a UserError for what cannot be measured, before anything starts. */
export async function failoverExperiment({
  loadProgram,
  seed = DEFAULT_SEED,
  ...own
}: FailoverOptions): Promise<Experiment> {
  const settings: FailoverSettings = { ...defaultFailoverSettings, ...own };
  checkFailoverSettings(settings);
  const etcd = settings.against === 'etcd' ? await etcdVersion() : undefined;
  if (settings.against === 'etcd' && etcd === undefined)
    throw new UserError('etcd is not installed (no program of this name on PATH): leave out --against etcd');
  const clusters = clustersOf(seriesOf(settings));
  const plan: Plan = { settings, clusters, etcd, seed, loadProgram };
  const all = clusters.flat();
  return {
    benchmark: 'failover',
    title: `Failover of ${settings.members} members, ${settings.rounds} rounds of each kind`,
    command: commandOf(settings),
    ...(etcd === undefined ? {} : { etcdVersion: etcd }),
    steps: clusters.length + all.length,
    expectedSeconds:
      clusters.length * START_SECONDS +
      all.reduce((total, series) => total + settings.rounds * roundSeconds(series), 0),
    run: (stage) => run(plan, stage),
    sections: failoverSections,
  };
}

function commandOf(settings: FailoverSettings): string {
  const { members, rounds, perSecond, electionTimeoutsMilliseconds, kinds, targets, against } = settings;
  const words = [
    `--members ${members}`,
    `--rounds ${rounds}`,
    `--rate ${perSecond}`,
    `--election-timeout ${electionTimeoutsMilliseconds.map((timeout) => `${timeout}ms`).join(',')}`,
    `--kinds ${kinds.join(',')}`,
    `--targets ${targets.join(',')}`,
    ...(against === undefined ? [] : [`--against ${against}`]),
  ];
  return `kuorum bench failover ${words.join(' ')}`;
}

/** Neighbours of one system and timeout share a cluster. */
function clustersOf(all: readonly Series[]): readonly (readonly Series[])[] {
  const groups = new Map<string, Series[]>();
  for (const series of all) {
    const key = `${series.system} ${series.electionTimeoutMilliseconds}`;
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  return [...groups.values()];
}

async function run(plan: Plan, stage: ExperimentStage): Promise<void> {
  const generator = startLoadGenerator(plan.loadProgram);
  try {
    for (const [index, cluster] of plan.clusters.entries())
      await measureCluster(plan, stage, generator, cluster, index);
  } finally {
    await generator.end();
  }
}

async function measureCluster(
  plan: Plan,
  stage: ExperimentStage,
  generator: LoadGenerator,
  cluster: readonly Series[],
  index: number,
): Promise<void> {
  const [first] = cluster;
  if (first === undefined) return;
  const { settings, seed } = plan;
  const random = seededRandom(seed + index);
  stage.progress.step(
    `starting ${settings.members} members of ${first.system}, election timeout ${first.electionTimeoutMilliseconds} ms`,
    START_SECONDS,
  );
  const system = await startSystem(plan, stage, first, index);
  try {
    stage.signal.throwIfAborted();
    await generator.ask({ kind: 'open', side: system.name, access: system.access }, 'ready', stage.signal);
    const lab = { stage, system, generator, random, perSecond: settings.perSecond };
    for (const series of cluster) {
      stage.progress.step(
        `${seriesName(series)}, ${settings.rounds} rounds`,
        settings.rounds * roundSeconds(series),
      );
      const rounds: MeasuredRound[] = [];
      try {
        await runRounds(lab, series, settings.rounds, (round) => rounds.push(round));
      } finally {
        // Also those before an interruption.
        tell(series, rounds, settings, stage);
      }
    }
  } finally {
    await system.close();
  }
}

function tell(
  series: Series,
  rounds: readonly MeasuredRound[],
  settings: FailoverSettings,
  { record }: ExperimentStage,
): void {
  if (rounds.length === 0) return;
  for (const measurement of measurementsOf(series, rounds, settings)) record.measurement(measurement);
  const note = noteOn(series, rounds);
  if (note !== undefined) record.note(note);
}

function startSystem(
  { settings, etcd }: Plan,
  { folder, clock, signal }: ExperimentStage,
  { system, electionTimeoutMilliseconds }: Series,
  index: number,
): Promise<MeasuredSystem> {
  const common = {
    members: settings.members,
    folder: join(folder, `${system}-${index}`),
    electionTimeoutMilliseconds,
    clock,
    signal,
  };
  return system === 'kuorum'
    ? startKuorumSystem({ ...common, faults: true })
    : startEtcdSystem({ ...common, version: etcd ?? 'unknown', writeRoles: true });
}
