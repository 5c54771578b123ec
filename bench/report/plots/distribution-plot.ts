/** What share of the values is at most x: a step up for each, so that every single one can be seen. */
import type { Plot } from '../../lab/document.js';
import { linearTickLabels, logarithmicTickLabels, quantity, unitName } from '../numbers.js';
import { curvesDrawing } from './curves.js';
import { type Drawing, marksOf, type Paper } from './frame.js';
import { linearScale, scaleFor, spreadsWidely } from './scale.js';
import type { Point } from './svg.js';

type DistributionPlot = Extract<Plot, { kind: 'distribution' }>;

/** Through (value, share) for each value, level before it. */
export function steps(
  sorted: readonly number[],
  at: (value: number, share: number) => Point,
): { readonly path: readonly Point[]; readonly ends: readonly Point[] } {
  const ends = sorted.map((value, index) => at(value, (index + 1) / sorted.length));
  const path = sorted.flatMap((value, index) => [
    at(value, index / sorted.length),
    at(value, (index + 1) / sorted.length),
  ]);
  return { path, ends };
}

export function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

export function distributionPlot(plot: DistributionPlot): ((paper: Paper) => Drawing) | undefined {
  const groups = plot.groups
    .map(({ name, values }, index) => {
      const sorted = values.toSorted((a, b) => a - b);
      const told =
        sorted.length === 0 ? '' : `: ${sorted.length} values, median ${quantity(middle(sorted), plot.unit)}`;
      return { name: `${name}${told}`, index, isInvalid: false, sorted };
    })
    .filter(({ sorted }) => sorted.length > 0);
  if (groups.length === 0) return undefined;
  const all = groups.flatMap(({ sorted }) => sorted);
  const kind = spreadsWidely(all) ? 'logarithmic' : 'linear';
  return (paper) => {
    const up = (from: number, to: number) => linearScale({ from: 0, to: 1 }, { from, to }, { ticks: 5 });
    const along = (from: number, to: number) =>
      scaleFor(
        kind,
        all,
        { from, to: to - 10 },
        { ticks: paper.name === 'wide' ? 8 : 5, isBinary: plot.unit === 'bytes' },
      );
    return curvesDrawing(
      {
        entries: groups,
        height: paper.name === 'wide' ? 280 : 240,
        namesAtEnds: false,
        gridAlong: true,
        markerSize: 2.4,
        upwards: ({ from, to }) => {
          const scale = up(from, to);
          return {
            marks: marksOf(
              scale,
              scale.ticks.map((tick) => `${Math.round(100 * tick)}%`),
            ),
            title: 'share of values that are at most this',
          };
        },
        along: ({ from, to }) => {
          const scale = along(from, to);
          const labels = (scale.kind === 'linear' ? linearTickLabels : logarithmicTickLabels)(
            scale.ticks,
            plot.unit,
          );
          return {
            marks: marksOf(scale, labels),
            title: `${unitName(plot.unit)}${scale.kind === 'linear' ? '' : ', logarithmic'}`,
          };
        },
        curves: (area) => {
          const x = along(area.left, area.right);
          const y = up(area.bottom, area.top);
          return groups.map(({ sorted, ...entry }) => {
            const { path, ends } = steps(sorted, (value, share) => [x.at(value), y.at(share)]);
            return {
              ...entry,
              path,
              marks: ends.map((point, index) => ({ point, text: quantity(sorted[index]!, plot.unit) })),
            };
          });
        },
      },
      paper,
    );
  };
}
