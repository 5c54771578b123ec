/** One quantity by another. */
import type { Plot, Unit } from '../../lab/document.js';
import {
  grouped,
  linearTickLabels,
  logarithmicTickLabels,
  quantity,
  significant,
  unitName,
} from '../numbers.js';
import { curvesDrawing } from './curves.js';
import { type Drawing, marksOf, type Paper } from './frame.js';
import { type Scale, scaleFor } from './scale.js';

type LinesPlot = Extract<Plot, { kind: 'lines' }>;

const units: readonly string[] = ['ms', 's', 'µs', 'bytes', 'percent', 'ratio'] satisfies readonly Unit[];
const isUnit = (unit: string): unit is Unit => units.includes(unit);

function axisTitle(name: string, unit: string, scale: Scale): string {
  // Of these the ticks tell the unit themselves.
  const told =
    isUnit(unit) || unit === '' ? name : `${name}, ${unit === 'operations/s' ? unitName(unit) : unit}`;
  return scale.kind === 'linear' ? told : `${told}, logarithmic`;
}

function tickLabels(scale: Scale, unit: string): readonly string[] {
  const labels = scale.kind === 'linear' ? linearTickLabels : logarithmicTickLabels;
  return labels(scale.ticks, isUnit(unit) ? unit : 'count');
}

export function linesPlot(plot: LinesPlot): ((paper: Paper) => Drawing) | undefined {
  const lines = plot.lines
    .map(({ name, points }, index) => ({
      name,
      index,
      isInvalid: false,
      points: points.toSorted(([a], [b]) => a - b),
    }))
    .filter(({ points }) => points.length > 0);
  if (lines.length === 0) return undefined;
  const xs = lines.flatMap(({ points }) => points.map(([x]) => x));
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const few = [...new Set(xs)].toSorted((a, b) => a - b);
  return (paper) => {
    const up = (from: number, to: number) =>
      scaleFor(plot.y.scale, ys, { from, to }, { ticks: 7, isBinary: plot.y.unit === 'bytes' });
    const along = (from: number, to: number) =>
      scaleFor(
        plot.x.scale,
        xs,
        { from: from + 10, to: to - 10 },
        { ticks: 8, tight: true, isBinary: plot.x.unit === 'bytes', fromZero: false },
      );
    return curvesDrawing(
      {
        entries: lines,
        height: paper.name === 'wide' ? 320 : 260,
        namesAtEnds: true,
        gridAlong: false,
        upwards: ({ from, to }) => {
          const scale = up(from, to);
          return {
            marks: marksOf(scale, tickLabels(scale, plot.y.unit)),
            title: axisTitle(plot.y.name, plot.y.unit, scale),
          };
        },
        along: ({ from, to }) => {
          const scale = along(from, to);
          // Where only few values were tried, those are what a reader looks for.
          const marks =
            few.length <= 8
              ? few.map((x) => ({
                  at: scale.at(x),
                  label: isUnit(plot.x.unit) ? quantity(x, plot.x.unit) : significant(x),
                }))
              : marksOf(scale, tickLabels(scale, plot.x.unit));
          return { marks, title: axisTitle(plot.x.name, plot.x.unit, scale) };
        },
        curves: (area) => {
          const x = along(area.left, area.right);
          const y = up(area.bottom, area.top);
          return lines.map(({ points, ...entry }) => ({
            ...entry,
            path: points.map((point) => [x.at(point[0]), y.at(point[1])]),
            marks: points.map((point) => ({
              point: [x.at(point[0]), y.at(point[1])],
              text: `${plot.x.name} ${grouped(point[0], Number.isInteger(point[0]) ? 0 : 2)}: ${quantity(point[1], plot.y.unit)}`,
            })),
          }));
        },
      },
      paper,
    );
  };
}
