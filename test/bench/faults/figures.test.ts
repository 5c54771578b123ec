import { describe, expect, it } from 'vitest';
import { faultsTimeline } from '../../../bench/faults/faults-timeline.js';
import { calmP99, phaseFigures, phaseMeasurement } from '../../../bench/faults/phase-figures.js';
import type { PhaseRecord } from '../../../bench/faults/phase-record.js';
import { faultsSections } from '../../../bench/faults/sections.js';
import type { SentAndAnswered } from '../../../bench/lab/open-load.js';

const START = 50_000;
const LENGTH = 6_000;

/** A request each 50 ms, answered after what `latency` says; undefined: never. */
function record(
  own: Partial<PhaseRecord>,
  latency: (dueMilliseconds: number) => number | undefined,
): PhaseRecord {
  const intervalMilliseconds = 250;
  const answers: SentAndAnswered[] = [];
  const due = Array.from({ length: LENGTH / intervalMilliseconds }, () => 0);
  const answered = due.map(() => 0);
  for (let at = 0; at < LENGTH; at += 50) {
    due[Math.floor(at / intervalMilliseconds)]! += 1;
    const took = latency(at);
    if (took === undefined) continue;
    const dueMilliseconds = START + at;
    answers.push({
      dueMilliseconds,
      sentMilliseconds: dueMilliseconds,
      answeredMilliseconds: dueMilliseconds + took,
    });
    const interval = Math.floor((at + took) / intervalMilliseconds);
    if (interval < answered.length) answered[interval]! += 1;
  }
  answers.sort((left, right) => left.answeredMilliseconds - right.answeredMilliseconds);
  return {
    name: 'majority-partition',
    strikes: [{ label: 'no majority', fromMilliseconds: START + 1_000, toMilliseconds: START + 3_000 }],
    loadFromMilliseconds: START,
    loadToMilliseconds: START + LENGTH,
    intervalMilliseconds,
    intervals: due.map((count, index) => ({
      fromMilliseconds: index * intervalMilliseconds,
      due: count,
      answers: answered[index]!,
      failures: 0,
      p50Milliseconds: null,
      p99Milliseconds: null,
      maxMilliseconds: null,
    })),
    answers,
    invalid: undefined,
    ...own,
  };
}

const quiet = record(
  {
    name: 'quiet-before',
    strikes: [{ label: 'quiet', fromMilliseconds: START, toMilliseconds: START + LENGTH }],
  },
  () => 4,
);
/** Nothing is answered while it lasts, and slowly for another second. */
const outage = record({}, (at) => {
  if (at >= 1_000 && at < 3_000) return undefined;
  return at >= 3_000 && at < 4_000 ? 100 : 4;
});

describe('the figures of a phase', () => {
  it('are those of the time in which something was wrong', () => {
    const figures = phaseFigures(outage, calmP99(quiet));
    expect(figures).toMatchObject({
      seconds: 2,
      answeredPerSecond: 0,
      p50Milliseconds: undefined,
      p99Milliseconds: undefined,
      due: 40,
      notAnswered: 40,
    });
    // From the last answer before it, until nobody counts any more.
    expect(figures.longestGapMilliseconds).toBe(2_000 + 50 - 4);
  });

  it('say how soon clients were as well off as before', () => {
    expect(calmP99(quiet)).toBe(4);
    expect(phaseFigures(outage, 4).recoveryMilliseconds).toBe(1_000);
    expect(phaseFigures(outage, 100).recoveryMilliseconds).toBe(0);
    expect(phaseFigures(outage, 1).recoveryMilliseconds).toBeUndefined();
    expect(phaseFigures(outage, undefined).recoveryMilliseconds).toBeUndefined();
  });

  it('of a quiet phase are those of all of it', () => {
    const figures = phaseFigures(quiet, undefined);
    expect(figures).toMatchObject({ answeredPerSecond: 20, due: 120, notAnswered: 0 });
    expect(figures.p50Milliseconds).toBeCloseTo(4, 1);
  });

  it('become a measurement that leaves out what there was not', () => {
    const settings = { members: 3, perSecond: 20, faultSeconds: 2, only: ['majority-partition'] };
    const measurement = phaseMeasurement(
      { ...outage, invalid: 'it was late' },
      phaseFigures(outage, 4),
      settings,
    );
    expect(Object.keys(measurement.labels)).toEqual(['phase', 'members', 'perSecond']);
    expect(measurement).toMatchObject({
      id: 'faults majority-partition',
      labels: { phase: 'majority-partition', members: 3, perSecond: 20 },
      invalid: 'it was late',
    });
    expect(measurement.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['throughput', 0],
      ['not answered', 100],
      ['longest gap', 2_046],
      ['recovery', 1_000],
      ['length', 2],
    ]);
  });
});

