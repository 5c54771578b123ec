/** The fields that the schema declares required, checked the same way for every kind. */
import type { FieldError } from '../field-error.js';
import { required } from '../field-error.js';
import { builtInSchemas } from '../schema/registry.js';
import type { FieldSchema, FieldType } from '../schema.js';
import { isObject, type JsonObject, type JsonValue, newObject } from '../value.js';

/** Types whose requirements generic code checks with better messages, or whose marks are about output. */
const skippedTypes: ReadonlySet<string> = new Set(['meta/v1.ObjectMeta', 'meta/v1.TypeMeta']);

/** Required fields that are absent from an object of the type, status left out. */
export function validateRequiredFields(object: JsonObject, type: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (builtInSchemas().hasType(type)) walkStruct(object, type, '', errors);
  return errors;
}

function walkStruct(object: JsonObject, type: string, path: string, errors: FieldError[]): void {
  if (skippedTypes.has(type)) return;
  for (const [name, field] of builtInSchemas().getType(type).byName) {
    if (path === '' && name === 'status') continue;
    const fieldPath = path === '' ? name : `${path}.${name}`;
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    const absent = value === undefined || value === null;
    if (field.required && isMissing(value, field)) errors.push(required(fieldPath));
    else if (!absent) walkValue(value, field.type, fieldPath, errors);
    else if (field.required && field.type.kind === 'ref')
      walkStruct(newObject(), field.type.type, fieldPath, errors);
  }
}

/**
 * Texts must not be empty and pointers must point. Zero is a value for numbers and booleans, and whether a list
 * may be empty is a rule of its kind. An absent struct is an empty one: what it lacks is said of its fields.
 */
function isMissing(value: JsonValue | undefined, field: FieldSchema): boolean {
  const absent = value === undefined || value === null;
  switch (field.type.kind) {
    case 'string':
    case 'enum':
    case 'bytes':
      return absent || value === '';
    case 'ref':
      return absent && field.pointer;
    default:
      return false;
  }
}

function walkValue(value: JsonValue, type: FieldType, path: string, errors: FieldError[]): void {
  if (type.kind === 'ref' && isObject(value)) walkStruct(value, type.type, path, errors);
  else if (type.kind === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) walkValue(item, type.element, `${path}[${index}]`, errors);
  } else if (type.kind === 'map' && isObject(value)) {
    for (const key of Object.keys(value)) walkValue(value[key]!, type.value, `${path}[${key}]`, errors);
  }
}
