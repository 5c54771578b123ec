/**
 * Protobuf messages to objects of a type, in the same normal form as typed JSON. Members that the type does not
 * have are skipped, as protobuf demands.
 */
import { JsonSyntaxError, parseJson, sortedKeys } from '../json.js';
import { QuantityError } from '../quantity.js';
import type { FlatType, SchemaRegistry } from '../schema/registry.js';
import type { FieldType, ScalarKind } from '../schema.js';
import { formatTime } from '../time.js';
import { isObject, type JsonArray, type JsonObject, type JsonValue, newObject } from '../value.js';
import { hasProtobufMagic } from './protobuf-envelope.js';
import { type MemberReader, ProtobufDecodeError, readMembers, readPackedVarints } from './protobuf-reader.js';
import { formatNanoseconds, fromBigInt, normalizeQuantity } from './scalars.js';
import { assembleStruct, newSlots, type Slots, zeroValue } from './struct.js';
import { unionSchemaType } from './typed.js';

export { ProtobufDecodeError } from './protobuf-reader.js';

export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Messages within each other; JSON schemas nest, nothing else does. */
const maxDepth = 300;

/**
 * The message of a `type` (without magic and envelope) as an object. The message does not hold kind and
 * apiVersion: `typeMeta` puts them in their place. Throws `ProtobufDecodeError`.
 */
export function decodeProtobuf(
  raw: Uint8Array,
  type: string,
  schemas: SchemaRegistry,
  typeMeta?: TypeMeta,
): JsonObject {
  const flat = schemas.flatType(type);
  const slots = newSlots(flat);
  if (typeMeta !== undefined) {
    for (const name of ['kind', 'apiVersion'] as const) {
      const index = flat.indexByName.get(name);
      if (index !== undefined) slots[index] = typeMeta[name];
    }
  }
  readStruct(raw, flat, slots, 0, { schemas, depth: 0 });
  sortMaps(flat, slots);
  return assembleStruct(flat, slots, schemas);
}

interface Context {
  readonly schemas: SchemaRegistry;
  depth: number;
}

/** Fills `slots` from `offset` on with the message's members. */
function readStruct(raw: Uint8Array, flat: FlatType, slots: Slots, offset: number, context: Context): void {
  context.depth += 1;
  if (context.depth > maxDepth) throw new ProtobufDecodeError('proto: exceeded max depth');
  readMembers(raw, (number, reader) => {
    const member = flat.messageByNumber.get(number);
    if (member === undefined) {
      reader.skip();
    } else if (member.kind === 'embedded') {
      readStruct(
        reader.bytes(),
        context.schemas.flatType(member.type),
        slots,
        offset + member.offset,
        context,
      );
    } else {
      const index = offset + member.index;
      slots[index] = readField(reader, member.field.type, slots[index], context);
    }
  });
  context.depth -= 1;
}

/** `previous` is what earlier members of the same number gave: lists and maps grow, the rest is replaced. */
function readField(
  reader: MemberReader,
  type: FieldType,
  previous: JsonValue | undefined,
  context: Context,
): JsonValue {
  switch (type.kind) {
    case 'list': {
      const list: JsonArray = Array.isArray(previous) ? previous : [];
      const { element } = type;
      if (isVarint(element) && reader.wireType === 2) {
        for (const value of readPackedVarints(reader.bytes())) list.push(packedValue(value, element));
      } else {
        list.push(readValue(reader, element, context));
      }
      return list;
    }
    case 'map': {
      const map = isObject(previous) ? previous : newObject();
      readMapEntry(reader.bytes(), type.value, map, context);
      return map;
    }
    default:
      return readValue(reader, type, context);
  }
}

function isVarint(type: FieldType): boolean {
  return type.kind === 'int32' || type.kind === 'int64' || type.kind === 'bool';
}

function packedValue(value: bigint, type: FieldType): JsonValue {
  if (type.kind === 'bool') return value !== 0n;
  return type.kind === 'int32' ? Number(BigInt.asIntN(32, value)) : fromBigInt(value);
}

function readMapEntry(raw: Uint8Array, valueType: FieldType, map: JsonObject, context: Context): void {
  let key = '';
  let value: JsonValue | undefined;
  readMembers(raw, (number, reader) => {
    if (number === 1) key = reader.string();
    else if (number === 2) value = readValue(reader, valueType, context);
    else reader.skip();
  });
  map[key] = value ?? zeroValue(valueType, context.schemas);
}

function readValue(reader: MemberReader, type: FieldType, context: Context): JsonValue {
  switch (type.kind) {
    case 'enum':
      return reader.string();
    case 'ref':
      return readRef(reader.bytes(), type.type, context);
    case 'list':
      // The value of a map (map[string][]string): a message whose only member is the list.
      return readItems(reader.bytes(), type.element, context);
    case 'map':
      throw new ProtobufDecodeError('proto: a map may not stand in a list or map');
    default:
      return readScalar(reader, type.kind);
  }
}

