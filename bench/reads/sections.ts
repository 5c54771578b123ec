/** What was found about reads, as tables and plots; also of a part of it. */
import type { Measurement, Section } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { metricOf, ratioOf } from '../lab/figures.js';
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

const unique = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)];

const label = ({ labels }: Measurement, name: string): string => String(labels[name]);

/** `linearizable, of the leader`, and whose when there are two systems. */
function nameOf(measurement: Measurement, systems: readonly string[]): string {
  const whose = systems.length === 1 ? '' : `, ${label(measurement, 'system')}`;
  return `${label(measurement, 'kind')}, of the ${label(measurement, 'of')}${whose}`;
}

const isClosed = ({ labels }: Measurement): boolean => labels['clients'] !== undefined;
const clientsOf = ({ labels }: Measurement): number => Number(labels['clients']);

function best(measurements: readonly Measurement[]): Measurement | undefined {
  const throughput = (measurement: Measurement): number => metricOf(measurement, 'throughput')?.value ?? 0;
  return measurements.filter(isClosed).toSorted((left, right) => throughput(right) - throughput(left))[0];
}

function closedSection(measurements: readonly Measurement[], systems: readonly string[]): Section {
  const closed = measurements.filter(isClosed);
  const kinds = unique(closed.map((measurement) => label(measurement, 'kind')));
  const asked = unique(
    closed.map(
      ({ labels }) =>
        `the ${String(labels['of'])}${systems.length === 1 ? '' : `, ${String(labels['system'])}`}`,
    ),
  );
  const groupOf = (kind: string, series: string): Measurement | undefined =>
    best(
      closed.filter(
        (measurement) =>
          label(measurement, 'kind') === kind &&
          `the ${label(measurement, 'of')}${systems.length === 1 ? '' : `, ${label(measurement, 'system')}`}` ===
            series,
      ),
    );
  return {
    title: 'As many reads as one member takes',
    text:
      'Closed loop: each client has one read under way, and the next follows its answer; all of them ask one member, and ' +
      'nothing is written meanwhile. Linearizable: the leader proves with a round among the members that it still leads, ' +
      'one round for all reads that wait; a follower asks the leader and waits until it has applied as much. Lease: the ' +
      'leader takes an earlier round for the proof, which is right only while clocks drift apart slowly. Stale: what the ' +
      'member has, without asking anybody.',
    tables: [
      measurementTable({
        title: 'Reads, by calls under way at once',
        of: 'read',
        columns: [...loadColumns, ...failureColumns],
        rows: closed.map((measurement) => ({
          name: `${nameOf(measurement, systems)}, ${counted(clientsOf(measurement), 'client')}`,
          measurement,
        })),
      }),
    ],
    plots: [
      {
        kind: 'bars',
        title: 'The most reads a second',
        unit: 'operations/s',
        series: asked,
        groups: kinds.map((kind) => ({
          name: kind,
          bars: asked.map((series) => bar(groupOf(kind, series), 'throughput')),
        })),
      },
    ],
  };
}

function openSection(measurements: readonly Measurement[], systems: readonly string[]): readonly Section[] {
  const open = measurements.filter((measurement) => !isClosed(measurement));
  if (open.length === 0) return [];
  const sound = open.filter(({ invalid }) => invalid === undefined);
  return [
    {
      title: 'How long a read takes at a steady load',
      text:
        'Open loop: reads come when they are due, answered or not, and their time counts from then. Where the load is a ' +
        'share, it is one of the most that was found above for the same read.',
      tables: [
        measurementTable({
          title: 'At a steady load',
          of: 'read',
          columns: [
            { title: 'offered', metric: 'offered' },
            { title: 'answered', metric: 'throughput' },
            ...loadColumns.slice(1),
            ...failureColumns,
            { title: 'sent late', metric: 'sent late' },
          ],
          rows: open.map((measurement) => ({
            name: `${nameOf(measurement, systems)}, ${label(measurement, 'load')}`,
            measurement,
          })),
        }),
      ],
      plots:
        sound.length === 0
          ? []
          : [
              {
                kind: 'percentiles',
                title: 'How long a read takes',
                curves: sound.map((measurement) => ({
                  name: nameOf(measurement, systems),
                  measurementId: measurement.id,
                })),
              },
            ],
    },
  ];
}

function costSection(measurements: readonly Measurement[], systems: readonly string[]): Section {
  const names = unique(measurements.map((measurement) => nameOf(measurement, systems)));
  const rows = names.flatMap((name) => {
    const measurement = best(measurements.filter((each) => nameOf(each, systems) === name));
    return measurement === undefined ? [] : [{ name, measurement }];
  });
  return {
    title: 'What it costs',
    text: 'CPU in cores, of the member that leads and of one that follows; memory is what is resident.',
    tables: [
      measurementTable({
        title: 'At the most reads a second',
        of: 'read',
        columns: [{ title: 'a second', metric: 'throughput' }, ...costColumns],
        rows,
      }),
      measurementTable({
        title: 'Memory then, and who else used the processors',
        of: 'read',
        columns: machineColumns,
        rows,
      }),
    ],
    plots: [],
  };
}

function ratioSection(measurements: readonly Measurement[]): readonly Section[] {
  const pairs = measurements.flatMap((ours) => {
    const theirs = measurements.find(
      ({ labels }) =>
        labels['system'] === 'etcd' &&
        ['kind', 'of', 'clients', 'load'].every((name) => labels[name] === ours.labels[name]),
    );
    return ours.labels['system'] === 'etcd' || theirs === undefined ? [] : [{ ours, theirs }];
  });
  if (pairs.length === 0) return [];
  return [
    {
      title: 'Beside etcd',
      text:
        'Kuorum by etcd: more is better for reads a second, less for the others. The two ran in turns, round by round, ' +
        'under the same generator; each ratio is the median of the rounds.',
      tables: [
        {
          title: "Kuorum's figure by etcd's",
          columns: ['read', 'reads a second', 'p50', 'p99', 'CPU an operation'],
          rows: pairs.map(({ ours, theirs }) => [
            cell(
              `${nameOf(ours, ['kuorum'])}, ${isClosed(ours) ? counted(clientsOf(ours), 'client') : label(ours, 'load')}`,
            ),
            ...['throughput', 'p50', 'p99', 'CPU per operation'].map((name) =>
              quantityCell(ratioOf(ours, theirs, name)?.value, 'ratio'),
            ),
          ]),
        },
      ],
      plots: [],
    },
  ];
}

export function readsSections({ measurements }: Findings): readonly Section[] {
  if (measurements.length === 0) return [];
  const systems = unique(measurements.map((measurement) => label(measurement, 'system')));
  return [
    closedSection(measurements, systems),
    ...openSection(measurements, systems),
    ...ratioSection(measurements),
    costSection(measurements, systems),
  ];
}
