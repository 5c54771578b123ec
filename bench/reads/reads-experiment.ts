/**
 * What a read costs by what it promises: linearizable reads by a round among the members each (shared by those that wait
 * for it), the same under the leader's lease, and reads that may be stale; asked of the leader, and of a follower.
 */
import { join } from 'node:path';
import { UserError } from '../../cluster/index.js';
import { VALUE_BYTES } from '../generator/keys.js';
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
import { readsSections } from './sections.js';

export interface ReadsOptions {
  /** One size; 3 by default. */
  readonly members?: number;
  /** 256 by default. */
  readonly valueBytes?: number;
  /** Reads under way at once in the closed loops; 1, 10 and 100 by default. */
  readonly clients?: readonly number[];
  /** Of each measurement of each system, over all its rounds; 10,000 by default. */
  readonly durationMilliseconds?: number;
  /** Of each measurement and system, in turns; 5 by default. */
  readonly rounds?: number;
  /** A steady load for the open loops; half of the most when absent. */
  readonly perSecond?: number;
  readonly against?: 'etcd';
  readonly loadProgram?: string;
}

/** As the reader is promised it. */
export type ReadKind = 'linearizable' | 'lease' | 'stale';
export type AskedOf = 'leader' | 'follower';

const DEFAULT_ROUNDS = 5;
const OPEN_SHARE = 0.5;
const START_SECONDS = 5;
/** Beyond what any generator in one process sends: larger ones would only be counted. */
const MAX_PER_SECOND = 1_000_000;

interface Plan {
  readonly members: number;
  readonly clients: readonly number[];
  readonly valueBytes: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly perSecond: number | undefined;
  readonly etcd: string | undefined;
  readonly loadProgram: string | undefined;
}

/** One cluster, or one of each system, and what is asked of it. */
interface Part {
  readonly kinds: readonly [ReadKind, ...ReadKind[]];
  readonly leaseReads: boolean;
}

const parts: readonly Part[] = [
  { kinds: ['linearizable', 'stale'], leaseReads: false },
  { kinds: ['lease'], leaseReads: true },
];

const operationOf = (kind: ReadKind): 'range-serializable' | 'range-linearizable' =>
  kind === 'stale' ? 'range-serializable' : 'range-linearizable';

const askedOf = ({ members }: Plan): readonly AskedOf[] =>
  members === 1 ? ['leader'] : ['leader', 'follower'];

/** etcd has no reads by lease. */
const systemsOf = ({ etcd }: Plan, { leaseReads }: Part): number =>
  etcd === undefined || leaseReads ? 1 : 2;

/** Before the first measurement, for all systems. */
const startSeconds = (plan: Plan, part: Part): number =>
  systemsOf(plan, part) * (START_SECONDS + warmUpSecondsFor(plan.seconds));

function commandOf({ members, clients, valueBytes, seconds, rounds, perSecond, etcd }: Plan): string {
  return [
    'kuorum bench reads',
    `--members ${members}`,
    `--value-size ${valueBytes}`,
    `--clients ${clients.join(',')}`,
    `--duration ${durationText(seconds * 1000)}`,
    `--rounds ${rounds}`,
    ...(perSecond === undefined ? [] : [`--rate ${perSecond}`]),
    ...(etcd === undefined ? [] : ['--against etcd']),
  ].join(' ');
}

/** @throws UserError for what cannot be measured */
export async function readsExperiment(options: ReadsOptions = {}): Promise<Experiment> {
  const plan: Plan = {
    members: options.members ?? 3,
    clients: options.clients ?? [1, 10, 100],
    valueBytes: options.valueBytes ?? VALUE_BYTES,
    seconds: (options.durationMilliseconds ?? 10_000) / 1000,
    rounds: options.rounds ?? DEFAULT_ROUNDS,
    perSecond: options.perSecond,
    etcd: undefined,
    loadProgram: options.loadProgram,
  };
  checkClusterSizes([plan.members]);
  checkClients(plan.clients);
  checkValueBytes(plan.valueBytes);
  checkDuration(plan.seconds * 1000);
  checkRounds(plan.rounds);
  const { perSecond } = plan;
  if (perSecond !== undefined && !(perSecond >= 1 && perSecond <= MAX_PER_SECOND))
    throw new UserError(`--rate: from 1 to ${MAX_PER_SECOND} reads a second, not ${perSecond}`);
  const etcd = await etcdToMeasure(options.against);
  return experimentOf({ ...plan, etcd });
}

