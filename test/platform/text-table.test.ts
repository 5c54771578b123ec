import { describe, expect, it } from 'vitest';
import { textTable } from '../../platform/index.js';

describe('a table as text', () => {
  const rows = [
    ['A', 'LONG', ''],
    ['abc', 'd', 'e'],
  ];

  it('has its columns below each other, and nothing at the end of a line', () => {
    expect(textTable(rows)).toBe('A     LONG\nabc   d      e');
    expect(textTable(rows, ' ')).toBe('A   LONG\nabc d    e');
    expect(textTable([])).toBe('');
  });
});
