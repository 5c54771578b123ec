/** The report of `kuorum bench failover`, from the measurements alone. */
import type { Cell, Measurement, Plot, Section, Table } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { type FailoverKind, failoverKinds } from './plan.js';
import { quantile } from './quantile.js';
import { type FigureName, figureNames } from './round.js';

/** A leader that hangs or is cut off is missed after one election timeout at the earliest; one that is gone, at once. */
export const electionAims: Readonly<Record<FailoverKind, number>> = { kill: 0.3, pause: 1.2, partition: 1.2 };

interface Row {
  readonly system: string;
  readonly kind: FailoverKind;
  readonly target: string;
  readonly timeout: number;
  readonly figures: ReadonlyMap<string, Measurement>;
}

export function failoverSections({ measurements }: Findings): readonly Section[] {
  const rows = rowsOf(measurements);
  if (rows.length === 0) return [];
  return [summary(rows), ...failoverKinds.flatMap((kind) => kindSection(kind, rows)), ...comparison(rows)];
}

/** In the order in which they were measured. */
function rowsOf(measurements: readonly Measurement[]): readonly Row[] {
  const rows = new Map<string, Row & { readonly figures: Map<string, Measurement> }>();
  for (const measurement of measurements) {
    const { system, kind, target, electionTimeoutMilliseconds, figure } = measurement.labels;
    const known = failoverKinds.find((name) => name === kind);
    if (known === undefined) continue;
    const key = `${system} ${kind} ${target} ${electionTimeoutMilliseconds}`;
    const row = rows.get(key) ?? {
      system: String(system),
      kind: known,
      target: String(target),
      timeout: Number(electionTimeoutMilliseconds),
      figures: new Map<string, Measurement>(),
    };
    row.figures.set(String(figure), measurement);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function valuesOf(row: Row, figure: FigureName): readonly number[] {
  return row.figures.get(figure)?.metrics.find(({ name }) => name === 'p50')?.rounds ?? [];
}

function metricOf(row: Row, figure: FigureName, metric: string): number | undefined {
  return row.figures.get(figure)?.metrics.find(({ name }) => name === metric)?.value;
}

const several = (values: readonly unknown[]): boolean => new Set(values).size > 1;

/** What tells this row from the others. */
function nameOf(row: Row, rows: readonly Row[]): string {
  const { system, kind, target, timeout } = row;
  const words = [`${kind} the ${target}`];
  if (several(rows.map((other) => other.system))) words.unshift(system === 'etcd' ? 'etcd:' : 'Kuorum:');
  if (several(rows.map((other) => other.timeout))) words.push(`(T = ${timeoutText(timeout)})`);
  return words.join(' ');
}

const timeoutText = (milliseconds: number): string =>
  milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;

const millisecondsText = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

const nothing: Cell = { text: '–' };

function summary(rows: readonly Row[]): Section {
  const timeouts = [...new Set(rows.map(({ timeout }) => timeoutText(timeout)))].join(', ');
  return {
    title: 'How long until somebody else leads',
    text:
      `Clients wrote at a steady rate when a member was killed, paused or cut off from all others, again and again; the election timeout T was ${timeouts}. ` +
      'Detection is when another member first asks to be elected, election when another member leads, and the first write the first acknowledgement of a write that was sent after the fault, all counted from the fault. ' +
      'Unavailability is the longest time around the fault in which no client, on whichever member, was answered, by whatever was sent when; beside it stands the longest such time in the second before the fault. ' +
      'The members wrote down themselves what they became and when; all processes share one clock.',
    tables: [medianTable(rows), ...aimTable(rows)],
    plots: [medianBars(rows)],
  };
}

function medianTable(rows: readonly Row[]): Table {
  return {
    title: 'Median (and largest) of all rounds',
    columns: ['fault', 'rounds', ...figureNames, 'elections'],
    rows: rows.map((row) => [
      { text: nameOf(row, rows) },
      { text: String(Math.max(...figureNames.map((figure) => valuesOf(row, figure).length))) },
      ...figureNames.map((figure) => figureCell(row, figure)),
      electionsCell(row),
    ]),
  };
}

function figureCell(row: Row, figure: FigureName): Cell {
  const median = metricOf(row, figure, 'p50');
  const max = metricOf(row, figure, 'max');
  if (median === undefined || max === undefined) return nothing;
  const text = `${millisecondsText(median)} (${millisecondsText(max)})`;
  return row.figures.get(figure)?.invalid === undefined ? { text } : { text, verdict: 'invalid' };
}

function electionsCell(row: Row): Cell {
  const count = row.figures.get('elections')?.metrics[0];
  return count === undefined ? nothing : { text: String(count.value) };
}

function aimTable(rows: readonly Row[]): readonly Table[] {
  const judged = rows.filter(({ target, system }) => target === 'leader' && system === 'kuorum');
  if (judged.length === 0) return [];
  return [
    {
      title: 'The median election by the election timeout, and what was aimed for',
      columns: ['fault', 'detection by T', 'election by T', 'aim'],
      rows: judged.map((row) => {
        const ratio = metricOf(row, 'election', 'p50 by election timeout');
        const detection = metricOf(row, 'detection', 'p50 by election timeout');
        const aim = electionAims[row.kind];
        return [
          { text: nameOf(row, rows) },
          detection === undefined ? nothing : { text: `${detection.toFixed(2)}×` },
          ratio === undefined
            ? nothing
            : { text: `${ratio.toFixed(2)}×`, verdict: ratio < aim ? 'reached' : 'missed' },
          { text: `below ${aim}×` },
        ];
      }),
    },
  ];
}

const struckFigures: readonly FigureName[] = ['detection', 'election', 'first write', 'unavailability'];

function medianBars(rows: readonly Row[]): Plot {
  return {
    kind: 'bars',
    title: 'Medians, with the tenth and the ninetieth percentile',
    unit: 'ms',
    series: struckFigures,
    groups: rows.map((row) => ({
      name: nameOf(row, rows),
      bars: struckFigures.map((figure) => {
        if (row.figures.get(figure)?.invalid !== undefined) return null;
        const values = valuesOf(row, figure);
        const value = quantile(values, 0.5);
        const low = quantile(values, 0.1);
        const high = quantile(values, 0.9);
        return value === undefined || low === undefined || high === undefined ? null : { value, low, high };
      }),
    })),
  };
}

const kindTexts: Readonly<Record<FailoverKind, string>> = {
  kill: 'SIGKILL ends the process at once. Its connections break, which the others notice without waiting for a timeout.',
  pause:
    'SIGSTOP leaves the process and its connections as they are, and it answers nothing: only silence tells. Followers draw their patience between T and 1.5 T; the more followers, the sooner the first of them loses it.',
  partition:
    'Nothing passes between the member and the others, both ways, while its process and its clients go on: only silence tells. A leader that is cut off goes on taking writes that it cannot commit.',
};

function kindSection(kind: FailoverKind, all: readonly Row[]): readonly Section[] {
  const rows = all.filter((row) => row.kind === kind);
  if (rows.length === 0) return [];
  return [
    {
      title: `When a member is hit by: ${kind}`,
      text: kindTexts[kind],
      tables: [],
      plots: rows.map((row) => distribution(row, all)),
    },
  ];
}

function distribution(row: Row, all: readonly Row[]): Plot {
  return {
    kind: 'distribution',
    title: `${nameOf(row, all)}: what share of the rounds took at most so long`,
    unit: 'ms',
    // Beside them the ordinary gap is so short that these would lie in one line.
    groups: struckFigures
      .map((figure) => ({ name: figure, values: valuesOf(row, figure) }))
      .filter(({ values }) => values.length > 0),
  };
}

function comparison(rows: readonly Row[]): readonly Section[] {
  const pairs = rows.flatMap((ours) => {
    const theirs = rows.find(
      (row) =>
        row.system === 'etcd' &&
        row.kind === ours.kind &&
        row.target === ours.target &&
        row.timeout === ours.timeout,
    );
    return ours.system === 'etcd' || theirs === undefined ? [] : [{ ours, theirs }];
  });
  if (pairs.length === 0) return [];
  return [
    {
      title: 'Beside etcd',
      text: 'The median of Kuorum by that of etcd, under the same load from the same generator and with the same election timeout: below 1, Kuorum is quicker. Links are not cut between members of etcd, for whoever does that needs to be the administrator of the machine.',
      tables: [
        {
          title: 'Kuorum by etcd',
          columns: ['fault', ...struckFigures],
          rows: pairs.map(({ ours, theirs }) => [
            {
              text: nameOf(
                ours,
                pairs.map((pair) => pair.ours),
              ),
            },
            ...struckFigures.map((figure) => ratioCell(ours, theirs, figure)),
          ]),
        },
      ],
      plots: [],
    },
  ];
}

function ratioCell(ours: Row, theirs: Row, figure: FigureName): Cell {
  const left = metricOf(ours, figure, 'p50');
  const right = metricOf(theirs, figure, 'p50');
  if (left === undefined || right === undefined || right === 0) return nothing;
  return { text: `${(left / right).toFixed(2)}×` };
}
