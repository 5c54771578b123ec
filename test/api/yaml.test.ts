/** YAML as the original's library reads it. */
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../api/json.js';
import { parseYaml, stringifyYaml, YamlSyntaxError } from '../../api/yaml.js';

function asJson(text: string): string {
  return parseYaml(text)
    .documents.map((value) => stringifyJson(value))
    .join('\n');
}

describe('plain scalars', () => {
  it.each([
    ['yes', 'true'],
    ['Off', 'false'],
    ['y', 'true'],
    ['"yes"', '"yes"'],
    ['~', 'null'],
    ['', ''],
    ['0644', '420'],
    ['0o17', '15'],
    ['0x1F', '31'],
    ['0b101', '5'],
    ['1_000', '1000'],
    ['08', '8'],
    ['-12', '-12'],
    ['+12', '12'],
    ['9223372036854775807', '9223372036854775807'],
    ['9007199254740993', '9007199254740993'],
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['.5', '0.5'],
    ['2024-01-02', '"2024-01-02"'],
    ['2024-01-02T03:04:05Z', '"2024-01-02T03:04:05Z"'],
    ['1:30', '"1:30"'],
    ['1.2.3', '"1.2.3"'],
    ['500m', '"500m"'],
    ['!!str 12', '"12"'],
    ['!!int "12"', '12'],
    ['!!binary aGk=', '"aGk="'],
    ['|\n  a\n  b', '"a\\nb\\n"'],
  ])('%j is %s', (text, json) => {
    expect(asJson(text)).toBe(json);
  });
});

describe('collections', () => {
  it('takes keys of any scalar kind as text', () => {
    expect(asJson('{1: a, yes: b, ~: c}')).toBe('{"1":"a","null":"c","true":"b"}');
  });

  it('keeps awkward keys', () => {
    expect(asJson('__proto__: {a: 1}\nconstructor: 2\n')).toBe('{"__proto__":{"a":1},"constructor":2}');
  });

  it('expands aliases and merges maps, own keys first', () => {
    expect(asJson('base: &b {p: 1, q: 2}\nderived: {<<: *b, q: 3}\n')).toBe(
      '{"base":{"p":1,"q":2},"derived":{"q":3,"p":1}}',
    );
  });

  it('reads several documents and skips empty ones', () => {
    expect(asJson('a: 1\n---\n# nothing\n---\nb: 2\n')).toBe('{"a":1}\n{"b":2}');
  });

  it('reports duplicate keys', () => {
    const { documents, duplicates } = parseYaml('spec:\n  replicas: 1\n  replicas: 2\n');
    expect(duplicates).toEqual(['spec.replicas']);
    expect(stringifyJson(documents[0]!)).toBe('{"spec":{"replicas":2}}');
  });
});

describe('bad YAML', () => {
  it.each([
    ['a: b: c', /^yaml: line 1: /],
    ['a:\n\t- b', /^yaml: line 2: /],
    ['a: [1, 2', /^yaml: /],
    ['a: *nobody', /^yaml: .*nobody/],
    ['a: &x [*x]', /contains itself/],
    ['a: .inf', /unsupported value/],
    ['{[a]: 1}', /unsupported map key/],
  ])('%j is refused', (text, message) => {
    expect(() => parseYaml(text)).toThrow(YamlSyntaxError);
    expect(() => parseYaml(text)).toThrow(message);
  });

  it('cannot blow up by aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level += 1) {
      const before = `*a${level - 1}`;
      lines.push(`a${level}: &a${level} [${Array(10).fill(before).join(', ')}]`);
    }
    expect(() => parseYaml(lines.join('\n'))).toThrow(/excessive aliasing/);
  });

  it('has a bounded number of parts', () => {
    expect(() => parseYaml(`[${'1,'.repeat(300_000)}]`)).toThrow(/too many parts/);
  });

  it('resolves an alias to the nearest anchor before it, and many of them in little time', () => {
    expect(asJson('[&a 1, *a, &a 2, *a]')).toBe('[1,1,2,2]');
    const lines = Array.from({ length: 10_000 }, (_, index) => `- &a${index} x\n- *a${index}`);
    expect(parseYaml(lines.join('\n')).documents[0]).toHaveLength(20_000);
  });

  it.each(['[', '{a: ', '- ', '? ', '[{a: '])('cannot exhaust the stack with %j', (opening) => {
    expect(() => parseYaml(opening.repeat(100_000))).toThrow('yaml: exceeded max depth');
  });
});

describe('writing YAML', () => {
  it('sorts keys and quotes what would read as something else', () => {
    const value = parseJson(
      '{"z":1,"a":{"10":"yes","2":"0644","__proto__":"x"},"t":"2024-01-01T00:00:00Z","e":"","l":[],"m":{},"nil":null,"b":9223372036854775807,"s":"multi\\nline\\n"}',
    );
    const text = stringifyYaml(value);
    expect(text).toBe(
      [
        'a:',
        '  "10": "yes"',
        '  "2": "0644"',
        '  __proto__: x',
        'b: 9223372036854775807',
        'e: ""',
        'l: []',
        'm: {}',
        'nil: null',
        's: |',
        '  multi',
        '  line',
        't: "2024-01-01T00:00:00Z"',
        'z: 1',
        '',
      ].join('\n'),
    );
  });

  it.each([
    '{"<<":"","__proto__":""}',
    '{"<<":{"a":1}}',
    '{"=":1,"":2,"- ":3,"? ":4,"a: b":5,"#":6,"null":7}',
  ])('keeps the keys of %s', (text) => {
    expect(parseYaml(stringifyYaml(parseJson(text))).documents).toEqual([parseJson(text)]);
  });

  it('writes what nests very deep as JSON, which is YAML', () => {
    const text = `${'{"a":['.repeat(400)}1${']}'.repeat(400)}`;
    expect(stringifyYaml(parseJson(text))).toBe(`${text}\n`);
  });

  it('reads back to the same value', () => {
    const value = parseJson(
      '{"a":["x: y","- z","#","{","null","~","1e3",".inf","<<","=","true","on"," lead","tab\\t"],"b":[[1],[{"c":[]}]]}',
    );
    expect(parseYaml(stringifyYaml(value)).documents).toEqual([value]);
  });
});
