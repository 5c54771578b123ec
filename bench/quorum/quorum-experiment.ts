/**
 * What a quorum costs: clusters of several sizes, each under as many puts as it takes (closed loop), and then under
 * steady shares of that, to see how long a put takes (open loop). Beside an etcd of the same size, if asked for.
 */
import { join } from 'node:path';
import { VALUE_BYTES } from '../generator/keys.js';
import type { Workload } from '../generator/protocol.js';
import { CarefulRecord } from '../lab/caveats.js';
import { startEtcdSystem } from '../lab/etcd-system.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import type { Condition } from '../lab/figures.js';
import {
  checkClients,
  checkClusterSizes,
  checkDuration,
  checkRounds,
  checkValueBytes,
  counted,
  durationText,
  etcdToMeasure,
} from '../lab/inputs.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import { Laboratory } from '../lab/laboratory.js';
import { conditionSeconds, measureClosedLoad, measureOpenLoad, mostOf } from '../lab/rounds-of-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import { warmUp, warmUpSecondsFor } from '../lab/warm-up.js';
import { quorumSections } from './sections.js';

export interface QuorumOptions {
  /** Cluster sizes; 1, 3, 5 and 7 by default. */
  readonly members?: readonly number[];
  /** 256 by default. */
  readonly valueBytes?: number;
  /** Calls under way at once in the closed loops; 1, 10, 100 and 1,000 by default. */
  readonly clients?: readonly number[];
  /** Of each measurement of each system, over all its rounds; 10,000 by default. */
  readonly durationMilliseconds?: number;
  /** Of each measurement and system, in turns; 5 by default. */
  readonly rounds?: number;
  readonly against?: 'etcd';
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
}

/** Of each measurement: with fewer a comparison tells hardly a change from noise. */
const DEFAULT_ROUNDS = 5;
/** Of the highest throughput that was found, in percent. */
export const openLoads: readonly number[] = [10, 50, 80];
const START_SECONDS = 3;

interface Plan {
  readonly sizes: readonly number[];
  readonly clients: readonly number[];
  readonly valueBytes: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly etcd: string | undefined;
  readonly loadProgram: string | undefined;
}

interface Bench extends Plan {
  readonly stage: ExperimentStage;
  readonly record: CarefulRecord;
  readonly laboratory: Laboratory;
  readonly members: number;
}

function commandOf(plan: Plan): string {
  const { sizes, clients, valueBytes, seconds, rounds, etcd } = plan;
  return [
    'kuorum bench quorum',
    `--members ${sizes.join(',')}`,
    `--value-size ${valueBytes}`,
    `--clients ${clients.join(',')}`,
    `--duration ${durationText(seconds * 1000)}`,
    `--rounds ${rounds}`,
    ...(etcd === undefined ? [] : ['--against etcd']),
  ].join(' ');
}

const systemsOf = ({ etcd }: Plan): number => (etcd === undefined ? 1 : 2);

const startSeconds = (plan: Plan, members: number): number =>
  systemsOf(plan) * (START_SECONDS + members / 2 + warmUpSecondsFor(plan.seconds));

/** @throws UserError for what cannot be measured */
export async function quorumExperiment(options: QuorumOptions = {}): Promise<Experiment> {
  const plan: Plan = {
    sizes: options.members ?? [1, 3, 5, 7],
    clients: options.clients ?? [1, 10, 100, 1_000],
    valueBytes: options.valueBytes ?? VALUE_BYTES,
    seconds: (options.durationMilliseconds ?? 10_000) / 1000,
    rounds: options.rounds ?? DEFAULT_ROUNDS,
    etcd: undefined,
    loadProgram: options.loadProgram,
  };
  checkClusterSizes(plan.sizes);
  checkClients(plan.clients);
  checkValueBytes(plan.valueBytes);
  checkDuration(plan.seconds * 1000);
  checkRounds(plan.rounds);
  const etcd = await etcdToMeasure(options.against);
  return experimentOf({ ...plan, etcd });
}

