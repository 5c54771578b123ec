/** Figures read as people write them. */
import { describe, expect, it } from 'vitest';
import {
  grouped,
  linearTickLabels,
  logarithmicTickLabels,
  quantity,
  significant,
} from '../../../bench/report/numbers.js';

describe('a figure', () => {
  it.each([
    [0, 0, '0'],
    [999, 0, '999'],
    [1000, 0, '1,000'],
    [12345, 0, '12,345'],
    [1234567.891, 2, '1,234,567.89'],
    [-12345.6, 1, '−12,345.6'],
    [-0.001, 1, '0.0'],
    [999.9, 0, '1,000'],
    [Number.NaN, 0, '–'],
    [Number.POSITIVE_INFINITY, 0, '–'],
  ])('%d with %d digits is %s', (value, decimals, text) => {
    expect(grouped(value, decimals)).toBe(text);
  });

  it.each([
    [12345.6, '12,346'],
    [123.4, '123'],
    [99.96, '100'],
    [45.67, '45.7'],
    [9.997, '10.0'],
    [1.234, '1.23'],
    [0.9996, '1.00'],
    [0.1234, '0.123'],
    [0.00123, '0.00123'],
    [3, '3'],
    [0, '0'],
  ])('%d with three digits that mean something is %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it.each([
    [1.234, 'ms', '1.23 ms'],
    [0.045, 'ms', '45 µs'],
    [45, 'µs', '45 µs'],
    [999.7, 'µs', '1.00 ms'],
    [1500, 'ms', '1.50 s'],
    [90, 's', '90 s'],
    [0, 'ms', '0 ms'],
    [12345, 'operations/s', '12,345/s'],
    [1536, 'bytes', '1.50 KiB'],
    [80 * 1024 ** 2, 'bytes', '80 MiB'],
    [1.25, 'ratio', '1.25×'],
    [45, 'percent', '45%'],
    [0.31, 'cores', '0.310 cores'],
    [1, 'entries', '1 entry'],
    [1.2, 'entries', '1.20 entries'],
    [12, 'count', '12'],
  ] as const)('%d %s is %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

describe('the labels of an axis', () => {
  it('have one unit and one number of digits where the axis is linear', () => {
    expect(linearTickLabels([0, 500, 1000, 1500], 'ms')).toEqual(['0.0 s', '0.5 s', '1.0 s', '1.5 s']);
    expect(linearTickLabels([0, 20, 40], 'µs')).toEqual(['0 µs', '20 µs', '40 µs']);
    expect(linearTickLabels([0, 5000, 10000], 'operations/s')).toEqual(['0', '5,000', '10,000']);
    expect(linearTickLabels([0, 0.25, 0.5], 'cores')).toEqual(['0.00', '0.25', '0.50']);
  });

  it('have each its own unit where the axis is logarithmic', () => {
    expect(logarithmicTickLabels([0.1, 1, 10, 1000], 'ms')).toEqual(['100 µs', '1 ms', '10 ms', '1 s']);
    expect(logarithmicTickLabels([0.1, 1, 1000], 'operations/s')).toEqual(['0.1', '1', '1,000']);
    expect(logarithmicTickLabels([0.05, 2.5, 100], 'percent')).toEqual(['0.05%', '2.5%', '100%']);
  });
});
