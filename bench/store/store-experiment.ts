/**
 * The benchmark of the store: three members of Kuorum, and three of etcd where it is installed, under the same load
 * from the same process; runs of the two alternate, so that the machine's ups and downs touch both.
 */
import { join } from 'node:path';
import { VALUE_BYTES } from '../generator/keys.js';
import type { OperationName, Workload } from '../generator/protocol.js';
import { CarefulRecord } from '../lab/caveats.js';
import { etcdVersion, startEtcdSystem } from '../lab/etcd-system.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import type { Condition } from '../lab/figures.js';
import { checkClients, checkDistinct, counted } from '../lab/inputs.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import { Laboratory, RUN_OVERHEAD_SECONDS } from '../lab/laboratory.js';
import { conditionSeconds, measureClosedLoad, type Rounds } from '../lab/rounds-of-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import { warmUp, warmUpSecondsFor } from '../lab/warm-up.js';
import { storeSections } from './sections.js';
import { allOperations, oneOfEachOperation, workloads } from './workloads.js';

export interface StoreBenchOptions {
  /** Calls under way at once; 1, 100 and 1,000 by default. The largest is also the number of watchers and leases. */
  readonly clients?: readonly number[];
  /** All by default. */
  readonly operations?: readonly OperationName[];
  /** Of each run; 2 by default. */
  readonly secondsPerRun?: number;
  /** Runs of each system and measurement; 3 by default. */
  readonly rounds?: number;
  /** false: Kuorum alone, also where etcd is installed. */
  readonly etcd?: boolean;
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
}

const MEMBERS = 3;
const START_SECONDS = 5;

interface Plan {
  readonly workloads: readonly Workload[];
  readonly seconds: number;
  readonly rounds: number;
  readonly etcd: string | undefined;
  readonly loadProgram: string | undefined;
}

const systemsOf = ({ etcd }: Plan): number => (etcd === undefined ? 1 : 2);

const roundsOf = ({ seconds, rounds }: Plan): Rounds => ({ seconds: seconds * rounds, rounds });

const warmUpSeconds = (plan: Plan): number => warmUpSecondsFor(roundsOf(plan).seconds);

/** Of all workloads, on all systems. */
const warmUpPhaseSeconds = (plan: Plan): number =>
  systemsOf(plan) * oneOfEachOperation(plan.workloads).length * (warmUpSeconds(plan) + RUN_OVERHEAD_SECONDS);

const workloadSeconds = (plan: Plan): number => conditionSeconds(roundsOf(plan), systemsOf(plan));

/** @throws UserError for what cannot be measured */
export async function storeExperiment(options: StoreBenchOptions = {}): Promise<Experiment> {
  const clients = options.clients ?? [1, 100, 1_000];
  const operations = options.operations ?? allOperations;
  checkClients(clients);
  checkDistinct('--operations', operations);
  const plan: Plan = {
    workloads: workloads(clients, operations),
    seconds: options.secondsPerRun ?? 2,
    rounds: options.rounds ?? 3,
    etcd: options.etcd === false ? undefined : await etcdVersion(),
    loadProgram: options.loadProgram,
  };
  const command = [
    'kuorum bench store',
    `--clients ${clients.join(',')}`,
    ...(operations === allOperations ? [] : [`--operations ${operations.join(',')}`]),
    `--seconds-per-run ${plan.seconds}`,
    `--rounds ${plan.rounds}`,
    ...(options.etcd === false ? ['--no-etcd'] : []),
  ].join(' ');
  return {
    benchmark: 'store',
    title: "The store through etcd's API: three members",
    command,
    etcdVersion: plan.etcd,
    steps: 2 + plan.workloads.length,
    expectedSeconds: START_SECONDS + warmUpPhaseSeconds(plan) + plan.workloads.length * workloadSeconds(plan),
    async run(stage) {
      const record = new CarefulRecord(stage.record);
      if (options.etcd !== false && plan.etcd === undefined)
        record.note('There is no program named etcd on PATH: Kuorum is measured alone.');
      try {
        await measureAll(plan, stage, record);
      } finally {
        record.conclude();
      }
    },
    sections: storeSections,
  };
}

async function measureAll(plan: Plan, stage: ExperimentStage, record: CarefulRecord): Promise<void> {
  const { clock, signal, progress, folder } = stage;
  const { etcd: version } = plan;
  progress.step('starting the clusters', START_SECONDS);
  const common = { members: MEMBERS, clock, signal };
  await Laboratory.use(
    {
      record,
      clock,
      signal,
      loadProgram: plan.loadProgram,
      valueBytes: VALUE_BYTES,
      start: [
        () => startKuorumSystem({ ...common, folder: join(folder, 'kuorum') }),
        ...(version === undefined
          ? []
          : [() => startEtcdSystem({ ...common, version, folder: join(folder, 'etcd') })]),
      ],
    },
    async (laboratory) => {
      progress.step('warming up', warmUpPhaseSeconds(plan));
      await warmUp(laboratory, oneOfEachOperation(plan.workloads), warmUpSeconds(plan));
      for (const workload of plan.workloads) {
        progress.step(`${workload.operation}, ${counted(workload.clients, 'client')}`, workloadSeconds(plan));
        await measure(plan, laboratory, record, workload);
      }
    },
  );
}

async function measure(
  plan: Plan,
  laboratory: Laboratory,
  record: CarefulRecord,
  { operation, clients }: Workload,
): Promise<void> {
  const condition = ({ name }: MeasuredSystem): Condition => ({
    id: `${operation} members=${MEMBERS} clients=${clients} system=${name}`,
    labels: { operation, members: MEMBERS, clients, system: name },
    writes: operation === 'put',
  });
  await measureClosedLoad({ laboratory, record, ...roundsOf(plan) }, { operation, condition }, clients);
}
