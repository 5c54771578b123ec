/** `kuorum bench failover`: how long a cluster is without a leader, and its clients without an answer. */
import { join } from 'node:path';
import { seededRandom } from '../../platform/index.js';
import { startEtcdSystem } from '../lab/etcd-system.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import { durationText, etcdToMeasure } from '../lab/inputs.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import type { LoadGenerator } from '../lab/steady-load.js';
import { startLoadGenerator } from '../lab/steady-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import { measurementsOf, noteOn } from './measurements.js';
import {
  checkFailoverSettings,
  defaultFailoverSettings,
  type FailoverSettings,
  roundSeconds,
  type Series,
  seriesName,
  seriesOf,
} from './plan.js';
import { type FailoverStage, type MeasuredRound, runRounds, tryLoad } from './rounds.js';
import { failoverSections } from './sections.js';

export interface FailoverOptions extends Partial<FailoverSettings> {
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
  /** Of the times of the faults and of the requests. */
  readonly seed?: number;
}

const START_SECONDS = 5;
const DEFAULT_SEED = 1;
const TRIALS = 3;

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
  const etcd = await etcdToMeasure(settings.against);
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
    `--election-timeout ${electionTimeoutsMilliseconds.map(durationText).join(',')}`,
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
  const generator = startLoadGenerator({ program: plan.loadProgram, record: stage.record });
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
    if (await isBeyondReach(lab, first)) return;
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

/** Also warms everybody up. What so high a rate would show of a fault is the rate. */
async function isBeyondReach(lab: FailoverStage, series: Series): Promise<boolean> {
  let trial = await tryLoad(lab, series);
  // A machine that was busy for a moment is none that cannot.
  for (let more = 1; more < TRIALS && trial.reason !== undefined; more += 1)
    trial = await tryLoad(lab, series);
  const { result, reason } = trial;
  if (reason === undefined) return false;
  const { system, electionTimeoutMilliseconds } = series;
  const { record } = lab.stage;
  record.measurement({
    id: `failover ${system} timeout=${electionTimeoutMilliseconds}ms without a fault`,
    labels: { system, electionTimeoutMilliseconds, perSecond: lab.perSecond, figure: 'without a fault' },
    metrics: [
      {
        name: 'throughput',
        unit: 'operations/s',
        better: 'higher',
        value: result.answered / result.seconds,
        rounds: [],
      },
    ],
    histogram: result.histogram,
    invalid: reason,
  });
  record.note(`Nobody was struck: ${reason}.`);
  return true;
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
  if (rounds.length < settings.rounds)
    record.note(`${seriesName(series)}: ${rounds.length} of ${settings.rounds} rounds were measured.`);
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
