/**
 * What a type is: the one description from which decoding, defaulting, protobuf, patches, OpenAPI and Table
 * derive. Types are named `GROUP/VERSION.Type` (`v1.Pod`, `apps/v1.Deployment`, `meta/v1.ObjectMeta`).
 */
import type { JsonValue } from './value.js';

export type ScalarKind =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  /** base64 in JSON */
  | 'bytes'
  /** RFC 3339 in JSON, whole seconds */
  | 'time'
  /** RFC 3339 with microseconds */
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'fieldsV1'
  /** any JSON value; an embedded object */
  | 'rawExtension';

export type FieldType =
  | { readonly kind: ScalarKind }
  /** A string with a known set of values (not enforced by decoding). */
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly name?: string }
  | { readonly kind: 'ref'; readonly type: string }
  | { readonly kind: 'list'; readonly element: FieldType }
  | { readonly kind: 'map'; readonly value: FieldType };

export interface FieldSchema {
  readonly name: string;
  readonly type: FieldType;
  /** undefined: not in the protobuf form. */
  readonly protobufNumber: number | undefined;
  /** Absent differs from zero. */
  readonly pointer: boolean;
  /** Written to JSON even when empty. */
  readonly alwaysWritten: boolean;
  readonly required: boolean;
  readonly patchStrategies: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey: string | undefined;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly default: JsonValue | undefined;
}

/** Another type's fields stand at this place in JSON; in protobuf they are an embedded message. */
export interface InlineField {
  readonly inline: string;
  readonly protobufNumber: number | undefined;
}

export interface TypeSchema {
  readonly name: string;
  /** Fields and inlined types in declared order: the order of encoding. */
  readonly fields: readonly (FieldSchema | InlineField)[];
  /** Every field by its JSON name, inlined ones included. */
  readonly byName: ReadonlyMap<string, FieldSchema>;
  /** Whether server-side apply treats the whole struct as one value. */
  readonly mapType?: 'atomic' | 'granular';
  /** A JSON schema or something else in its place (apiextensions): has no fields of its own. */
  readonly union?: 'array' | 'bool' | 'stringArray';
}
