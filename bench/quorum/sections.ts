/** What was found about quorums, as tables and plots; also of a part of it. */
import type { Measurement, Plot, Section, Table } from '../lab/document.js';
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
  metricCell,
  quantityCell,
} from '../lab/tables.js';

/** One cluster: a size of one system. */
interface Subject {
  readonly name: string;
  readonly system: string;
  readonly members: number;
  /** By calls under way at once, fewest first. */
  readonly closed: readonly Measurement[];
  /** By load, least first. */
  readonly open: readonly Measurement[];
  /** Of `closed`. */
  readonly best: Measurement | undefined;
}

const unique = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)];
const throughput = (measurement: Measurement): number => metricOf(measurement, 'throughput')?.value ?? 0;

function subjectsOf({ measurements }: Findings): readonly Subject[] {
  const systems = unique(measurements.map(({ labels }) => String(labels['system'])));
  return unique(measurements.map(({ labels }) => Number(labels['members']))).flatMap((members) =>
    systems.flatMap((system) => {
      const own = measurements.filter(
        ({ labels }) => labels['members'] === members && labels['system'] === system,
      );
      const closed = own.filter(({ labels }) => labels['clients'] !== undefined);
      if (own.length === 0) return [];
      const best = closed.toSorted((left, right) => throughput(right) - throughput(left))[0];
      const name =
        systems.length === 1 ? counted(members, 'member') : `${counted(members, 'member')}, ${system}`;
      const open = own.filter(({ labels }) => labels['load'] !== undefined);
      return [{ name, system, members, closed, open, best }];
    }),
  );
}

const clientsOf = ({ labels }: Measurement): number => Number(labels['clients']);

function throughputSection(subjects: readonly Subject[]): Section {
  const clients = unique(subjects.flatMap(({ closed }) => closed.map(clientsOf)));
  const sizes = unique(subjects.map(({ members }) => members));
  const systems = unique(subjects.map(({ system }) => system));
  const matrix: Table = {
    title: 'Puts a second, by calls under way at once',
    columns: ['cluster', ...clients.map((count) => counted(count, 'client'))],
    rows: subjects.map(({ name, closed }) => [
      cell(name),
      ...clients.map((count) =>
        metricCell(
          closed.find((measurement) => clientsOf(measurement) === count),
          'throughput',
        ),
      ),
    ]),
  };
  const latency = measurementTable({
    title: 'How long a put took then',
    of: 'cluster',
    columns: [...loadColumns, ...failureColumns],
    rows: subjects.flatMap(({ name, closed }) =>
      closed.map((measurement) => ({
        name: `${name}, ${counted(clientsOf(measurement), 'client')}`,
        measurement,
      })),
    ),
  });
  return {
    title: 'As many puts as it takes',
    text:
      'Closed loop: each client has one put under way, and the next follows its answer. One client talks to the leader; ' +
      'many are spread over all members, of which those that follow pass each put on to the leader.\n' +
      'Servers and generator share this machine: with more members there is less processor for each, which a cluster on ' +
      'machines of its own would not see.',
    tables: [matrix, latency],
    plots: [
      {
        kind: 'bars',
        title: 'The most puts a second, by cluster size',
        unit: 'operations/s',
        series: systems,
        groups: sizes.map((members) => ({
          name: counted(members, 'member'),
          bars: systems.map((system) =>
            bar(
              subjects.find((subject) => subject.members === members && subject.system === system)?.best,
              'throughput',
            ),
          ),
        })),
      },
      {
        kind: 'lines',
        title: 'Puts a second, by calls under way at once',
        x: { name: 'calls under way at once', unit: '', scale: 'logarithmic' },
        y: { name: 'throughput', unit: 'operations/s', scale: 'logarithmic' },
        lines: subjects.map(({ name, closed }) => ({
          name,
          points: closed
            .filter((measurement) => throughput(measurement) > 0)
            .map((measurement) => [clientsOf(measurement), throughput(measurement)] as const),
        })),
      },
    ],
  };
}

function latencySection(subjects: readonly Subject[]): Section {
  const curves = subjects.flatMap(({ name, open }) =>
    open
      .filter(({ labels, invalid }) => labels['load'] === '50%' && invalid === undefined)
      .map(({ id }) => ({ name, measurementId: id })),
  );
  const plots: readonly Plot[] = [
    { kind: 'percentiles', title: 'How long a put takes at half of the most', curves },
    {
      kind: 'lines',
      title: 'The 99th percentile, by puts a second',
      x: { name: 'puts a second', unit: '/s', scale: 'logarithmic' },
      y: { name: 'p99', unit: 'ms', scale: 'logarithmic' },
      lines: subjects.map(({ name, open }) => ({
        name,
        points: open.flatMap((measurement) => {
          const p99 = metricOf(measurement, 'p99')?.value;
          const invalid = p99 === undefined || measurement.invalid !== undefined;
          return invalid ? [] : [[throughput(measurement), p99] as const];
        }),
      })),
    },
  ];
  return {
    title: 'How long a put takes at a steady load',
    text:
      'Open loop: puts come when they are due, answered or not, at shares of the most that the same cluster took above, ' +
      "and a put's time counts from when it was due. So the loads of two clusters differ as their mosts do.",
    tables: [
      measurementTable({
        title: 'At 10, 50 and 80% of the most',
        of: 'cluster',
        columns: [
          { title: 'offered', metric: 'offered' },
          { title: 'answered', metric: 'throughput' },
          ...loadColumns.slice(1),
          ...failureColumns,
          { title: 'sent late', metric: 'sent late' },
        ],
        rows: subjects.flatMap(({ name, open }) =>
          open.map((measurement) => ({ name: `${name}, ${measurement.labels['load']}`, measurement })),
        ),
      }),
    ],
    plots: plots.filter((plot) => plot.kind !== 'percentiles' || plot.curves.length > 0),
  };
}

