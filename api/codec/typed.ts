/**
 * JSON values to objects of a type: checks every value as the original's decoder does, reports and drops fields
 * that the type does not have, and gives the normal form of struct.ts.
 */

import { sortedKeys } from '../json.js';
import { formatPath } from '../json-parser.js';
import { QuantityError } from '../quantity.js';
import type { SchemaRegistry } from '../schema/registry.js';
import type { FieldType, ScalarKind } from '../schema.js';
import { isObject, type JsonObject, type JsonValue, newObject } from '../value.js';
import {
  isInt32,
  isInt64,
  normalizeBase64,
  normalizeMicroTime,
  normalizeQuantity,
  normalizeTime,
  ScalarError,
} from './scalars.js';
import { assembleStruct, newSlots, zeroValue } from './struct.js';

/** A value that does not fit its field. The message is the original's. */
export class TypedDecodeError extends Error {
  /** `spec.template.spec.containers[0].name` */
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.name = 'TypedDecodeError';
    this.path = path;
  }
}

export interface DecodeTypedOptions {
  /** Told the path (`spec.containers[0].foo`) of each field that the type does not have, in document order. */
  readonly onUnknownField?: (path: string) => void;
}

/**
 * Decodes `value` as a `type` (`apps/v1.Deployment`). The result is new, except that free-form parts (raw
 * extensions) are shared with `value`. Throws `TypedDecodeError`, or an error of the registry when the type is
 * not known.
 */
export function decodeTyped(
  value: JsonValue,
  type: string,
  schemas: SchemaRegistry,
  options: DecodeTypedOptions = {},
): JsonObject {
  const context: Context = { schemas, options, path: [], structs: [], fields: [] };
  if (!isObject(value)) {
    const got = describe(value);
    throw new TypedDecodeError(`json: cannot unmarshal ${got} into Go value of type ${goTypeName(type)}`, '');
  }
  return decodeStruct(value, type, context) as JsonObject;
}

interface Context {
  readonly schemas: SchemaRegistry;
  readonly options: DecodeTypedOptions;
  readonly path: (string | number)[];
  /** Names of the structs around the value being read, innermost last: the original's errors name that. */
  readonly structs: string[];
  /** The struct fields on the way, without list indexes and map keys. */
  readonly fields: string[];
}

function decodeStruct(value: JsonValue, type: string, context: Context): JsonValue {
  const { schemas, path } = context;
  const flat = schemas.flatType(type);
  if (flat.schema.union !== undefined) return decodeUnion(value, type, flat.schema.union, context);
  if (!isObject(value)) throw mismatch(value, goTypeName(type), context);
  const slots = newSlots(flat);
  context.structs.push(type);
  for (const key of Object.keys(value)) {
    path.push(key);
    const index = flat.indexByName.get(key);
    if (index === undefined) {
      context.options.onUnknownField?.(formatPath(path));
    } else {
      const member = value[key]!;
      if (member !== null) {
        context.fields.push(key);
        slots[index] = decodeValue(member, flat.fields[index]!.type, context);
        context.fields.pop();
      }
    }
    path.pop();
  }
  context.structs.pop();
  return assembleStruct(flat, slots, schemas);
}

/** `value` is not null. */
function decodeValue(value: JsonValue, type: FieldType, context: Context): JsonValue {
  switch (type.kind) {
    case 'ref':
      return decodeStruct(value, type.type, context);
    case 'list':
      return decodeList(value, type, context);
    case 'map':
      return decodeMap(value, type, context);
    case 'rawExtension':
    case 'fieldsV1':
      return value;
    case 'enum':
      return text(value, goType(type), context);
    default:
      return decodeScalar(value, type.kind, context);
  }
}

