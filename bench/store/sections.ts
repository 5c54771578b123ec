/** What was found about the store, as tables and plots; also of a part of it. */
import type { OperationName } from '../generator/protocol.js';
import type { Measurement, Section, Table } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { ratioOf } from '../lab/figures.js';
import { counted } from '../lab/inputs.js';
import {
  bar,
  cell,
  costColumns,
  failureColumns,
  loadColumns,
  machineColumns,
  measurementTable,
  quantityCell,
} from '../lab/tables.js';

const names: Readonly<Record<OperationName, string>> = {
  put: 'put',
  'range-linearizable': 'range, linearizable',
  'range-serializable': 'range, serializable',
  txn: 'compare, then put or get',
  watch: 'watch, events',
  'lease-keep-alive': 'lease keep-alive',
};

const unique = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)];
const operationOf = ({ labels }: Measurement): OperationName => labels['operation'] as OperationName;
const clientsOf = ({ labels }: Measurement): number => Number(labels['clients']);
const systemOf = ({ labels }: Measurement): string => String(labels['system']);

const conditionOf = (measurement: Measurement): string =>
  `${names[operationOf(measurement)]}, ${counted(clientsOf(measurement), 'client')}`;

function find(
  measurements: readonly Measurement[],
  system: string,
  like: Pick<Measurement, 'labels'>,
): Measurement | undefined {
  return measurements.find(
    ({ labels }) =>
      labels['system'] === system &&
      labels['operation'] === like.labels['operation'] &&
      labels['clients'] === like.labels['clients'],
  );
}

function ratioTable(measurements: readonly Measurement[]): readonly Table[] {
  const pairs = measurements.flatMap((ours) => {
    const theirs = find(measurements, 'etcd', ours);
    return systemOf(ours) === 'etcd' || theirs === undefined ? [] : [{ ours, theirs }];
  });
  if (pairs.length === 0) return [];
  return [
    {
      title: "Kuorum's figure by etcd's, the median of the rounds",
      columns: ['operation', 'a second', 'p50', 'p99', 'CPU an operation'],
      rows: pairs.map(({ ours, theirs }) => [
        cell(conditionOf(ours)),
        ...['throughput', 'p50', 'p99', 'CPU per operation'].map((name) =>
          quantityCell(ratioOf(ours, theirs, name)?.value, 'ratio'),
        ),
      ]),
    },
  ];
}

export function storeSections({ measurements }: Findings): readonly Section[] {
  if (measurements.length === 0) return [];
  const systems = unique(measurements.map(systemOf));
  const rows = measurements.map((measurement) => ({
    name:
      systems.length === 1
        ? conditionOf(measurement)
        : `${conditionOf(measurement)}, ${systemOf(measurement)}`,
    measurement,
  }));
  const kuorum = measurements.filter((measurement) => systemOf(measurement) === 'kuorum');
  return [
    {
      title: 'Operations of the store',
      text:
        'Closed loop: each client has one call under way. One alone talks to the leader, many are spread over the members. ' +
        "Of a watch: one writer, so many watchers, and an event's time from sending the put.",
      tables: [
        measurementTable({
          title: 'Operations a second, and how long each takes',
          of: 'operation',
          columns: [...loadColumns, ...failureColumns],
          rows,
        }),
        ...ratioTable(measurements),
      ],
      plots: [
        {
          kind: 'bars',
          title: 'Operations a second',
          unit: 'operations/s',
          series: systems,
          groups: kuorum.map((measurement) => ({
            name: conditionOf(measurement),
            bars: systems.map((system) => bar(find(measurements, system, measurement), 'throughput')),
          })),
        },
        {
          kind: 'percentiles',
          title: 'How long an operation takes with one client',
          curves: measurements
            .filter((measurement) => clientsOf(measurement) === Math.min(...measurements.map(clientsOf)))
            .map((measurement) => ({
              name:
                systems.length === 1
                  ? names[operationOf(measurement)]
                  : `${names[operationOf(measurement)]}, ${systemOf(measurement)}`,
              measurementId: measurement.id,
            })),
        },
      ],
    },
    {
      title: 'What they cost',
      text: 'CPU in cores; memory is what is resident. Others: processes that have nothing to do with this.',
      tables: [
        measurementTable({ title: 'Of the members', of: 'operation', columns: costColumns, rows }),
        measurementTable({
          title: 'Memory, and who else used the processors',
          of: 'operation',
          columns: machineColumns,
          rows,
        }),
      ],
      plots: [],
    },
  ];
}
