/**
 * Objects of a type to protobuf messages, byte for byte as the original writes them: members by ascending number,
 * a field that is no pointer always written, also when zero, lists never packed, map entries by sorted key.
 */
import protobuf from 'protobufjs/minimal.js';
import { encodeJson, sortedKeys } from '../json.js';
import type { SchemaRegistry } from '../schema/registry.js';
import type { FieldSchema, FieldType, ScalarKind } from '../schema.js';
import { parseTimeParts } from '../time.js';
import { isObject, type JsonObject, type JsonValue, newObject } from '../value.js';
import { asBuffer } from './protobuf-reader.js';
import { unionSchemaType } from './typed.js';

export class ProtobufEncodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufEncodeError';
  }
}

/**
 * The message of `object`, a `type` in the form that `decodeTyped` gives (values of another kind throw
 * `ProtobufEncodeError`). kind and apiVersion are not part of it: they stand in the envelope.
 */
export function encodeProtobuf(object: JsonObject, type: string, schemas: SchemaRegistry): Uint8Array {
  const writer = protobuf.Writer.create();
  writeStruct(writer, object, type, schemas);
  return asBuffer(writer.finish());
}

const varint = 0;
const fixed64 = 1;
const delimited = 2;

function tag(writer: protobuf.Writer, number: number, wireType: number): protobuf.Writer {
  return writer.uint32(((number << 3) | wireType) >>> 0);
}

/** A length-delimited member whose content `write` makes. */
function nest(writer: protobuf.Writer, number: number, write: () => void): void {
  tag(writer, number, delimited).fork();
  write();
  writer.ldelim();
}

function writeStruct(
  writer: protobuf.Writer,
  object: JsonObject,
  type: string,
  schemas: SchemaRegistry,
): void {
  for (const member of schemas.flatType(type).message) {
    if (member.kind === 'embedded') {
      nest(writer, member.number, () => writeStruct(writer, object, member.type, schemas));
    } else {
      writeField(writer, object[member.field.name], member.field, member.number, schemas);
    }
  }
}

function writeField(
  writer: protobuf.Writer,
  value: JsonValue | undefined,
  field: FieldSchema,
  number: number,
  schemas: SchemaRegistry,
): void {
  const { type } = field;
  if (type.kind === 'list') {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) throw unfit(field.name, 'a list');
    for (const item of value) writeValue(writer, number, item, type.element, schemas);
    return;
  }
  if (type.kind === 'map') {
    if (value === undefined || value === null) return;
    if (!isObject(value)) throw unfit(field.name, 'a map');
    for (const key of sortedKeys(value)) {
      nest(writer, number, () => {
        tag(writer, 1, delimited).string(key);
        writeValue(writer, 2, value[key]!, type.value, schemas);
      });
    }
    return;
  }
  // Bytes are a slice to the original: unset ones are not written, whatever the declaration.
  if ((value === undefined || value === null) && (field.pointer || type.kind === 'bytes')) return;
  writeValue(writer, number, value ?? null, type, schemas);
}

/** null stands for the zero value. */
function writeValue(
  writer: protobuf.Writer,
  number: number,
  value: JsonValue,
  type: FieldType,
  schemas: SchemaRegistry,
): void {
  switch (type.kind) {
    case 'ref':
      nest(writer, number, () => writeRef(writer, value, type.type, schemas));
      return;
    case 'list':
      nest(writer, number, () => {
        for (const item of Array.isArray(value) ? value : [])
          writeValue(writer, 1, item, type.element, schemas);
      });
      return;
    case 'map':
      throw new ProtobufEncodeError('a map may not stand in a list or map');
    case 'enum':
      tag(writer, number, delimited).string(text(value));
      return;
    default:
      writeScalar(writer, number, value, type.kind);
  }
}

function writeRef(writer: protobuf.Writer, value: JsonValue, type: string, schemas: SchemaRegistry): void {
  const { union } = schemas.flatType(type).schema;
  if (union !== undefined) {
    writeUnion(writer, value, type, union, schemas);
  } else if (value === null) {
    writeStruct(writer, newObject(), type, schemas);
  } else {
    if (!isObject(value)) throw unfit(type, 'an object');
    writeStruct(writer, value, type, schemas);
  }
}

function writeUnion(
  writer: protobuf.Writer,
  value: JsonValue,
  type: string,
  union: 'array' | 'bool' | 'stringArray',
  schemas: SchemaRegistry,
): void {
  const schema = unionSchemaType(type);
  if (union === 'bool') tag(writer, 1, varint).bool(value !== false && value !== null);
  if (isObject(value)) {
    nest(writer, union === 'bool' ? 2 : 1, () => writeStruct(writer, value, schema, schemas));
  } else if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'string') tag(writer, 2, delimited).string(item);
      else nest(writer, 2, () => writeRef(writer, item, schema, schemas));
    }
  }
}

function writeScalar(writer: protobuf.Writer, number: number, value: JsonValue, kind: ScalarKind): void {
  switch (kind) {
    case 'string':
      tag(writer, number, delimited).string(text(value));
      return;
    case 'bool':
      tag(writer, number, varint).bool(value === true);
      return;
    case 'int32':
    case 'int64':
      writeInteger(tag(writer, number, varint), value);
      return;
    case 'double':
      tag(writer, number, fixed64).double(typeof value === 'number' ? value : 0);
      return;
    case 'bytes':
      tag(writer, number, delimited).bytes(Buffer.from(text(value), 'base64'));
      return;
    default:
      nest(writer, number, () => writeSpecial(writer, value, kind));
  }
}

/** Scalars in JSON that are messages here. */
function writeSpecial(
  writer: protobuf.Writer,
  value: JsonValue,
  kind: Exclude<ScalarKind, 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes'>,
): void {
  switch (kind) {
    case 'time':
    case 'microTime': {
      if (value === null || value === '') return;
      const parts = parseTimeParts(text(value));
      if (parts === undefined) throw unfit(kind, 'an RFC 3339 time');
      tag(writer, 1, varint).int64(parts.seconds);
      tag(writer, 2, varint).int32(kind === 'time' ? 0 : parts.nanoseconds);
      return;
    }
    case 'quantity':
      tag(writer, 1, delimited).string(value === null ? '0' : text(value));
      return;
    case 'intOrString': {
      const isString = typeof value === 'string';
      tag(writer, 1, varint).uint32(isString ? 1 : 0);
      writeInteger(tag(writer, 2, varint), isString ? 0 : value);
      tag(writer, 3, delimited).string(isString ? value : '');
      return;
    }
    case 'fieldsV1':
    case 'rawExtension':
      if (value !== null) tag(writer, 1, delimited).bytes(encodeJson(value));
      return;
    case 'duration':
      throw new ProtobufEncodeError('durations are not part of any served type');
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function writeInteger(writer: protobuf.Writer, value: JsonValue): void {
  if (typeof value === 'number') {
    writer.int64(value);
  } else if (typeof value === 'bigint') {
    const bits = BigInt.asUintN(64, value);
    writer.int64({
      low: Number(bits & 0xffffffffn) | 0,
      high: Number(bits >> 32n) | 0,
      unsigned: false,
    } as never);
  } else if (value === null) {
    writer.int64(0);
  } else {
    throw unfit(String(typeof value), 'an integer');
  }
}

function text(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw unfit(typeof value, 'a string');
  return value;
}

function unfit(what: string, wanted: string): ProtobufEncodeError {
  return new ProtobufEncodeError(`cannot encode ${what} as protobuf: expected ${wanted}`);
}
