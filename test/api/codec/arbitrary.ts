/** Arbitrary JSON values that fit a type, for property tests. */
import fc from 'fast-check';
import type { SchemaRegistry } from '../../../api/schema/registry.js';
import type { FieldSchema, FieldType, ScalarKind } from '../../../api/schema.js';
import { type JsonObject, type JsonValue, newObject } from '../../../api/value.js';

const maxDepth = 4;
const mapKeys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '10', '2', 'a', 'é'),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const int64 = fc.oneof(
  fc.integer(),
  fc.constantFrom<JsonValue>(
    9223372036854775807n,
    -9223372036854775808n,
    9007199254740993n,
    -9007199254740993n,
    0,
  ),
);
const free = fc.constantFrom<JsonValue>('x', 1, true, [1, 'a'], 9007199254740993n);

/**
 * An object of the type in which each field is set now and then; never deeper than `depth` structs. Inner objects
 * have no kind and apiVersion: protobuf does not carry them.
 */
export function arbitraryOf(
  type: string,
  schemas: SchemaRegistry,
  depth = maxDepth,
): fc.Arbitrary<JsonObject> {
  const { fields: all, schema } = schemas.flatType(type);
  const first = schema.fields[0];
  const hasTypeMeta = first !== undefined && 'inline' in first && first.inline === 'meta/v1.TypeMeta';
  const fields = hasTypeMeta && depth < maxDepth ? all.slice(2) : all;
  return fc
    .array(fc.nat(Math.max(0, fields.length - 1)), { maxLength: fields.length === 0 ? 0 : 8 })
    .chain((chosen) =>
      fc.tuple(...[...new Set(chosen)].map((index) => member(fields[index]!, schemas, depth - 1))),
    )
    .map((members) => object(members.filter((entry) => entry !== undefined)));
}

function member(
  field: FieldSchema,
  schemas: SchemaRegistry,
  depth: number,
): fc.Arbitrary<readonly [string, JsonValue] | undefined> {
  const value = valueOf(field.type, schemas, depth);
  return value === undefined ? fc.constant(undefined) : value.map((made) => [field.name, made] as const);
}

function valueOf(
  type: FieldType,
  schemas: SchemaRegistry,
  depth: number,
): fc.Arbitrary<JsonValue> | undefined {
  switch (type.kind) {
    case 'ref':
      return refOf(type.type, schemas, depth);
    case 'list': {
      const element = valueOf(type.element, schemas, depth);
      // An empty list and none are the same in protobuf.
      return element === undefined ? undefined : fc.array(element, { minLength: 1, maxLength: 2 });
    }
    case 'map': {
      const value = valueOf(type.value, schemas, depth);
      if (value === undefined) return undefined;
      return fc.array(fc.tuple(mapKeys, value), { minLength: 1, maxLength: 3 }).map(object);
    }
    case 'enum':
      return fc.constantFrom(...type.values);
    default:
      return scalarOf(type.kind);
  }
}

function refOf(type: string, schemas: SchemaRegistry, depth: number): fc.Arbitrary<JsonValue> | undefined {
  if (depth <= 0) return undefined;
  const { union } = schemas.getType(type);
  if (union === undefined) return arbitraryOf(type, schemas, depth);
  const schema = arbitraryOf('apiextensions.k8s.io/v1.JSONSchemaProps', schemas, depth);
  if (union === 'bool') return fc.oneof(fc.boolean(), schema);
  const element = union === 'array' ? schema : fc.string();
  return fc.oneof(schema, fc.array<JsonValue>(element, { minLength: 1, maxLength: 2 }));
}

function scalarOf(kind: ScalarKind): fc.Arbitrary<JsonValue> {
  switch (kind) {
    case 'string':
    case 'duration':
      return fc.string({ unit: 'grapheme', maxLength: 8 });
    case 'bool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return int64;
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'bytes':
      return fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'time':
      return seconds.map((value) => new Date(value * 1000).toISOString());
    case 'microTime':
      return fc
        .tuple(seconds, fc.nat(999_999))
        .map(
          ([whole, micro]) =>
            `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(micro).padStart(6, '0')}Z`,
        );
    case 'quantity':
      return fc
        .tuple(fc.nat(100_000), fc.constantFrom('', 'm', 'k', 'Mi', 'Gi', 'e3'))
        .map(([number, suffix]) => `${number}${suffix}`);
    case 'intOrString':
      return fc.oneof(fc.integer(), fc.string({ maxLength: 5 }));
    case 'fieldsV1':
    case 'rawExtension':
      return fc.array(fc.tuple(mapKeys, free), { maxLength: 3 }).map(object);
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/** The years 1 to 9999. */
const seconds = fc.integer({ min: -62_135_596_799, max: 253_402_300_799 });

function object(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const made = newObject();
  for (const [key, value] of entries) made[key] = value;
  return made;
}
