/** How single runs of the store's benchmark become figures. */
import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../bench/generator/latencies.js';
import type { SideName } from '../../../bench/generator/protocol.js';
import { measurementOf, median, type Run, workloads } from '../../../bench/store/measurement.js';
import { storeResultsText } from '../../../bench/store/report.js';

interface Figures {
  readonly operations: number;
  readonly milliseconds?: number;
  readonly generatorCpuSeconds?: number;
  readonly busyShare?: number;
  readonly error?: string;
}

/** A run of one second. */
function run(side: SideName, figures: Figures): Run {
  const latencies = new Latencies();
  for (let count = 0; count < figures.operations; count += 1) latencies.record(figures.milliseconds ?? 1);
  return {
    side,
    load: {
      seconds: 1,
      operations: figures.operations,
      errors: figures.error === undefined ? 0 : 1,
      firstError: figures.error,
      histogram: latencies.encode(),
      cpuSeconds: figures.generatorCpuSeconds ?? 0.1,
      busyShare: figures.busyShare ?? 0.1,
    },
    memberCpuSeconds: [0.1, 0.2, 0.3],
    memberMemory: [1, 2, 3].map((count) => ({ residentBytes: count * 2e6, anonymousBytes: count * 1e6 })),
    othersCpuSeconds: 0.25,
  };
}

const workload = { operation: 'put', clients: 10 } as const;

describe('a measurement', () => {
  it('adds up the rounds of a side, and takes percentiles of all its latencies', () => {
    const { sides } = measurementOf(workload, [
      [run('kuorum', { operations: 99, milliseconds: 1 })],
      [run('kuorum', { operations: 101, milliseconds: 3 })],
    ]);
    expect(sides).toHaveLength(1);
    const [side] = sides;
    expect(side).toMatchObject({ operations: 200, perSecond: 100, roundsPerSecond: [99, 101] });
    expect(side?.p50Milliseconds).toBeCloseTo(3, 2);
    expect(side?.maxMilliseconds).toBeCloseTo(3, 2);
  });

  it('counts the processor time of all members, and shares it among the operations', () => {
    const { sides } = measurementOf(workload, [[run('kuorum', { operations: 300 })]]);
    expect(sides[0]?.serverCpuSeconds).toBeCloseTo(0.6);
    expect(sides[0]?.serverCpuMicrosecondsPerOperation).toBeCloseTo(2_000);
    expect(sides[0]?.serverResidentBytes).toBe(12e6);
    expect(sides[0]?.serverAnonymousBytes).toBe(6e6);
    expect(sides[0]?.othersCpuShare).toBeCloseTo(0.25);
  });

  it('compares each run with the one beside it, whichever came first, and takes the median', () => {
    const { ratio, roundRatios } = measurementOf(workload, [
      [run('kuorum', { operations: 50 }), run('etcd', { operations: 100 })],
      // Another day: both are slow.
      [run('etcd', { operations: 10 }), run('kuorum', { operations: 6 })],
      [run('kuorum', { operations: 10 }), run('etcd', { operations: 100 })],
    ]);
    expect(roundRatios).toEqual([0.5, 0.6, 0.1]);
    expect(ratio).toBe(0.5);
  });

  it('knows no ratio and no processor time where there is nothing to know', () => {
    const alone = {
      ...run('kuorum', { operations: 1 }),
      memberCpuSeconds: undefined,
      memberMemory: undefined,
    };
    const { ratio, sides } = measurementOf(workload, [[alone]]);
    expect(ratio).toBeUndefined();
    expect(sides[0]?.serverCpuSeconds).toBeUndefined();
    expect(sides[0]?.serverResidentBytes).toBeUndefined();
  });

  it('marks a run in which the generator could do no more: by its processor time, or because it had none', () => {
    const bound = (figures: Figures): boolean | undefined =>
      measurementOf(workload, [[run('etcd', figures)]]).sides[0]?.generatorBound;
    expect(bound({ operations: 1, generatorCpuSeconds: 0.5, busyShare: 0.6 })).toBe(false);
    expect(bound({ operations: 1, generatorCpuSeconds: 0.95, busyShare: 0.95 })).toBe(true);
    expect(bound({ operations: 1, generatorCpuSeconds: 0.5, busyShare: 0.95 })).toBe(true);
  });

  it('is told to people, the mark and the first error too', () => {
    const measurement = measurementOf(workload, [
      [run('kuorum', { operations: 50, error: 'no leader' }), run('etcd', { operations: 100, busyShare: 1 })],
    ]);
    const text = storeResultsText({
      keyBytes: 8,
      valueBytes: 256,
      versions: { kuorum: '1', etcd: '2' },
      measurements: [measurement],
    });
    expect(text).toMatch(/^put +10 +kuorum +50 +0\.50× .* 12000 us +12 MB +6 MB +10% +25% +1$/m);
    expect(text).toMatch(/^put +10 +etcd +100 .* 10% \* +25% +0$/m);
    expect(text).toContain('* The generator was the bound');
    expect(text).toContain('put, kuorum: no leader');
  });
});

describe('the plan', () => {
  it('has calls at each number of clients, watchers and leases at the largest', () => {
    expect(workloads([1, 100], ['put', 'watch', 'lease-keep-alive'])).toEqual([
      { operation: 'put', clients: 1 },
      { operation: 'put', clients: 100 },
      { operation: 'watch', clients: 100 },
      { operation: 'lease-keep-alive', clients: 100 },
    ]);
  });
});

it('a median of an even number of values lies between the middle ones', () => {
  expect(median([])).toBeUndefined();
  expect(median([4])).toBe(4);
  expect(median([9, 1, 3, 5])).toBe(4);
});
