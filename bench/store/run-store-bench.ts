/**
 * The benchmark of the store: three members of Kuorum, and three of etcd where it is installed, under the same load
 * from the same process; runs of the two sides alternate, so that the machine's ups and downs touch both.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay } from '../../client/index.js';
import { keyOf, VALUE_BYTES } from '../generator/keys.js';
import type { LoadAnswer, LoadRequest, OperationName, SideName, Workload } from '../generator/protocol.js';
import { Child } from '../lab/child.js';
import { etcdVersion, startEtcdSystem } from '../lab/etcd-system.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import type { MeasuredSystem } from '../lab/system.js';
import { machineBusySeconds, type ProcessUsage, usageOf } from '../lab/usage.js';
import { type BenchStage, type ReportOptions, reportedRun } from '../reported-run.js';
import { type Measurement, measurementOf, type Run, workloads } from './measurement.js';
import { type StoreBenchResults, storeResultsText } from './report.js';

export interface StoreBenchOptions extends ReportOptions {
  /** Calls under way at once; 1, 100 and 1,000 by default. The largest is also the number of watchers and leases. */
  readonly clients?: readonly number[];
  /** All by default. */
  readonly operations?: readonly OperationName[];
  /** Of each run; 2 by default. */
  readonly secondsPerRun?: number;
  /** Runs of each side and measurement; 3 by default. */
  readonly rounds?: number;
  /** false: Kuorum alone, also where etcd is installed. */
  readonly etcd?: boolean;
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
}

export interface StoreBenchReport {
  readonly path: string;
  readonly results: StoreBenchResults;
}

export const allOperations: readonly OperationName[] = [
  'put',
  'range-linearizable',
  'range-serializable',
  'txn',
  'watch',
  'lease-keep-alive',
];

const MAX_WARM_UP_SECONDS = 0.5;
/** So that what one side still has to write does not fall into the other's time. */
const PAUSE_MILLISECONDS = 150;

type Generator = Child<LoadRequest, LoadAnswer>;

interface Bench extends BenchStage {
  readonly generator: Generator;
  readonly sides: readonly MeasuredSystem[];
  readonly seconds: number;
  readonly rounds: number;
}

const loadProgram = (): string => fileURLToPath(new URL('./bench-load.js', import.meta.url));

/** Rejects with a `UserError` when interrupted. Leaves no process and no folder behind, only the report. */
export async function runStoreBench(options: StoreBenchOptions = {}): Promise<StoreBenchReport> {
  const clients = options.clients ?? [1, 100, 1_000];
  const planned = workloads(clients, options.operations ?? allOperations);
  const seconds = options.secondsPerRun ?? 2;
  const rounds = options.rounds ?? 3;
  const version = options.etcd === false ? undefined : await etcdVersion();
  const output = options.output ?? process.stdout;
  if (options.etcd !== false && version === undefined)
    output.write('etcd is not installed (no program of this name on PATH): Kuorum is measured alone\n');
  return reportedRun(
    options,
    { steps: 1 + planned.length, namePrefix: 'store-' },
    async (stage) => {
      const closing: (() => Promise<void>)[] = [];
      try {
        stage.progress.step('starting the clusters', 5);
        const generator: Generator = new Child({
          program: options.loadProgram ?? loadProgram(),
          name: 'the load generator',
          flags: [],
        });
        closing.push(() => generator.end());
        const sides = await startSides(stage, version, closing);
        for (const { name, access } of sides)
          await generator.ask({ kind: 'open', side: name, access }, 'ready', stage.signal);
        const bench: Bench = { ...stage, generator, sides, seconds, rounds };
        const measurements: Measurement[] = [];
        for (const workload of planned) measurements.push(await measure(bench, workload));
        return {
          keyBytes: keyOf(0).length,
          valueBytes: VALUE_BYTES,
          versions: Object.fromEntries(sides.map((side) => [side.name, side.version])) as Partial<
            Record<SideName, string>
          >,
          measurements,
        };
      } finally {
        await Promise.all(closing.map((close) => close()));
      }
    },
    storeResultsText,
  );
}

async function startSides(
  { folder, clock, signal }: BenchStage,
  version: string | undefined,
  closing: (() => Promise<void>)[],
): Promise<readonly MeasuredSystem[]> {
  const sides: MeasuredSystem[] = [];
  const add = (side: MeasuredSystem): void => {
    sides.push(side);
    closing.push(() => side.close());
  };
  const common = { members: 3, clock, signal };
  add(await startKuorumSystem({ ...common, folder: join(folder, 'kuorum') }));
  if (version !== undefined) add(await startEtcdSystem({ ...common, folder: join(folder, 'etcd'), version }));
  return sides;
}

async function measure(bench: Bench, workload: Workload): Promise<Measurement> {
  const { sides, rounds: count, seconds, progress } = bench;
  const { operation, clients } = workload;
  progress.step(
    `${operation}, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
    count * sides.length * (seconds + warmUpSeconds(seconds)),
  );
  const rounds: (readonly Run[])[] = [];
  for (let round = 0; round < count; round += 1) {
    // Each round begins with the side that the one before ended with: A B, B A, A B.
    const order = round % 2 === 0 ? sides : sides.toReversed();
    const runs: Run[] = [];
    for (const side of order) runs.push(await measureOnce(bench, workload, side));
    rounds.push(runs);
  }
  return measurementOf(workload, rounds);
}

const warmUpSeconds = (seconds: number): number => Math.min(MAX_WARM_UP_SECONDS, seconds / 2);

interface Books {
  readonly members: readonly (ProcessUsage | undefined)[];
  readonly busySeconds: number;
  /** Of all servers, the generator and this process. */
  readonly ownSeconds: number;
}

async function readBooks({ sides, generator }: Bench, side: MeasuredSystem): Promise<Books> {
  const members = await Promise.all((await side.pids()).map(usageOf));
  const servers = await Promise.all(sides.map((any) => any.pids()));
  const pids = [...servers.flat(), generator.pid, process.pid];
  const own = await Promise.all(pids.map(usageOf));
  return {
    members,
    busySeconds: machineBusySeconds(),
    ownSeconds: own.reduce((total, usage) => total + (usage?.cpuSeconds ?? 0), 0),
  };
}

async function measureOnce(bench: Bench, workload: Workload, side: MeasuredSystem): Promise<Run> {
  const { generator, seconds, signal, clock } = bench;
  const firstMember = await side.leader();
  await generator.ask(
    { kind: 'prepare', side: side.name, workload, firstMember, warmUpSeconds: warmUpSeconds(seconds) },
    'ready',
    signal,
  );
  const before = await readBooks(bench, side);
  const { result } = await generator.ask({ kind: 'run', seconds }, 'result', signal);
  const after = await readBooks(bench, side);
  await generator.ask({ kind: 'finish' }, 'ready', signal);
  await delay(clock, PAUSE_MILLISECONDS, signal);
  const known = [...before.members, ...after.members].every((usage) => usage !== undefined);
  return {
    side: side.name,
    load: result,
    memberCpuSeconds: known
      ? after.members.map((usage, index) => usage!.cpuSeconds - before.members[index]!.cpuSeconds)
      : undefined,
    memberMemory: known
      ? after.members.map((usage) => ({
          residentBytes: usage!.residentBytes,
          anonymousBytes: usage!.anonymousBytes,
        }))
      : undefined,
    othersCpuSeconds: after.busySeconds - before.busySeconds - (after.ownSeconds - before.ownSeconds),
  };
}
