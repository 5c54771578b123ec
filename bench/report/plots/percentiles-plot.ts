/** Latency by percentile: one curve a measurement, up to its largest value. */
import type { Histogram } from 'hdr-histogram-js';
import type { BenchDocument, Plot } from '../../lab/document.js';
import { decodedHistogram } from '../histogram.js';
import { linearTickLabels, logarithmicTickLabels, quantity } from '../numbers.js';
import { type Curve, type CurvesPlot, curvesDrawing } from './curves.js';
import { type Area, type Drawing, type KeyEntry, marksOf, type Paper } from './frame.js';
import { firstNines, nines as ninesAt, ninesOf, percentileAxis, percentileOf } from './percentile-axis.js';
import { maximum, scaleFor, spreadsWidely } from './scale.js';

type PercentilesPlot = Extract<Plot, { kind: 'percentiles' }>;

interface Measured extends KeyEntry {
  readonly nines: number;
  /** Nines and microseconds, ascending. */
  readonly values: readonly (readonly [number, number])[];
  /** At the axis' marks, and the largest. */
  readonly told: readonly { readonly nines: number; readonly value: number; readonly text: string }[];
}

const stepsPerCurve = 120;

function measured(name: string, index: number, invalid: boolean, histogram: Histogram): Measured | undefined {
  const count = histogram.totalCount;
  if (count === 0) return undefined;
  const nines = ninesOf(count);
  const valueAt = (nineCount: number): number =>
    nineCount >= nines ? histogram.maxValue : histogram.getValueAtPercentile(percentileOf(nineCount));
  const { ticks } = percentileAxis(nines, { from: 0, to: 1 });
  const even = Array.from(
    { length: stepsPerCurve + 1 },
    (_, step) => firstNines + (step / stepsPerCurve) * (nines - firstNines),
  );
  // With the marks among them, so that these stand on the curve.
  const steps = [...even, ...ticks.map(({ percentile }) => ninesAt(percentile))].toSorted((a, b) => a - b);
  const told = ticks.map(({ percentile, label }) => {
    const value = histogram.getValueAtPercentile(percentile);
    return { nines: ninesAt(percentile), value, text: `p${label}: ${quantity(value, 'µs')}` };
  });
  return {
    name: invalid ? `${name} (invalid)` : name,
    index,
    isInvalid: invalid,
    nines,
    values: steps.map((step) => [step, valueAt(step)]),
    told: [
      ...told,
      { nines, value: histogram.maxValue, text: `largest: ${quantity(histogram.maxValue, 'µs')}` },
    ],
  };
}

function measuredCurves(plot: PercentilesPlot, { measurements }: BenchDocument): readonly Measured[] {
  return plot.curves.flatMap(({ name, measurementId }, index) => {
    const measurement = measurements.find(({ id }) => id === measurementId);
    const histogram =
      measurement?.histogram === undefined ? undefined : decodedHistogram(measurement.histogram);
    if (measurement === undefined || histogram === undefined) return [];
    return measured(name, index, measurement.invalid !== undefined, histogram) ?? [];
  });
}

export function percentilesPlot(
  plot: PercentilesPlot,
  document: BenchDocument,
): ((paper: Paper) => Drawing) | undefined {
  const all = measuredCurves(plot, document);
  if (all.length === 0) return undefined;
  const values = all.flatMap((each) => each.values.map(([, value]) => value));
  const kind = spreadsWidely(values, 12) ? 'logarithmic' : 'linear';
  const maxNines = maximum(all.map(({ nines }) => nines));
  return (paper) => {
    const height = paper.name === 'wide' ? 320 : 260;
    const upScale = (from: number, to: number) => scaleFor(kind, values, { from, to }, { ticks: 7 });
    const curvesPlot: CurvesPlot = {
      entries: all,
      height,
      namesAtEnds: true,
      gridAlong: true,
      upwards: ({ from, to }) => {
        const scale = upScale(from, to);
        const labels = (kind === 'linear' ? linearTickLabels : logarithmicTickLabels)(scale.ticks, 'µs');
        return {
          marks: marksOf(scale, labels),
          title: kind === 'linear' ? 'latency' : 'latency, logarithmic',
        };
      },
      along: (span) => {
        const axis = percentileAxis(maxNines, span);
        return {
          marks: axis.ticks.map(({ percentile, label }) => ({ at: axis.at(percentile), label })),
          title: 'percentile of all requests',
        };
      },
      curves: (area) => all.map((each) => curve(each, area, maxNines, upScale(area.bottom, area.top).at)),
    };
    return curvesDrawing(curvesPlot, paper);
  };
}

function curve(
  each: Measured,
  { left, right }: Area,
  maxNines: number,
  up: (value: number) => number,
): Curve {
  const along = (nines: number): number =>
    left + ((nines - firstNines) / (maxNines - firstNines)) * (right - left);
  return {
    name: each.name,
    index: each.index,
    isInvalid: each.isInvalid,
    path: each.values.map(([nines, value]) => [along(nines), up(value)]),
    marks: each.told.map(({ nines, value, text }) => ({ point: [along(nines), up(value)], text })),
  };
}
