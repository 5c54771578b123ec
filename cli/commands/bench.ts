/** `kuorum bench …`: measures what it starts itself. */
import type * as BenchDoor from '../../bench/index.js';
import type {
  ApiBenchOptions,
  Experiment,
  QuorumOptions,
  RaftBenchOptions,
  ReadsOptions,
  StoreBenchOptions,
} from '../../bench/index.js';
import { interruption } from '../interruption.js';

type BenchModule = typeof BenchDoor;

export interface OutOption {
  readonly out?: string;
}

/** Ctrl-C, as a shell sees it. */
const INTERRUPTED = 130;

export async function measure(
  options: OutOption,
  make: (module: BenchModule) => Experiment | Promise<Experiment>,
): Promise<void> {
  const signal = interruption();
  const module = await import('../../bench/index.js');
  const { out } = options;
  const report = await module.runExperiment(await make(module), {
    signal,
    ...(out === undefined ? {} : { out }),
  });
  process.stdout.write(`report: ${report.folder}\n`);
  if (!report.interrupted) return;
  process.stderr.write('kuorum: the benchmark was interrupted; what it had found is in the report\n');
  process.exitCode = INTERRUPTED;
}

export interface BenchQuorumOptions extends OutOption {
  readonly members?: readonly number[];
  readonly valueSize?: number;
  readonly clients?: readonly number[];
  readonly duration?: number;
  readonly rounds?: number;
  readonly against?: 'etcd';
}

/** Without what is undefined: an option that was not given is left to the benchmark. */
export function given<Options extends object>(
  options: { readonly [Name in keyof Options]: Options[Name] | undefined },
): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

export function benchQuorum(options: BenchQuorumOptions): Promise<void> {
  const { members, clients, against, rounds } = options;
  const { valueSize: valueBytes, duration: durationMilliseconds } = options;
  return measure(options, (module) =>
    module.quorumExperiment(
      given<QuorumOptions>({ members, clients, against, rounds, valueBytes, durationMilliseconds }),
    ),
  );
}

export interface BenchReadsOptions extends Omit<BenchQuorumOptions, 'members'> {
  readonly members?: number;
  readonly rate?: number;
}

export function benchReads(options: BenchReadsOptions): Promise<void> {
  const { members, clients, against, rounds, rate: perSecond } = options;
  const { valueSize: valueBytes, duration: durationMilliseconds } = options;
  return measure(options, (module) =>
    module.readsExperiment(
      given<ReadsOptions>({ members, clients, against, rounds, valueBytes, durationMilliseconds, perSecond }),
    ),
  );
}

export function benchApi({ out, ...options }: ApiBenchOptions & OutOption): Promise<void> {
  return measure(given<OutOption>({ out }), (module) => module.apiExperiment(options));
}

export function benchRaft({ out, ...options }: RaftBenchOptions & OutOption): Promise<void> {
  return measure(given<OutOption>({ out }), (module) => module.raftExperiment(options));
}

export interface BenchStoreOptions extends StoreBenchOptions, OutOption {
  /** Measure one member's store with so many keys instead. */
  readonly keys?: number;
}

export function benchStore({ keys, out, ...options }: BenchStoreOptions): Promise<void> {
  return measure(given<OutOption>({ out }), (module) =>
    keys === undefined
      ? module.storeExperiment(options)
      : module.largeStoreExperiment({
          keys,
          ...given<Pick<StoreBenchOptions, 'secondsPerRun'>>({ secondsPerRun: options.secondsPerRun }),
        }),
  );
}
