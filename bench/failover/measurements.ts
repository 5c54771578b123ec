/** The rounds of a series as figures: what was found in each of them, and where its middle and its end lie. */
import type { Measurement, Metric } from '../lab/document.js';
import { type FailoverSettings, type Series, seriesName } from './plan.js';
import { quantile } from './quantile.js';
import { type FigureName, figureNames } from './round.js';
import type { MeasuredRound } from './rounds.js';

/** Up to this share of the rounds the generator may have fallen behind: a note says so then. */
const MAX_VOID_SHARE = 0.1;

type Circumstances = Pick<FailoverSettings, 'members' | 'perSecond'>;

export function measurementsOf(
  series: Series,
  rounds: readonly MeasuredRound[],
  circumstances: Circumstances,
): readonly Measurement[] {
  const clientsVoid = voidBecause(rounds);
  const named = (figure: string, metrics: readonly Metric[]): Measurement => ({
    id: `failover ${seriesName(series)} ${figure}`,
    labels: {
      system: series.system,
      kind: series.kind,
      target: series.target,
      electionTimeoutMilliseconds: series.electionTimeoutMilliseconds,
      members: circumstances.members,
      perSecond: circumstances.perSecond,
      figure,
    },
    metrics,
    histogram: undefined,
    invalid: isSeenByClients(figure) ? clientsVoid : undefined,
  });
  const measured = figureNames.flatMap((figure) => {
    // Nobody is to replace a follower.
    if (series.target === 'follower' && (figure === 'detection' || figure === 'election')) return [];
    return [named(figure, metricsOf(figure, series, rounds))];
  });
  if (series.target === 'leader') return measured;
  const elections = rounds.map(({ figures }) => (figures.election === undefined ? 0 : 1));
  const total = elections.reduce<number>((sum, one) => sum + one, 0);
  return [
    ...measured,
    named('elections', [
      { name: 'rounds with an election', unit: 'count', better: 'lower', value: total, rounds: elections },
    ]),
  ];
}

/** Roles are what members wrote down, whatever the generator did. */
function isSeenByClients(figure: string): boolean {
  return figure === 'first write' || figure === 'unavailability' || figure === 'ordinary gap';
}

function metricsOf(figure: FigureName, series: Series, rounds: readonly MeasuredRound[]): readonly Metric[] {
  const values = rounds.flatMap(({ figures }) => figures[figure] ?? []);
  const missing = rounds.length - values.length;
  const count: Metric = {
    name: 'rounds without it',
    unit: 'count',
    better: 'lower',
    value: missing,
    rounds: [],
  };
  const median = quantile(values, 0.5);
  if (median === undefined) return [count];
  const better = figure === 'ordinary gap' ? 'neither' : 'lower';
  const milliseconds = (name: string, value: number, each: readonly number[]): Metric => ({
    name,
    unit: 'ms',
    better,
    value,
    rounds: each,
  });
  const { electionTimeoutMilliseconds: timeout, target } = series;
  const ratio: Metric = {
    name: 'p50 by election timeout',
    unit: 'ratio',
    better,
    value: median / timeout,
    // They are those of the median: to compare both would be to ask one question twice.
    rounds: [],
  };
  return [
    milliseconds('p50', median, values),
    milliseconds('p90', quantile(values, 0.9) ?? median, []),
    milliseconds('max', Math.max(...values), []),
    ...(target === 'leader' && figure !== 'ordinary gap' ? [ratio] : []),
    ...(missing > 0 ? [count] : []),
  ];
}

function voidRounds(rounds: readonly MeasuredRound[]): readonly string[] {
  return rounds.flatMap(({ invalid }) => invalid ?? []);
}

function voidBecause(rounds: readonly MeasuredRound[]): string | undefined {
  const reasons = voidRounds(rounds);
  if (reasons.length <= MAX_VOID_SHARE * rounds.length) return undefined;
  return `in ${reasons.length} of ${rounds.length} rounds the load was not what it was to be: ${reasons[0]}`;
}

/** What a reader must know although the figures count. */
export function noteOn(series: Series, rounds: readonly MeasuredRound[]): string | undefined {
  const reasons = voidRounds(rounds);
  if (reasons.length === 0 || voidBecause(rounds) !== undefined) return undefined;
  return `${seriesName(series)}: in ${reasons.length} of ${rounds.length} rounds ${reasons[0]}`;
}