describe('the timeline of faults', () => {
  const later = 10_000;
  const second: PhaseRecord = {
    ...outage,
    loadFromMilliseconds: outage.loadFromMilliseconds + later,
    loadToMilliseconds: outage.loadToMilliseconds + later,
    strikes: outage.strikes.map(({ label, fromMilliseconds, toMilliseconds }) => ({
      label,
      fromMilliseconds: fromMilliseconds + later,
      toMilliseconds: toMilliseconds + later,
    })),
    answers: outage.answers.map((answer) => ({
      dueMilliseconds: answer.dueMilliseconds + later,
      sentMilliseconds: answer.sentMilliseconds + later,
      answeredMilliseconds: answer.answeredMilliseconds + later,
    })),
  };
  const timeline = faultsTimeline([quiet, second]);

  it('lays one phase behind the other, with what was wrong shaded', () => {
    expect(timeline.seconds).toBe(16);
    expect(timeline.shades).toEqual([{ label: 'no majority', fromSeconds: 11, toSeconds: 13 }]);
    expect(timeline.series.map(({ name }) => name)).toEqual(['answered', 'not answered', 'p50', 'p99']);
  });

  it('shows rates a second, and nothing between two loads', () => {
    const [answered, notAnswered, p50] = timeline.series;
    const at = (points: readonly (readonly [number, number | null])[], seconds: number): number | null =>
      points.find(([x]) => x === seconds)![1];
    expect(at(answered!.points, 0.125)).toBe(20);
    expect(at(answered!.points, 6)).toBeNull();
    expect(at(answered!.points, 12.125)).toBe(0);
    expect(at(notAnswered!.points, 12.125)).toBe(20);
    expect(at(p50!.points, 12.125)).toBeNull();
    expect(at(p50!.points, 13.125)).toBe(100);
    for (const { points } of timeline.series)
      expect(points.map(([x]) => x)).toEqual(points.map(([x]) => x).toSorted((left, right) => left - right));
  });
});

describe('the report of faults', () => {
  const circumstances = { members: 3, perSecond: 20 };
  const measurements = [quiet, outage].map((phase) =>
    phaseMeasurement(phase, phaseFigures(phase, 4), circumstances),
  );

  it('has a row for each phase', () => {
    const [first, latency] = faultsSections({ measurements, timelines: [faultsTimeline([quiet, outage])] });
    expect(first!.tables[0]!.rows.map((cells) => cells.map(({ text }) => text))).toEqual([
      ['quiet, before', '6.0 s', '20', '4.0 ms', '4.0 ms', '0%', '50 ms', '–'],
      ['no majority', '2.0 s', '0.0', '–', '–', '100%', '2046 ms', '1000 ms'],
    ]);
    expect(first!.plots).toMatchObject([{ kind: 'timeline', timelineId: 'faults' }]);
    expect(latency!.plots).toMatchObject([{ curves: [{ measurementId: 'faults quiet-before' }] }]);
    expect(latency!.text).toContain('Every member is alone.');
  });

  it('marks what says nothing', () => {
    const [broken] = measurements;
    const [first] = faultsSections({
      measurements: [{ ...broken!, invalid: 'it was late' }],
      timelines: [],
    });
    expect(first!.tables[0]!.rows[0]![2]).toEqual({ text: '20', verdict: 'invalid' });
    expect(first!.plots).toEqual([]);
    expect(faultsSections({ measurements: [], timelines: [] })).toEqual([]);
  });
});