function costSection(subjects: readonly Subject[]): Section {
  const best = (clients: number | undefined) =>
    subjects.flatMap(({ name, closed, best: most }) => {
      const measurement = clients === undefined ? most : closed.find((each) => clientsOf(each) === clients);
      return measurement === undefined ? [] : [{ name, measurement }];
    });
  const fewest = Math.min(...subjects.flatMap(({ closed }) => closed.map(clientsOf)));
  return {
    title: 'What it costs',
    text:
      "Entries a sync: of the leader's log, how many puts share one synced write. Messages an entry: of all members to " +
      'each other, answers and heartbeats among them. CPU in cores; memory is what is resident. Others: processes that ' +
      'have nothing to do with this.',
    tables: [
      measurementTable({
        title: 'At the most puts a second',
        of: 'cluster',
        columns: [{ title: 'a second', metric: 'throughput' }, ...costColumns],
        rows: best(undefined),
      }),
      measurementTable({
        title: 'Memory then, and who else used the processors',
        of: 'cluster',
        columns: machineColumns,
        rows: best(undefined),
      }),
      measurementTable({
        title: `With ${counted(fewest, 'client')}`,
        of: 'cluster',
        columns: [{ title: 'a second', metric: 'throughput' }, ...costColumns],
        rows: best(fewest),
      }),
    ],
    plots: [],
  };
}

const ratioMetrics = ['throughput', 'p50', 'p99', 'CPU per operation'] as const;

function ratioSection(subjects: readonly Subject[]): readonly Section[] {
  const pairs = subjects.flatMap((ours) => {
    const theirs = subjects.find(({ system, members }) => system === 'etcd' && members === ours.members);
    if (ours.system === 'etcd' || theirs === undefined) return [];
    const find = (measurement: Measurement): Measurement | undefined =>
      [...theirs.closed, ...theirs.open].find(
        ({ labels }) =>
          labels['clients'] === measurement.labels['clients'] &&
          labels['load'] === measurement.labels['load'],
      );
    return [...ours.closed, ...ours.open].map((measurement) => ({
      members: ours.members,
      measurement,
      etcd: find(measurement),
    }));
  });
  if (pairs.length === 0) return [];
  const most = subjects.filter(({ system }) => system !== 'etcd').map(({ members }) => members);
  return [
    {
      title: 'Beside etcd',
      text:
        'Kuorum by etcd: more is better for puts a second, less for the others. The two ran in turns, round by round, ' +
        'under the same generator; each ratio is the median of the rounds. At shares of the most each has its own load.',
      tables: [
        {
          title: "Kuorum's figure by etcd's",
          columns: ['condition', 'puts a second', 'p50', 'p99', 'CPU an operation'],
          rows: pairs.map(({ members, measurement, etcd }) => [
            cell(
              `${counted(members, 'member')}, ${
                measurement.labels['load'] === undefined
                  ? counted(clientsOf(measurement), 'client')
                  : measurement.labels['load']
              }`,
            ),
            ...ratioMetrics.map((name) => quantityCell(ratioOf(measurement, etcd, name)?.value, 'ratio')),
          ]),
        },
      ],
      plots: [
        {
          kind: 'bars',
          title: "Puts a second, Kuorum's by etcd's",
          unit: 'ratio',
          series: unique(
            pairs
              .filter(({ measurement }) => measurement.labels['clients'] !== undefined)
              .map(({ measurement }) => counted(clientsOf(measurement), 'client')),
          ),
          groups: unique(most).map((members) => ({
            name: counted(members, 'member'),
            bars: pairs
              .filter((pair) => pair.members === members && pair.measurement.labels['clients'] !== undefined)
              .map(({ measurement, etcd }) => {
                const ratio = ratioOf(measurement, etcd, 'throughput');
                if (ratio === undefined) return null;
                const all = [ratio.value, ...ratio.rounds];
                return { value: ratio.value, low: Math.min(...all), high: Math.max(...all) };
              }),
          })),
        },
      ],
    },
  ];
}

export function quorumSections(findings: Findings): readonly Section[] {
  const subjects = subjectsOf(findings);
  if (subjects.length === 0) return [];
  return [
    throughputSection(subjects),
    latencySection(subjects),
    ...ratioSection(subjects),
    costSection(subjects),
  ];
}
