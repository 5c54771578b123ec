import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../bench/generator/latencies.js';
import type { Machine } from '../../../bench/lab/document.js';
import { metricOf, ratioOf } from '../../../bench/lab/figures.js';
import { measurementOf } from '../../../bench/raft/raft-experiment.js';
import type { RunResult } from '../../../bench/raft/run.js';
import { comparisonsOf, raftSections } from '../../../bench/raft/sections.js';

function run(layer: RunResult['layer'], perSecond: number, more: Partial<RunResult> = {}): RunResult {
  const latencies = new Latencies();
  latencies.record(1.5);
  return {
    layer,
    payloadBytes: 256,
    load: { kind: 'closed', inFlight: 64 },
    invalid: undefined,
    batching: true,
    seconds: 1,
    entries: perSecond,
    errors: 0,
    perSecond,
    histogram: latencies.encode(),
    entriesPerWrite: 64,
    entriesPerMessage: 32.5,
    bytesPerEntry: 300,
    ...more,
  };
}

const ratios = (...runs: readonly RunResult[]): readonly (readonly [string, number | undefined])[] =>
  comparisonsOf(runs.map((each) => measurementOf([each]))).map(({ what, one, other }) => [
    what,
    ratioOf(one, other, 'throughput')?.value,
  ]);

const machine: Machine = {
  platform: 'linux x64',
  processor: 'a processor',
  cores: 2,
  memoryGibibytes: 24,
  node: 'v20',
  syncMilliseconds: 0.5,
  roundTripMilliseconds: 0.1,
};

describe('the report of the log', () => {
  it('compares each layer with the one below, at the same payload and concurrency', () => {
    expect(
      ratios(
        run('core', 1_000),
        run('in-process', 100),
        run('processes', 50),
        run('core', 7, { load: { kind: 'closed', inFlight: 2 } }),
      ),
    ).toEqual([
      ['one process / core alone', 0.1],
      ['three processes / one process', 0.5],
    ]);
  });

  it('tells what sharing and what proposing together bring', () => {
    expect(
      ratios(
        run('processes', 80),
        run('processes', 10, { load: { kind: 'closed', inFlight: 1 } }),
        run('processes', 20, { batching: false }),
      ),
    ).toEqual([
      ['three processes: shared / one entry a write and a message', 4],
      ['three processes: 64 in flight / 1', 8],
    ]);
  });

  it('leaves out a ratio to nothing', () => {
    expect(ratios(run('core', 0), run('in-process', 5))).toEqual([]);
  });

  it('adds rounds up, by their entries where a figure is of an entry', () => {
    const measurement = measurementOf([
      run('processes', 100, { entriesPerWrite: 10 }),
      run('processes', 300, { entriesPerWrite: 50 }),
    ]);
    expect(metricOf(measurement, 'throughput')).toMatchObject({ value: 200, rounds: [100, 300] });
    expect(metricOf(measurement, 'entries per sync')).toMatchObject({ value: 40, rounds: [10, 50] });
  });

  it('shows rates, latencies and what shared a write and a message', () => {
    const measurements = [measurementOf([run('processes', 1234, { payloadBytes: 4096 })])];
    const [section] = raftSections({ measurements, timelines: [] }, machine);
    expect(section!.tables[0]!.rows[0]!.map(({ text }) => text).slice(0, 3)).toEqual([
      'three processes, 4 KiB, 64 in flight',
      '1,234/s',
      '1.50 ms',
    ]);
    expect(raftSections({ measurements: [], timelines: [] }, machine)).toEqual([]);
  });

  it('judges the aims by the most that three processes took, by half of that, and by an entry alone', () => {
    const open = { kind: 'open', perSecond: 6_000, seed: 1 } as const;
    const measurements = [
      measurementOf([run('processes', 9_000, { load: { kind: 'closed', inFlight: 1 } })]),
      measurementOf([run('processes', 12_000)]),
      measurementOf([run('processes', 6_000, { load: open })]),
    ];
    const section = raftSections({ measurements, timelines: [] }, machine).find(
      ({ title }) => title === 'At half of the most',
    );
    expect(section?.tables[1]?.rows).toEqual([
      [
        { text: 'entries a second, at the most' },
        { text: '12,000/s', verdict: 'reached' },
        { text: 'at least 10,000/s' },
      ],
      [
        { text: 'p99 under half of that load' },
        { text: '1.50 ms', verdict: 'reached' },
        { text: 'below 50 ms' },
      ],
      [
        { text: 'p50 of an entry that is alone' },
        { text: '1.50 ms', verdict: 'missed' },
        { text: 'at most 2 × (a sync and a round trip: 600 µs)' },
      ],
    ]);
  });
});
