/** The report of `kuorum bench faults`, from what was found alone. */
import type { Cell, Measurement, Section, Table } from '../lab/document.js';
import type { Findings } from '../lab/experiment.js';
import { FAULTS_TIMELINE_ID } from './faults-timeline.js';
import { faultNames, type PhaseName, phaseTexts } from './phases.js';

export function faultsSections({ measurements, timelines }: Findings): readonly Section[] {
  const phases = measurements.flatMap((measurement) => {
    const name = phaseNameOf(measurement);
    return name === undefined ? [] : [{ name, measurement }];
  });
  if (phases.length === 0) return [];
  const { members, perSecond } = phases[0]!.measurement.labels;
  const faults = phases.filter(({ name }) => name !== 'quiet-before' && name !== 'quiet-after');
  return [
    {
      title: 'Writes while faults come and go',
      text:
        `Clients wrote ${perSecond} times a second, whatever became of it, over connections to all of the first ${members} members; one that got no answer went on to the next member. ` +
        'Each fault began a second after its load and was ended again; the next one began when all members were well and two more seconds had passed. ' +
        'Latency counts from when a request was due, so that what waited is counted as well. Not answered are requests that were refused, failed, or had no answer within two seconds.',
      tables: [phaseTable(phases.map(({ name, measurement }) => row(name, measurement)))],
      plots: timelines.some(({ id }) => id === FAULTS_TIMELINE_ID)
        ? [{ kind: 'timeline', title: 'Writes over time', timelineId: FAULTS_TIMELINE_ID }]
        : [],
    },
    {
      title: 'Latency under each fault',
      text: [
        'The requests that were due while the fault lasted, and were answered in the end.',
        ...faults.map(({ name }) => `${capital(phaseTexts[name].title)}: ${phaseTexts[name].text}`),
      ].join('\n'),
      tables: [],
      plots: [
        {
          kind: 'percentiles',
          title: 'Latency from when a request was due',
          curves: phases
            .filter(({ measurement }) => hasLatencies(measurement))
            .map(({ name, measurement }) => ({
              name: phaseTexts[name].title,
              measurementId: measurement.id,
            })),
        },
      ],
    },
  ];
}

function phaseNameOf({ labels }: Measurement): PhaseName | undefined {
  const names: readonly PhaseName[] = ['quiet-before', ...faultNames, 'quiet-after'];
  return names.find((name) => name === labels['phase']);
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function hasLatencies({ histogram, metrics }: Measurement): boolean {
  return histogram !== undefined && metrics.some(({ name }) => name === 'p50');
}

function phaseTable(rows: Table['rows']): Table {
  return {
    title: 'While it lasted',
    columns: [
      'phase',
      'length',
      'answered a second',
      'p50',
      'p99',
      'not answered',
      'longest gap',
      'well again after',
    ],
    rows,
  };
}

function row(name: PhaseName, measurement: Measurement): readonly Cell[] {
  const value = (metric: string): number | undefined =>
    measurement.metrics.find((candidate) => candidate.name === metric)?.value;
  const cell = (metric: string, text: (figure: number) => string): Cell => {
    const figure = value(metric);
    if (figure === undefined) return { text: '–' };
    return measurement.invalid === undefined
      ? { text: text(figure) }
      : { text: text(figure), verdict: 'invalid' };
  };
  const quiet = name === 'quiet-before' || name === 'quiet-after';
  return [
    { text: phaseTexts[name].title },
    cell('length', (seconds) => `${seconds.toFixed(1)} s`),
    cell('throughput', (perSecond) => perSecond.toFixed(perSecond < 10 ? 1 : 0)),
    cell('p50', milliseconds),
    cell('p99', milliseconds),
    cell('not answered', (percent) => `${percent.toFixed(percent > 0 && percent < 1 ? 2 : 0)}%`),
    cell('longest gap', milliseconds),
    quiet ? { text: '–' } : cell('recovery', (figure) => (figure === 0 ? 'at once' : milliseconds(figure))),
  ];
}

const milliseconds = (value: number): string =>
  value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
