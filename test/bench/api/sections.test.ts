import { describe, expect, it } from 'vitest';
import { apiSections } from '../../../bench/api/sections.js';
import type { Measurement, Unit } from '../../../bench/lab/document.js';

function measurement(
  what: string,
  name: string,
  unit: Unit,
  value: number,
  rounds: readonly number[] = [],
): Measurement {
  return {
    id: what,
    labels: { what, members: 1 },
    metrics: [{ name, unit, better: 'lower', value, rounds }],
    histogram: undefined,
    invalid: undefined,
  };
}

describe('the report of the API', () => {
  it('says of each figure whether what is wanted was reached, and leaves out what was not measured', () => {
    const sections = apiSections({
      measurements: [
        measurement('start', 'command to ready', 'ms', 900, [900, 2_100, 800]),
        measurement('idle', 'CPU of all members', 'percent', 4),
      ],
      timelines: [],
    });
    expect(sections).toHaveLength(1);
    expect(sections[0]!.tables[0]!.rows).toEqual([
      [
        { text: 'command to ready, median' },
        { text: '900 ms', verdict: 'reached' },
        { text: '2.10 s' },
        { text: 'under 2 s on two cores' },
      ],
      [
        { text: 'idle CPU, all members, of a core' },
        { text: '4%', verdict: 'missed' },
        { text: '' },
        { text: 'under 3%' },
      ],
    ]);
  });

  it('is empty when nothing was measured', () => {
    expect(apiSections({ measurements: [], timelines: [] })).toEqual([]);
  });
});
