/**
 * Request bodies to objects: the media type, the syntax, the kind that was expected, the fields. Every error says
 * what the original says.
 */
import {
  badRequest,
  decodeProtobuf,
  decodeProtobufEnvelope,
  decodeTyped,
  type FieldError,
  invalidObject,
  isObject,
  type JsonObject,
  JsonSyntaxError,
  type JsonValue,
  newObject,
  ProtobufDecodeError,
  parseJson,
  parseYaml,
  type SchemaRegistry,
  TypedDecodeError,
  unsupportedMediaType,
  YamlSyntaxError,
} from '../../api/index.js';
import { type Media, mediaTypes } from './accept.js';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** In the schema registry. */
  readonly type: string;
  /** The kind may come in any group's version: DeleteOptions is registered in all of them. */
  readonly anyVersion?: boolean;
}

export interface DecodeRequest {
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  readonly expected: ExpectedKind;
  readonly schemas: SchemaRegistry;
  readonly fieldValidation: FieldValidation;
  readonly onWarning: (text: string) => void;
}

/** The media type of a body; JSON when the client does not say. @throws ApiError 415 */
export function mediaOfBody(contentType: string | undefined): Media {
  if (contentType === undefined || contentType.trim() === '') return 'json';
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  for (const media of ['json', 'yaml', 'protobuf'] as const) if (mediaTypes[media] === type) return media;
  throw unsupportedMediaType([mediaTypes.json, mediaTypes.yaml, mediaTypes.protobuf]);
}

/** @throws ApiError 422 for a value that is none of the three */
export function parseFieldValidation(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  if (value === '') return 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  const error: FieldError = {
    kind: 'FieldValueNotSupported',
    path: 'fieldValidation',
    value,
    detail: '',
    supported: ['', 'Ignore', 'Strict', 'Warn'],
  };
  throw invalidObject('meta.k8s.io', kind, '', [error]);
}

/** What is told of a body, since errors must not repeat all of it. */
function summarize(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 30);
  const more = bytes.length > 30 ? ' ...' : '';
  if (bytes[0] === 0x7b) return `${Buffer.from(head).toString('utf8')}${more}`;
  return `${Buffer.from(head).toString('hex')}${more}`;
}

function unrecognized(request: DecodeRequest, why: string): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${request.expected.kind}): ${why} (${summarize(request.bytes)})`,
  );
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

function cannotBeHandled(request: DecodeRequest, why: string): Error {
  const { kind, apiVersion } = request.expected;
  return badRequest(
    `${kind} in version ${JSON.stringify(versionOf(apiVersion))} cannot be handled as a ${kind}: ${why}`,
  );
}

/** @throws ApiError 400 or 415 */
export function decodeRequestBody(request: DecodeRequest): JsonObject {
  const media = mediaOfBody(request.contentType);
  switch (media) {
    case 'json':
    case 'yaml':
      return decodeText(request, media);
    case 'protobuf':
      return decodeBinary(request);
    default: {
      const never: never = media;
      return never;
    }
  }
}

function decodeText(request: DecodeRequest, media: 'json' | 'yaml'): JsonObject {
  const duplicates: string[] = [];
  let value: JsonValue;
  try {
    value =
      media === 'json' ? parseJsonBody(request.bytes, duplicates) : parseYamlBody(request.bytes, duplicates);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw unrecognized(request, `couldn't get version/kind; json parse error: ${error.message}`);
    if (error instanceof YamlSyntaxError)
      throw unrecognized(request, `error converting YAML to JSON: ${error.message}`);
    throw error;
  }
  if (!isObject(value)) {
    const what = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    throw unrecognized(
      request,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  checkKind(request, value['apiVersion'], value['kind']);
  return decodeAs(request, value, duplicates);
}

function parseJsonBody(bytes: Uint8Array, duplicates: string[]): JsonValue {
  return parseJson(bytes, { onDuplicateKey: (path) => duplicates.push(path) });
}

function parseYamlBody(bytes: Uint8Array, duplicates: string[]): JsonValue {
  const parsed = parseYaml(bytes);
  duplicates.push(...parsed.duplicates);
  return parsed.documents[0] ?? null;
}

/** A body without a kind or version is taken for what the path expects. */
function checkKind(
  request: DecodeRequest,
  apiVersion: JsonValue | undefined,
  kind: JsonValue | undefined,
): void {
  const { expected } = request;
  const asked = typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : expected.apiVersion;
  const askedKind = typeof kind === 'string' && kind !== '' ? kind : expected.kind;
  if (asked !== expected.apiVersion && expected.anyVersion !== true) {
    throw badRequest(
      `the API version in the data (${asked}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  if (askedKind !== expected.kind) {
    throw badRequest(
      `${askedKind} in version ${JSON.stringify(versionOf(asked))} cannot be handled as a ${expected.kind}: converting (${askedKind}) to (${expected.kind}): unknown conversion`,
    );
  }
}

/**
 * Typed decoding with the client's choice of what happens to unknown and duplicate fields.
 * @throws ApiError 400
 */
export function decodeAs(
  request: DecodeRequest,
  value: JsonObject,
  duplicates: readonly string[],
): JsonObject {
  const problems = createProblemList(duplicates);
  let object: JsonObject;
  try {
    object = decodeTyped(value, request.expected.type, request.schemas, { onUnknownField: problems.unknown });
  } catch (error) {
    if (error instanceof TypedDecodeError) throw cannotBeHandled(request, error.message);
    throw error;
  }
  applyFieldValidation(request, problems.list, (text) => cannotBeHandled(request, text));
  return withKind(object, request.expected);
}

export interface ProblemList {
  readonly list: string[];
  readonly unknown: (path: string) => void;
}

export function createProblemList(duplicates: readonly string[]): ProblemList {
  const list = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  return { list, unknown: (path) => list.push(`unknown field ${JSON.stringify(path)}`) };
}

/** Refuses, warns of or ignores what the decoder found. */
export function applyFieldValidation(
  how: { readonly fieldValidation: FieldValidation; readonly onWarning: (text: string) => void },
  problems: readonly string[],
  refuse: (text: string) => Error,
): void {
  if (problems.length === 0) return;
  switch (how.fieldValidation) {
    case 'Strict':
      throw refuse(`strict decoding error: ${problems.join(', ')}`);
    case 'Warn':
      for (const problem of problems) how.onWarning(problem);
      return;
    case 'Ignore':
      return;
    default: {
      const never: never = how.fieldValidation;
      return never;
    }
  }
}

/** kind and apiVersion first, then what was decoded. */
export function withKind(object: JsonObject, expected: ExpectedKind): JsonObject {
  const result = newObject();
  result['kind'] = expected.kind;
  result['apiVersion'] = expected.apiVersion;
  for (const key of Object.keys(object)) {
    if (key !== 'kind' && key !== 'apiVersion') result[key] = object[key]!;
  }
  return result;
}

function decodeBinary(request: DecodeRequest): JsonObject {
  try {
    const envelope = decodeProtobufEnvelope(request.bytes);
    checkKind(request, envelope.apiVersion, envelope.kind);
    return withKind(decodeProtobuf(envelope.raw, request.expected.type, request.schemas), request.expected);
  } catch (error) {
    if (error instanceof ProtobufDecodeError) throw unrecognized(request, error.message);
    throw error;
  }
}
