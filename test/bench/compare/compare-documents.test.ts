/** A planted change is found, noise is not, and what cannot be told is not told. */
import { describe, expect, it } from 'vitest';
import { type Comparison, compareDocuments } from '../../../bench/compare/compare-documents.js';
import { changeText, comparisonText } from '../../../bench/compare/comparison-text.js';
import type { BenchDocument, Measurement, Metric } from '../../../bench/lab/document.js';
import { type Random, seededRandom } from '../../../platform/index.js';
import { hostileDocument } from '../report/support/hostile-document.js';
import { normal, sampleDocument } from '../report/support/sample-document.js';

interface Noise {
  /** Of one round by another, as a share. */
  readonly spread: number;
  /** How much of it all figures of a round have in common. */
  readonly common: number;
}

/** Making its histograms takes long. */
const sample = sampleDocument();

const quiet: Noise = { spread: 0.03, common: 0 };

function metric(name: string, rounds: readonly number[], better: Metric['better'] = 'lower'): Metric {
  const value = rounds.reduce((sum, round) => sum + round, 0) / rounds.length;
  return { name, unit: 'ms', better, value, rounds };
}

/** @param factor by which the figure of this measurement and name is off */
function measured(
  random: Random,
  { spread, common }: Noise,
  rounds: number,
  factor: (measurement: number, metric: number) => number = () => 1,
): BenchDocument {
  const measurements = Array.from({ length: 5 }, (_, index): Measurement => {
    const together = Array.from({ length: rounds }, () => normal(random));
    const metrics = Array.from({ length: 4 }, (_, at) =>
      metric(
        `figure ${at}`,
        together.map((shared) => {
          const noise = Math.sqrt(common) * shared + Math.sqrt(1 - common) * normal(random);
          return 10 * (at + 1) * factor(index, at) * Math.exp(spread * noise);
        }),
      ),
    );
    return {
      id: `measurement ${index}`,
      labels: { members: 3 },
      metrics,
      histogram: undefined,
      invalid: undefined,
    };
  });
  return { ...sample, partial: undefined, measurements };
}

const withMeasurements = (measurements: readonly Measurement[]): BenchDocument => ({
  ...sample,
  partial: undefined,
  measurements,
});

const one = (metrics: readonly Metric[], others: Partial<Measurement> = {}): Measurement => ({
  id: 'put members=3',
  labels: { members: 3 },
  metrics,
  histogram: undefined,
  invalid: undefined,
  ...others,
});

const verdicts = ({ metrics }: Comparison): readonly string[] => metrics.map(({ verdict }) => verdict);
const changes = (comparison: Comparison): number =>
  verdicts(comparison).filter((verdict) => verdict !== 'no change').length;

describe('pure noise', () => {
  const trials = 400;
  /** Three deviations above one in twenty. */
  const most = trials * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials));

  it.each([
    ['of independent figures', 5, quiet],
    ['of three rounds', 3, quiet],
    ['that a round’s figures share', 5, { spread: 0.05, common: 0.9 }],
    ['that is large', 10, { spread: 0.4, common: 0.3 }],
  ] as const)('%s is reported as a change in at most one of twenty comparisons', (_, rounds, noise) => {
    let reported = 0;
    for (let seed = 1; seed <= trials; seed += 1) {
      const random = seededRandom(seed);
      const comparison = compareDocuments(measured(random, noise, rounds), measured(random, noise, rounds));
      expect(comparison.judged).toBe(20);
      if (changes(comparison) > 0) reported += 1;
    }
    expect(reported).toBeLessThanOrEqual(most);
  });
});

describe('a planted change', () => {
  it('of one figure among twenty is found, with an interval that holds it', () => {
    const trials = 100;
    let found = 0;
    let held = 0;
    for (let seed = 1; seed <= trials; seed += 1) {
      const random = seededRandom(1000 + seed);
      const slower = (measurement: number, at: number): number => (measurement === 2 && at === 1 ? 1.25 : 1);
      const comparison = compareDocuments(measured(random, quiet, 5), measured(random, quiet, 5, slower));
      const planted = comparison.metrics.find(
        ({ id, metric: name }) => id === 'measurement 2' && name === 'figure 1',
      );
      if (planted?.verdict === 'worse') found += 1;
      if (planted!.interval!.low <= 1.25 && 1.25 <= planted!.interval!.high) held += 1;
    }
    expect(found).toBeGreaterThanOrEqual(95);
    expect(held).toBeGreaterThanOrEqual(95);
  });

  it('is a change for the better or for the worse as its figure wants it', () => {
    const before = withMeasurements([
      one([
        metric('latency', [10, 10.1, 9.9, 10]),
        metric('throughput', [1000, 1010, 990, 1005], 'higher'),
        metric('entries per sync', [8, 8.1, 7.9, 8], 'neither'),
      ]),
    ]);
    const after = withMeasurements([
      one([
        metric('latency', [20, 20.1, 19.9, 20]),
        metric('throughput', [2000, 2010, 1990, 2005], 'higher'),
        metric('entries per sync', [16, 16.1, 15.9, 16], 'neither'),
      ]),
    ]);
    expect(verdicts(compareDocuments(before, after))).toEqual(['worse', 'better', 'changed']);
    expect(verdicts(compareDocuments(after, before))).toEqual(['better', 'worse', 'changed']);
    expect(verdicts(compareDocuments(after, after))).toEqual(['no change', 'no change', 'no change']);
  });

  it('is reported exactly where the interval leaves out "no change"', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seededRandom(5000 + seed);
      const some = (measurement: number): number => 1 + measurement * 0.02;
      const { metrics } = compareDocuments(measured(random, quiet, 4), measured(random, quiet, 4, some));
      for (const { interval, verdict } of metrics) {
        const leavesOut = interval!.low > 1 || interval!.high < 1;
        expect(leavesOut).toBe(verdict !== 'no change');
      }
    }
  });
});