function experimentOf(plan: Plan): Experiment {
  const perKind = askedOf(plan).length * (plan.clients.length + 1);
  return {
    benchmark: 'reads',
    title: `What a read costs by what it promises: ${counted(plan.members, 'member')}, values of ${plan.valueBytes} bytes`,
    command: commandOf(plan),
    etcdVersion: plan.etcd,
    steps: parts.reduce((total, { kinds }) => total + 1 + kinds.length * perKind, 0),
    expectedSeconds: parts.reduce(
      (total, part) =>
        total +
        startSeconds(plan, part) +
        part.kinds.length * perKind * conditionSeconds(plan, systemsOf(plan, part)),
      0,
    ),
    async run(stage) {
      const record = new CarefulRecord(stage.record);
      try {
        for (const part of parts) await measurePart(plan, part, stage, record);
      } finally {
        record.conclude();
      }
    },
    sections: readsSections,
  };
}

interface Bench extends Plan {
  readonly part: Part;
  readonly stage: ExperimentStage;
  readonly record: CarefulRecord;
  readonly laboratory: Laboratory;
}

async function measurePart(
  plan: Plan,
  part: Part,
  stage: ExperimentStage,
  record: CarefulRecord,
): Promise<void> {
  const { clock, signal, progress } = stage;
  const { members, etcd: version } = plan;
  const { leaseReads, kinds } = part;
  const folder = join(stage.folder, leaseReads ? 'lease' : 'rounds');
  progress.step(
    `starting ${counted(members, 'member')}${leaseReads ? ' with lease reads' : ''}`,
    startSeconds(plan, part),
  );
  const common = { members, clock, signal };
  await Laboratory.use(
    {
      ...plan,
      record,
      clock,
      signal,
      start: [
        () => startKuorumSystem({ ...common, leaseReads, folder: join(folder, 'kuorum') }),
        ...(version === undefined || leaseReads
          ? []
          : [() => startEtcdSystem({ ...common, version, folder: join(folder, 'etcd') })]),
      ],
    },
    async (laboratory) => {
      const bench: Bench = { ...plan, part, stage, record, laboratory };
      const [kind] = kinds;
      const load = { operation: operationOf(kind), clients: Math.max(...plan.clients) };
      await warmUp(laboratory, [load], warmUpSecondsFor(plan.seconds));
      for (const kind of kinds) {
        for (const of of askedOf(plan)) {
          const maxima = await findMaxima(bench, { kind, of });
          await measureAtLoad(bench, { kind, of }, maxima);
        }
      }
    },
  );
}

async function memberToAsk(system: MeasuredSystem, of: AskedOf): Promise<number> {
  const leader = await system.leader();
  return of === 'leader' ? leader : (leader + 1) % system.memberNames.length;
}

interface Asked {
  readonly kind: ReadKind;
  readonly of: AskedOf;
}

function condition(
  { members }: Bench,
  { kind, of }: Asked,
  amount: { readonly clients: number } | { readonly load: string },
): (system: MeasuredSystem) => Condition {
  const [[name, value]] = Object.entries(amount) as [[string, number | string]];
  return (system) => ({
    id: `read ${kind} of=${of} members=${members} ${name}=${value} system=${system.name}`,
    labels: { kind, of, members, ...amount, system: system.name },
    writes: false,
  });
}

async function findMaxima(bench: Bench, asked: Asked): Promise<ReadonlyMap<MeasuredSystem, number>> {
  const { clients, stage, part } = bench;
  const found: ReadonlyMap<MeasuredSystem, number>[] = [];
  for (const count of clients) {
    stage.progress.step(
      `${asked.kind}, of the ${asked.of}, ${counted(count, 'client')}`,
      conditionSeconds(bench, systemsOf(bench, part)),
    );
    const load = {
      operation: operationOf(asked.kind),
      member: (system: MeasuredSystem) => memberToAsk(system, asked.of),
      condition: condition(bench, asked, { clients: count }),
    };
    found.push(await measureClosedLoad(bench, load, count));
  }
  return mostOf(found);
}

async function measureAtLoad(
  bench: Bench,
  asked: Asked,
  maxima: ReadonlyMap<MeasuredSystem, number>,
): Promise<void> {
  const { perSecond, stage, part } = bench;
  const load = perSecond === undefined ? `${100 * OPEN_SHARE}%` : `${perSecond}/s`;
  stage.progress.step(
    `${asked.kind}, of the ${asked.of}, at ${load}`,
    conditionSeconds(bench, systemsOf(bench, part)),
  );
  await measureOpenLoad(
    bench,
    {
      operation: operationOf(asked.kind),
      member: (system) => memberToAsk(system, asked.of),
      condition: condition(bench, asked, { load }),
    },
    { perSecond: (system) => perSecond ?? OPEN_SHARE * (maxima.get(system) ?? 0), firstSeed: 1 },
  );
}
