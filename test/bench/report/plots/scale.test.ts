/** Axes begin and end where round values are, and every value has one place. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearTickLabels, logarithmicTickLabels } from '../../../../bench/report/numbers.js';
import {
  linearScale,
  linearTicks,
  logarithmicScale,
  logarithmicTicks,
  niceStep,
  scaleFor,
  spreadsWidely,
} from '../../../../bench/report/plots/scale.js';

const paper = { from: 300, to: 20 };

describe('a linear axis', () => {
  it.each([
    [0.9, 1],
    [1, 1],
    [1.1, 2],
    [3, 5],
    [6, 10],
    [0.03, 0.05],
    [1234, 2000],
  ])('steps of at least %d are of %d', (least, step) => {
    expect(niceStep(least)).toBeCloseTo(step, 12);
  });

  it('has ticks without the dust of binary fractions', () => {
    expect(linearTicks({ from: 0, to: 0.5 }, 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(linearTicks({ from: -20, to: 100 }, 6)).toEqual([-20, 0, 20, 40, 60, 80, 100]);
  });

  it('shows one value, and nothing but zeros', () => {
    const one = linearScale({ from: 7, to: 7 }, paper, { ticks: 5 });
    expect(Number.isFinite(one.at(7))).toBe(true);
    const zeros = scaleFor('linear', [0, 0], paper, { ticks: 5 });
    expect(zeros.at(0)).toBe(300);
  });

  it('holds all its values on paper, in their order, with ticks inside, whatever they are', () => {
    const finite = fastCheck.double({ min: -1e9, max: 1e9, noNaN: true });
    fastCheck.assert(
      fastCheck.property(fastCheck.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
        const scale = scaleFor('linear', values, paper, { ticks: 6 });
        const sorted = values.toSorted((a, b) => a - b).map(scale.at);
        for (const at of sorted) expect(at).toSatisfy((y: number) => y <= 300 + 1e-6 && y >= 20 - 1e-6);
        expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
        expect(scale.ticks.length).toBeGreaterThan(0);
        expect(scale.ticks.length).toBeLessThanOrEqual(15);
      }),
    );
  });
});

describe('a logarithmic axis', () => {
  it('gives each power of ten the same room', () => {
    const scale = logarithmicScale({ from: 1, to: 1000 }, { from: 0, to: 300 }, { ticks: 8 });
    expect([1, 10, 100, 1000].map((value) => Math.round(scale.at(value)))).toEqual([0, 100, 200, 300]);
  });

  it('marks between the powers of ten where there is room, and fewer powers where there is none', () => {
    expect(logarithmicTicks({ from: 1, to: 100 }, 8)).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(logarithmicTicks({ from: 1, to: 1000 }, 8)).toEqual([1, 3, 10, 30, 100, 300, 1000]);
    expect(logarithmicTicks({ from: 1, to: 1e6 }, 8)).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
    expect(logarithmicTicks({ from: 1, to: 1e12 }, 8)).toEqual([1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12]);
  });

  it('is linear when a value is zero, which it could not show', () => {
    expect(scaleFor('logarithmic', [0, 10, 1000], paper, { ticks: 5 }).kind).toBe('linear');
    expect(scaleFor('logarithmic', [1, 10, 1000], paper, { ticks: 5 }).kind).toBe('logarithmic');
  });

  it('holds all its values, and has two ticks at least', () => {
    const positive = fastCheck.double({ min: 1e-6, max: 1e12, noNaN: true });
    fastCheck.assert(
      fastCheck.property(fastCheck.array(positive, { minLength: 1, maxLength: 20 }), (values) => {
        const scale = scaleFor('logarithmic', values, { from: 0, to: 100 }, { ticks: 7 });
        expect(scale.domain.from).toBeLessThanOrEqual(Math.min(...values) * (1 + 1e-9));
        expect(scale.domain.to).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-9));
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('an axis of bytes', () => {
  const mebibyte = 1024 ** 2;

  it('counts in the unit of its largest value', () => {
    const scale = linearScale({ from: 0, to: 190 * mebibyte }, paper, { ticks: 5, isBinary: true });
    expect(scale.ticks.map((tick) => tick / mebibyte)).toEqual([0, 50, 100, 150, 200]);
    expect(linearTickLabels(scale.ticks, 'bytes')).toEqual([
      '0 MiB',
      '50 MiB',
      '100 MiB',
      '150 MiB',
      '200 MiB',
    ]);
  });

  it('has powers of two where it is logarithmic', () => {
    const scale = logarithmicScale({ from: 16, to: 4096 }, paper, { ticks: 9, isBinary: true });
    expect(scale.ticks).toEqual([16, 32, 64, 128, 256, 512, 1024, 2048, 4096]);
    const wide = logarithmicScale({ from: 1, to: 2 ** 30 }, paper, { ticks: 7, isBinary: true });
    expect(logarithmicTickLabels(wide.ticks, 'bytes')).toEqual([
      '1 B',
      '32 B',
      '1 KiB',
      '32 KiB',
      '1 MiB',
      '32 MiB',
      '1 GiB',
    ]);
  });
});

it('a tail that is far from the middle wants a logarithmic axis', () => {
  expect(spreadsWidely([1, 2, 100])).toBe(true);
  expect(spreadsWidely([50, 60, 100])).toBe(false);
  expect(spreadsWidely([0, 100])).toBe(false);
  expect(spreadsWidely([])).toBe(false);
});