describe('what cannot be told', () => {
  it('is what was measured in fewer than three rounds', () => {
    const comparison = compareDocuments(
      withMeasurements([one([metric('latency', [10, 10])])]),
      withMeasurements([one([{ ...metric('latency', [30, 30]), rounds: [] }])]),
    );
    expect(comparison.metrics[0]).toMatchObject({
      verdict: 'cannot tell',
      before: 10,
      after: 30,
      ratio: 3,
      interval: undefined,
      why: 'too few rounds to tell: 2 and 1, of 3 at least',
    });
    expect(comparison.judged).toBe(0);
    expect(comparisonText(comparison)).toContain('nothing can be told from noise');
  });

  it('is what has other units', () => {
    const [latency] = [metric('latency', [10, 10, 10])];
    const comparison = compareDocuments(
      withMeasurements([one([latency])]),
      withMeasurements([one([{ ...latency, unit: 's' }])]),
    );
    expect(comparison.metrics[0]).toMatchObject({
      verdict: 'cannot tell',
      why: 'the units differ: ms and s',
    });
  });

  it('is what a histogram alone says: its rounds are one', () => {
    const { histogram } = sample.measurements[0]!;
    const document = withMeasurements([one([], { histogram })]);
    const { metrics } = compareDocuments(document, document);
    expect(metrics.map(({ metric: name, verdict, ratio }) => [name, verdict, ratio])).toEqual([
      ['p50', 'cannot tell', 1],
      ['p99', 'cannot tell', 1],
    ]);
  });
});

describe('what is not compared', () => {
  it('is what is invalid on either side, and it is listed', () => {
    const metrics = [metric('latency', [10, 10.1, 9.9])];
    const comparison = compareDocuments(
      withMeasurements([one(metrics)]),
      withMeasurements([one(metrics, { invalid: 'the generator fell behind' })]),
    );
    expect(comparison.metrics).toEqual([]);
    expect(comparison.invalid).toEqual([
      { id: 'put members=3', side: 'after', why: 'the generator fell behind' },
    ]);
    expect(comparisonText(comparison)).toContain('put members=3, after: the generator fell behind');
  });

  it('is what only one of them has', () => {
    const [latency, throughput] = [metric('latency', [10, 10, 10]), metric('throughput', [5, 5, 5])];
    const comparison = compareDocuments(
      withMeasurements([one([latency]), one([latency], { id: 'put members=5' })]),
      withMeasurements([one([latency, throughput])]),
    );
    expect(verdicts(comparison)).toEqual(['no change', 'only after', 'only before']);
    const text = comparisonText(comparison);
    expect(text).toContain('- only before: put members=5 (latency)');
    expect(text).toContain('- only after: put members=3 (throughput)');
  });
});

describe('warnings', () => {
  it('name in what the runs differ besides', () => {
    const before = sample;
    const after: BenchDocument = {
      ...before,
      benchmark: 'reads',
      machine: { ...before.machine, cores: 8, syncMilliseconds: 4 },
      versions: { kuorum: '0.2.0' },
      measurements: before.measurements.filter(({ labels }) => labels['members'] !== 7),
      partial: undefined,
    };
    expect(compareDocuments(before, after).warnings).toEqual([
      'the benchmarks differ: quorum before, reads after',
      'the numbers of cores differ: 2 before, 8 after',
      'the versions of Kuorum differ: 0.1.0 before, 0.2.0 after',
      'the versions of etcd differ: 3.4.23 before, none after',
      'the member counts differ: 1, 3, 5, 7 before, 1, 3, 5 after',
      'one synced write took 840 µs before, 4 ms after',
      'the report before is partial: interrupted in step 14 of 20',
    ]);
  });

  it('are none for one machine, one version and whole runs', () => {
    const document = { ...sample, partial: undefined };
    expect(compareDocuments(document, document).warnings).toEqual([]);
  });
});

describe('a comparison on a terminal', () => {
  it('tells what became worse first, and how sure that is', () => {
    const before = withMeasurements([one([metric('p50', [1, 1.01, 0.99]), metric('p99', [10, 10.1, 9.9])])]);
    const after = withMeasurements([one([metric('p50', [1, 1.01, 0.99]), metric('p99', [20, 20.1, 19.9])])]);
    const lines = comparisonText(compareDocuments(before, after)).split('\n');
    const table = lines.slice(lines.findIndex((line) => line.startsWith('VERDICT')));
    expect(table[0]).toMatch(/^VERDICT +MEASUREMENT +FIGURE +BEFORE +AFTER +CHANGE +INTERVAL 97\.5%/);
    expect(table[1]).toMatch(
      /^✗ worse +put members=3 +p99 +10 ms +20 ms +\+100\.0% +\+9\d\.\d% … \+10\d\.\d%$/,
    );
    expect(table[2]).toMatch(/^no change +put members=3 +p50 /);
    expect(lines.join(' ')).toContain('Judged: 2 figures, together');
    expect(lines.at(-2)).toBe('1 worse, 1 no change');
  });

  it.each([
    [1.1234, '+12.3%'],
    [0.9, '−10.0%'],
    [1, '+0.0%'],
    [25, '×25.0'],
    [1234, '×1234'],
  ])('a ratio of %d is %s', (ratio, text) => {
    expect(changeText(ratio)).toBe(text);
  });

  it('steers no terminal', () => {
    const text = comparisonText(compareDocuments(hostileDocument(), sample));
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
