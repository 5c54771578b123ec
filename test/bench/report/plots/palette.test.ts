/** Series are told apart by everybody, by day and by night, and without colour. */
import { describe, expect, it } from 'vitest';
import {
  darkColours,
  darkGround,
  lightColours,
  lightGround,
  markerPath,
  seriesLook,
} from '../../../../bench/report/plots/palette.js';

type Colour = readonly [red: number, green: number, blue: number];

/** As light, not as numbers on a screen. */
function linear(hex: string): Colour {
  const channel = (from: number): number => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const luminance = ([red, green, blue]: Colour): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** WCAG 2. */
function contrast(one: string, other: string): number {
  const [light, dark] = [one, other].map((hex) => luminance(linear(hex))).toSorted((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Machado, Oliveira and Fernandes (2009), complete loss. */
const sights: Readonly<Record<string, readonly Colour[]>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const seen = (colour: Colour, rows: readonly Colour[]): Colour => {
  const [red, green, blue] = rows.map((row) => row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]);
  return [Math.max(0, red!), Math.max(0, green!), Math.max(0, blue!)];
};

/** Where a colour stands in CIE L*a*b*: distances are about as large as people see them. */
function lab([red, green, blue]: Colour): Colour {
  const f = (value: number): number =>
    value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116;
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (one: Colour, other: Colour): number =>
  Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);

describe.each([
  ['by day', lightColours, lightGround],
  ['by night', darkColours, darkGround],
] as const)('the colours %s', (_, colours, ground) => {
  it.each(colours)('%s stands out from its ground by 3:1', (colour) => {
    expect(contrast(colour, ground)).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(sights))('are told apart with %s, the first five and all neighbours', (sight) => {
    const looks = colours.map((hex) => lab(seen(linear(hex), sights[sight]!)));
    for (const [index, look] of looks.slice(0, 5).entries())
      for (const other of looks.slice(index + 1, 5)) expect(distance(look, other)).toBeGreaterThan(30);
    for (const [index, look] of looks.entries())
      expect(distance(look, looks[(index + 1) % looks.length]!)).toBeGreaterThan(30);
  });
});

it('no two of the first thirty-five series look alike without colour', () => {
  const looks = Array.from({ length: 35 }, (_, index) => {
    const look = seriesLook(index);
    return `${look.dash}|${markerPath(look, 0, 0)}`;
  });
  expect(new Set(looks).size).toBe(35);
});
