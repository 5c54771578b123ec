/**
 * Groups of bars, lying: names of any length stand before them, each figure at its bar's end, and it reads the same on
 * a telephone. Bars begin at zero, so that their lengths compare as their values do.
 */
import type { Plot } from '../../lab/document.js';
import { linearTickLabels, quantity, unitName } from '../numbers.js';
import {
  type Drawing,
  fontSize,
  key,
  type Mark,
  marksOf,
  type Paper,
  shortened,
  widest,
  widestBold,
  widthAxis,
  widthAxisHeight,
} from './frame.js';
import { markerPath, seriesLook } from './palette.js';
import { linearScale, maximum, minimum, type Scale } from './scale.js';
import { element, line, textElement, titleElement } from './svg.js';

type BarsPlot = Extract<Plot, { kind: 'bars' }>;
type Bar = NonNullable<BarsPlot['groups'][number]['bars'][number]>;

const barHeight = 17;
const barGap = 3;
const groupGap = 14;
const nameRow = 18;

export function barsPlot(plot: BarsPlot): ((paper: Paper) => Drawing) | undefined {
  const bars = plot.groups.flatMap((group) => group.bars.filter((bar) => bar !== null));
  if (bars.length === 0) return undefined;
  const ends = bars.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  return (paper) => drawing(plot, ends, paper);
}

function drawing(plot: BarsPlot, ends: readonly number[], paper: Paper): Drawing {
  const names =
    plot.series.length < 2
      ? { content: [], height: 0 }
      : key(
          plot.series.map((name, index) => ({ name, index, isInvalid: false })),
          paper.width,
          'bar',
        );
  const namesAbove = paper.name === 'narrow' || widestBold(plot.groups.map(({ name }) => name)) > 260;
  const left = namesAbove ? 2 : widestBold(plot.groups.map(({ name }) => name)) + 14;
  const figureWidth = widest(ends.map((end) => quantity(end, plot.unit))) + 14;
  const right = paper.width - figureWidth;
  const domain = { from: Math.min(0, minimum(ends)), to: Math.max(0, maximum(ends)) };
  const scale = linearScale(
    domain,
    { from: left, to: right },
    { ticks: paper.name === 'wide' ? 7 : 4, tight: true, isBinary: plot.unit === 'bytes' },
  );
  const top = names.height + 6;
  let y = top;
  const groups = plot.groups.map((group) => {
    const drawn = groupDrawing({ plot, group, scale, left, namesAbove, top: y, paper });
    y += drawn.height + groupGap;
    return drawn;
  });
  const area = { left, right, top, bottom: y - groupGap + 6 };
  const marks: readonly Mark[] = marksOf(scale, linearTickLabels(scale.ticks, plot.unit));
  return {
    height: area.bottom + widthAxisHeight,
    content: [
      ...names.content,
      ...marks.map(({ at }) => line(at, top, at, area.bottom, { class: 'grid' })),
      ...groups.flatMap(({ content }) => content),
      ...widthAxis(area, marks, unitName(plot.unit), paper.width),
    ],
  };
}

function groupDrawing({
  plot,
  group,
  scale,
  left,
  namesAbove,
  top,
  paper,
}: {
  readonly plot: BarsPlot;
  readonly group: BarsPlot['groups'][number];
  readonly scale: Scale;
  readonly left: number;
  readonly namesAbove: boolean;
  readonly top: number;
  readonly paper: Paper;
}): Drawing {
  const first = top + (namesAbove ? nameRow : 0);
  const height = group.bars.length * (barHeight + barGap) - barGap;
  const name = namesAbove
    ? textElement(left, top + 12, shortened(group.name, Math.floor(paper.width / (0.6 * fontSize))), {
        class: 'group',
      })
    : textElement(left - 10, first + height / 2 + 4, group.name, { class: 'group', 'text-anchor': 'end' });
  const bars = group.bars.flatMap((bar, index) => {
    const y = first + index * (barHeight + barGap);
    if (bar === null) return [textElement(scale.at(0) + 6, y + 13, 'not measured', { class: 'missing' })];
    return [barDrawing(bar, { plot, group: group.name, index, y, scale })];
  });
  return { content: [name, ...bars], height: first - top + height };
}

function barDrawing(
  bar: Bar,
  {
    plot,
    group,
    index,
    y,
    scale,
  }: {
    readonly plot: BarsPlot;
    readonly group: string;
    readonly index: number;
    readonly y: number;
    readonly scale: Scale;
  },
): string {
  const look = seriesLook(index);
  const zero = scale.at(0);
  const end = scale.at(bar.value);
  const low = scale.at(bar.low ?? bar.value);
  const high = scale.at(bar.high ?? bar.value);
  const hasWhisker = bar.low !== undefined || bar.high !== undefined;
  const centre = y + barHeight / 2;
  const figure = quantity(bar.value, plot.unit);
  const rounds = hasWhisker
    ? `, rounds from ${quantity(bar.low ?? bar.value, plot.unit)} to ${quantity(bar.high ?? bar.value, plot.unit)}`
    : '';
  const series = plot.series[index];
  return element(
    'g',
    { class: look.className },
    titleElement(`${group}${series === undefined ? '' : `, ${series}`}: ${figure}${rounds}`),
    element('rect', {
      class: 'bar',
      x: Math.min(zero, end),
      y,
      width: Math.max(1, Math.abs(end - zero)),
      height: barHeight,
      rx: 1.5,
    }),
    // In a bar too short for it the marker would be mistaken for its end.
    ...(plot.series.length > 1 && end - zero > 22
      ? [element('path', { class: 'bar-marker', d: markerPath(look, zero + 10, centre) })]
      : []),
    ...(hasWhisker
      ? [
          line(low, centre, high, centre, { class: 'whisker' }),
          line(low, centre - 4, low, centre + 4, { class: 'whisker' }),
          line(high, centre - 4, high, centre + 4, { class: 'whisker' }),
        ]
      : []),
    textElement(Math.max(end, high, zero) + 6, centre + 4, figure, { class: 'figure' }),
  );
}
