/** What happened while time passed: a panel for each unit above one time axis, through which the faults' shades go. */
import type { BenchDocument, Plot, Series, Shade, Timeline, Unit } from '../../lab/document.js';
import { linearTickLabels, logarithmicTickLabels, quantity, unitName } from '../numbers.js';
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
  readonly series: readonly Series[];
}

/** In the order in which the units first come. */
export function panelsOf(series: readonly Series[]): readonly Panel[] {
  const units = [...new Set(series.map(({ unit }) => unit))];
  return units.map((unit) => ({ unit, series: series.filter((each) => each.unit === unit) }));
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
const titleHeight = 30;
const betweenPanels = 14;

export function timelinePlot(
  plot: TimelinePlot,
  document: BenchDocument,
): ((paper: Paper) => Drawing) | undefined {
  const timeline = document.timelines.find(({ id }) => id === plot.timelineId);
  if (timeline === undefined) return undefined;
  if (!timeline.series.some(({ points }) => points.some(([, value]) => value !== null))) return undefined;
  return (paper) => drawing(timeline, paper);
}

const isTime = (unit: Unit): boolean => unit === 'ms' || unit === 's' || unit === 'µs';

/** Several series have a key of their own beside it. */
function titleOf({ unit, series }: Panel, scale: Scale): string {
  const quantityName = isTime(unit) ? 'latency' : unitName(unit);
  const [only] = series;
  const told =
    series.length > 1 || only === undefined
      ? quantityName
      : unit === 'count'
        ? only.name
        : `${only.name}, ${quantityName}`;
  return scale.kind === 'linear' ? told : `${told}, logarithmic`;
}

function scaleOf({ unit, series }: Panel, top: number, height: number): Scale {
  const values = series.flatMap(({ points }) =>
    points.flatMap(([, value]) => (value === null ? [] : [value])),
  );
  const kind = isTime(unit) && spreadsWidely(values) ? 'logarithmic' : 'linear';
  return scaleFor(kind, values, { from: top + height, to: top }, { ticks: 5, isBinary: unit === 'bytes' });
}

interface PlacedPanel {
  readonly panel: Panel;
  /** Of its title; its area begins under it. */
  readonly top: number;
  readonly areaTop: number;
  readonly scale: Scale;
  readonly labels: readonly string[];
  readonly key: Drawing;
}

function placed(panels: readonly Panel[], paper: Paper, top: number, height: number): readonly PlacedPanel[] {
  let next = top;
  return panels.map((panel) => {
    const entries = panel.series.map(({ name }, index) => ({ name, index, isInvalid: false }));
    const names = entries.length < 2 ? { content: [], height: 0 } : key(entries, paper.width, 'line');
    const areaTop = next + names.height + titleHeight;
    const scale = scaleOf(panel, areaTop, height);
    const labels = (scale.kind === 'linear' ? linearTickLabels : logarithmicTickLabels)(
      scale.ticks,
      panel.unit,
    );
    const place = { panel, top: next, areaTop, scale, labels, key: names };
    next = areaTop + height + betweenPanels;
    return place;
  });
}

function drawing(timeline: Timeline, paper: Paper): Drawing {
  const panels = panelsOf(timeline.series);
  const height = paper.name === 'wide' ? 150 : 130;
  const left = widest(placed(panels, paper, 0, height).flatMap(({ labels }) => labels)) + 12;
  const right = paper.width - 14;
  const along = linearScale(
    { from: 0, to: timeline.seconds },
    { from: left, to: right },
    { ticks: paper.name === 'wide' ? 12 : 6, tight: true },
  );
  const rows = labelRows(timeline.shades, along, paper);
  const places = placed(panels, paper, rows.height, height);
  const bottom = (places.at(-1)?.areaTop ?? rows.height) + height;
  return {
    height: bottom + widthAxisHeight,
    // Strings: a place on the axis of time is read off to more than a tenth.
    data: { 'data-from': String(left), 'data-to': String(right), 'data-seconds': String(along.domain.to) },
    content: [
      ...rows.shades.map((shade) => shadeDrawing(shade, along, bottom)),
      ...rows.shades.map(({ label, labelFrom, top }) =>
        textElement(labelFrom + 4, top + laneHeight - 5, label, { class: 'shade-label' }),
      ),
      ...places.flatMap((place) => panelDrawing(place, { left, right, height, along })),
      ...widthAxis(
        { left, right, top: bottom, bottom },
        marksOf(along, linearTickLabels(along.ticks, 's')),
        'time',
        paper.width,
      ),
    ],
  };
}

function panelDrawing(
  { panel, top, areaTop, scale, labels, key: names }: PlacedPanel,
  {
    left,
    right,
    height,
    along,
  }: { readonly left: number; readonly right: number; readonly height: number; readonly along: Scale },
): readonly string[] {
  return [
    element('g', { transform: `translate(0 ${short(top + 6)})` }, ...names.content),
    ...heightAxis(
      { left, right, top: areaTop, bottom: areaTop + height },
      marksOf(scale, labels),
      titleOf(panel, scale),
    ),
    ...panel.series.map((series, index) => seriesDrawing(series, index, along, scale)),
  ];
}

interface LabelledShade extends Shade {
  readonly labelFrom: number;
  /** Of its label's row: from there its left edge leads down. */
  readonly top: number;
}

/** Labels in as many rows as they need, so that none covers another. */
function labelRows(
  shades: readonly Shade[],
  along: Scale,
  paper: Paper,
): { readonly height: number; readonly shades: readonly LabelledShade[] } {
  const texts = shades.map(({ label }) => shortened(label, Math.floor(paper.width / (0.64 * fontSize)) - 2));
  const places = lanes(
    shades.map(({ fromSeconds }, index) => ({
      from: along.at(fromSeconds),
      width: textWidth(texts[index]!, fontSize) + 6,
    })),
    { to: paper.width, gap: 2 },
  );
  const rows = places.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  return {
    height: rows * laneHeight,
    shades: places.map(({ lane, from }, index) => ({
      ...shades[index]!,
      label: texts[index]!,
      labelFrom: from,
      top: (rows - 1 - lane) * laneHeight,
    })),
  };
}

function shadeDrawing(
  { label, fromSeconds, toSeconds, top }: LabelledShade,
  along: Scale,
  bottom: number,
): string {
  const from = along.at(fromSeconds);
  const width = Math.max(1.5, along.at(toSeconds) - from);
  return element(
    'g',
    {},
    titleElement(`${label}: from ${quantity(fromSeconds, 's')} to ${quantity(toSeconds, 's')}`),
    element('rect', { class: 'shade', x: from, y: top, width, height: bottom - top }),
    line(from, top, from, bottom, { class: 'shade-edge' }),
  );
}

function seriesDrawing({ name, points, unit }: Series, index: number, along: Scale, up: Scale): string {
  const look = seriesLook(index);
  const paths = pieces(points).map((piece) =>
    piece.map(([seconds, value]): Point => [along.at(seconds), up.at(value)]),
  );
  return element(
    'g',
    { class: look.className, 'data-name': name, 'data-values': readout(points, unit) },
    titleElement(name),
    ...paths.map((path) =>
      path.length === 1
        ? element('circle', { class: 'dot', cx: path[0]![0], cy: path[0]![1], r: 1.8 })
        : element('path', { class: 'curve thin', d: polyline(path), 'stroke-dasharray': look.dash }),
    ),
  );
}

/** `seconds=text`, with semicolons between: what the script tells of the moment under the pointer. */
function readout(points: Series['points'], unit: Unit): string {
  return points
    .map(([seconds, value]) => `${Number(seconds.toFixed(2))}=${value === null ? '' : quantity(value, unit)}`)
    .join(';');
}
