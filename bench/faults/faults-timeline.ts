/** All phases on one axis of time, with what was done shaded. */
import type { Series, Shade, Timeline } from '../lab/document.js';
import type { PhaseRecord } from './phase-record.js';
import { type Row, rowsOf } from './rows.js';

export const FAULTS_TIMELINE_ID = 'faults';

/** @param records at least one, in the order of time */
export function faultsTimeline(records: readonly PhaseRecord[]): Timeline {
  const start = records[0]!.loadFromMilliseconds;
  const seconds = (at: number): number => (at - start) / 1000;
  const end = Math.max(...records.map(({ loadToMilliseconds }) => loadToMilliseconds));
  const parts = records.map((record) =>
    // The last stretch of a load is cut off: as a rate it would be wrong.
    rowsOf(record).filter((row) => row.toMilliseconds <= record.loadToMilliseconds),
  );
  const series = (name: string, unit: Series['unit'], of: (row: Row) => number | null): Series => ({
    name,
    unit,
    // Nothing was sent between two loads: a gap, not a value.
    points: parts.flatMap((rows, index) => [
      ...rows.map((row) => [seconds((row.fromMilliseconds + row.toMilliseconds) / 2), of(row)] as const),
      ...(index === parts.length - 1 ? [] : [[seconds(records[index]!.loadToMilliseconds), null] as const]),
    ]),
  });
  const perSecond = (count: number, row: Row): number =>
    (1000 * count) / (row.toMilliseconds - row.fromMilliseconds);
  return {
    id: FAULTS_TIMELINE_ID,
    title: 'Writes while faults come and go',
    seconds: seconds(end),
    series: [
      series('answered', 'operations/s', (row) => perSecond(row.answers, row)),
      series('not answered', 'operations/s', (row) => perSecond(row.due - row.answeredOfDue, row)),
      series('p50', 'ms', (row) => row.p50Milliseconds),
      series('p99', 'ms', (row) => row.p99Milliseconds),
    ],
    shades: records.flatMap((record) => shadesOf(record, seconds)),
  };
}

function shadesOf({ name, strikes }: PhaseRecord, seconds: (at: number) => number): readonly Shade[] {
  if (name === 'quiet-before' || name === 'quiet-after') return [];
  return strikes.map(({ label, fromMilliseconds, toMilliseconds }) => ({
    label,
    fromSeconds: seconds(fromMilliseconds),
    toSeconds: seconds(toMilliseconds),
  }));
}