function readRef(raw: Uint8Array, type: string, context: Context): JsonValue {
  const flat = context.schemas.flatType(type);
  if (flat.schema.union !== undefined) return readUnion(raw, type, flat.schema.union, context);
  const slots = newSlots(flat);
  readStruct(raw, flat, slots, 0, context);
  sortMaps(flat, slots);
  return assembleStruct(flat, slots, context.schemas);
}

function readItems(raw: Uint8Array, element: FieldType, context: Context): JsonArray {
  const items: JsonArray = [];
  readMembers(raw, (number, reader) => {
    if (number === 1) items.push(readValue(reader, element, context));
    else reader.skip();
  });
  return items;
}

/** Message numbers of the unions: 1 and 2 are `allows` and `schema` of a bool, else `schema` and the list. */
function readUnion(
  raw: Uint8Array,
  type: string,
  union: 'array' | 'bool' | 'stringArray',
  context: Context,
): JsonValue {
  const schema = unionSchemaType(type);
  let allows = false;
  let held: JsonValue | undefined;
  const list: JsonArray = [];
  readMembers(raw, (number, reader) => {
    if (number === 1 && union === 'bool') allows = reader.bool();
    else if (number === (union === 'bool' ? 2 : 1)) held = readRef(reader.bytes(), schema, context);
    else if (number === 2)
      list.push(union === 'array' ? readRef(reader.bytes(), schema, context) : reader.string());
    else reader.skip();
  });
  if (held !== undefined) return held;
  return union === 'bool' ? allows : list;
}

function readScalar(reader: MemberReader, kind: ScalarKind): JsonValue {
  switch (kind) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return reader.int64();
    case 'double':
      return reader.double();
    case 'bytes':
      return reader.bytes().toString('base64');
    case 'time':
    case 'microTime':
      return readTime(reader.bytes(), kind);
    case 'quantity':
      return readQuantity(reader.bytes());
    case 'intOrString':
      return readIntOrString(reader.bytes());
    case 'fieldsV1':
    case 'rawExtension':
      return readRaw(reader.bytes());
    case 'duration':
      throw new ProtobufDecodeError('proto: durations are not part of any served type');
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/** An empty message is the zero time, which JSON writes as null. */
function readTime(raw: Uint8Array, kind: 'time' | 'microTime'): JsonValue {
  if (raw.length === 0) return null;
  let seconds: number | bigint = 0;
  let nanoseconds = 0;
  readMembers(raw, (number, reader) => {
    if (number === 1) seconds = reader.int64();
    else if (number === 2) nanoseconds = reader.int32();
    else reader.skip();
  });
  // Years 0000 to 9999: what RFC 3339 can write.
  if (
    seconds < -62_167_219_200 ||
    seconds > 253_402_300_799 ||
    nanoseconds < 0 ||
    nanoseconds > 999_999_999
  ) {
    throw new ProtobufDecodeError('proto: time out of range');
  }
  return kind === 'time'
    ? formatTime(Number(seconds) * 1000)
    : formatNanoseconds(Number(seconds), nanoseconds);
}

function readQuantity(raw: Uint8Array): string {
  let value = '0';
  readMembers(raw, (number, reader) => {
    if (number === 1) value = reader.string();
    else reader.skip();
  });
  try {
    return normalizeQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) throw new ProtobufDecodeError(error.message);
    throw error;
  }
}

function readIntOrString(raw: Uint8Array): string | number {
  let isString = false;
  let integer = 0;
  let text = '';
  readMembers(raw, (number, reader) => {
    if (number === 1) isString = reader.int64() !== 0;
    else if (number === 2) integer = reader.int32();
    else if (number === 3) text = reader.string();
    else reader.skip();
  });
  return isString ? text : integer;
}

/** Free-form values travel as JSON text inside the message. */
function readRaw(raw: Uint8Array): JsonValue {
  let text: Uint8Array | undefined;
  readMembers(raw, (number, reader) => {
    if (number === 1) text = reader.bytes();
    else reader.skip();
  });
  if (text === undefined || text.length === 0) return null;
  if (hasProtobufMagic(text)) throw new ProtobufDecodeError('embedded objects must be JSON');
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ProtobufDecodeError(error.message);
    throw error;
  }
}

function sortMaps(flat: FlatType, slots: Slots): void {
  for (const [index, field] of flat.fields.entries()) {
    const value = slots[index];
    if (field.type.kind !== 'map' || !isObject(value)) continue;
    const sorted = newObject();
    for (const key of sortedKeys(value)) sorted[key] = value[key]!;
    slots[index] = sorted;
  }
}
