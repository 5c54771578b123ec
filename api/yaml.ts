/**
 * YAML as the original reads it: YAML 1.1 with its many spellings of true, octal numbers and merge keys, turned
 * into the JSON value model. Timestamps stay strings. Aliases are expanded within a bound.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Pair,
  Parser,
  Scalar,
  stringify,
  YAMLMap,
  YAMLSeq,
  type YAMLMap as YamlMapNode,
} from 'yaml';
import { defaultMaxDepth, sortedKeys, stringifyJson } from './json.js';
import { formatPath } from './json-parser.js';
import { isObject, type JsonArray, type JsonObject, type JsonValue, newObject } from './value.js';

export class YamlSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'YamlSyntaxError';
  }
}

export interface ParsedYaml {
  /** One value a document; documents that hold nothing but comments are left out. */
  readonly documents: readonly JsonValue[];
  /** Paths (`spec.replicas`) of keys that stood twice; the last value wins. */
  readonly duplicates: readonly string[];
}

/** Nodes that aliases may bring in, all documents together: 1 MiB of text can otherwise stand for terabytes. */
const maxAliasedNodes = 100_000;

/** Throws `YamlSyntaxError` (`yaml: line 3: ...`). */
export function parseYaml(input: Uint8Array | string): ParsedYaml {
  const text = typeof input === 'string' ? input : new TextDecoder().decode(input);
  const state: ReadState = {
    duplicates: [],
    path: [],
    aliased: 0,
    insideAlias: 0,
    active: new Set(),
    anchors: new Map(),
  };
  const documents: JsonValue[] = [];
  for (const document of composeDocuments(text)) {
    state.anchors.clear();
    if (holdsSomething(document.contents)) documents.push(readNode(document.contents, state));
  }
  return { documents, duplicates: state.duplicates };
}

/** Nothing but comments is an empty scalar to the parser. */
function holdsSomething(contents: unknown): boolean {
  return contents !== null && !(isScalar(contents) && contents.type === 'PLAIN' && contents.source === '');
}

/**
 * Collections within each other, as the parser counts them. The composer recurses, and running out of stack there
 * can end the whole process (a regular expression that cannot be compiled is fatal), so it is never let near.
 */
const maxParserDepth = 500;

/** Lexical pieces of a text, all documents together: a second or two of work; a large manifest has some 50,000. */
const maxLexemes = 500_000;

function composeDocuments(text: string): Document.Parsed[] {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > maxLexemes) throw new YamlSyntaxError('yaml: document has too many parts');
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxParserDepth) throw new YamlSyntaxError('yaml: exceeded max depth');
  }
  for (const token of parser.end()) tokens.push(token);
  // Scalars stay text: `resolvePlain` decides what they mean.
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens)) {
    const problem = document.errors[0];
    if (problem !== undefined) {
      throw new YamlSyntaxError(`yaml: line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`);
    }
    documents.push(document as Document.Parsed);
  }
  return documents;
}

interface ReadState {
  readonly duplicates: string[];
  readonly path: (string | number)[];
  aliased: number;
  insideAlias: number;
  /** Anchored nodes being expanded, to refuse one that holds itself. */
  readonly active: Set<unknown>;
  /** The node that each anchor named last; the library's own look-up searches the document every time. */
  readonly anchors: Map<string, unknown>;
}

function readNode(node: unknown, state: ReadState): JsonValue {
  if (state.insideAlias > 0) {
    state.aliased += 1;
    if (state.aliased > maxAliasedNodes)
      throw new YamlSyntaxError('yaml: document contains excessive aliasing');
  }
  if (state.path.length > defaultMaxDepth) throw new YamlSyntaxError('yaml: exceeded max depth');
  if (node === null || node === undefined) return null;
  if (isAlias(node)) return readAlias(node.source, state);
  if (isNode(node) && 'anchor' in node && node.anchor !== undefined) state.anchors.set(node.anchor, node);
  if (isScalar(node)) return readScalar(node);
  if (isSeq(node)) {
    const list: JsonArray = [];
    for (const item of node.items) {
      state.path.push(list.length);
      list.push(readNode(item, state));
      state.path.pop();
    }
    return list;
  }
  if (isMap(node)) return readMap(node, state);
  throw new YamlSyntaxError('yaml: unknown node');
}

function readAlias(name: string, state: ReadState): JsonValue {
  const target = state.anchors.get(name);
  if (target === undefined) throw new YamlSyntaxError(`yaml: unknown anchor '${name}' referenced`);
  if (state.active.has(target)) throw new YamlSyntaxError(`yaml: anchor '${name}' value contains itself`);
  state.active.add(target);
  state.insideAlias += 1;
  const value = readNode(target, state);
  state.insideAlias -= 1;
  state.active.delete(target);
  return value;
}

