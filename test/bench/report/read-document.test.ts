/** A reader takes what it knows, as it was written, and says exactly what is wrong with anything else. */
import { describe, expect, it } from 'vitest';
import { documentHtml } from '../../../bench/report/html.js';
import { DocumentError, readDocument } from '../../../bench/report/read-document.js';
import { hostileDocument } from './support/hostile-document.js';
import { sampleDocument } from './support/sample-document.js';

type Step = string | number;

/** The document with another value at one place. */
function changed(value: unknown, [first, ...rest]: readonly Step[], to: unknown): unknown {
  if (first === undefined) return to;
  if (Array.isArray(value))
    return value.map((each, index) => (index === first ? changed(each, rest, to) : each));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [first]: changed(fields[first], rest, to) };
}

const whole: unknown = JSON.parse(JSON.stringify(sampleDocument()));
const read = (value: unknown) => readDocument(JSON.stringify(value), 'a.json');

/** Every place in it. */
function places(value: unknown, path: readonly Step[] = []): readonly (readonly Step[])[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((each, index) => places(each, [...path, index]))];
  if (typeof value === 'object' && value !== null)
    return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))];
  return [path];
}

describe('a report', () => {
  it('is read as it was written', () => {
    expect(read(whole)).toEqual(sampleDocument());
    expect(readDocument(JSON.stringify(hostileDocument()), 'a.json')).toEqual(hostileDocument());
  });

  it('may leave out what is undefined, and holds nothing that is not known', () => {
    const { partial: _, ...rest } = whole as Readonly<Record<string, unknown>>;
    expect(read({ ...rest, more: 'unknown' })).toEqual({ ...sampleDocument(), partial: undefined });
  });
});

describe('what is no report is refused:', () => {
  it.each([
    ['{', 'it is not JSON'],
    ['', 'it is not JSON'],
    ['[]', 'its content is not an object'],
    ['null', 'its content is not an object'],
    ['{}', 'its formatVersion is missing; this Kuorum reads version 2'],
    ['{"formatVersion":1}', 'its formatVersion is 1; this Kuorum reads version 2'],
    ['{"formatVersion":"2"}', 'its formatVersion is "2"; this Kuorum reads version 2'],
  ])('%s', (content, why) => {
    const act = () => readDocument(content, 'a.json');
    expect(act).toThrow(DocumentError);
    expect(act).toThrow(`a.json is no benchmark report: ${why}`);
  });

  it.each<[readonly Step[], unknown, string]>([
    [['measurements', 3, 'metrics', 0, 'value'], 'fast', 'measurements[3].metrics[0].value is not a number'],
    [['measurements', 3, 'metrics', 0, 'value'], null, 'measurements[3].metrics[0].value is not a number'],
    [
      ['measurements', 3, 'metrics', 0, 'rounds', 1],
      '1',
      'measurements[3].metrics[0].rounds[1] is not a number',
    ],
    [
      ['measurements', 0, 'metrics', 0, 'better'],
      'faster',
      'measurements[0].metrics[0].better is none of higher, lower, neither',
    ],
    [['measurements', 0, 'histogram'], 'HISTFAAA', 'measurements[0].histogram is no compressed histogram'],
    [['measurements', 0, 'labels', 'members'], [3], 'measurements[0].labels.members is no label'],
    [
      ['measurements', 1, 'id'],
      'put members=1 clients=100 load=10%',
      'measurements[1].id is there already: "put members=1 clients=100 load=10%"',
    ],
    [['benchmark'], 'speed', 'benchmark is none of quorum, failover, faults, reads, api, store, raft'],
    [['machine'], [], 'machine is not an object'],
    [['machine', 'cores'], '2', 'machine.cores is not a number'],
    [['versions', 'kuorum'], undefined, 'versions.kuorum is not a string'],
    [['notes'], 'a note', 'notes is not a list'],
    [['timelines', 0, 'series', 1, 'points', 2], [1], 'timelines[0].series[1].points[2] is not a pair'],
    [
      ['timelines', 0, 'series', 1, 'points', 2, 1],
      '1',
      'timelines[0].series[1].points[2][1] is not a number',
    ],
    [
      ['sections', 0, 'plots', 0, 'kind'],
      'pie',
      'sections[0].plots[0].kind is none of percentiles, bars, lines, distribution, timeline',
    ],
    [
      ['sections', 0, 'plots', 0, 'x', 'scale'],
      'square',
      'sections[0].plots[0].x.scale is none of linear, logarithmic',
    ],
    [['sections', 1, 'tables', 0, 'rows', 0, 0], '1', 'sections[1].tables[0].rows[0][0] is not an object'],
  ])('%j as %j', (path, value, why) => {
    expect(() => read(changed(whole, path, value))).toThrow(`a.json is no benchmark report: ${why}`);
  });

  it('each place of it is either refused when wrong, or makes a page', () => {
    // Of long lists the first are like the rest.
    const { measurements, ...others } = sampleDocument();
    const short = JSON.parse(
      JSON.stringify({ ...others, measurements: measurements.slice(0, 1) }),
      (_, value: unknown) => (Array.isArray(value) ? value.slice(0, 4) : value),
    ) as unknown;
    const few = places(short).filter((path) => path.every((step) => typeof step === 'string' || step < 2));
    expect(few.length).toBeGreaterThan(150);
    for (const path of few)
      for (const wrong of [null, true, 'word', -1, [], {}]) {
        let document: ReturnType<typeof read>;
        try {
          document = read(changed(short, path, wrong));
        } catch (error) {
          expect(error).toBeInstanceOf(DocumentError);
          continue;
        }
        if (path[0] !== 'measurements')
          expect(documentHtml({ ...document, measurements: [] })).toContain('</html>');
      }
  });
});
