import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../bench/generator/latencies.js';
import type { Measurement } from '../../../bench/lab/document.js';
import { closedMeasurement, median, metricOf, openMeasurement, ratioOf } from '../../../bench/lab/figures.js';
import type { ClosedRun, OpenRun } from '../../../bench/lab/laboratory.js';

function histogram(...milliseconds: readonly number[]): string {
  const latencies = new Latencies();
  for (const each of milliseconds) latencies.record(each);
  return latencies.encode();
}

const cost = {
  leader: 1,
  memberCpuSeconds: [0.1, 0.4, 0.3],
  memberMemory: [10, 40, 30].map((bytes) => ({ residentBytes: bytes, anonymousBytes: bytes })),
  counted: [
    { entriesCommitted: 100, logSyncs: 60, messagesSent: 50 },
    { entriesCommitted: 100, logSyncs: 20, messagesSent: 200 },
    { entriesCommitted: 99, logSyncs: 55, messagesSent: 50 },
  ],
  othersCpuSeconds: 0.5,
};

function closedRun(operations: number, ...latencies: readonly number[]): ClosedRun {
  return {
    system: 'kuorum',
    ...cost,
    load: {
      seconds: 1,
      operations,
      errors: 1,
      firstError: 'no',
      histogram: histogram(...latencies),
      cpuSeconds: 0.5,
      busyShare: 0.6,
    },
  };
}

const condition = { id: 'put', labels: {}, writes: true };
const figures = (measurement: Measurement): Readonly<Record<string, number>> =>
  Object.fromEntries(measurement.metrics.map(({ name, value }) => [name, value]));

describe('a closed measurement', () => {
  it('adds its rounds up and keeps each of them', () => {
    const measurement = closedMeasurement(condition, [closedRun(100, 1, 1, 1), closedRun(300, 5)]);
    expect(metricOf(measurement, 'throughput')).toMatchObject({
      value: 200,
      rounds: [100, 300],
      better: 'higher',
    });
    expect(metricOf(measurement, 'p50')!.value).toBeCloseTo(1, 2);
    expect(metricOf(measurement, 'max')!.value).toBeCloseTo(5, 1);
    expect(metricOf(measurement, 'max')!.rounds.map(Math.round)).toEqual([1, 5]);
    expect(metricOf(measurement, 'errors')!.value).toBe(2);
  });

  it('tells what consensus and what each role cost', () => {
    expect(figures(closedMeasurement(condition, [closedRun(1_000, 1)]))).toMatchObject({
      'entries per sync': 5,
      'messages per entry': 3,
      'CPU per operation': 800,
      'CPU of the leader': 0.4,
      'CPU of a follower': 0.2,
      'memory of the leader': 40,
      'memory of a follower': 20,
      'generator CPU': 0.5,
      'generator busy': 60,
      'CPU of others': 0.5,
    });
  });

  it('leaves out what nobody knows, and of one round has no rounds', () => {
    const unknown = {
      ...closedRun(10, 1),
      memberCpuSeconds: undefined,
      memberMemory: undefined,
      counted: [undefined, undefined, undefined],
    };
    const { metrics } = closedMeasurement(condition, [unknown]);
    expect(metrics.map(({ name }) => name)).toEqual([
      'throughput',
      'p50',
      'p99',
      'p99.9',
      'max',
      'errors',
      'generator CPU',
      'CPU of others',
      'generator busy',
    ]);
    expect(metrics.every(({ rounds }) => rounds.length === 0)).toBe(true);
  });

  it('knows no messages where a system does not count them', () => {
    const counted = cost.counted.map((member) => ({ ...member, messagesSent: undefined }));
    const measurement = closedMeasurement(condition, [{ ...closedRun(10, 1), counted }]);
    expect(metricOf(measurement, 'entries per sync')!.value).toBe(5);
    expect(metricOf(measurement, 'messages per entry')).toBeUndefined();
  });
});

describe('an open measurement', () => {
  const load = {
    seconds: 2,
    due: 100,
    answered: 80,
    failed: 15,
    unanswered: 5,
    firstError: undefined,
    histogram: histogram(2),
    sentLateMilliseconds: 1.5,
    cpuSeconds: 0.1,
    busyShare: 0.1,
    intervals: [],
    startedAtMilliseconds: 0,
    gaps: [],
  };
  const run = (invalid: string | undefined): OpenRun => ({
    system: 'kuorum',
    ...cost,
    load: { ...load, invalid },
  });

  it('tells what was offered, what was answered and what was not', () => {
    const measurement = openMeasurement(condition, [run(undefined)]);
    expect(figures(measurement)).toMatchObject({
      offered: 50,
      throughput: 40,
      failed: 15,
      unanswered: 5,
      'sent late': 1.5,
    });
    expect(measurement.invalid).toBeUndefined();
  });

  it('is void when one of its rounds is', () => {
    expect(openMeasurement(condition, [run(undefined), run('it fell behind')]).invalid).toBe(
      'it fell behind',
    );
  });
});

describe('a ratio', () => {
  const ours = closedMeasurement(condition, [closedRun(100, 1), closedRun(300, 1), closedRun(100, 1)]);
  const theirs = closedMeasurement(condition, [closedRun(200, 1), closedRun(200, 1), closedRun(400, 1)]);

  it('is the median of those of the rounds, which stood side by side', () => {
    expect(ratioOf(ours, theirs, 'throughput')).toEqual({ value: 0.5, rounds: [0.5, 1.5, 0.25] });
  });

  it('is not there when one of the two is not, or says nothing', () => {
    expect(ratioOf(ours, undefined, 'throughput')).toBeUndefined();
    expect(ratioOf(ours, { ...theirs, invalid: 'it fell behind' }, 'throughput')).toBeUndefined();
    expect(ratioOf(ours, theirs, 'no such metric')).toBeUndefined();
  });
});

it('a median of an even number of values lies between the middle ones', () => {
  expect(median([])).toBeUndefined();
  expect(median([4])).toBe(4);
  expect(median([9, 1, 3, 5])).toBe(4);
});
