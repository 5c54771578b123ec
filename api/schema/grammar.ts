/**
 * The terse form in which ./data keeps the built-in types: one line a field, so that a change is one line of a
 * diff. A line is one of
 *
 *     enum NAME "value" "value"                  a string type with its known values
 *     type NAME [atomic]                         a struct; its fields follow, indented, in the order of encoding
 *     union NAME array|bool|stringArray          a JSON schema, or that, in its place
 *       NUMBER ... TYPE                          an inlined struct; in protobuf an embedded message NUMBER
 *       NUMBER name TYPE [key=value ...]         a field; after the name `!`: written even when empty,
 *                                                `+`: required
 *
 * NUMBER is the protobuf number, `-` where there is none. TYPE is a scalar (`string`, `int64`, `Quantity`, ...),
 * `.Name` of the same group and version, `GROUP/VERSION.Name`, `[]TYPE` or `map:TYPE`; a leading `*` says that
 * absent differs from zero. The keys are patch (strategies), key (patch merge key), list, keys (list map keys),
 * map and default (JSON, always last).
 */
import type { FieldSchema, FieldType, InlineField, ScalarKind } from '../schema.js';
import type { JsonValue } from '../value.js';

/** What one module of ./data holds, before references are resolved. */
export interface ParsedGroup {
  readonly types: ReadonlyMap<string, ParsedType>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

export interface ParsedType {
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly union: 'array' | 'bool' | 'stringArray' | undefined;
  readonly lines: readonly string[];
}

const scalars: ReadonlyMap<string, ScalarKind> = new Map([
  ['string', 'string'],
  ['bool', 'bool'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['double', 'double'],
  ['bytes', 'bytes'],
  ['Time', 'time'],
  ['MicroTime', 'microTime'],
  ['Duration', 'duration'],
  ['Quantity', 'quantity'],
  ['IntOrString', 'intOrString'],
  ['FieldsV1', 'fieldsV1'],
  ['RawExtension', 'rawExtension'],
]);

/** Kinds that Go writes even when empty and `omitempty`, because they are structs there. */
const structLike: ReadonlySet<FieldType['kind']> = new Set([
  'ref',
  'time',
  'microTime',
  'quantity',
  'intOrString',
  'rawExtension',
]);

/** Splits a module's text into its types; the fields stay text until somebody asks for the type. */
export function parseGroup(text: string): ParsedGroup {
  const types = new Map<string, ParsedType>();
  const enums = new Map<string, readonly string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) {
      lines.push(line);
      continue;
    }
    const [word, name = '', rest = ''] = splitWords(line, 3);
    if (word === 'enum') enums.set(name, JSON.parse(`[${rest.replaceAll('" "', '","')}]`) as string[]);
    if (word !== 'type' && word !== 'union') continue;
    lines = [];
    types.set(name, {
      mapType: rest === 'atomic' || rest === 'granular' ? rest : undefined,
      union: rest === 'array' || rest === 'bool' || rest === 'stringArray' ? rest : undefined,
      lines,
    });
  }
  return { types, enums };
}

/** Looks up an enum's values by its whole name; undefined: not an enum. */
export type EnumLookup = (name: string) => readonly string[] | undefined;

/**
 * One field's line. `scope` is the `GROUP/VERSION` in which `.Name` is meant.
 * Throws on a line that the grammar does not know: the data is ours, so that is a mistake in it.
 */
export function parseField(line: string, scope: string, enumValues: EnumLookup): FieldSchema | InlineField {
  const [number = '', marked = '', type = '', rest = ''] = splitWords(line.trim(), 4);
  const protobufNumber = number === '-' ? undefined : Number(number);
  if (marked === '...') return { inline: wholeName(type, scope), protobufNumber };
  const name = /^[^!+]+/.exec(marked)?.[0];
  if (name === undefined || type === '') throw new Error(`schema data: cannot read "${line}"`);
  const pointer = type.startsWith('*');
  const fieldType = parseType(pointer ? type.slice(1) : type, scope, enumValues);
  const options = parseOptions(rest);
  return {
    name,
    type: fieldType,
    protobufNumber,
    pointer,
    alwaysWritten:
      marked.includes('!') || (!pointer && structLike.has(fieldType.kind) && !omittedWhenZero(name)),
    required: marked.includes('+'),
    patchStrategies: words(options.get('patch')) as FieldSchema['patchStrategies'],
    patchMergeKey: options.get('key'),
    listType: options.get('list') as FieldSchema['listType'],
    listMapKeys: words(options.get('keys')),
    mapType: options.get('map') as FieldSchema['mapType'],
    default: options.has('default') ? (JSON.parse(options.get('default')!) as JsonValue) : undefined,
  };
}

/** The one struct that Go omits when zero (omitzero): all other unset times are written as null. */
function omittedWhenZero(name: string): boolean {
  return name === 'creationTimestamp';
}

function parseType(text: string, scope: string, enumValues: EnumLookup): FieldType {
  if (text.startsWith('[]')) return { kind: 'list', element: parseType(text.slice(2), scope, enumValues) };
  if (text.startsWith('map:')) return { kind: 'map', value: parseType(text.slice(4), scope, enumValues) };
  const scalar = scalars.get(text);
  if (scalar !== undefined) return { kind: scalar };
  const name = wholeName(text, scope);
  const values = enumValues(name);
  return values === undefined ? { kind: 'ref', type: name } : { kind: 'enum', values, name };
}

function wholeName(text: string, scope: string): string {
  return text.startsWith('.') ? scope + text : text;
}

function parseOptions(text: string): Map<string, string> {
  const options = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const equals = rest.indexOf('=');
    const key = rest.slice(0, equals);
    const end = key === 'default' || !rest.includes(' ') ? rest.length : rest.indexOf(' ');
    options.set(key, rest.slice(equals + 1, end));
    rest = rest.slice(end + 1);
  }
  return options;
}

function words(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',');
}

/** At most `count` words; the last one keeps its spaces. */
function splitWords(text: string, count: number): string[] {
  const found: string[] = [];
  let rest = text;
  while (found.length < count - 1 && rest.includes(' ')) {
    const space = rest.indexOf(' ');
    found.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  if (rest !== '') found.push(rest);
  return found;
}
