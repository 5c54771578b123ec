/** What happened while time passed: a panel for each unit above one time axis, through which the faults' shades go. */
import type { BenchDocument, Plot, Series, Shade, Timeline, Unit } from '../../lab/document.js';
import { linearTickLabels, logarithmicTickLabels, quantity } from '../numbers.js';
import {
  type Drawing,
  fontSize,
  heightAxis,
  key,
  marksOf,
  type Paper,
  shortened,
  widest,
  widthAxis,
  widthAxisHeight,
} from './frame.js';
import { seriesLook } from './palette.js';
import { lanes, textWidth } from './place-labels.js';
import { linearScale, type Scale, scaleFor, spreadsWidely } from './scale.js';
import { element, line, type Point, polyline, short, textElement, titleElement } from './svg.js';

type TimelinePlot = Extract<Plot, { kind: 'timeline' }>;

interface Panel {
  readonly unit: Unit;
  readonly series: readonly (Series & { readonly index: number })[];
}

/** In the order in which the units first come. */
export function panelsOf(series: readonly Series[]): readonly Panel[] {
  const indexed = series.map((each, index) => ({ ...each, index }));
  const units = [...new Set(series.map(({ unit }) => unit))];
  return units.map((unit) => ({ unit, series: indexed.filter((each) => each.unit === unit) }));
}

/** Pieces between gaps; a gap stays one. */
export function pieces(points: Series['points']): readonly (readonly (readonly [number, number])[])[] {
  const found: (readonly [number, number])[][] = [[]];
  for (const [seconds, value] of points) {
    if (value === null) found.push([]);
    else found.at(-1)!.push([seconds, value]);
  }
  return found.filter((piece) => piece.length > 0);
}

const laneHeight = 17;
const panelGap = 30;

export function timelinePlot(
  plot: TimelinePlot,
  document: BenchDocument,
): ((paper: Paper) => Drawing) | undefined {
  const timeline = document.timelines.find(({ id }) => id === plot.timelineId);
  if (timeline === undefined) return undefined;
  const panels = panelsOf(timeline.series);
  if (!timeline.series.some(({ points }) => points.some(([, value]) => value !== null))) return undefined;
  return (paper) => drawing(timeline, panels, paper);
}

function titleOf({ unit, series }: Panel, scale: Scale): string {
  const what =
    unit === 'operations/s'
      ? 'operations a second'
      : unit === 'ms' || unit === 's' || unit === 'µs'
        ? 'latency'
        : series.length === 1
          ? series[0]!.name
          : unit;
  return scale.kind === 'linear' ? what : `${what}, logarithmic`;
}

function scaleOf({ series }: Panel, top: number, height: number): Scale {
  const values = series.flatMap(({ points }) =>
    points.flatMap(([, value]) => (value === null ? [] : [value])),
  );
  const isTime = series.some(({ unit }) => unit === 'ms' || unit === 's' || unit === 'µs');
  const kind = isTime && spreadsWidely(values) ? 'logarithmic' : 'linear';
  return scaleFor(kind, values, { from: top + height, to: top }, { ticks: 5 });
}

function drawing(timeline: Timeline, panels: readonly Panel[], paper: Paper): Drawing {
  const entries = panels.flatMap(({ series }) =>
    series.map(({ name, index }) => ({ name, index, isInvalid: false })),
  );
  const names = entries.length < 2 ? { content: [], height: 0 } : key(entries, paper.width);
  const height = paper.name === 'wide' ? 150 : 130;
  const labels = panels.map((panel) => {
    const scale = scaleOf(panel, 0, height);
    return (scale.kind === 'linear' ? linearTickLabels : logarithmicTickLabels)(scale.ticks, panel.unit);
  });
  const left = widest(labels.flat()) + 12;
  const right = paper.width - 14;
  const along = linearScale(
    { from: 0, to: timeline.seconds },
    { from: left, to: right },
    {
      ticks: paper.name === 'wide' ? 12 : 6,
      tight: true,
    },
  );
  const shadeLabels = labelledShades(timeline.shades, along, right);
  const top = names.height + 4 + shadeLabels.height + 26;
  const places = panels.map((panel, index) => {
    const panelTop = top + index * (height + panelGap);
    return { panel, labels: labels[index]!, top: panelTop, scale: scaleOf(panel, panelTop, height) };
  });
  const bottom = (places.at(-1)?.top ?? top) + height;
  const area = { left, right, top, bottom };
  return {
    height: bottom + widthAxisHeight,
    content: [
      ...names.content,
      ...timeline.shades.map((shade, index) =>
        shadeDrawing(shade, along, shadeLabels.edges[index] ?? top, bottom),
      ),
      element('g', { transform: `translate(0 ${short(names.height + 4)})` }, ...shadeLabels.content),
      ...places.flatMap(({ panel, labels: tickLabels, scale, top: panelTop }) => [
        ...heightAxis(
          { left, right, top: panelTop, bottom: panelTop + height },
          marksOf(scale, tickLabels),
          titleOf(panel, scale),
        ),
        ...panel.series.map((series) => seriesDrawing(series, along, scale)),
      ]),
      ...widthAxis(area, marksOf(along, linearTickLabels(along.ticks, 's')), 'time', paper.width),
    ],
  };
}

function shadeDrawing(
  { label, fromSeconds, toSeconds }: Shade,
  along: Scale,
  top: number,
  bottom: number,
): string {
  const from = along.at(fromSeconds);
  const width = Math.max(1.5, along.at(toSeconds) - from);
  return element(
    'g',
    {},
    titleElement(`${label}: ${quantity(fromSeconds, 's')} to ${quantity(toSeconds, 's')}`),
    element('rect', { class: 'shade', x: from, y: top, width, height: bottom - top }),
    line(from, top, from, bottom, { class: 'shade-edge' }),
    line(from + width, top, from + width, bottom, { class: 'shade-edge' }),
  );
}

interface ShadeLabels extends Drawing {
  /** Where each shade begins: below its label's row nothing of it is hidden. */
  readonly edges: readonly number[];
}

/** In as many rows as they need, so that none covers another. */
function labelledShades(shades: readonly Shade[], along: Scale, right: number): ShadeLabels {
  const texts = shades.map(({ label }) => shortened(label, Math.floor(right / (0.6 * fontSize))));
  const places = lanes(
    shades.map(({ fromSeconds }, index) => ({
      from: along.at(fromSeconds),
      width: textWidth(texts[index]!, fontSize) + 8,
    })),
    { to: right, gap: 4 },
  );
  const rows = places.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  return {
    height: rows * laneHeight,
    edges: [],
    content: places.map(({ lane, from }, index) =>
      textElement(from + 4, (rows - lane) * laneHeight - 4, texts[index]!, { class: 'shade-label' }),
    ),
  };
}

function seriesDrawing(
  { name, points, unit, index }: Series & { readonly index: number },
  along: Scale,
  up: Scale,
): string {
  const look = seriesLook(index);
  const paths = pieces(points).map((piece) =>
    piece.map(([seconds, value]): Point => [along.at(seconds), up.at(value)]),
  );
  return element(
    'g',
    { class: look.className },
    titleElement(`${name} (${unit})`),
    ...paths.map((path) =>
      path.length === 1
        ? element('circle', { class: 'dot', cx: path[0]![0], cy: path[0]![1], r: 1.8 })
        : element('path', { class: 'curve thin', d: polyline(path), 'stroke-dasharray': look.dash }),
    ),
  );
}