function experimentOf(plan: Plan): Experiment {
  const conditions = plan.clients.length + openLoads.length;
  return {
    benchmark: 'quorum',
    title: `What a quorum costs: clusters of ${plan.sizes.join(', ')} under puts of ${plan.valueBytes} bytes`,
    command: commandOf(plan),
    etcdVersion: plan.etcd,
    steps: plan.sizes.length * (1 + conditions),
    expectedSeconds: plan.sizes.reduce(
      (total, members) =>
        total + startSeconds(plan, members) + conditions * conditionSeconds(plan, systemsOf(plan)),
      0,
    ),
    async run(stage) {
      const record = new CarefulRecord(stage.record);
      try {
        for (const members of plan.sizes) await measureSize(plan, stage, record, members);
      } finally {
        record.conclude();
      }
    },
    sections: quorumSections,
  };
}

async function measureSize(
  plan: Plan,
  stage: ExperimentStage,
  record: CarefulRecord,
  members: number,
): Promise<void> {
  const { clock, signal, progress } = stage;
  const folder = join(stage.folder, `members-${members}`);
  progress.step(`starting ${counted(members, 'member')}`, startSeconds(plan, members));
  const common = { members, clock, signal };
  const { etcd: version } = plan;
  await Laboratory.use(
    {
      ...plan,
      record,
      clock,
      signal,
      start: [
        () => startKuorumSystem({ ...common, folder: join(folder, 'kuorum') }),
        ...(version === undefined
          ? []
          : [() => startEtcdSystem({ ...common, version, folder: join(folder, 'etcd') })]),
      ],
    },
    async (laboratory) => {
      const bench: Bench = { ...plan, stage, record, laboratory, members };
      const mostClients: Workload = { operation: 'put', clients: Math.max(...plan.clients) };
      await warmUp(laboratory, [mostClients], warmUpSecondsFor(plan.seconds));
      const maxima = await findMaxima(bench);
      for (const [index, load] of openLoads.entries()) await measureAtLoad(bench, maxima, load, index);
    },
  );
}

/** The highest throughput of each system, over all client counts. */
async function findMaxima(bench: Bench): Promise<ReadonlyMap<MeasuredSystem, number>> {
  const { clients, members, stage } = bench;
  const found: ReadonlyMap<MeasuredSystem, number>[] = [];
  for (const count of clients) {
    stage.progress.step(
      `${counted(members, 'member')}, ${counted(count, 'client')}`,
      conditionSeconds(bench, systemsOf(bench)),
    );
    const condition = ({ name }: MeasuredSystem): Condition => ({
      id: `put members=${members} clients=${count} system=${name}`,
      labels: { operation: 'put', members, clients: count, system: name },
      writes: true,
    });
    found.push(await measureClosedLoad(bench, { operation: 'put', condition }, count));
  }
  return mostOf(found);
}

async function measureAtLoad(
  bench: Bench,
  maxima: ReadonlyMap<MeasuredSystem, number>,
  load: number,
  loadIndex: number,
): Promise<void> {
  const { laboratory, members, rounds, stage, record } = bench;
  stage.progress.step(
    `${counted(members, 'member')} at ${load}% of their most`,
    conditionSeconds(bench, systemsOf(bench)),
  );
  const most = (system: MeasuredSystem): number => maxima.get(system) ?? 0;
  for (const { name } of laboratory.systems.filter((system) => most(system) === 0))
    record.note(`No put of ${counted(members, 'member')} of ${name} was answered: there is no load to set.`);
  const condition = ({ name }: MeasuredSystem): Condition => ({
    id: `put members=${members} load=${load}% system=${name}`,
    labels: { operation: 'put', members, load: `${load}%`, system: name },
    writes: true,
  });
  await measureOpenLoad(
    bench,
    { operation: 'put', condition },
    { perSecond: (system) => (most(system) * load) / 100, firstSeed: 1 + loadIndex * rounds },
  );
}
