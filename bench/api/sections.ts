/** What was found about the API, as tables and plots; also of a part of it. */
import type { Cell, Measurement, Section, Table } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { metricOf } from '../lab/figures.js';
import { counted } from '../lab/inputs.js';
import { bar, cell, failureColumns, loadColumns, measurementTable } from '../lab/tables.js';
import { quantity } from '../report/index.js';

const whatOf = ({ labels }: Measurement): string => String(labels['what']);
const clientsOf = ({ labels }: Measurement): number => Number(labels['clients']);
const nameOf = (measurement: Measurement): string =>
  `${whatOf(measurement)}, ${counted(clientsOf(measurement), 'client')}`;

interface Wish {
  readonly what: string;
  readonly metric: string;
  readonly title: string;
  /** In the metric's unit; undefined: nothing is wanted. */
  readonly below?: number;
  readonly wanted: string;
}

const wishes: readonly Wish[] = [
  {
    what: 'start',
    metric: 'command to ready',
    title: 'command to ready, median',
    below: 2_000,
    wanted: 'under 2 s on two cores',
  },
  {
    what: 'idle',
    metric: 'largest member',
    title: 'largest idle member',
    below: 150e6,
    wanted: 'under 150 MB',
  },
  {
    what: 'idle',
    metric: 'CPU of all members',
    title: 'idle CPU, all members, of a core',
    below: 3,
    wanted: 'under 3%',
  },
  {
    what: 'leader kill',
    metric: 'new leader',
    title: 'leader kill to new leader, median',
    below: 1_500,
    wanted: 'under 1.5 s',
  },
  {
    what: 'leader kill',
    metric: 'acknowledged write',
    title: 'leader kill to acknowledged write, median',
    wanted: '',
  },
];

function wishTable(measurements: readonly Measurement[]): Table {
  return {
    title: 'Single figures',
    columns: ['figure', 'value', 'worst', 'wanted'],
    rows: wishes.flatMap(({ what, metric: name, title, below, wanted }): readonly (readonly Cell[])[] => {
      const metric = metricOf(
        measurements.find((measurement) => whatOf(measurement) === what),
        name,
      );
      if (metric === undefined) return [];
      const { value, unit, rounds } = metric;
      const text = quantity(value, unit);
      const verdict = below !== undefined && value < below ? 'reached' : 'missed';
      return [
        [
          cell(title),
          below === undefined ? { text } : { text, verdict },
          cell(rounds.length === 0 ? '' : quantity(Math.max(...rounds), unit)),
          cell(wanted),
        ],
      ];
    }),
  };
}

export function apiSections({ measurements }: Findings): readonly Section[] {
  if (measurements.length === 0) return [];
  const loads = measurements.filter(({ labels }) => labels['clients'] !== undefined);
  const clients = [...new Set(loads.map(clientsOf))];
  const operations = [...new Set(loads.map(whatOf))];
  const loadSection: Section = {
    title: 'Requests',
    text:
      'Closed loop through the front door: each client has one connection and one request under way. Creates are of ' +
      'ConfigMaps of about 500 bytes; gets and lists read 500 of them.',
    tables: [
      measurementTable({
        title: 'Requests a second, and how long each takes',
        of: 'operation',
        columns: [...loadColumns, ...failureColumns],
        rows: loads.map((measurement) => ({ name: nameOf(measurement), measurement })),
      }),
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Requests a second',
        unit: 'operations/s',
        series: clients.map((count) => counted(count, 'client')),
        groups: operations.map((operation) => ({
          name: operation,
          bars: clients.map((count) =>
            bar(
              loads.find((each) => whatOf(each) === operation && clientsOf(each) === count),
              'throughput',
            ),
          ),
        })),
      },
      {
        kind: 'percentiles',
        title: 'How long a request takes',
        curves: loads
          .filter((measurement) => clientsOf(measurement) === Math.min(...clients))
          .map((measurement) => ({ name: nameOf(measurement), measurementId: measurement.id })),
      },
    ],
  };
  return [
    ...(loads.length === 0 ? [] : [loadSection]),
    {
      title: 'Start, idling and the death of a leader',
      text: 'Idle: after a while without load. A kill is kill -9; what passes until then is seen from outside.',
      tables: [wishTable(measurements)],
      plots: [],
    },
  ];
}
