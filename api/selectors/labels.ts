/** Label selectors: the text form of queries, the object form of specs, and matching. */
import { validateLabelValue, validateQualifiedName } from '../names.js';
import { compareBytes, listAt, objectAt, objectsAt, sortedKeys, stringAt } from '../read.js';
import type { JsonObject, JsonValue } from '../value.js';

/** A selector that cannot be read: HTTP 400 with this message. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

/** One condition on one label. All of a selector's requirements must hold. */
export type LabelRequirement =
  | { readonly operator: 'in' | 'notin'; readonly key: string; readonly values: readonly string[] }
  | { readonly operator: '=' | '!='; readonly key: string; readonly value: string }
  | { readonly operator: 'exists' | 'doesNotExist'; readonly key: string }
  | { readonly operator: 'gt' | 'lt'; readonly key: string; readonly value: bigint };

/** An empty list selects everything. */
export type LabelSelector = readonly LabelRequirement[];

const maxSelectorLength = 65_536;

type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: '=' | '==' | '!=' | '!' | '>' | '<' | ',' | '(' | ')' }
  | { readonly kind: 'end'; readonly text: '' };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text[position]!;
    if (/[ \t\r\n]/.test(character)) {
      position += 1;
      continue;
    }
    const sign = readSign(text, position);
    if (sign !== undefined) {
      tokens.push({ kind: 'sign', text: sign });
      position += sign.length;
      continue;
    }
    let end = position;
    while (end < text.length && !/[ \t\r\n=!(),<>]/.test(text[end]!)) end += 1;
    tokens.push({ kind: 'word', text: text.slice(position, end) });
    position = end;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function readSign(text: string, position: number): Extract<Token, { kind: 'sign' }>['text'] | undefined {
  const two = text.slice(position, position + 2);
  if (two === '==' || two === '!=') return two;
  const one = text[position];
  switch (one) {
    case '=':
    case '!':
    case '>':
    case '<':
    case ',':
    case '(':
    case ')':
      return one;
    default:
      return undefined;
  }
}

/** A reader over tokens with the original's complaints. */
class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    const first = this.#peek();
    if (first.kind === 'end') return requirements;
    if (first.kind !== 'word' && first.text !== '!') {
      throw new SelectorError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
    }
    for (;;) {
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.kind === 'end') return requirements;
      if (next.text !== ',') {
        throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      }
      const after = this.#peek();
      if (after.kind !== 'word' && after.text !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #peek(): Token {
    return this.#tokens[this.#position]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#position += 1;
    return token;
  }

  #requirement(): LabelRequirement {
    let negated = false;
    if (this.#peek().text === '!') {
      negated = true;
      this.#take();
    }
    const token = this.#take();
    if (token.kind !== 'word') {
      throw parseError(`found '${token.text}', expected: identifier`);
    }
    const key = token.text;
    checkKey(key);
    const next = this.#peek();
    if (next.kind === 'end' || next.text === ',') {
      return { operator: negated ? 'doesNotExist' : 'exists', key };
    }
    if (negated) return { operator: 'doesNotExist', key };
    return this.#condition(key);
  }

  #condition(key: string): LabelRequirement {
    const operator = this.#take();
    switch (operator.text) {
      case '=':
      case '==':
      case '!=': {
        const value = this.#exactValue();
        checkValue(key, value);
        return { operator: operator.text === '!=' ? '!=' : '=', key, value };
      }
      case '>':
      case '<': {
        const text = this.#exactValue();
        return { operator: operator.text === '>' ? 'gt' : 'lt', key, value: parseBound(text) };
      }
      case 'in':
      case 'notin': {
        const values = this.#values();
        for (const [index, value] of values.entries()) checkValue(key, value, index);
        return { operator: operator.text, key, values };
      }
      default:
        throw parseError(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  /** An absent value is the empty one: `key=`. */
  #exactValue(): string {
    const next = this.#peek();
    if (next.kind === 'end' || next.text === ',') return '';
    const value = this.#take();
    if (value.kind !== 'word') throw parseError(`found '${value.text}', expected: identifier`);
    return value.text;
  }

  #values(): readonly string[] {
    const open = this.#take();
    if (open.text !== '(') throw parseError(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const token = this.#take();
      if (token.kind === 'word') {
        values.add(token.text);
        const next = this.#take();
        if (next.text === ')') break;
        if (next.text !== ',') throw parseError(`found '${next.text}', expected: ',' or ')'`);
        if (this.#peek().text === ')') {
          values.add('');
          this.#take();
          break;
        }
      } else if (token.text === ',') {
        values.add('');
        if (this.#peek().text === ')') {
          this.#take();
          break;
        }
      } else if (token.text === ')') {
        values.add('');
        break;
      } else {
        throw parseError(`found '${token.text}', expected: ',', ')' or identifier`);
      }
    }
    return [...values].sort(compareBytes);
  }
}

