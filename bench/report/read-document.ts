/**
 * A document from a file that anybody may have written. All that readers use is looked at; what is wrong is named with
 * its place. The document that is given holds nothing else.
 */
import type {
  BenchDocument,
  BenchmarkName,
  Cell,
  Machine,
  Measurement,
  Metric,
  Plot,
  Section,
  Series,
  Shade,
  Table,
  Timeline,
  Unit,
} from '../lab/document.js';
import { decodedHistogram } from './histogram.js';

/** Why a text is no report, in one line that begins with its name. */
export class DocumentError extends Error {}

class Mistake extends Error {}

const names = [
  'quorum',
  'failover',
  'faults',
  'reads',
  'api',
  'store',
  'raft',
] as const satisfies readonly BenchmarkName[];
const units = [
  'operations/s',
  'ms',
  's',
  'µs',
  'bytes',
  'cores',
  'ratio',
  'percent',
  'count',
  'entries',
  'messages',
] as const satisfies readonly Unit[];

type Fields = Readonly<Record<string, unknown>>;
/** Takes a value and where it stands, such as `measurements[3].id`. */
type Reader<Value> = (value: unknown, path: string) => Value;

/** Of a document that was cut to a few words, the place says more than the value. */
function wrong(path: string, wanted: string): never {
  throw new Mistake(`${path} is ${wanted}`);
}

const text: Reader<string> = (value, path) =>
  typeof value === 'string' ? value : wrong(path, 'not a string');

const number: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(path, 'not a number');

const fields: Reader<Fields> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : wrong(path, 'not an object');

const oneOf =
  <Value extends string>(allowed: readonly Value[]): Reader<Value> =>
  (value, path) =>
    allowed.find((each) => each === value) ?? wrong(path, `none of ${allowed.join(', ')}`);

const listOf =
  <Value>(read: Reader<Value>): Reader<readonly Value[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((each: unknown, index) => read(each, `${path}[${index}]`))
      : wrong(path, 'not a list');

const orNull =
  <Value>(read: Reader<Value>): Reader<Value | null> =>
  (value, path) =>
    value === null ? null : read(value, path);

/** JSON has no undefined: what is undefined is not there. */
const optional =
  <Value>(read: Reader<Value>): Reader<Value | undefined> =>
  (value, path) =>
    value === undefined || value === null ? undefined : read(value, path);

const pair =
  <Second>(second: Reader<Second>): Reader<readonly [number, Second]> =>
  (value, path) =>
    Array.isArray(value) && value.length === 2
      ? [number(value[0], `${path}[0]`), second(value[1], `${path}[1]`)]
      : wrong(path, 'not a pair');

/** Leaves out what is undefined, as the types want it. */
function ifThere<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}

const unit = oneOf(units);
const scale = oneOf(['linear', 'logarithmic'] as const);

const machine: Reader<Machine> = (value, path) => {
  const it = fields(value, path);
  return {
    platform: text(it['platform'], `${path}.platform`),
    processor: text(it['processor'], `${path}.processor`),
    cores: number(it['cores'], `${path}.cores`),
    memoryGibibytes: number(it['memoryGibibytes'], `${path}.memoryGibibytes`),
    node: text(it['node'], `${path}.node`),
    ...ifThere('syncMilliseconds', optional(number)(it['syncMilliseconds'], `${path}.syncMilliseconds`)),
    ...ifThere(
      'roundTripMilliseconds',
      optional(number)(it['roundTripMilliseconds'], `${path}.roundTripMilliseconds`),
    ),
  };
};

const metric: Reader<Metric> = (value, path) => {
  const it = fields(value, path);
  return {
    name: text(it['name'], `${path}.name`),
    unit: unit(it['unit'], `${path}.unit`),
    better: oneOf(['higher', 'lower', 'neither'] as const)(it['better'], `${path}.better`),
    value: number(it['value'], `${path}.value`),
    rounds: listOf(number)(it['rounds'], `${path}.rounds`),
  };
};

const label: Reader<string | number> = (value, path) =>
  typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? number(value, path)
      : wrong(path, 'no label');

