/** Curves over a pair of axes, with the name of each at its end where there is room, otherwise in a key above. */
import {
  type Area,
  type Drawing,
  fontSize,
  heightAxis,
  type KeyEntry,
  key,
  type Mark,
  type Paper,
  widest,
  widestBold,
  widthAxis,
  widthAxisHeight,
} from './frame.js';
import { markerPath, seriesLook } from './palette.js';
import { spread } from './place-labels.js';
import type { Span } from './scale.js';
import { element, type Point, polyline, textElement, titleElement } from './svg.js';

export interface Curve extends KeyEntry {
  /** On paper. */
  readonly path: readonly Point[];
  readonly marks: readonly { readonly point: Point; readonly text: string }[];
}

export interface CurvesPlot {
  readonly entries: readonly KeyEntry[];
  readonly height: number;
  /** The axis upwards, once it is known where it stands on paper. */
  readonly upwards: (paper: Span) => { readonly marks: readonly Mark[]; readonly title: string };
  readonly along: (paper: Span) => { readonly marks: readonly Mark[]; readonly title: string };
  /** Once both stand. */
  readonly curves: (area: Area) => readonly Curve[];
  /** Curves that end together cannot be named there. */
  readonly namesAtEnds: boolean;
  /** Lines up from the marks below. */
  readonly gridAlong: boolean;
  readonly markerSize?: number;
}

const mostNamesAtEnds = 9;
const widestNameAtEnd = 250;

export function curvesDrawing(plot: CurvesPlot, paper: Paper): Drawing {
  const { entries } = plot;
  const nameWidth = widestBold(entries.map(({ name }) => name)) + 14;
  const atEnds =
    plot.namesAtEnds &&
    paper.name === 'wide' &&
    entries.length <= mostNamesAtEnds &&
    nameWidth <= widestNameAtEnd;
  const names: Drawing = atEnds ? { content: [], height: 0 } : key(entries, paper.width, 'line with markers');
  const top = names.height + 30;
  const bottom = top + plot.height;
  const upwards = plot.upwards({ from: bottom, to: top });
  const left = widest(upwards.marks.map(({ label }) => label)) + 12;
  const right = paper.width - (atEnds ? nameWidth : 14);
  const area: Area = { left, right, top, bottom };
  const along = plot.along({ from: left, to: right });
  const curves = plot.curves(area);
  return {
    height: bottom + widthAxisHeight,
    content: [
      ...names.content,
      ...heightAxis(area, upwards.marks, upwards.title),
      ...(plot.gridAlong ? along.marks.map(({ at }) => gridLine(at, area)) : []),
      ...widthAxis(area, along.marks, along.title, paper.width),
      ...curves.map((curve) => drawn(curve, plot.markerSize)),
      ...(atEnds ? namesAtEnds(curves, area) : []),
    ],
  };
}

function gridLine(at: number, { top, bottom }: Area): string {
  return element('line', { x1: at, x2: at, y1: top, y2: bottom, class: 'grid' });
}

function drawn({ path, marks, index, isInvalid, name }: Curve, markerSize?: number): string {
  const look = seriesLook(index);
  return element(
    'g',
    { class: `${look.className}${isInvalid ? ' invalid' : ''}` },
    element('path', { class: 'curve', d: polyline(path), 'stroke-dasharray': look.dash }, titleElement(name)),
    ...marks.map(({ point: [x, y], text }) =>
      element(
        'path',
        { class: 'marker', d: markerPath(look, x, y, markerSize) },
        titleElement(`${name}\n${text}`),
      ),
    ),
  );
}

function namesAtEnds(curves: readonly Curve[], { top, bottom, right }: Area): readonly string[] {
  const ends = curves.flatMap((curve) => {
    const end = curve.path.at(-1);
    return end === undefined ? [] : [{ curve, end }];
  });
  const heights = spread(
    ends.map(({ end }) => end[1]),
    fontSize + 4,
    { from: top, to: bottom },
  );
  return ends.flatMap(({ curve, end: [x, y] }, index) => {
    const { className } = seriesLook(curve.index);
    const height = heights[index]!;
    return [
      element('path', {
        class: `leader ${className}`,
        d: polyline([
          [x + 4, y],
          [right + 2, height],
          [right + 8, height],
        ]),
      }),
      textElement(right + 11, height + 4, curve.name, { class: 'name end' }),
    ];
  });
}
