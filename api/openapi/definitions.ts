/**
 * Type schemas as OpenAPI definitions, for both document versions: they differ in how a reference, a quantity and
 * an int-or-string are said.
 */

import { isInline, type SchemaRegistry } from '../schema/registry.js';
import type { FieldSchema, FieldType, ScalarKind } from '../schema.js';
import { type JsonObject, type JsonValue, newObject } from '../value.js';
import { describeField, describeType } from './descriptions.js';
import { definitionName, splitType } from './names.js';
import { object } from './object.js';

export type OpenApiVersion = 2 | 3;

/** Types that have a definition of their own although no schema lists their fields. */
const specialNames = {
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  fieldsV1: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  rawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  duration: 'io.k8s.apimachinery.pkg.apis.meta.v1.Duration',
  patch: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
} as const;

export function referenceTo(name: string, version: OpenApiVersion): JsonObject {
  return object({ $ref: `#/${version === 2 ? 'definitions' : 'components/schemas'}/${name}` });
}

export function patchReference(version: OpenApiVersion): JsonObject {
  return referenceTo(specialNames.patch, version);
}

/** The definitions of `roots` and everything they refer to, by definition name in sorted order. */
export function definitionsOf(
  roots: readonly string[],
  schemas: SchemaRegistry,
  version: OpenApiVersion,
): JsonObject {
  const found = new Map<string, JsonObject>();
  const pending = [...roots];
  const seen = new Set(roots);
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    found.set(definitionName(type), definitionOf(type, schemas, version));
    for (const next of schemas.flatType(type).fields.flatMap((field) => referredTypes(field.type))) {
      if (!seen.has(next)) pending.push(next);
      seen.add(next);
    }
  }
  for (const [name, definition] of specialDefinitions(version)) found.set(name, definition);
  return object(Object.fromEntries([...found].sort(([left], [right]) => (left < right ? -1 : 1))));
}

function referredTypes(type: FieldType): string[] {
  if (type.kind === 'ref') return [type.type];
  if (type.kind === 'list') return referredTypes(type.element);
  return type.kind === 'map' ? referredTypes(type.value) : [];
}

function definitionOf(type: string, schemas: SchemaRegistry, version: OpenApiVersion): JsonObject {
  const { schema, fields } = schemas.flatType(type);
  const definition = newObject();
  definition.description = describeType(type);
  // A JSON schema or something else: any value.
  if (schema.union !== undefined) return definition;
  definition.type = 'object';
  const properties = newObject();
  for (const field of fields) properties[field.name] = propertyOf(type, field, version);
  if (fields.length > 0) definition.properties = properties;
  const required = fields.filter((field) => field.required).map((field) => field.name);
  if (required.length > 0) definition.required = required;
  const first = schema.fields[0];
  if (first !== undefined && isInline(first) && first.inline === 'meta/v1.TypeMeta') {
    const { group, version: typeVersion, kind } = splitType(type);
    definition['x-kubernetes-group-version-kind'] = [
      object({ group: group === 'meta' ? '' : group, kind, version: typeVersion }),
    ];
  }
  if (schema.mapType !== undefined) definition['x-kubernetes-map-type'] = schema.mapType;
  return definition;
}

function propertyOf(type: string, field: FieldSchema, version: OpenApiVersion): JsonObject {
  const described = schemaOf(field.type, version);
  const property = newObject();
  const description = describeField(type, field.name);
  if (description !== '') property.description = description;
  // OpenAPI 3.0 ignores what stands beside a reference.
  if (version === 3 && described.$ref !== undefined) property.allOf = [described];
  else Object.assign(property, described);
  if (field.default !== undefined) property.default = field.default;
  if (field.type.kind === 'enum' && closedEnums.has(field.type.name ?? ''))
    property.enum = [...field.type.values];
  addListExtensions(property, field);
  return property;
}

