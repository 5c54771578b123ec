/** The benchmark of the store as tables for people. */
import { textTable } from '../../platform/index.js';
import type { OperationName, SideName } from '../generator/protocol.js';
import { milliseconds } from '../report.js';
import { GENERATOR_BOUND_SHARE, type Measurement, type SideResult } from './measurement.js';

export interface StoreBenchResults {
  readonly valueBytes: number;
  readonly keyBytes: number;
  readonly versions: Readonly<Partial<Record<SideName, string>>>;
  readonly measurements: readonly Measurement[];
}

const names: Readonly<Record<OperationName, string>> = {
  put: 'put',
  'range-linearizable': 'range, linearizable',
  'range-serializable': 'range, serializable',
  txn: 'compare, then put or get',
  watch: 'watch, events',
  'lease-keep-alive': 'lease keep-alive',
};

const share = (value: number): string => `${(100 * value).toFixed(0)}%`;
const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : `${(bytes / 1e6).toFixed(0)} MB`;

function row(measurement: Measurement, side: SideResult): readonly string[] {
  const cpu = side.serverCpuMicrosecondsPerOperation;
  return [
    names[measurement.operation],
    String(measurement.clients),
    side.side,
    side.perSecond.toFixed(0),
    side.side === 'kuorum' && measurement.ratio !== undefined ? `${measurement.ratio.toFixed(2)}×` : '',
    milliseconds(side.p50Milliseconds),
    milliseconds(side.p99Milliseconds),
    side.serverCpuSeconds === undefined ? '-' : `${side.serverCpuSeconds.toFixed(2)} s`,
    cpu === undefined ? '-' : `${cpu.toFixed(0)} us`,
    megabytes(side.serverResidentBytes),
    megabytes(side.serverAnonymousBytes),
    `${share(side.generatorCpuShare)}${side.generatorBound ? ' *' : ''}`,
    share(side.othersCpuShare),
    String(side.errors),
  ];
}

export function storeResultsText({
  versions,
  measurements,
  keyBytes,
  valueBytes,
}: StoreBenchResults): string {
  const bound = measurements.some(({ sides }) => sides.some(({ generatorBound }) => generatorBound));
  const errors = measurements.flatMap(({ operation, sides }) =>
    sides.flatMap(({ side, firstError }) =>
      firstError === undefined ? [] : [`${names[operation]}, ${side}: ${firstError}`],
    ),
  );
  const sections = [
    `Three members of Kuorum ${versions.kuorum ?? ''}${
      versions.etcd === undefined ? ', alone (etcd is not there)' : ` and three of etcd ${versions.etcd}`
    }, TLS, on loopback; keys of ${keyBytes} B, values of ${valueBytes} B.\n` +
      'Each client has one call under way; one alone talks to the leader, many are spread over the members.\n' +
      "Of a watch: one writer, so many watchers, and an event's time from sending the put. Ratio: operations a\n" +
      "second by etcd's in the run beside it, the median of the rounds. CPU and memory: of the three members\n" +
      'together. Generator and others: of one core; others are processes that do not belong to this.',
    textTable([
      [
        'OPERATION',
        'CLIENTS',
        'SIDE',
        'PER SECOND',
        'RATIO',
        'P50',
        'P99',
        'SERVER CPU',
        'CPU/OP',
        'RSS',
        'RSSANON',
        'GENERATOR',
        'OTHERS',
        'ERRORS',
      ],
      ...measurements.flatMap((measurement) => measurement.sides.map((side) => row(measurement, side))),
    ]),
    ...(bound
      ? [
          `* The generator was the bound: it, or its event loop, was busy for more than ${share(GENERATOR_BOUND_SHARE)} of one core's time.`,
        ]
      : []),
    ...(errors.length === 0 ? [] : [`First errors:\n${errors.join('\n')}`]),
  ];
  return `\n${sections.join('\n\n')}\n`;
}