function decodeScalar(
  value: JsonValue,
  kind: Exclude<ScalarKind, 'rawExtension' | 'fieldsV1'>,
  context: Context,
): JsonValue {
  switch (kind) {
    case 'string':
    case 'duration':
      return text(value, 'string', context);
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(value, 'bool', context);
      return value;
    case 'int32':
    case 'int64':
      return integer(value, kind, context);
    case 'double':
      if (typeof value !== 'number' && typeof value !== 'bigint') throw mismatch(value, 'float64', context);
      // JSON has no negative zero that would survive writing.
      return Number(value) + 0;
    case 'bytes':
      return own(normalizeBase64, text(value, '[]uint8', context), context);
    case 'time':
      return own(normalizeTime, text(value, 'string', context), context);
    case 'microTime':
      return own(normalizeMicroTime, text(value, 'string', context), context);
    case 'quantity':
      if (typeof value === 'object' || typeof value === 'boolean') {
        return own(normalizeQuantity, JSON.stringify(value), context);
      }
      return own(normalizeQuantity, value, context);
    case 'intOrString':
      return typeof value === 'string' ? value : integer(value, 'int32', context);
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function text(value: JsonValue, goName: string, context: Context): string {
  if (typeof value !== 'string') throw mismatch(value, goName, context);
  return value;
}

function integer(value: JsonValue, kind: 'int32' | 'int64', context: Context): number | bigint {
  if (kind === 'int32' ? isInt32(value) : isInt64(value)) return value === 0 ? 0 : (value as number | bigint);
  if (typeof value === 'number' || typeof value === 'bigint') {
    throw mismatchText(`number ${String(value)}`, kind, context);
  }
  throw mismatch(value, kind, context);
}

/** Runs a type's own reader; its complaint is passed on as it is, without the field, as the original does. */
function own<Value>(read: (value: Value) => string, value: Value, context: Context): string {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof ScalarError || error instanceof QuantityError) {
      throw new TypedDecodeError(error.message, formatPath(context.path));
    }
    throw error;
  }
}

function decodeList(value: JsonValue, type: FieldType & { kind: 'list' }, context: Context): JsonValue {
  if (!Array.isArray(value)) throw mismatch(value, goType(type), context);
  return value.map((item, index) => {
    context.path.push(index);
    const decoded = decodeElement(item, type.element, context);
    context.path.pop();
    return decoded;
  });
}

function decodeMap(value: JsonValue, type: FieldType & { kind: 'map' }, context: Context): JsonValue {
  if (!isObject(value)) throw mismatch(value, goType(type), context);
  const map = newObject();
  for (const key of sortedKeys(value)) {
    context.path.push(key);
    map[key] = decodeElement(value[key]!, type.value, context);
    context.path.pop();
  }
  return map;
}

function decodeElement(value: JsonValue, type: FieldType, context: Context): JsonValue {
  if (value === null) return zeroValue(type, context.schemas);
  return decodeValue(value, type, context);
}

function decodeUnion(
  value: JsonValue,
  type: string,
  union: 'array' | 'bool' | 'stringArray',
  context: Context,
): JsonValue {
  const schema = unionSchemaType(type);
  if (isObject(value)) return decodeStruct(value, schema, context);
  switch (union) {
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw new TypedDecodeError('boolean or JSON schema expected', formatPath(context.path));
    case 'array':
      return decodeList(value, { kind: 'list', element: { kind: 'ref', type: schema } }, context);
    case 'stringArray':
      return decodeList(value, { kind: 'list', element: { kind: 'string' } }, context);
    default: {
      const never: never = union;
      return never;
    }
  }
}

/** The schema that each of the unions of `apiextensions` may hold. */
export function unionSchemaType(union: string): string {
  return `${union.slice(0, union.lastIndexOf('.'))}.JSONSchemaProps`;
}

function mismatch(value: JsonValue, goName: string, context: Context): TypedDecodeError {
  return mismatchText(describe(value), goName, context);
}

function mismatchText(got: string, goName: string, context: Context): TypedDecodeError {
  const struct = context.structs.at(-1);
  const into =
    struct === undefined
      ? 'Go value'
      : `Go struct field ${struct.slice(struct.lastIndexOf('.') + 1)}.${context.fields.join('.')}`;
  return new TypedDecodeError(
    `json: cannot unmarshal ${got} into ${into} of type ${goName}`,
    formatPath(context.path),
  );
}

function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}

/** `apps/v1.Deployment` is `v1.Deployment` to Go: the package is named after the version. */
function goTypeName(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'ref':
      return goTypeName(type.type);
    case 'enum':
      return type.name === undefined ? 'string' : goTypeName(type.name);
    case 'list':
      return `[]${goType(type.element)}`;
    case 'map':
      return `map[string]${goType(type.value)}`;
    case 'bytes':
      return '[]uint8';
    case 'double':
      return 'float64';
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'rawExtension':
      return 'runtime.RawExtension';
    case 'time':
      return 'v1.Time';
    case 'microTime':
      return 'v1.MicroTime';
    case 'duration':
      return 'v1.Duration';
    case 'fieldsV1':
      return 'v1.FieldsV1';
    case 'string':
    case 'bool':
    case 'int32':
    case 'int64':
      return type.kind;
    default: {
      const never: never = type;
      return never;
    }
  }
}
