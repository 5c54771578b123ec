/** What was found about one large store, as tables and plots; also of a part of it. */
import type { Measurement, Section } from '../../lab/document.js';
import type { Findings } from '../../lab/experiment.js';
import { metricOf } from '../../lab/figures.js';
import { failureColumns, loadColumns, measurementTable } from '../../lab/tables.js';

const conditionOf = ({ labels }: Measurement): string => String(labels['condition']);

export function largeStoreSections({ measurements }: Findings): readonly Section[] {
  const rowsWith = (...metrics: readonly string[]) =>
    measurements
      .filter((measurement) => metrics.every((name) => metricOf(measurement, name) !== undefined))
      .map((measurement) => ({ name: conditionOf(measurement), measurement }));
  const calls = rowsWith('throughput', 'p50');
  const tables = [
    measurementTable({
      title: 'Loading, opening and compacting',
      of: 'what',
      columns: [
        { title: 'time', metric: 'time' },
        { title: 'keys a second', metric: 'throughput' },
        { title: 'database', metric: 'database' },
        { title: 'revisions forgotten', metric: 'revisions' },
      ],
      rows: [...rowsWith('database'), ...rowsWith('time')],
    }),
    measurementTable({
      title: 'Calls, those during the compaction too',
      of: 'calls',
      columns: [
        ...loadColumns,
        { title: 'event loop late', metric: 'event loop late' },
        { title: 'longest silence', metric: 'longest silence' },
        ...failureColumns,
      ],
      rows: calls,
    }),
    measurementTable({
      title: 'Memory of the process',
      of: 'when',
      columns: [
        { title: 'resident', metric: 'resident' },
        { title: 'backed by no file', metric: 'backed by no file' },
      ],
      rows: rowsWith('resident').map((row) => ({ ...row, name: row.name.replace(/^memory /, '') })),
    }),
  ];
  return [
    {
      title: 'A large store',
      text:
        'One member, a cluster by itself; values that nothing compresses. Puts at a steady pace are timed from when they ' +
        'were due. Event loop late: the longest that the member attended to nobody. Longest silence: the longest time ' +
        'without an answer to anybody.',
      tables: tables.filter(({ rows }) => rows.length > 0),
      plots:
        calls.length === 0
          ? []
          : [
              {
                kind: 'percentiles',
                title: 'How long a call takes',
                curves: calls.map(({ name, measurement: { id } }) => ({ name, measurementId: id })),
              },
            ],
    },
  ];
}
