/** Field selectors: `metadata.name=x,status.phase!=Running`. */
import type { ServedVersion } from '../descriptor.js';
import { stringAt } from '../read.js';
import type { JsonObject } from '../value.js';
import { SelectorError } from './labels.js';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** An empty list selects everything. */
export type FieldSelector = readonly FieldRequirement[];

const maxSelectorLength = 65_536;

/** Splits at commas that no backslash escapes; escapes stay in the pieces. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let current = '';
  let escaped = false;
  for (const character of text) {
    if (!escaped && character === ',') {
      terms.push(current);
      current = '';
      continue;
    }
    escaped = !escaped && character === '\\';
    current += character;
  }
  terms.push(current);
  return terms;
}

function splitTerm(term: string): { left: string; operator: '=' | '!='; right: string } | undefined {
  for (let index = 0; index < term.length; index += 1) {
    if (term.startsWith('!=', index)) {
      return { left: term.slice(0, index), operator: '!=', right: term.slice(index + 2) };
    }
    if (term.startsWith('==', index)) {
      return { left: term.slice(0, index), operator: '=', right: term.slice(index + 2) };
    }
    if (term[index] === '=') {
      return { left: term.slice(0, index), operator: '=', right: term.slice(index + 1) };
    }
  }
  return undefined;
}

/** `\\`, `\,` and `\=` stand for themselves; any other use of a backslash, or a bare `,` or `=`, is an error. */
function unescapeValue(text: string): string {
  let result = '';
  let escaped = false;
  for (const character of text) {
    if (escaped) {
      if (character !== '\\' && character !== ',' && character !== '=') {
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${character}`);
      }
      result += character;
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (character === ',' || character === '=') {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${character}`);
    } else {
      result += character;
    }
  }
  if (escaped) throw new SelectorError('invalid field selector: invalid escape sequence: \\');
  return result;
}

/**
 * Reads a `fieldSelector` query.
 * @throws SelectorError
 */
export function parseFieldSelector(text: string): FieldSelector {
  if (text.length > maxSelectorLength) throw new SelectorError('field selector is too long');
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const parts = splitTerm(term);
    if (parts === undefined) {
      throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    }
    requirements.push({
      field: parts.left,
      operator: parts.operator,
      value: unescapeValue(parts.right),
    });
  }
  return requirements;
}

/**
 * Refuses fields that this version does not select by.
 * @throws SelectorError `field label not supported: x`
 */
export function checkFieldSelector(selector: FieldSelector, served: ServedVersion): void {
  for (const { field } of selector) {
    if (field === 'metadata.name' || field === 'metadata.namespace') continue;
    if (!served.selectableFields.some((selectable) => selectable.name === field)) {
      throw new SelectorError(`field label not supported: ${field}`);
    }
  }
}

/** Whether an object of the served version meets every requirement. Unknown fields count as ''. */
export function matchesFields(selector: FieldSelector, served: ServedVersion, object: JsonObject): boolean {
  return selector.every(({ field, operator, value }) => {
    const actual = fieldValue(served, object, field);
    return operator === '=' ? actual === value : actual !== value;
  });
}

function fieldValue(served: ServedVersion, object: JsonObject, field: string): string {
  if (field === 'metadata.name') return stringAt(object, 'metadata', 'name');
  if (field === 'metadata.namespace') return stringAt(object, 'metadata', 'namespace');
  return served.selectableFields.find((selectable) => selectable.name === field)?.value(object) ?? '';
}

/** The value that a selector demands of a field by `=`, e.g. the one name that it can match. */
export function requiredFieldValue(selector: FieldSelector, field: string): string | undefined {
  return selector.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;
}
