/**
 * How series are told apart: by colour, by dash and by marker, so that a page printed in black and white, or read by
 * somebody who sees fewer colours, says the same. The colours keep a contrast of 3:1 against their ground, and light ones
 * follow dark ones, so that neighbours differ also where red and green do not.
 */

export const lightGround = '#ffffff';
export const darkGround = '#12161c';

export const lightColours = [
  '#178ef2',
  '#8a400e',
  '#26a27a',
  '#8f358a',
  '#c48300',
  '#5846ab',
  '#8893a6',
  '#a90b3c',
] as const;

export const darkColours = [
  '#0681fc',
  '#ea6339',
  '#26d6a4',
  '#c05fb1',
  '#f7b50a',
  '#807fe4',
  '#b9bec8',
  '#f23556',
] as const;

const dashes = ['', '7 3', '2 3', '9 3 2 3', '4 2'] as const;

export interface SeriesLook {
  /** Its class on the page: `s1` to `s8`. */
  readonly className: string;
  /** As `stroke-dasharray`; empty: solid. */
  readonly dash: string;
  readonly marker: number;
}

export function seriesLook(index: number): SeriesLook {
  return {
    className: `s${1 + (index % lightColours.length)}`,
    dash: dashes[index % dashes.length]!,
    marker: index % markerCount,
  };
}

const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
const polygon = (corners: readonly (readonly [number, number])[]): string =>
  `M${corners.map(([x, y]) => point(x, y)).join('L')}Z`;

type Marker = (x: number, y: number, size: number) => string;

const markers: readonly Marker[] = [
  (x, y, r) => `M${point(x - r, y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  (x, y, r) =>
    polygon(
      [
        [x - r, y - r],
        [x + r, y - r],
        [x + r, y + r],
        [x - r, y + r],
      ].map(([a, b]) => [a!, b!]),
    ),
  (x, y, r) =>
    polygon([
      [x, y - 1.2 * r],
      [x + 1.2 * r, y + r],
      [x - 1.2 * r, y + r],
    ]),
  (x, y, r) =>
    polygon([
      [x, y - 1.35 * r],
      [x + 1.35 * r, y],
      [x, y + 1.35 * r],
      [x - 1.35 * r, y],
    ]),
  (x, y, r) =>
    polygon([
      [x, y + 1.2 * r],
      [x + 1.2 * r, y - r],
      [x - 1.2 * r, y - r],
    ]),
  (x, y, r) => {
    const t = 0.42 * r;
    const s = 1.25 * r;
    return polygon([
      [x - t, y - s],
      [x + t, y - s],
      [x + t, y - t],
      [x + s, y - t],
      [x + s, y + t],
      [x + t, y + t],
      [x + t, y + s],
      [x - t, y + s],
      [x - t, y + t],
      [x - s, y + t],
      [x - s, y - t],
      [x - t, y - t],
    ]);
  },
  (x, y, r) =>
    polygon([
      [x - r, y - r],
      [x + r, y],
      [x - r, y + r],
    ]),
];
const markerCount = markers.length;

/** The outline of a series' marker, as a path. */
export function markerPath({ marker }: SeriesLook, x: number, y: number, size = 3.4): string {
  return markers[marker % markerCount]!(x, y, size);
}
