/** Times on the wire. */
import { describe, expect, it } from 'vitest';
import { formatMicroTime, formatTime, parseTime } from '../../api/time.js';

describe('times', () => {
  it('are written in UTC, to the second or the microsecond', () => {
    expect(formatTime(1_700_000_000_999)).toBe('2023-11-14T22:13:20Z');
    expect(formatMicroTime(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123000Z');
    expect(formatMicroTime(1_700_000_000_123, 45)).toBe('2023-11-14T22:13:20.123045Z');
  });

  it.each([
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14T22:13:20.5Z', 1_700_000_000_500],
    ['2023-11-15T00:13:20+02:00', 1_700_000_000_000],
    ['2023-11-14T20:43:20-01:30', 1_700_000_000_000],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('%s is read', (text, milliseconds) => {
    expect(parseTime(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '2023-11-14',
    '2023-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01 00:00:00Z',
    'x',
  ])('%j is none', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});
