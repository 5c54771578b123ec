/** What is measured, and how single runs become figures: sums, merged histograms, ratios of neighbouring runs. */
import { Latencies, type LatencySummary } from '../generator/latencies.js';
import type { LoadResult, OperationName, SideName, Workload } from '../generator/protocol.js';
import type { ProcessUsage } from '../lab/usage.js';

/** One run of one side, and what it cost. */
export interface Run {
  readonly side: SideName;
  readonly load: LoadResult;
  /** Of the members, over the run; undefined where nothing is known. */
  readonly memberCpuSeconds: readonly number[] | undefined;
  /** Right after the run. */
  readonly memberMemory: readonly Pick<ProcessUsage, 'residentBytes' | 'anonymousBytes'>[] | undefined;
  /** Processor time that neither servers nor generator nor benchmark used. */
  readonly othersCpuSeconds: number;
}

export interface SideResult extends LatencySummary {
  readonly side: SideName;
  readonly seconds: number;
  readonly operations: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Of the three members together. */
  readonly serverCpuSeconds: number | undefined;
  readonly serverCpuMicrosecondsPerOperation: number | undefined;
  readonly serverResidentBytes: number | undefined;
  readonly serverAnonymousBytes: number | undefined;
  /** After the last run, each member. */
  readonly members: Run['memberMemory'];
  /** Of one core. */
  readonly generatorCpuShare: number;
  readonly generatorBusyShare: number;
  /** The generator had no more to give: the servers could have done more. */
  readonly generatorBound: boolean;
  /** Of one core, used by processes that have nothing to do with this. */
  readonly othersCpuShare: number;
  readonly roundsPerSecond: readonly number[];
}

export interface Measurement extends Workload {
  readonly sides: readonly SideResult[];
  /** Kuorum's operations a second by etcd's: the median of the rounds' ratios. */
  readonly ratio: number | undefined;
  readonly roundRatios: readonly number[];
}

/** Above this share of one core the generator counts as the bound; its event loop's share as well. */
export const GENERATOR_BOUND_SHARE = 0.85;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return (sorted[middle - 1]! + upper) / 2;
}

const perSecond = ({ load }: Run): number => load.operations / load.seconds;

/** @param runs of one side, of one workload, in order */
export function sideResult(runs: readonly Run[]): SideResult | undefined {
  const last = runs.at(-1);
  if (last === undefined) return undefined;
  const latencies = new Latencies();
  for (const { load } of runs) latencies.add(load.histogram);
  const seconds = sum(runs.map(({ load }) => load.seconds));
  const operations = sum(runs.map(({ load }) => load.operations));
  const cpuOfRuns = runs.flatMap(({ memberCpuSeconds }) => memberCpuSeconds ?? []);
  const serverCpuSeconds = cpuOfRuns.length === 0 ? undefined : sum(cpuOfRuns);
  const generatorCpuShare = sum(runs.map(({ load }) => load.cpuSeconds)) / seconds;
  const generatorBusyShare = sum(runs.map(({ load }) => load.busyShare * load.seconds)) / seconds;
  const memory = last.memberMemory;
  return {
    side: last.side,
    seconds,
    operations,
    perSecond: operations / seconds,
    errors: sum(runs.map(({ load }) => load.errors)),
    firstError: runs.find(({ load }) => load.firstError !== undefined)?.load.firstError,
    ...latencies.summary(),
    serverCpuSeconds,
    serverCpuMicrosecondsPerOperation:
      serverCpuSeconds === undefined || operations === 0 ? undefined : (serverCpuSeconds * 1e6) / operations,
    serverResidentBytes: memory && sum(memory.map(({ residentBytes }) => residentBytes)),
    serverAnonymousBytes: memory && sum(memory.map(({ anonymousBytes }) => anonymousBytes)),
    members: memory,
    generatorCpuShare,
    generatorBusyShare,
    generatorBound: Math.max(generatorCpuShare, generatorBusyShare) > GENERATOR_BOUND_SHARE,
    othersCpuShare: Math.max(0, sum(runs.map(({ othersCpuSeconds }) => othersCpuSeconds)) / seconds),
    roundsPerSecond: runs.map(perSecond),
  };
}

/** @param rounds the runs of each round: one of each side, next to each other in time */
export function measurementOf(workload: Workload, rounds: readonly (readonly Run[])[]): Measurement {
  const of = (side: SideName): readonly Run[] => rounds.flat().filter((run) => run.side === side);
  const sides = [sideResult(of('kuorum')), sideResult(of('etcd'))].filter((side) => side !== undefined);
  const roundRatios = rounds.flatMap((runs) => {
    const ours = runs.find(({ side }) => side === 'kuorum');
    const theirs = runs.find(({ side }) => side === 'etcd');
    if (ours === undefined || theirs === undefined || perSecond(theirs) === 0) return [];
    return [perSecond(ours) / perSecond(theirs)];
  });
  return { ...workload, sides, ratio: median(roundRatios), roundRatios };
}

/** Those that depend on it at each number of clients; watchers and leases at the largest. */
export function workloads(
  clients: readonly number[],
  operations: readonly OperationName[],
): readonly Workload[] {
  const most = Math.max(...clients);
  return operations.flatMap((operation): readonly Workload[] => {
    switch (operation) {
      case 'put':
      case 'range-linearizable':
      case 'range-serializable':
      case 'txn':
        return clients.map((count) => ({ operation, clients: count }));
      case 'watch':
      case 'lease-keep-alive':
        return [{ operation, clients: most }];
    }
  });
}