const labels: Reader<Readonly<Record<string, string | number>>> = (value, path) =>
  Object.fromEntries(
    Object.entries(fields(value, path)).map(([key, each]) => [key, label(each, `${path}.${key}`)]),
  );

const histogram: Reader<string> = (value, path) => {
  const encoded = text(value, path);
  return decodedHistogram(encoded) === undefined ? wrong(path, 'no compressed histogram') : encoded;
};

const measurement: Reader<Measurement> = (value, path) => {
  const it = fields(value, path);
  return {
    id: text(it['id'], `${path}.id`),
    labels: labels(it['labels'], `${path}.labels`),
    metrics: listOf(metric)(it['metrics'], `${path}.metrics`),
    histogram: optional(histogram)(it['histogram'], `${path}.histogram`),
    invalid: optional(text)(it['invalid'], `${path}.invalid`),
  };
};

const series: Reader<Series> = (value, path) => {
  const it = fields(value, path);
  return {
    name: text(it['name'], `${path}.name`),
    unit: unit(it['unit'], `${path}.unit`),
    points: listOf(pair(orNull(number)))(it['points'], `${path}.points`),
  };
};

const shade: Reader<Shade> = (value, path) => {
  const it = fields(value, path);
  return {
    label: text(it['label'], `${path}.label`),
    fromSeconds: number(it['fromSeconds'], `${path}.fromSeconds`),
    toSeconds: number(it['toSeconds'], `${path}.toSeconds`),
  };
};

const timeline: Reader<Timeline> = (value, path) => {
  const it = fields(value, path);
  return {
    id: text(it['id'], `${path}.id`),
    title: text(it['title'], `${path}.title`),
    seconds: number(it['seconds'], `${path}.seconds`),
    series: listOf(series)(it['series'], `${path}.series`),
    shades: listOf(shade)(it['shades'], `${path}.shades`),
  };
};

const cell: Reader<Cell> = (value, path) => {
  const it = fields(value, path);
  const verdict = optional(oneOf(['reached', 'missed', 'invalid'] as const));
  return {
    text: text(it['text'], `${path}.text`),
    ...ifThere('verdict', verdict(it['verdict'], `${path}.verdict`)),
  };
};

const table: Reader<Table> = (value, path) => {
  const it = fields(value, path);
  return {
    title: text(it['title'], `${path}.title`),
    columns: listOf(text)(it['columns'], `${path}.columns`),
    rows: listOf(listOf(cell))(it['rows'], `${path}.rows`),
  };
};

type PlotOf<Kind extends Plot['kind']> = Extract<Plot, { kind: Kind }>;

const percentilesCurve: Reader<PlotOf<'percentiles'>['curves'][number]> = (value, path) => {
  const it = fields(value, path);
  return {
    name: text(it['name'], `${path}.name`),
    measurementId: text(it['measurementId'], `${path}.measurementId`),
  };
};

type BarsGroup = PlotOf<'bars'>['groups'][number];

const bar: Reader<NonNullable<BarsGroup['bars'][number]>> = (value, path) => {
  const it = fields(value, path);
  return {
    value: number(it['value'], `${path}.value`),
    ...ifThere('low', optional(number)(it['low'], `${path}.low`)),
    ...ifThere('high', optional(number)(it['high'], `${path}.high`)),
  };
};

const barsGroup: Reader<BarsGroup> = (value, path) => {
  const it = fields(value, path);
  return { name: text(it['name'], `${path}.name`), bars: listOf(orNull(bar))(it['bars'], `${path}.bars`) };
};

const plotLine: Reader<PlotOf<'lines'>['lines'][number]> = (value, path) => {
  const it = fields(value, path);
  return {
    name: text(it['name'], `${path}.name`),
    points: listOf(pair(number))(it['points'], `${path}.points`),
  };
};

const valuesGroup: Reader<PlotOf<'distribution'>['groups'][number]> = (value, path) => {
  const it = fields(value, path);
  return {
    name: text(it['name'], `${path}.name`),
    values: listOf(number)(it['values'], `${path}.values`),
  };
};

