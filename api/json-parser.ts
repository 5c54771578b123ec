/**
 * The careful JSON reader: exact integers, duplicate keys, and the original's error texts. `parseJson` comes here
 * only with text that the engine's own reader would refuse or round.
 */
import { type JsonArray, type JsonObject, type JsonValue, newObject } from './value.js';

export class JsonSyntaxError extends Error {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
  }
}

export interface CarefulOptions {
  readonly maxDepth: number;
  readonly onDuplicateKey: ((path: string) => void) | undefined;
}

/** Reads one JSON text that fills `text`. Throws `JsonSyntaxError`. */
export function parseCarefully(text: string, options: CarefulOptions): JsonValue {
  return new Parser(text, options).parse();
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
// eslint-disable-next-line no-control-regex -- JSON's own rule: raw control characters end a string's plain run
const plainRun = /[^"\\\u0000-\u001f]*/y;
const digitRun = /\d*/y;
const spaceRun = /[ \t\r\n]*/y;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

class Parser {
  readonly #text: string;
  readonly #options: CarefulOptions;
  #at = 0;
  #depth = 0;
  /** The path of the value being read; kept only for duplicate keys. */
  readonly #path: (string | number)[] = [];

  constructor(text: string, options: CarefulOptions) {
    this.#text = text;
    this.#options = options;
  }

  parse(): JsonValue {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value');
    return value;
  }

  #value(): JsonValue {
    const character = this.#peek();
    switch (character) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        if (character === '-' || isDigit(character)) return this.#number();
        throw this.#unexpected('looking for beginning of value');
    }
  }

  #nested<Value extends JsonValue>(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > this.#options.maxDepth) throw new JsonSyntaxError('exceeded max depth', this.#at);
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): JsonObject {
    const object = newObject();
    this.#skipSpace();
    if (this.#take('}')) return object;
    for (;;) {
      this.#skipSpace();
      if (this.#peek() !== '"') throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#unexpected('after object key');
      this.#skipSpace();
      this.#path.push(key);
      if (Object.hasOwn(object, key)) this.#options.onDuplicateKey?.(formatPath(this.#path));
      object[key] = this.#value();
      this.#path.pop();
      this.#skipSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair');
    }
  }

  #array(): JsonArray {
    const array: JsonArray = [];
    this.#skipSpace();
    if (this.#take(']')) return array;
    for (;;) {
      this.#skipSpace();
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
      this.#skipSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) throw this.#unexpected('after array element');
    }
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#run(plainRun);
      const character = this.#peek();
      if (character === '"') {
        this.#at += 1;
        // Halves of characters have no UTF-8 form; the original replaces them too.
        return value.replace(loneSurrogate, '\ufffd');
      }
      if (character !== '\\') throw this.#unexpected('in string literal');
      this.#at += 1;
      value += this.#escape();
    }
  }

  #escape(): string {
    const character = this.#peek();
    if (character === 'u') {
      this.#at += 1;
      let code = 0;
      for (let digit = 0; digit < 4; digit += 1) {
        const value = Number.parseInt(this.#peek(), 16);
        if (Number.isNaN(value)) throw this.#unexpected('in \\u hexadecimal character escape');
        code = code * 16 + value;
        this.#at += 1;
      }
      return String.fromCharCode(code);
    }
    const plain = escapes.get(character);
    if (plain === undefined) throw this.#unexpected('in string escape code');
    this.#at += 1;
    return plain;
  }

  #number(): number | bigint {
    const start = this.#at;
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    let whole = true;
    if (this.#take('.')) {
      whole = false;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#take('e') || this.#take('E')) {
      whole = false;
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal');
    }
    const literal = this.#text.slice(start, this.#at);
    const value = Number(literal);
    if (whole && !Number.isSafeInteger(value)) {
      if (literal.length > maxNumberLength) throw outOfRange(literal, start);
      return BigInt(literal);
    }
    if (!Number.isFinite(value)) throw outOfRange(literal, start);
    return value;
  }

  #digits(context: string): void {
    if (this.#run(digitRun) === '') throw this.#unexpected(context);
  }

  #literal<Value extends JsonValue>(word: string, value: Value): Value {
    for (let index = 0; index < word.length; index += 1) {
      if (!this.#take(word[index]!)) {
        throw this.#unexpected(`in literal ${word} (expecting '${word[index]!}')`);
      }
    }
    return value;
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    this.#run(spaceRun);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(context: string): JsonSyntaxError {
    if (this.#at >= this.#text.length) return new JsonSyntaxError('unexpected end of JSON input', this.#at);
    return new JsonSyntaxError(`invalid character ${quoteByte(this.#text, this.#at)} ${context}`, this.#at);
  }
}

/** Longer integers than any type holds; a bound so that reading one stays cheap. */
const maxNumberLength = 400;

function outOfRange(literal: string, offset: number): JsonSyntaxError {
  const shown = literal.length > 40 ? `${literal.slice(0, 40)}...` : literal;
  return new JsonSyntaxError(`json: cannot unmarshal number ${shown} into Go value of type float64`, offset);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

/** The original reads bytes and shows the one that it could not use. */
function quoteByte(text: string, at: number): string {
  const byte = new TextEncoder().encode(String.fromCodePoint(text.codePointAt(at)!))[0]!;
  const character = String.fromCharCode(byte);
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  if (character === '\\') return "'\\\\'";
  const named = new Map([
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\t', '\\t'],
    ['\b', '\\b'],
    ['\f', '\\f'],
    ['\v', '\\v'],
    ['\u0007', '\\a'],
  ]).get(character);
  if (named !== undefined) return `'${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if (byte >= 0x80 && byte < 0xa1) return `'\\u${byte.toString(16).padStart(4, '0')}'`;
  return `'${character}'`;
}

/** `spec.containers[0].name` */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