function addListExtensions(property: JsonObject, field: FieldSchema): void {
  if (field.listMapKeys.length > 0) property['x-kubernetes-list-map-keys'] = [...field.listMapKeys];
  if (field.listType !== undefined) property['x-kubernetes-list-type'] = field.listType;
  if (field.mapType !== undefined) property['x-kubernetes-map-type'] = field.mapType;
  if (field.patchMergeKey !== undefined) property['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
  if (field.patchStrategies.length > 0)
    property['x-kubernetes-patch-strategy'] = field.patchStrategies.join(',');
}

function schemaOf(type: FieldType, version: OpenApiVersion): JsonObject {
  switch (type.kind) {
    case 'ref':
      return referenceTo(definitionName(type.type), version);
    case 'enum':
      return object({ type: 'string' });
    case 'list':
      return object({ type: 'array', items: schemaOf(type.element, version) });
    case 'map':
      return object({ type: 'object', additionalProperties: schemaOf(type.value, version) });
    default:
      return scalarSchema(type.kind, version);
  }
}

function scalarSchema(kind: ScalarKind, version: OpenApiVersion): JsonObject {
  switch (kind) {
    case 'string':
      return object({ type: 'string' });
    case 'bool':
      return object({ type: 'boolean' });
    case 'int32':
    case 'int64':
      return object({ type: 'integer', format: kind });
    case 'double':
      return object({ type: 'number', format: 'double' });
    case 'bytes':
      return object({ type: 'string', format: 'byte' });
    case 'time':
    case 'microTime':
    case 'duration':
    case 'quantity':
    case 'intOrString':
    case 'fieldsV1':
    case 'rawExtension':
      return referenceTo(specialNames[kind], version);
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function specialDefinitions(version: OpenApiVersion): [string, JsonObject][] {
  const either = (...types: readonly string[]): Record<string, JsonValue> =>
    version === 3 ? { oneOf: types.map((type) => object({ type })) } : { type: 'string' };
  const definitions: Record<keyof typeof specialNames, JsonObject> = {
    time: object({
      description: 'A moment, RFC 3339 with whole seconds.',
      type: 'string',
      format: 'date-time',
    }),
    microTime: object({
      description: 'A moment, RFC 3339 with microseconds.',
      type: 'string',
      format: 'date-time',
    }),
    duration: object({ description: 'A span of time, such as 1h30m.', type: 'string' }),
    quantity: object({
      description: 'An exact number with an optional suffix: 500m, 1.5, 2Gi, 12e6.',
      ...either('string', 'number'),
    }),
    intOrString: object({
      description: 'A whole number, or a text such as a port name or a percentage.',
      ...either('integer', 'string'),
      format: 'int-or-string',
    }),
    fieldsV1: object({ description: 'A set of fields, as server-side apply records it.', type: 'object' }),
    rawExtension: object({ description: 'An object of any type.', type: 'object' }),
    patch: object({
      description: 'A change to an object, in the form that its media type names.',
      type: 'object',
    }),
  };
  return Object.entries(definitions).map(([kind, definition]) => [
    specialNames[kind as keyof typeof specialNames],
    definition,
  ]);
}

/** String types to which no other value can ever be given; the others' known values are only examples. */
const closedEnums: ReadonlySet<string> = new Set([
  'v1.RestartPolicy',
  'v1.DNSPolicy',
  'v1.PullPolicy',
  'v1.Protocol',
  'v1.URIScheme',
  'v1.ServiceType',
  'v1.ServiceAffinity',
  'v1.TerminationMessagePolicy',
  'v1.PersistentVolumeReclaimPolicy',
  'v1.PersistentVolumeMode',
  'v1.TolerationOperator',
  'v1.TaintEffect',
  'v1.NodeSelectorOperator',
  'apps/v1.DeploymentStrategyType',
  'apps/v1.StatefulSetUpdateStrategyType',
  'apps/v1.DaemonSetUpdateStrategyType',
  'apps/v1.PodManagementPolicyType',
  'batch/v1.ConcurrencyPolicy',
  'batch/v1.CompletionMode',
  'networking.k8s.io/v1.PathType',
  'networking.k8s.io/v1.PolicyType',
]);
