/** Measurements as rows of a table. */
import { quantity } from '../report/index.js';
import type { Cell, Measurement, Metric, Table, Unit } from './document.js';
import { metricOf } from './figures.js';

export const cell = (text: string): Cell => ({ text });

export function quantityCell(value: number | undefined, unit: Unit): Cell {
  return cell(value === undefined ? '–' : quantity(value, unit));
}

const marked = (text: string, measurement: Measurement): Cell =>
  measurement.invalid === undefined ? { text } : { text, verdict: 'invalid' };

function figureText(measurement: Measurement, name: string): string {
  const metric: Metric | undefined = metricOf(measurement, name);
  return metric === undefined ? '–' : quantity(metric.value, metric.unit);
}

/** One that stands alone: it says itself when it is invalid. */
export function metricCell(measurement: Measurement | undefined, name: string): Cell {
  return measurement === undefined ? cell('–') : marked(figureText(measurement, name), measurement);
}

export interface Column {
  readonly title: string;
  readonly metric: string;
}

export interface MeasurementTable {
  readonly title: string;
  /** Over the row's name. */
  readonly of: string;
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly name: string; readonly measurement: Measurement }[];
}

/** A column that no row has anything for is left out; what is invalid says so once, at the row's name. */
export function measurementTable({ title, of, columns, rows }: MeasurementTable): Table {
  const known = columns.filter(({ metric }) =>
    rows.some(({ measurement }) => metricOf(measurement, metric) !== undefined),
  );
  return {
    title,
    columns: [of, ...known.map((column) => column.title)],
    rows: rows.map(({ name, measurement }) => [
      marked(name, measurement),
      ...known.map(({ metric }) => cell(figureText(measurement, metric))),
    ]),
  };
}

export const loadColumns: readonly Column[] = [
  { title: 'a second', metric: 'throughput' },
  { title: 'p50', metric: 'p50' },
  { title: 'p99', metric: 'p99' },
  { title: 'p99.9', metric: 'p99.9' },
  { title: 'max', metric: 'max' },
];

export const failureColumns: readonly Column[] = [
  { title: 'errors', metric: 'errors' },
  { title: 'failed', metric: 'failed' },
  { title: 'unanswered', metric: 'unanswered' },
];

export const costColumns: readonly Column[] = [
  { title: 'entries a sync', metric: 'entries per sync' },
  { title: 'messages an entry', metric: 'messages per entry' },
  { title: 'CPU an operation', metric: 'CPU per operation' },
  { title: 'CPU, leader', metric: 'CPU of the leader' },
  { title: 'CPU, follower', metric: 'CPU of a follower' },
];

/** What else there was on the machine. */
export const machineColumns: readonly Column[] = [
  { title: 'memory, leader', metric: 'memory of the leader' },
  { title: 'memory, follower', metric: 'memory of a follower' },
  { title: 'generator', metric: 'generator CPU' },
  { title: 'others', metric: 'CPU of others' },
];

/** A bar with whiskers where rounds differ; null where nothing is known or what is known says nothing. */
export function bar(
  measurement: Measurement | undefined,
  name: string,
): { readonly value: number; readonly low?: number; readonly high?: number } | null {
  const metric = metricOf(measurement, name);
  if (metric === undefined || measurement?.invalid !== undefined) return null;
  const { value, rounds } = metric;
  if (rounds.length < 2) return { value };
  return { value, low: Math.min(value, ...rounds), high: Math.max(value, ...rounds) };
}
