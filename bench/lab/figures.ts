/** How the runs of one condition become the figures of a measurement: each figure of all rounds together, and of each. */
import { Latencies } from '../generator/latencies.js';
import type { Measurement, Metric } from './document.js';
import type { ClosedRun, OpenRun, RunCost } from './laboratory.js';

type Of<Run> = (runs: readonly Run[]) => number | undefined;

/** Nothing when it is not known. */
export function figure<Run>(
  kind: Pick<Metric, 'name' | 'unit' | 'better'>,
  runs: readonly Run[],
  of: Of<Run>,
): readonly Metric[] {
  const value = of(runs);
  if (value === undefined || !Number.isFinite(value)) return [];
  const rounds = runs.length < 2 ? [] : runs.map((run) => of([run])).filter((each) => each !== undefined);
  return [{ ...kind, value, rounds }];
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : sum(values) / values.length;

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return (sorted[middle - 1]! + upper) / 2;
}

/** @param histograms as `Latencies.encode` gives them */
export function merged(histograms: readonly string[]): Latencies {
  const all = new Latencies();
  for (const histogram of histograms) all.add(histogram);
  return all;
}

const percentiles = [
  ['p50', 50],
  ['p99', 99],
  ['p99.9', 99.9],
  ['max', 100],
] as const;

/** @param histograms one a round */
export function latencyFigures(histograms: readonly string[]): readonly Metric[] {
  return percentiles.flatMap(([name, percentile]) =>
    figure({ name, unit: 'ms', better: 'lower' }, histograms, (some) => {
      const latencies = merged(some);
      return latencies.count === 0 ? undefined : latencies.percentileMilliseconds(percentile);
    }),
  );
}

type Costly = RunCost & { readonly load: { readonly seconds: number; readonly cpuSeconds: number } };

const secondsOf = (runs: readonly Costly[]): number => sum(runs.map(({ load }) => load.seconds));

/** Of the leader alone, or the mean of the others. */
function ofRole(values: readonly number[], leader: number, role: 'leader' | 'follower'): number | undefined {
  return role === 'leader' ? values[leader] : mean(values.filter((_, index) => index !== leader));
}

/** undefined when one of them does not know it. */
function total<Run>(runs: readonly Run[], of: (run: Run) => number | undefined): number | undefined {
  const values = runs.map(of);
  return values.includes(undefined) ? undefined : sum(values as readonly number[]);
}

function perMember(runs: readonly Costly[]): readonly Metric[] {
  return (['leader', 'follower'] as const).flatMap((role) => {
    const who = role === 'leader' ? 'the leader' : 'a follower';
    return [
      ...figure<Costly>({ name: `CPU of ${who}`, unit: 'cores', better: 'lower' }, runs, (some) => {
        const seconds = total(some, (run) => ofRole(run.memberCpuSeconds ?? [], run.leader, role));
        return seconds === undefined ? undefined : seconds / secondsOf(some);
      }),
      ...figure<Costly>({ name: `memory of ${who}`, unit: 'bytes', better: 'lower' }, runs, (some) => {
        const last = some.at(-1);
        const bytes = last?.memberMemory?.map(({ residentBytes }) => residentBytes);
        return last && ofRole(bytes ?? [], last.leader, role);
      }),
    ];
  });
}

function consensusFigures(runs: readonly Costly[]): readonly Metric[] {
  const entries = (some: readonly Costly[]): number | undefined =>
    total(some, (run) => run.counted[run.leader]?.entriesCommitted);
  const share = (of: number | undefined, by: number | undefined): number | undefined =>
    of === undefined || by === undefined || by === 0 ? undefined : of / by;
  return [
    ...figure<Costly>({ name: 'entries per sync', unit: 'entries', better: 'higher' }, runs, (some) =>
      share(
        entries(some),
        total(some, (run) => run.counted[run.leader]?.logSyncs),
      ),
    ),
    ...figure<Costly>({ name: 'messages per entry', unit: 'messages', better: 'lower' }, runs, (some) =>
      share(
        total(some, ({ counted }) => total(counted, (member) => member?.messagesSent)),
        entries(some),
      ),
    ),
  ];
}