function parseError(message: string): SelectorError {
  return new SelectorError(`unable to parse requirement: ${message}`);
}

function checkKey(key: string): void {
  const problems = validateQualifiedName(key);
  if (problems.length === 0) return;
  throw parseError(`key: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`);
}

function checkValue(key: string, value: string, index = 0): void {
  const problems = validateLabelValue(value);
  if (problems.length === 0) return;
  throw parseError(
    `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problems.join('; ')}`,
  );
}

function parseBound(text: string): bigint {
  if (/^[+-]?[0-9]{1,19}$/.test(text)) return BigInt(text.replace(/^\+/, ''));
  throw parseError(
    `values[0]: Invalid value: ${JSON.stringify(text)}: for 'Gt', 'Lt' operators, the value must be an integer`,
  );
}

/**
 * Reads a `labelSelector` query: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`.
 * @throws SelectorError
 */
export function parseLabelSelector(text: string): LabelSelector {
  if (text.length > maxSelectorLength) throw new SelectorError('label selector is too long');
  return new Parser(tokenize(text)).parse();
}

/** Whether labels (a string map, or none) meet every requirement. */
export function matchesLabels(selector: LabelSelector, labels: JsonObject | undefined): boolean {
  return selector.every((requirement) => {
    const held = labels !== undefined && Object.hasOwn(labels, requirement.key);
    const value = held ? stringAt(labels, requirement.key) : '';
    switch (requirement.operator) {
      case '=':
        return held && value === requirement.value;
      case '!=':
        return !held || value !== requirement.value;
      case 'in':
        return held && requirement.values.includes(value);
      case 'notin':
        return !held || !requirement.values.includes(value);
      case 'exists':
        return held;
      case 'doesNotExist':
        return !held;
      case 'gt':
      case 'lt': {
        if (!held || !/^[+-]?[0-9]{1,19}$/.test(value)) return false;
        const number = BigInt(value.replace(/^\+/, ''));
        return requirement.operator === 'gt' ? number > requirement.value : number < requirement.value;
      }
      default: {
        const never: never = requirement;
        return never;
      }
    }
  });
}

/**
 * The requirements of a meta/v1 LabelSelector (matchLabels, matchExpressions). Unknown operators give a
 * requirement that nothing meets; validation refuses them earlier.
 */
export function labelSelectorFromObject(selector: JsonValue | undefined): LabelSelector {
  const matchLabels = objectAt(selector, 'matchLabels');
  const requirements: LabelRequirement[] = sortedKeys(matchLabels).map((key) => ({
    operator: '=',
    key,
    value: stringAt(matchLabels, key),
  }));
  for (const expression of objectsAt(selector, 'matchExpressions')) {
    const key = stringAt(expression, 'key');
    const values = listAt(expression, 'values').filter((value) => typeof value === 'string');
    switch (stringAt(expression, 'operator')) {
      case 'In':
        requirements.push({ operator: 'in', key, values });
        break;
      case 'NotIn':
        requirements.push({ operator: 'notin', key, values });
        break;
      case 'Exists':
        requirements.push({ operator: 'exists', key });
        break;
      case 'DoesNotExist':
        requirements.push({ operator: 'doesNotExist', key });
        break;
      default:
        requirements.push({ operator: 'in', key, values: [] });
    }
  }
  return requirements;
}

/** The requirements of a plain map of labels, as Services and ReplicationControllers select. */
export function labelSelectorFromMap(labels: JsonObject | undefined): LabelSelector {
  return sortedKeys(labels).map((key) => ({ operator: '=', key, value: stringAt(labels, key) }));
}

/** The text form, sorted by key: `a=b,c in (d,e)`. '' selects everything. */
export function labelSelectorToString(selector: LabelSelector): string {
  return [...selector]
    .sort((left, right) => compareBytes(left.key, right.key))
    .map((requirement) => requirementToString(requirement))
    .join(',');
}

function requirementToString(requirement: LabelRequirement): string {
  switch (requirement.operator) {
    case '=':
    case '!=':
      return `${requirement.key}${requirement.operator}${requirement.value}`;
    case 'in':
    case 'notin': {
      const values = [...requirement.values].sort(compareBytes);
      return `${requirement.key} ${requirement.operator} (${values.join(',')})`;
    }
    case 'exists':
      return requirement.key;
    case 'doesNotExist':
      return `!${requirement.key}`;
    case 'gt':
      return `${requirement.key}>${requirement.value}`;
    case 'lt':
      return `${requirement.key}<${requirement.value}`;
    default: {
      const never: never = requirement;
      return never;
    }
  }
}
