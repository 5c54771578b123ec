/** A document with every kind of plot, made up from a seed: plausible, and measured nowhere. */

import { Latencies } from '../../../../bench/generator/latencies.js';
import type {
  BenchDocument,
  Measurement,
  Metric,
  Section,
  Timeline,
} from '../../../../bench/lab/document.js';
import { type Random, seededRandom } from '../../../../platform/index.js';

/** Normal, mean 0 and deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}

const logNormal = (random: Random, median: number, spread: number): number =>
  median * Math.exp(spread * normal(random));

function histogramOf(random: Random, count: number, medianMilliseconds: number, spread: number): string {
  const latencies = new Latencies();
  for (let index = 0; index < count; index += 1) {
    const stall = random.float() < 0.002 ? 20 * random.float() * medianMilliseconds : 0;
    latencies.record(logNormal(random, medianMilliseconds, spread) + stall);
  }
  return latencies.encode();
}

const metric = (
  random: Random,
  name: string,
  unit: Metric['unit'],
  better: Metric['better'],
  value: number,
): Metric => ({
  name,
  unit,
  better,
  value,
  rounds: Array.from({ length: 5 }, () => logNormal(random, value, 0.03)),
});

const sizes = [1, 3, 5, 7];
const loads = [10, 50, 80];

function quorumMeasurements(random: Random): readonly Measurement[] {
  return sizes.flatMap((members) =>
    loads.map((load): Measurement => {
      const median = 1.6 * members ** 0.4 * (load === 80 ? 3 : load === 50 ? 1.5 : 1);
      const throughput = (16_000 / members ** 0.5) * (load / 100);
      return {
        id: `put members=${members} clients=100 load=${load}%`,
        labels: { members, clients: 100, load: `${load}%` },
        metrics: [
          metric(random, 'throughput', 'operations/s', 'higher', throughput),
          metric(random, 'p50', 'ms', 'lower', median),
          metric(random, 'p99', 'ms', 'lower', median * 4.1),
          metric(random, 'entries per sync', 'entries', 'neither', load / 4),
        ],
        histogram: histogramOf(random, 12_000, median, 0.45),
        invalid:
          members === 7 && load === 80
            ? 'the generator fell behind: 1.2% of requests were sent late'
            : undefined,
      };
    }),
  );
}

function faultsTimeline(random: Random): Timeline {
  const seconds = 120;
  const shades = [
    { label: 'slow disk at m2, 40 ms', fromSeconds: 10, toSeconds: 22 },
    { label: 'slow network, 50 ms', fromSeconds: 28, toSeconds: 38 },
    { label: 'lossy network, 5%', fromSeconds: 40, toSeconds: 50 },
    { label: 'one way: m1 hears nobody', fromSeconds: 52, toSeconds: 58 },
    { label: 'minority cut off', fromSeconds: 62, toSeconds: 70 },
    { label: 'majority cut off', fromSeconds: 73, toSeconds: 80 },
    { label: 'rolling restart', fromSeconds: 84, toSeconds: 99 },
    { label: '3 → 5 members', fromSeconds: 102, toSeconds: 104 },
    { label: '5 → 7 members', fromSeconds: 109, toSeconds: 111.5 },
  ];
  const at = Array.from({ length: seconds * 4 }, (_, index) => index / 4);
  const isIn = (index: number, second: number): boolean =>
    second >= shades[index]!.fromSeconds && second < shades[index]!.toSeconds;
  const isStill = (second: number): boolean =>
    isIn(5, second) || (second >= 52 && second < 53.2) || (second >= 94 && second < 95);
  const slowness = (second: number): number =>
    isIn(0, second) ? 6 : isIn(1, second) ? 22 : isIn(2, second) ? 9 : 1;
  return {
    id: 'faults members=3',
    title: 'Three members through faults',
    seconds,
    series: [
      {
        name: 'answers',
        unit: 'operations/s',
        points: at.map((second) => [
          second,
          isStill(second) ? 0 : 2000 * (slowness(second) > 8 ? 0.82 : 1) * (1 + 0.03 * normal(random)),
        ]),
      },
      {
        name: 'p50',
        unit: 'ms',
        points: at.map((second) => [
          second,
          isStill(second) ? null : logNormal(random, 3 * slowness(second), 0.08),
        ]),
      },
      {
        name: 'p99',
        unit: 'ms',
        points: at.map((second) => [
          second,
          isStill(second) ? null : logNormal(random, 14 * slowness(second), 0.22),
        ]),
      },
      {
        name: 'members ready',
        unit: 'count',
        points: at.map((second) => [
          second,
          isIn(4, second) || isIn(6, second)
            ? 2
            : isIn(5, second)
              ? 1
              : second > 111
                ? 7
                : second > 104
                  ? 5
                  : 3,
        ]),
      },
    ],
    shades,
  };
}

function percentilesSection(): Section {
  return {
    title: 'Latency at half of the maximum',
    text: 'Requests were sent when they were due, answered or not. A latency counts from when its request was due.\nEach curve ends at its largest value.',
    tables: [
      {
        title: 'Put, 100 clients, half of the maximum',
        columns: ['members', 'a second', 'p50', 'p99', 'p99.9', 'wanted'],
        rows: [
          [
            { text: '1' },
            { text: '8,000' },
            { text: '1.60 ms' },
            { text: '6.56 ms' },
            { text: '9.90 ms' },
            { text: 'p99 < 50 ms', verdict: 'reached' },
          ],
          [
            { text: '3' },
            { text: '4,619' },
            { text: '2.48 ms' },
            { text: '10.2 ms' },
            { text: '16.0 ms' },
            { text: 'p99 < 10 ms', verdict: 'missed' },
          ],
          [
            { text: '7' },
            { text: '3,023' },
            { text: '3.48 ms', verdict: 'invalid' },
            { text: '14.3 ms', verdict: 'invalid' },
            { text: '30.1 ms', verdict: 'invalid' },
            { text: '' },
          ],
        ],
      },
    ],
    plots: [
      {
        kind: 'percentiles',
        title: 'Latency by percentile at half of the maximum',
        curves: sizes.map((members) => ({
          name: members === 1 ? '1 member' : `${members} members`,
          measurementId: `put members=${members} clients=100 load=50%`,
        })),
      },
      {
        kind: 'percentiles',
        title: 'Latency by percentile, seven members, by load',
        curves: loads.map((load) => ({
          name: `${load}% of the maximum`,
          measurementId: `put members=7 clients=100 load=${load}%`,
        })),
      },
    ],
  };
}

function throughputSection(random: Random): Section {
  const clients = [1, 10, 100, 1000];
  const at = (members: number, count: number): number =>
    ((14_000 / members ** 0.5) * count) / (count + 22) / (count > 500 ? 1.1 : 1);
  const bar = (value: number) => ({
    value,
    low: value * (0.93 + 0.02 * random.float()),
    high: value * (1.03 + 0.04 * random.float()),
  });
  return {
    title: 'Throughput by size and clients',
    text: 'A closed loop: each client sends its next request when it has the answer to the one before.',
    tables: [],
    plots: [
      {
        kind: 'lines',
        title: 'Acknowledged puts a second by clients',
        x: { name: 'clients', unit: '', scale: 'logarithmic' },
        y: { name: 'throughput', unit: 'operations/s', scale: 'linear' },
        lines: sizes.map((members) => ({
          name: members === 1 ? '1 member' : `${members} members`,
          points: clients.map((count) => [count, at(members, count)]),
        })),
      },
      {
        kind: 'bars',
        title: 'Throughput with 100 clients, Kuorum beside etcd',
        unit: 'operations/s',
        series: ['Kuorum', 'etcd'],
        groups: sizes.map((members) => ({
          name: members === 1 ? '1 member' : `${members} members`,
          bars: [bar(at(members, 100)), members === 7 ? null : bar(at(members, 100) * 1.7)],
        })),
      },
      {
        kind: 'lines',
        title: 'Median latency by offered load',
        x: { name: 'offered load', unit: 'operations/s', scale: 'linear' },
        y: { name: 'p50', unit: 'ms', scale: 'logarithmic' },
        lines: ['Kuorum, linearizable', 'Kuorum, by lease', 'etcd, linearizable'].map((name, index) => ({
          name,
          points: [500, 1000, 2000, 4000, 6000, 8000, 9000].map((load) => [
            load,
            (1.2 + index * 0.4) / Math.max(0.02, 1 - load / (9_300 + index * 500)),
          ]),
        })),
      },
    ],
  };
}

function failoverSection(random: Random): Section {
  const times = (median: number, spread: number): readonly number[] =>
    Array.from({ length: 30 }, () => logNormal(random, median, spread));
  return {
    title: 'When the leader goes',
    text: 'Thirty times each. What a client sees is the longest time without an acknowledged write.',
    tables: [],
    plots: [
      {
        kind: 'distribution',
        title: 'Time without an acknowledged write',
        unit: 'ms',
        groups: [
          { name: 'leader killed', values: times(210, 0.25) },
          { name: 'leader paused', values: times(1120, 0.1) },
          { name: 'leader cut off', values: times(1180, 0.12) },
          { name: 'follower killed', values: times(14, 0.5) },
        ],
      },
      {
        kind: 'distribution',
        title: 'Time to the next leader after a kill, by election timeout',
        unit: 'ms',
        groups: [
          { name: 'timeout 500 ms', values: times(160, 0.2) },
          { name: 'timeout 1 s', values: times(260, 0.15) },
        ],
      },
    ],
  };
}

export function sampleDocument(seed = 1): BenchDocument {
  const random = seededRandom(seed);
  return {
    formatVersion: 2,
    benchmark: 'quorum',
    title: 'Quorum: what one, three, five and seven members cost',
    command:
      'kuorum bench quorum --members 1,3,5,7 --value-size 256 --clients 1,10,100,1000 --duration 10s --against etcd',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:31:45.000Z',
    machine: {
      platform: 'linux x64',
      processor: 'A processor that does not exist, 2.50 GHz',
      cores: 2,
      memoryGibibytes: 8,
      node: 'v22.0.0',
      syncMilliseconds: 0.84,
    },
    versions: { kuorum: '0.1.0', etcd: '3.4.23' },
    partial: 'interrupted in step 14 of 20',
    notes: [
      'These figures are made up: this is a sample of the page.',
      'Other processes used 0.31 of a core meanwhile.',
    ],
    measurements: quorumMeasurements(random),
    timelines: [faultsTimeline(random)],
    sections: [
      throughputSection(random),
      percentilesSection(),
      failoverSection(random),
      {
        title: 'Through faults',
        text: 'A steady load of 2,000 puts a second, while this and that was done to the members.',
        tables: [],
        plots: [{ kind: 'timeline', title: 'Three members through faults', timelineId: 'faults members=3' }],
      },
    ],
  };
}
