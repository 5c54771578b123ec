/** What was found about the log, as tables and plots. Speed is told in ratios within one run as well. */
import type { Cell, Machine, Measurement, Section } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { metricOf, ratioOf } from '../lab/figures.js';
import { bar, cell, failureColumns, loadColumns, measurementTable, quantityCell } from '../lab/tables.js';
import { quantity } from '../report/index.js';
import type { Layer } from './run.js';

const layerNames: Readonly<Record<Layer, string>> = {
  core: 'core alone',
  'in-process': 'one process',
  processes: 'three processes',
};

const layerOf = ({ labels }: Measurement): Layer => labels['layer'] as Layer;
const isShared = ({ labels }: Measurement): boolean => labels['writes'] === 'shared';
const payloadOf = ({ labels }: Measurement): number => Number(labels['payload']);
const inFlightOf = ({ labels }: Measurement): number => Number(labels['in flight']);
const isClosed = ({ labels }: Measurement): boolean => labels['in flight'] !== undefined;
const unique = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)];

export interface Comparison {
  readonly what: string;
  readonly one: Measurement;
  readonly other: Measurement;
}

/** How the layers compare, what sharing writes and messages brings, and what proposing together brings. */
export function comparisonsOf(measurements: readonly Measurement[]): readonly Comparison[] {
  const comparisons: Comparison[] = [];
  const compare = (what: string, one: Measurement, wanted: Readonly<Measurement['labels']>): void => {
    const other = measurements.find(({ labels }) =>
      Object.entries({ ...one.labels, ...wanted }).every(([name, value]) => labels[name] === value),
    );
    if (other !== undefined && ratioOf(one, other, 'throughput') !== undefined)
      comparisons.push({ what, one, other });
  };
  const shared = measurements.filter(isShared);
  for (const one of shared) {
    if (layerOf(one) === 'in-process') compare('one process / core alone', one, { layer: 'core' });
    if (layerOf(one) === 'processes') compare('three processes / one process', one, { layer: 'in-process' });
  }
  for (const one of shared)
    compare(`${layerNames[layerOf(one)]}: shared / one entry a write and a message`, one, {
      writes: 'unshared',
    });
  for (const one of shared) {
    if (inFlightOf(one) !== 1)
      compare(`${layerNames[layerOf(one)]}: ${inFlightOf(one)} in flight / 1`, one, { 'in flight': 1 });
  }
  return comparisons;
}

function nameOf(measurement: Measurement): string {
  const nothing = isShared(measurement) ? '' : ', nothing shared';
  return `${layerNames[layerOf(measurement)]}, ${quantity(payloadOf(measurement), 'bytes')}, ${inFlightOf(measurement)} in flight${nothing}`;
}

function entriesSection(measurements: readonly Measurement[]): Section {
  const shared = measurements.filter(isShared);
  const most = Math.max(...shared.map(inFlightOf));
  const layers = unique(shared.map(layerOf));
  const largestLoad = shared.filter((measurement) => inFlightOf(measurement) === most);
  return {
    title: 'Entries of the log',
    text:
      'Core alone: no disk, no network, three cores in one thread. One process: three members, each with its store on ' +
      'LevelDB, and messages handed over as objects. Three processes: the store on LevelDB, messages under mutual TLS, ' +
      'proposals made at the leader.\n' +
      'A sync is one batch of the log, with its witness beside it; a message goes to one follower. An entry is done when ' +
      'the leader has applied it.',
    tables: [
      measurementTable({
        title: 'Entries a second, and how long each takes',
        of: 'layer',
        columns: [
          ...loadColumns,
          { title: 'entries a sync', metric: 'entries per sync' },
          { title: 'entries a message', metric: 'entries per message' },
          { title: 'an entry', metric: 'bytes per entry' },
          ...failureColumns,
        ],
        rows: measurements.map((measurement) => ({ name: nameOf(measurement), measurement })),
      }),
    ],
    plots: [
      {
        kind: 'bars',
        title: `Entries a second, ${most} in flight`,
        unit: 'operations/s',
        series: layers.map((layer) => layerNames[layer]),
        groups: unique(largestLoad.map(payloadOf)).map((payload) => ({
          name: quantity(payload, 'bytes'),
          bars: layers.map((layer) =>
            bar(
              largestLoad.find((each) => payloadOf(each) === payload && layerOf(each) === layer),
              'throughput',
            ),
          ),
        })),
      },
      {
        kind: 'percentiles',
        title: 'How long an entry takes in three processes',
        curves: shared
          .filter((measurement) => layerOf(measurement) === 'processes')
          .map((measurement) => ({
            name: `${quantity(payloadOf(measurement), 'bytes')}, ${inFlightOf(measurement)} in flight`,
            measurementId: measurement.id,
          })),
      },
    ],
  };
}