function costFigures<Run extends Costly>(
  runs: readonly Run[],
  operations: (run: Run) => number,
): readonly Metric[] {
  return [
    ...figure<Run>({ name: 'CPU per operation', unit: 'µs', better: 'lower' }, runs, (some) => {
      const seconds = total(some, ({ memberCpuSeconds }) => memberCpuSeconds && sum(memberCpuSeconds));
      const count = sum(some.map(operations));
      return seconds === undefined || count === 0 ? undefined : (seconds * 1e6) / count;
    }),
    ...perMember(runs),
    ...figure<Run>(
      { name: 'generator CPU', unit: 'cores', better: 'neither' },
      runs,
      (some) => sum(some.map(({ load }) => load.cpuSeconds)) / secondsOf(some),
    ),
    ...figure<Run>({ name: 'CPU of others', unit: 'cores', better: 'neither' }, runs, (some) =>
      Math.max(0, sum(some.map(({ othersCpuSeconds }) => othersCpuSeconds)) / secondsOf(some)),
    ),
  ];
}

export interface Condition {
  readonly id: string;
  readonly labels: Measurement['labels'];
  /** Each operation is an entry of the log. */
  readonly writes: boolean;
}

export function closedMeasurement(
  { id, labels, writes }: Condition,
  runs: readonly ClosedRun[],
): Measurement {
  const operations = ({ load }: ClosedRun): number => load.operations;
  const histograms = runs.map(({ load }) => load.histogram);
  return {
    id,
    labels,
    metrics: [
      ...figure<ClosedRun>(
        { name: 'throughput', unit: 'operations/s', better: 'higher' },
        runs,
        (some) => sum(some.map(operations)) / secondsOf(some),
      ),
      ...latencyFigures(histograms),
      ...figure<ClosedRun>({ name: 'errors', unit: 'count', better: 'lower' }, runs, (some) =>
        sum(some.map(({ load }) => load.errors)),
      ),
      ...(writes ? consensusFigures(runs) : []),
      ...costFigures(runs, operations),
      ...figure<ClosedRun>(
        { name: 'generator busy', unit: 'percent', better: 'neither' },
        runs,
        (some) => (100 * sum(some.map(({ load }) => load.busyShare * load.seconds))) / secondsOf(some),
      ),
    ],
    histogram: merged(histograms).encode(),
    invalid: undefined,
  };
}

export function openMeasurement({ id, labels, writes }: Condition, runs: readonly OpenRun[]): Measurement {
  const answered = ({ load }: OpenRun): number => load.answered;
  const histograms = runs.map(({ load }) => load.histogram);
  const perSecond = (name: string, better: Metric['better'], of: (run: OpenRun) => number) =>
    figure<OpenRun>(
      { name, unit: 'operations/s', better },
      runs,
      (some) => sum(some.map(of)) / secondsOf(some),
    );
  const count = (name: string, of: (run: OpenRun) => number) =>
    figure<OpenRun>({ name, unit: 'count', better: 'lower' }, runs, (some) => sum(some.map(of)));
  return {
    id,
    labels,
    metrics: [
      ...perSecond('throughput', 'neither', answered),
      ...perSecond('offered', 'neither', ({ load }) => load.due),
      ...latencyFigures(histograms),
      ...count('failed', ({ load }) => load.failed),
      ...count('unanswered', ({ load }) => load.unanswered),
      ...(writes ? consensusFigures(runs) : []),
      ...costFigures(runs, answered),
      ...figure<OpenRun>({ name: 'sent late', unit: 'ms', better: 'neither' }, runs, (some) =>
        Math.max(...some.map(({ load }) => load.sentLateMilliseconds)),
      ),
    ],
    histogram: merged(histograms).encode(),
    invalid: runs.find(({ load }) => load.invalid !== undefined)?.load.invalid,
  };
}

export const metricOf = (measurement: Measurement | undefined, name: string): Metric | undefined =>
  measurement?.metrics.find((metric) => metric.name === name);

/** One by the other: the median of the rounds' ratios, which stood side by side in time; both must have been sound. */
export function ratioOf(
  ours: Measurement | undefined,
  theirs: Measurement | undefined,
  name: string,
): { readonly value: number; readonly rounds: readonly number[] } | undefined {
  const [our, their] = [metricOf(ours, name), metricOf(theirs, name)];
  if (our === undefined || their === undefined || their.value === 0) return undefined;
  if (ours?.invalid !== undefined || theirs?.invalid !== undefined) return undefined;
  const paired = our.rounds.length === their.rounds.length && !their.rounds.includes(0);
  const rounds = paired ? our.rounds.map((value, round) => value / their.rounds[round]!) : [];
  return { value: median(rounds) ?? our.value / their.value, rounds };
}