const linesAxis =
  <AxisUnit extends string>(readUnit: Reader<AxisUnit>) =>
  (value: unknown, path: string) => {
    const it = fields(value, path);
    return {
      name: text(it['name'], `${path}.name`),
      unit: readUnit(it['unit'], `${path}.unit`),
      scale: scale(it['scale'], `${path}.scale`),
    };
  };

const plotKinds = [
  'percentiles',
  'bars',
  'lines',
  'distribution',
  'timeline',
] as const satisfies readonly Plot['kind'][];

const plot: Reader<Plot> = (value, path) => {
  const it = fields(value, path);
  const kind = oneOf(plotKinds)(it['kind'], `${path}.kind`);
  const title = text(it['title'], `${path}.title`);
  switch (kind) {
    case 'percentiles':
      return { kind, title, curves: listOf(percentilesCurve)(it['curves'], `${path}.curves`) };
    case 'bars':
      return {
        kind,
        title,
        unit: unit(it['unit'], `${path}.unit`),
        series: listOf(text)(it['series'], `${path}.series`),
        groups: listOf(barsGroup)(it['groups'], `${path}.groups`),
      };
    case 'lines':
      return {
        kind,
        title,
        x: linesAxis(text)(it['x'], `${path}.x`),
        y: linesAxis(unit)(it['y'], `${path}.y`),
        lines: listOf(plotLine)(it['lines'], `${path}.lines`),
      };
    case 'distribution':
      return {
        kind,
        title,
        unit: unit(it['unit'], `${path}.unit`),
        groups: listOf(valuesGroup)(it['groups'], `${path}.groups`),
      };
    case 'timeline':
      return { kind, title, timelineId: text(it['timelineId'], `${path}.timelineId`) };
  }
};

const section: Reader<Section> = (value, path) => {
  const it = fields(value, path);
  return {
    title: text(it['title'], `${path}.title`),
    text: text(it['text'], `${path}.text`),
    tables: listOf(table)(it['tables'], `${path}.tables`),
    plots: listOf(plot)(it['plots'], `${path}.plots`),
  };
};

const versions: Reader<BenchDocument['versions']> = (value, path) => {
  const it = fields(value, path);
  return {
    kuorum: text(it['kuorum'], `${path}.kuorum`),
    ...ifThere('etcd', optional(text)(it['etcd'], `${path}.etcd`)),
  };
};

/** An id says which measurement is meant: in a comparison, and in a plot. */
function distinctIds(measurements: readonly Measurement[]): readonly Measurement[] {
  const seen = new Set<string>();
  measurements.forEach(({ id }, index) => {
    if (seen.has(id)) wrong(`measurements[${index}].id`, `there already: ${JSON.stringify(id)}`);
    seen.add(id);
  });
  return measurements;
}

function document(parsed: unknown): BenchDocument {
  const it = fields(parsed, 'its content');
  if (it['formatVersion'] !== 2) {
    const found = it['formatVersion'] === undefined ? 'missing' : JSON.stringify(it['formatVersion']);
    throw new Mistake(`its formatVersion is ${found}; this Kuorum reads version 2`);
  }
  return {
    formatVersion: 2,
    benchmark: oneOf(names)(it['benchmark'], 'benchmark'),
    title: text(it['title'], 'title'),
    command: text(it['command'], 'command'),
    startedAt: text(it['startedAt'], 'startedAt'),
    finishedAt: text(it['finishedAt'], 'finishedAt'),
    machine: machine(it['machine'], 'machine'),
    versions: versions(it['versions'], 'versions'),
    partial: optional(text)(it['partial'], 'partial'),
    notes: listOf(text)(it['notes'], 'notes'),
    measurements: distinctIds(listOf(measurement)(it['measurements'], 'measurements')),
    timelines: listOf(timeline)(it['timelines'], 'timelines'),
    sections: listOf(section)(it['sections'], 'sections'),
  };
}

/**
 * @param name how messages call the file
 * @throws {DocumentError}
 */
export function readDocument(content: string, name: string): BenchDocument {
  try {
    return document(JSON.parse(content));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DocumentError(`${name} is no benchmark report: it is not JSON`);
    if (error instanceof Mistake) throw new DocumentError(`${name} is no benchmark report: ${error.message}`);
    throw error;
  }
}
