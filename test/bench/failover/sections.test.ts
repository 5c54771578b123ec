import { describe, expect, it } from 'vitest';
import { measurementsOf, noteOn } from '../../../bench/failover/measurements.js';
import type { FailoverKind, Series } from '../../../bench/failover/plan.js';
import type { MeasuredRound } from '../../../bench/failover/rounds.js';
import { failoverSections } from '../../../bench/failover/sections.js';
import type { Measurement } from '../../../bench/lab/document.js';

const round = (election: number | undefined, own: Partial<MeasuredRound> = {}): MeasuredRound => ({
  figures: {
    detection: election === undefined ? undefined : election - 10,
    election,
    'first write': (election ?? 0) + 20,
    unavailability: (election ?? 0) + 30,
    'ordinary gap': 8,
  },
  invalid: undefined,
  ...own,
});

const series = (kind: FailoverKind, own: Partial<Series> = {}): Series => ({
  system: 'kuorum',
  kind,
  target: 'leader',
  electionTimeoutMilliseconds: 1_000,
  ...own,
});

const circumstances = { members: 3, perSecond: 200 };
const measure = (which: Series, elections: readonly (number | undefined)[]): readonly Measurement[] =>
  measurementsOf(
    which,
    elections.map((election) => round(election)),
    circumstances,
  );

const find = (all: readonly Measurement[], figure: string): Measurement =>
  all.find(({ labels }) => labels['figure'] === figure)!;

describe('the rounds of a series', () => {
  it('become one measurement a figure, with every value', () => {
    const all = measure(series('pause'), [1_100, 1_300, 1_200]);
    expect(all.map(({ labels }) => labels['figure'])).toEqual([
      'detection',
      'election',
      'first write',
      'unavailability',
      'ordinary gap',
    ]);
    const election = find(all, 'election');
    expect(election.id).toBe('failover kuorum pause leader timeout=1000ms election');
    expect(election.metrics).toEqual([
      { name: 'p50', unit: 'ms', better: 'lower', value: 1_200, rounds: [1_100, 1_300, 1_200] },
      { name: 'p90', unit: 'ms', better: 'lower', value: 1_280, rounds: [] },
      { name: 'max', unit: 'ms', better: 'lower', value: 1_300, rounds: [] },
      {
        name: 'p50 by election timeout',
        unit: 'ratio',
        better: 'lower',
        value: 1.2,
        rounds: [],
      },
    ]);
  });

  it('say how often something did not come', () => {
    const { metrics } = find(measure(series('pause'), [1_100, undefined]), 'election');
    expect(metrics.find(({ name }) => name === 'rounds without it')).toMatchObject({
      value: 1,
      unit: 'count',
    });
    const none = find(measure(series('pause'), [undefined]), 'election');
    expect(none.metrics).toMatchObject([{ name: 'rounds without it', value: 1 }]);
  });

  it('of a follower count elections that nobody wanted, and none of their times', () => {
    const all = measure(series('kill', { target: 'follower' }), [undefined, 700]);
    expect(all.map(({ labels }) => labels['figure'])).toEqual([
      'first write',
      'unavailability',
      'ordinary gap',
      'elections',
    ]);
    expect(find(all, 'elections').metrics).toMatchObject([{ value: 1, rounds: [0, 1] }]);
  });

  it('void what clients saw when the generator fell behind often, and never what members wrote down', () => {
    const late = round(100, { invalid: 'it was late' });
    const often = measurementsOf(series('kill'), [round(100), late], circumstances);
    expect(find(often, 'unavailability').invalid).toMatch(/^in 1 of 2 rounds .*it was late$/);
    expect(find(often, 'election').invalid).toBeUndefined();
    const rounds = [late, ...Array.from({ length: 19 }, () => round(100))];
    const seldom = measurementsOf(series('kill'), rounds, circumstances);
    expect(seldom.every(({ invalid }) => invalid === undefined)).toBe(true);
    expect(noteOn(series('kill'), rounds)).toBe(
      'kuorum kill leader timeout=1000ms: in 1 of 20 rounds it was late',
    );
  });
});

describe('the report of failover', () => {
  const measurements = [
    ...measure(series('kill'), [100, 250, 290]),
    ...measure(series('kill', { target: 'follower' }), [undefined]),
    ...measure(series('pause'), [1_190, 1_100, 1_400]),
    ...measure(series('partition'), [1_200, 1_100, 1_400]),
  ];
  const sections = failoverSections({ measurements, timelines: [] });

  it('judges by the aims', () => {
    const table = sections[0]!.tables[1]!;
    expect(table.rows.map((row) => [row[0]!.text, row[2], row[3]!.text])).toEqual([
      ['kill the leader', { text: '0.25×', verdict: 'reached' }, 'below 0.3×'],
      ['pause the leader', { text: '1.19×', verdict: 'reached' }, 'below 1.2×'],
      ['partition the leader', { text: '1.20×', verdict: 'missed' }, 'below 1.2×'],
    ]);
  });

  it('has a distribution for each fault and target, and the medians as bars', () => {
    const plots = sections.flatMap((section) => section.plots);
    expect(plots.filter(({ kind }) => kind === 'distribution')).toHaveLength(4);
    const bars = plots.find((plot) => plot.kind === 'bars')!;
    expect(bars.groups.map(({ name }) => name)).toEqual([
      'kill the leader',
      'kill the follower',
      'pause the leader',
      'partition the leader',
    ]);
    expect(bars.groups[1]?.bars[1]).toBeNull();
  });

  it('shows no bar of what says nothing', () => {
    const late = measurementsOf(series('kill'), [round(100, { invalid: 'it was late' })], circumstances);
    const [bars] = failoverSections({ measurements: late, timelines: [] })[0]!.plots;
    if (bars?.kind !== 'bars') throw new Error('the first plot is not of bars');
    const [detection, election, firstWrite, unavailability] = bars.groups[0]!.bars;
    expect([detection, election]).not.toContain(null);
    expect([firstWrite, unavailability]).toEqual([null, null]);
  });

  it('sets the systems and the timeouts apart where there are several', () => {
    const both = failoverSections({
      measurements: [
        ...measure(series('kill'), [100]),
        ...measure(series('kill', { electionTimeoutMilliseconds: 500 }), [50]),
        ...measure(series('kill', { system: 'etcd' }), [200]),
      ],
      timelines: [],
    });
    expect(both[0]!.tables[0]!.rows.map(([name]) => name!.text)).toEqual([
      'Kuorum: kill the leader (T = 1 s)',
      'Kuorum: kill the leader (T = 500 ms)',
      'etcd: kill the leader (T = 1 s)',
    ]);
    const beside = both.find(({ title }) => title === 'Beside etcd')!;
    expect(beside.tables[0]!.rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['kill the leader', '0.47×', '0.50×', '0.55×', '0.57×'],
    ]);
  });

  it('says nothing of nothing', () => {
    expect(failoverSections({ measurements: [], timelines: [] })).toEqual([]);
  });
});