/** What a cluster of three processes is to do with entries of 256 bytes on two cores. */
const aims = { payloadBytes: 256, perSecond: 10_000, p99Milliseconds: 50, aloneFactor: 2 } as const;

function verdictCell(value: number, unit: 'operations/s' | 'ms', reached: boolean): Cell {
  return { text: quantity(value, unit), verdict: reached ? 'reached' : 'missed' };
}

/** What nobody can go below: the disk once, and a follower asked once. */
function floorMilliseconds({ syncMilliseconds, roundTripMilliseconds }: Machine): number | undefined {
  return syncMilliseconds === undefined || roundTripMilliseconds === undefined
    ? undefined
    : syncMilliseconds + roundTripMilliseconds;
}

function aimRows(measurements: readonly Measurement[], machine: Machine): readonly (readonly Cell[])[] {
  const ours = measurements.filter(
    (each) =>
      layerOf(each) === 'processes' &&
      payloadOf(each) === aims.payloadBytes &&
      isShared(each) &&
      each.invalid === undefined,
  );
  const most = Math.max(...ours.filter(isClosed).map((each) => metricOf(each, 'throughput')?.value ?? 0));
  const half = ours.find((each) => !isClosed(each));
  const p99 = half && metricOf(half, 'p99')?.value;
  const alone = ours.find((each) => isClosed(each) && inFlightOf(each) === 1);
  const p50Alone = alone && metricOf(alone, 'p50')?.value;
  const floor = floorMilliseconds(machine);
  return [
    ...(most > 0
      ? [
          [
            cell('entries a second, at the most'),
            verdictCell(most, 'operations/s', most >= aims.perSecond),
            cell(`at least ${quantity(aims.perSecond, 'operations/s')}`),
          ],
        ]
      : []),
    ...(p99 === undefined
      ? []
      : [
          [
            cell('p99 under half of that load'),
            verdictCell(p99, 'ms', p99 < aims.p99Milliseconds),
            cell(`below ${quantity(aims.p99Milliseconds, 'ms')}`),
          ],
        ]),
    ...(p50Alone === undefined || floor === undefined
      ? []
      : [
          [
            cell('p50 of an entry that is alone'),
            verdictCell(p50Alone, 'ms', p50Alone <= aims.aloneFactor * floor),
            cell(`at most ${aims.aloneFactor} × (a sync and a round trip: ${quantity(floor, 'ms')})`),
          ],
        ]),
  ];
}

function halfSection(measurements: readonly Measurement[], machine: Machine): Section {
  const halves = measurements.filter((each) => !isClosed(each));
  const rows = aimRows(measurements, machine);
  return {
    title: 'At half of the most',
    text:
      'Three processes, and entries that are due by a plan, whatever is outstanding: as many as half of the most above. ' +
      'An entry takes from when it was due.',
    tables: [
      measurementTable({
        title: 'Open loop',
        of: 'payload',
        columns: [{ title: 'offered', metric: 'offered' }, ...loadColumns, ...failureColumns],
        rows: halves.map((measurement) => ({
          name: quantity(payloadOf(measurement), 'bytes'),
          measurement,
        })),
      }),
      ...(rows.length === 0
        ? []
        : [
            {
              title: `What three processes are to do with ${quantity(aims.payloadBytes, 'bytes')} on two cores`,
              columns: ['figure', 'value', 'aim'],
              rows,
            },
          ]),
    ],
    plots: [],
  };
}

export function raftSections({ measurements: all }: Findings, machine: Machine): readonly Section[] {
  const measurements = all.filter(isClosed);
  if (!measurements.some(isShared)) return [];
  return [
    entriesSection(measurements),
    ...(all.some((each) => !isClosed(each)) ? [halfSection(all, machine)] : []),
    {
      title: 'Ratios',
      text: 'Each is the median of the rounds, in which the two stood side by side.',
      tables: [
        {
          title: 'Of entries a second',
          columns: ['what by what', 'payload', 'in flight', 'ratio'],
          rows: comparisonsOf(measurements).map(({ what, one, other }) => [
            cell(what),
            quantityCell(payloadOf(one), 'bytes'),
            cell(String(inFlightOf(one))),
            quantityCell(ratioOf(one, other, 'throughput')?.value, 'ratio'),
          ]),
        },
      ],
      plots: [],
    },
  ];
}