function readMap(node: YamlMapNode, state: ReadState): JsonObject {
  const object = newObject();
  const merged = newObject();
  for (const pair of node.items) {
    if (isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.source === '<<') {
      mergeInto(merged, readNode(pair.value, state));
      continue;
    }
    const key = keyText(readNode(pair.key, state));
    state.path.push(key);
    if (Object.hasOwn(object, key)) state.duplicates.push(formatPath(state.path));
    object[key] = readNode(pair.value, state);
    state.path.pop();
  }
  for (const key of Object.keys(merged)) if (!Object.hasOwn(object, key)) object[key] = merged[key]!;
  return object;
}

/** `<<: *base` or `<<: [*first, *second]`; of several, the first to have a key gives it. */
function mergeInto(merged: JsonObject, value: JsonValue): void {
  const sources = Array.isArray(value) ? value : [value];
  for (const source of sources) {
    if (!isObject(source))
      throw new YamlSyntaxError('yaml: map merge requires map or sequence of maps as the value');
    for (const key of Object.keys(source)) if (!Object.hasOwn(merged, key)) merged[key] = source[key]!;
  }
}

function keyText(key: JsonValue): string {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(key);
    default:
      if (key === null) return 'null';
      throw new YamlSyntaxError('error converting YAML to JSON: unsupported map key');
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);
const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const decimalFloat = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function readScalar(node: Scalar): JsonValue {
  const text = typeof node.value === 'string' ? node.value : '';
  const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, '!!');
  if (tag === '!!str' || tag === '!') return text;
  if (tag === '!!binary') return text.replaceAll(/\s/g, '');
  if (tag === undefined && node.type !== 'PLAIN') return text;
  const value = resolvePlain(text);
  if (tag === '!!float' && typeof value !== 'number') return scalarMismatch(text, tag);
  if (tag === '!!int' && typeof value !== 'number' && typeof value !== 'bigint')
    return scalarMismatch(text, tag);
  if (tag === '!!bool' && typeof value !== 'boolean') return scalarMismatch(text, tag);
  return value;
}

function scalarMismatch(text: string, tag: string): never {
  throw new YamlSyntaxError(`yaml: cannot decode !!str \`${text.slice(0, 40)}\` as a ${tag}`);
}

/** What an unquoted scalar means. */
function resolvePlain(text: string): JsonValue {
  if (nulls.has(text)) return null;
  const boolean = booleans.get(text);
  if (boolean !== undefined) return boolean;
  if (!/^[-+.\d]/.test(text)) return text;
  const integer = resolveInteger(text.replaceAll('_', ''));
  if (integer !== undefined) return integer;
  const plain = text.replaceAll('_', '');
  if (decimalFloat.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return value;
  }
  if (notFinite.test(text))
    throw new YamlSyntaxError(`error converting YAML to JSON: unsupported value: ${text}`);
  return text;
}

/** Decimal, 0x, 0o, 0b and, from YAML 1.1, a leading 0 for octal; within 64 bits, else it is a float. */
function resolveInteger(text: string): number | bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/.exec(text);
  if (match === null || text.length > 70) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  let magnitude: bigint;
  if (hexadecimal !== undefined) magnitude = BigInt(`0x${hexadecimal}`);
  else if (binary !== undefined) magnitude = BigInt(`0b${binary}`);
  else if (octal !== undefined) magnitude = BigInt(`0o${octal}`);
  else magnitude = BigInt(decimal!);
  const value = sign === '-' ? -magnitude : magnitude;
  if (value > 2n ** 64n - 1n || value < -(2n ** 63n)) return undefined;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;
}

/** One document with sorted keys, as the original answers `Accept: application/yaml`. Ends with a newline. */
export function stringifyYaml(value: JsonValue): string {
  // The library's writer recurses with large frames; JSON is YAML too.
  if (isDeeperThan(value, maxWrittenDepth)) return `${stringifyJson(value)}\n`;
  return stringify(toNode(value), {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
    // The merge tag would write the key "<<" bare, and readers would merge.
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge'),
  });
}

const maxWrittenDepth = 100;

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const members = Array.isArray(value) ? value : Object.values(value);
  return members.some((member) => isDeeperThan(member, levels - 1));
}

function toNode(value: JsonValue): unknown {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(toNode);
    list.flow = value.length === 0;
    return list;
  }
  if (isObject(value)) {
    const map = new YAMLMap();
    map.items = sortedKeys(value).map((key) => new Pair(stringNode(key), toNode(value[key]!)));
    map.flow = map.items.length === 0;
    return map;
  }
  return typeof value === 'string' ? stringNode(value) : new Scalar(value);
}

/** Strings that a YAML reader of either version could take for something else are quoted. */
function stringNode(text: string): Scalar {
  const scalar = new Scalar(text);
  const ambiguous = text === '<<' || text === '=' || !isPlainString(text);
  if (ambiguous) scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

function isPlainString(text: string): boolean {
  if (notFinite.test(text)) return false;
  return resolvePlain(text) === text;
}
