/**
 * The normal form of a typed value, the same whether it came as JSON, YAML or protobuf: fields in the order of
 * the schema, empty ones left out exactly where the original leaves them out, nested structs always present.
 *
 * The original is Go, whose rules these are: a field that is a struct (also a time or a quantity) is written even
 * when empty, a pointer is written when it was given, anything else only when it is not empty, unless the field
 * is declared to be written always; then an unset list, map or time is null.
 */

import type { FlatType, SchemaRegistry } from '../schema/registry.js';
import type { FieldType } from '../schema.js';
import { type JsonObject, type JsonValue, newObject } from '../value.js';

/** Decoded values by their field's index in `FlatType.fields`; undefined: absent. */
export type Slots = (JsonValue | undefined)[];

export function newSlots(flat: FlatType): Slots {
  return flat.fields.map(() => undefined);
}

/** The object of these slots in normal form. */
export function assembleStruct(flat: FlatType, slots: Slots, schemas: SchemaRegistry): JsonObject {
  const object = newObject();
  for (const [index, field] of flat.fields.entries()) {
    const value = slots[index];
    if (value !== undefined && (field.pointer || field.alwaysWritten || !isEmpty(value))) {
      object[field.name] = value;
    } else if (field.alwaysWritten) {
      object[field.name] = field.pointer ? null : zeroValue(field.type, schemas);
    }
  }
  return object;
}

/** An object of a type of which nothing is known. */
export function emptyStruct(type: string, schemas: SchemaRegistry): JsonObject {
  const flat = schemas.flatType(type);
  return assembleStruct(flat, newSlots(flat), schemas);
}

/** What Go's zero value of this type looks like in JSON. */
export function zeroValue(type: FieldType, schemas: SchemaRegistry): JsonValue {
  switch (type.kind) {
    case 'string':
    case 'enum':
    case 'duration':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'ref':
      return emptyStruct(type.type, schemas);
    case 'bytes':
    case 'time':
    case 'microTime':
    case 'fieldsV1':
    case 'rawExtension':
    case 'list':
    case 'map':
      return null;
    default: {
      const never: never = type;
      return never;
    }
  }
}

/** Whether Go's `omitempty` leaves a value out; a struct is never empty to it. */
function isEmpty(value: JsonValue): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}
