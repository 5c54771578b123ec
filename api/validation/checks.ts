/** The checks of which kinds' rules are made. Each gives the errors of one value at one path. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { validateLabelValue, validateQualifiedName } from '../names.js';
import { compareQuantities, parseQuantity } from '../quantity.js';
import { listAt, objectAt, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import { equalValues, isObject, type JsonObject, type JsonValue } from '../value.js';
import { validateLabels } from './object-meta.js';

export const maxInt32 = 2_147_483_647;

export function forbiddenField(path: string, detail: string): FieldError {
  return { kind: 'FieldValueForbidden', path, detail };
}

export function duplicate(path: string, value: JsonValue): FieldError {
  return { kind: 'FieldValueDuplicate', path, value, detail: '' };
}

export function notFoundField(path: string, value: JsonValue): FieldError {
  return { kind: 'FieldValueNotFound', path, value, detail: '' };
}

export function tooLongField(path: string, maxBytes: number): FieldError {
  return { kind: 'FieldValueTooLong', path, value: '', detail: `may not be more than ${maxBytes} bytes` };
}

export function notSupported(path: string, value: JsonValue, supported: readonly string[]): FieldError {
  return { kind: 'FieldValueNotSupported', path, value, detail: '', supported };
}

/** A number at a key, when present, is not negative. */
export function nonNegative(
  parent: JsonObject | undefined,
  key: string,
  path: string,
): readonly FieldError[] {
  const value = optionalNumberAt(parent, key);
  if (value === undefined || value >= 0) return [];
  return [invalid(join(path, key), value, 'must be greater than or equal to 0')];
}

/** A number at a key, when present, lies within bounds, both included. */
export function inRange(
  parent: JsonObject | undefined,
  key: string,
  path: string,
  minimum: number,
  maximum: number,
): readonly FieldError[] {
  const value = optionalNumberAt(parent, key);
  if (value === undefined || (value >= minimum && value <= maximum)) return [];
  return [invalid(join(path, key), value, `must be between ${minimum} and ${maximum}, inclusive`)];
}

/** A text at a key is one of a set; absent is an error only when `mandatory`. */
export function oneOf(
  parent: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
  mandatory = false,
): readonly FieldError[] {
  const value = stringAt(parent, key);
  if (value === '') return mandatory ? [required(join(path, key))] : [];
  return supported.includes(value) ? [] : [notSupported(join(path, key), value, supported)];
}

/** A text at a key that must be there and meet a naming rule. */
export function namedBy(
  parent: JsonObject | undefined,
  key: string,
  path: string,
  rule: (value: string) => readonly string[],
  mandatory = true,
): readonly FieldError[] {
  const value = stringAt(parent, key);
  if (value === '') return mandatory ? [required(join(path, key))] : [];
  return rule(value).map((problem) => invalid(join(path, key), value, problem));
}

export function requiredText(
  parent: JsonObject | undefined,
  key: string,
  path: string,
  detail = '',
): readonly FieldError[] {
  return stringAt(parent, key) === '' ? [required(join(path, key), detail)] : [];
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A field that may not change. Absent and null are one. */
export function immutable(
  object: JsonObject | undefined,
  old: JsonObject | undefined,
  key: string,
  path: string,
): readonly FieldError[] {
  const value = object?.[key] ?? undefined;
  const before = old?.[key] ?? undefined;
  return equalValues(value, before) ? [] : [invalid(join(path, key), value ?? null, 'field is immutable')];
}

/** A meta/v1 LabelSelector. */
export function validateLabelSelector(selector: JsonValue | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...validateLabels(objectAt(selector, 'matchLabels'), `${path}.matchLabels`)];
  for (const [index, expression] of objectsAt(selector, 'matchExpressions').entries()) {
    errors.push(...validateExpression(expression, `${path}.matchExpressions[${index}]`));
  }
  return errors;
}

function validateExpression(expression: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const key = stringAt(expression, 'key');
  const operator = stringAt(expression, 'operator');
  const values = listAt(expression, 'values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(
          forbiddenField(
            `${path}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        );
      }
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  for (const problem of validateQualifiedName(key)) errors.push(invalid(`${path}.key`, key, problem));
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string') continue;
    for (const problem of validateLabelValue(value))
      errors.push(invalid(`${path}.values[${index}]`, value, problem));
  }
  return errors;
}

/** Whether a LabelSelector has no requirement. */
export function isEmptySelector(selector: JsonValue | undefined): boolean {
  const labels = objectAt(selector, 'matchLabels');
  return (
    (labels === undefined || Object.keys(labels).length === 0) &&
    listAt(selector, 'matchExpressions').length === 0
  );
}

/** Compares two quantities; undefined when one of them is none. */
export function compareQuantityValues(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): number | undefined {
  const leftText = quantityText(left);
  const rightText = quantityText(right);
  if (leftText === undefined || rightText === undefined) return undefined;
  try {
    return compareQuantities(parseQuantity(leftText), parseQuantity(rightText));
  } catch {
    return undefined;
  }
}

export function quantityText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** An integer, or a percentage. */
export function validateIntOrPercent(value: JsonValue | undefined, path: string): readonly FieldError[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    const detail =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    return /^[0-9]+%$/.test(value) ? [] : [invalid(path, value, detail)];
  }
  if (typeof value === 'number' && value < 0)
    return [invalid(path, value, 'must be greater than or equal to 0')];
  return [];
}

/** A port by number or by name. */
export function validatePortReference(
  value: JsonValue | undefined,
  path: string,
  nameRule: (name: string) => readonly string[],
): readonly FieldError[] {
  if (typeof value === 'string') return nameRule(value).map((problem) => invalid(path, value, problem));
  const number = typeof value === 'number' ? value : 0;
  return number >= 1 && number <= 65_535
    ? []
    : [invalid(path, number, 'must be between 1 and 65535, inclusive')];
}

/** Errors of each object of a list, with its path. */
export function each(
  parent: JsonObject | undefined,
  key: string,
  path: string,
  check: (item: JsonObject, path: string, index: number) => readonly FieldError[],
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, item] of listAt(parent, key).entries()) {
    if (isObject(item)) errors.push(...check(item, `${join(path, key)}[${index}]`, index));
  }
  return errors;
}
