/** What plots have in common: their paper, axes, and the key to their series. */

import { markerPath, seriesLook } from './palette.js';
import { textWidth } from './place-labels.js';
import type { Scale } from './scale.js';
import { type Attributes, element, line, polyline, textElement } from './svg.js';

/**
 * Each plot is drawn twice: for wide paper, and for a telephone's, where letters of a scaled wide plot could not be read.
 * The page shows one of them.
 */
export interface Paper {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
}

export const papers: readonly Paper[] = [
  { name: 'wide', width: 960 },
  { name: 'narrow', width: 400 },
];

export const fontSize = 12;

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Drawing {
  readonly height: number;
  readonly content: readonly string[];
  /** For the page's script. */
  readonly data?: Attributes;
}

export interface Mark {
  readonly at: number;
  readonly label: string;
}

export const marksOf = (scale: Scale, labels: readonly string[]): readonly Mark[] =>
  scale.ticks.map((tick, index) => ({ at: scale.at(tick), label: labels[index] ?? '' }));

export const widest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, textWidth(text, fontSize)), 0);

/** Of letters in bold type. */
export const widestBold = (texts: readonly string[]): number => 1.1 * widest(texts);

/** Lines across, each with its value to the left; what is measured stands above. */
export function heightAxis(area: Area, marks: readonly Mark[], title: string): readonly string[] {
  return [
    textElement(0, area.top - 12, title, { class: 'axis-title' }),
    ...marks.flatMap(({ at, label }) => [
      line(area.left, at, area.right, at, { class: 'grid' }),
      textElement(area.left - 8, at + 4, label, { class: 'tick', 'text-anchor': 'end' }),
    ]),
  ];
}

/** Marks below, without those whose labels would touch the one before; what is measured stands under them. */
export function widthAxis(
  area: Area,
  marks: readonly Mark[],
  title: string,
  paperWidth: number,
): readonly string[] {
  let free = Number.NEGATIVE_INFINITY;
  const labels = marks.flatMap(({ at, label }) => {
    const half = textWidth(label, fontSize) / 2;
    const centre = Math.max(half, Math.min(paperWidth - half, at));
    const tick = line(at, area.bottom, at, area.bottom + 4, { class: 'axis' });
    if (centre - half < free) return [tick];
    free = centre + half + 6;
    return [tick, textElement(centre, area.bottom + 18, label, { class: 'tick', 'text-anchor': 'middle' })];
  });
  return [
    line(area.left, area.bottom, area.right, area.bottom, { class: 'axis' }),
    ...labels,
    textElement((area.left + area.right) / 2, area.bottom + 37, title, {
      class: 'axis-title',
      'text-anchor': 'middle',
    }),
  ];
}

/** Under an area with such an axis. */
export const widthAxisHeight = 44;

export interface KeyEntry {
  readonly name: string;
  /** Which look it has. */
  readonly index: number;
  readonly isInvalid: boolean;
}

/** What the key shows beside a name: what the plot shows of it. */
export type Sample = 'line with markers' | 'line' | 'bar';

function sampleOf(kind: Sample, { index, isInvalid }: KeyEntry, x: number, y: number): string {
  const look = seriesLook(index);
  const curve = element('path', {
    class: 'curve',
    d: polyline([
      [x, y],
      [x + 26, y],
    ]),
    'stroke-dasharray': look.dash,
  });
  const marker = (className: string): string =>
    element('path', { class: className, d: markerPath(look, x + 13, y) });
  const drawn = {
    'line with markers': () => [curve, marker('marker')],
    line: () => [curve],
    bar: () => [
      element('rect', { class: 'bar', x: x + 4, y: y - 7, width: 18, height: 14, rx: 1.5 }),
      marker('bar-marker'),
    ],
  };
  return element('g', { class: `${look.className}${isInvalid ? ' invalid' : ''}` }, ...drawn[kind]());
}

const sampleWidth = 32;
const keyRowHeight = 18;

/** The series' names in rows, from the top left corner. */
export function key(entries: readonly KeyEntry[], paperWidth: number, kind: Sample): Drawing {
  const mostLetters = Math.floor((paperWidth - sampleWidth) / (0.64 * fontSize));
  let x = 0;
  let row = 0;
  const content = entries.flatMap((entry) => {
    const name = shortened(entry.name, mostLetters);
    const width = sampleWidth + textWidth(name, fontSize);
    if (x > 0 && x + width > paperWidth) {
      x = 0;
      row += 1;
    }
    const y = 10 + row * keyRowHeight;
    const drawn = [sampleOf(kind, entry, x, y), textElement(x + sampleWidth, y + 4, name, { class: 'name' })];
    x += width + 16;
    return drawn;
  });
  return { content, height: entries.length === 0 ? 0 : (row + 1) * keyRowHeight + 6 };
}

/** The middle goes: names of one plot often begin and end with what tells them apart. */
export function shortened(text: string, mostLetters: number): string {
  if (text.length <= mostLetters) return text;
  const ahead = Math.ceil((mostLetters - 1) / 2);
  return `${text.slice(0, ahead)}…${text.slice(text.length - (mostLetters - 1 - ahead))}`;
}

export function svg({ name, width }: Paper, { height, content, data }: Drawing, label: string): string {
  return element(
    'svg',
    {
      class: `plot ${name}`,
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      role: 'img',
      'aria-label': label,
      xmlns: 'http://www.w3.org/2000/svg',
      ...data,
    },
    ...content,
  );
}
