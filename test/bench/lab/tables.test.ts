import { describe, expect, it } from 'vitest';
import { CarefulRecord } from '../../../bench/lab/caveats.js';
import type { Measurement } from '../../../bench/lab/document.js';
import { FoundSoFar } from '../../../bench/lab/findings.js';
import { bar, measurementTable, metricCell } from '../../../bench/lab/tables.js';

function measurement(
  own: Partial<Measurement> & { readonly figures?: Readonly<Record<string, number>> } = {},
): Measurement {
  const { figures = { throughput: 1234 }, ...rest } = own;
  return {
    id: 'one',
    labels: {},
    metrics: Object.entries(figures).map(([name, value]) => ({
      name,
      unit: name === 'throughput' ? 'operations/s' : 'cores',
      better: 'higher',
      value,
      rounds: [],
    })),
    histogram: undefined,
    invalid: undefined,
    ...rest,
  };
}

describe('a table of measurements', () => {
  it('leaves out columns that nobody has, and marks a row that says nothing at its name', () => {
    const table = measurementTable({
      title: 'T',
      of: 'cluster',
      columns: [
        { title: 'a second', metric: 'throughput' },
        { title: 'failed', metric: 'failed' },
      ],
      rows: [
        { name: 'sound', measurement: measurement() },
        { name: 'void', measurement: measurement({ invalid: 'it fell behind' }) },
        { name: 'empty', measurement: measurement({ figures: {} }) },
      ],
    });
    expect(table).toEqual({
      title: 'T',
      columns: ['cluster', 'a second'],
      rows: [
        [{ text: 'sound' }, { text: '1,234/s' }],
        [{ text: 'void', verdict: 'invalid' }, { text: '1,234/s' }],
        [{ text: 'empty' }, { text: '–' }],
      ],
    });
  });

  it('has cells that stand alone, and bars that do not stand for what says nothing', () => {
    const unsound = measurement({ invalid: 'it fell behind' });
    expect(metricCell(unsound, 'throughput')).toEqual({ text: '1,234/s', verdict: 'invalid' });
    expect(metricCell(undefined, 'throughput')).toEqual({ text: '–' });
    expect(bar(unsound, 'throughput')).toBeNull();
    expect(bar(measurement(), 'throughput')).toEqual({ value: 1234 });
    const [metric] = measurement().metrics;
    const rounds = measurement({ metrics: [{ ...metric!, rounds: [1000, 1500] }] });
    expect(bar(rounds, 'throughput')).toEqual({ value: 1234, low: 1000, high: 1500 });
  });
});

describe('a careful record', () => {
  it('tells who else was there and where the generator was the bound', () => {
    const found = new FoundSoFar();
    const record = new CarefulRecord(found);
    record.measurement(measurement({ figures: { 'CPU of others': 0.05, 'generator CPU': 0.2 } }));
    record.measurement(measurement({ id: 'two', figures: { 'CPU of others': 0.5, 'generator CPU': 0.9 } }));
    record.conclude();
    expect(found.measurements).toHaveLength(2);
    expect(found.notes).toEqual([
      'Processes that have nothing to do with this used up to 0.500 cores meanwhile: without them the figures would be better.',
      'The generator had no more to give, so that the servers could have done more: two.',
    ]);
  });

  it('has nothing to say when all was well', () => {
    const found = new FoundSoFar();
    const record = new CarefulRecord(found);
    record.measurement(measurement());
    record.conclude();
    expect(found.notes).toEqual([]);
  });
});
