/**
 * The OpenAPI 2.0 document as the protobuf message `openapi.v2.Document` of the gnostic project: the only form that
 * kubectl before 1.29 asks for. The tables name each message's members and their numbers; free values (defaults,
 * enum values, vendor extensions) travel as YAML text, and JSON is YAML.
 */
import protobuf from 'protobufjs/minimal.js';
import { compareUtf8, stringifyJson } from '../json.js';
import { isObject, type JsonObject, type JsonValue } from '../value.js';

type Member =
  | { readonly kind: 'string' | 'bool' | 'any' }
  | { readonly kind: 'strings' }
  | { readonly kind: 'message'; readonly write: Write }
  | { readonly kind: 'messages'; readonly write: Write };

type Write = (writer: protobuf.Writer, value: JsonValue) => void;
/** JSON name → protobuf number and form. */
type Message = Readonly<Record<string, readonly [number: number, member: Member]>>;

const string: Member = { kind: 'string' };
const bool: Member = { kind: 'bool' };
const strings: Member = { kind: 'strings' };
const any: Member = { kind: 'any' };
const message = (write: Write): Member => ({ kind: 'message', write });
const messages = (write: Write): Member => ({ kind: 'messages', write });

const schema: Message = {
  $ref: [1, string],
  format: [2, string],
  title: [3, string],
  description: [4, string],
  default: [5, any],
  required: [19, strings],
  enum: [20, { kind: 'messages', write: writeAny }],
  additionalProperties: [21, message(oneOf(1, writeSchema))],
  type: [22, message((writer, value) => writer.uint32(tagOf(1)).string(text(value)))],
  items: [23, message(oneOf(1, writeSchema))],
  properties: [25, message(named(1, writeSchema))],
};

const queryParameter: Message = {
  required: [1, bool],
  in: [2, string],
  description: [3, string],
  name: [4, string],
  type: [6, string],
  format: [7, string],
  uniqueItems: [20, bool],
};

const pathParameter: Message = {
  required: [1, bool],
  in: [2, string],
  description: [3, string],
  name: [4, string],
  type: [5, string],
  format: [6, string],
  uniqueItems: [19, bool],
};

const bodyParameter: Message = {
  description: [1, string],
  name: [2, string],
  in: [3, string],
  required: [4, bool],
  schema: [5, message(writeSchema)],
};

const response: Message = {
  description: [1, string],
  schema: [2, message(oneOf(1, writeSchema))],
};

const operation: Message = {
  tags: [1, strings],
  summary: [2, string],
  description: [3, string],
  operationId: [5, string],
  produces: [6, strings],
  consumes: [7, strings],
  parameters: [8, messages(writeParameter)],
  responses: [9, message(named(1, oneOf(1, writer(response, 5))))],
};

const pathItem: Message = {
  get: [2, message(writer(operation, 13))],
  put: [3, message(writer(operation, 13))],
  post: [4, message(writer(operation, 13))],
  delete: [5, message(writer(operation, 13))],
  patch: [8, message(writer(operation, 13))],
};

const document: Message = {
  swagger: [1, string],
  info: [2, message(writer({ title: [1, string], version: [2, string] }, 7))],
  paths: [8, message(named(2, writer(pathItem, 10)))],
  definitions: [9, message(named(1, writeSchema))],
};

/** `document` is what `openApiV2Document` gives. */
export function encodeOpenApiV2Protobuf(value: JsonObject): Uint8Array {
  const out = protobuf.Writer.create();
  writer(document, 16)(out, value);
  return out.finish();
}

function writeSchema(out: protobuf.Writer, value: JsonValue): void {
  writer(schema, 31)(out, value);
}

/** ParametersItem.parameter, in it a BodyParameter or a NonBodyParameter. */
function writeParameter(out: protobuf.Writer, value: JsonValue): void {
  const place = isObject(value) ? value.in : undefined;
  const inner: Write =
    place === 'body'
      ? oneOf(1, writer(bodyParameter, 6))
      : oneOf(
          2,
          place === 'path' ? oneOf(4, writer(pathParameter, 22)) : oneOf(3, writer(queryParameter, 23)),
        );
  oneOf(1, inner)(out, value);
}

/** A message by its table; members named `x-...` go to the list of vendor extensions `extensions`. */
function writer(table: Message, extensions: number): Write {
  return (out, value) => {
    if (!isObject(value)) return;
    const known = Object.keys(value)
      .filter((key) => Object.hasOwn(table, key))
      .sort((left, right) => table[left]![0] - table[right]![0]);
    for (const key of known) writeMember(out, ...table[key]!, value[key]!);
    for (const key of Object.keys(value)
      .filter((name) => name.startsWith('x-'))
      .sort(compareUtf8)) {
      writeNamed(out, extensions, key, writeAny, value[key]!);
    }
  };
}

function writeMember(out: protobuf.Writer, number: number, member: Member, value: JsonValue): void {
  switch (member.kind) {
    case 'string':
      out.uint32(tagOf(number)).string(text(value));
      return;
    case 'bool':
      out.uint32(number << 3).bool(value === true);
      return;
    case 'any':
      nest(out, number, writeAny, value);
      return;
    case 'strings':
      for (const item of Array.isArray(value) ? value : []) out.uint32(tagOf(number)).string(text(item));
      return;
    case 'message':
      nest(out, number, member.write, value);
      return;
    case 'messages':
      for (const item of Array.isArray(value) ? value : []) nest(out, number, member.write, item);
      return;
    default: {
      const never: never = member;
      return never;
    }
  }
}

function text(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

function tagOf(number: number): number {
  return (number << 3) | 2;
}

function nest(out: protobuf.Writer, number: number, write: Write, value: JsonValue): void {
  out.uint32(tagOf(number)).fork();
  write(out, value);
  out.ldelim();
}

/** A message with one member, `number`, that is itself a message. */
function oneOf(number: number, write: Write): Write {
  return (out, value) => nest(out, number, write, value);
}

/** A map: a list `number` of (name, value) pairs. */
function named(number: number, write: Write): Write {
  return (out, value) => {
    if (!isObject(value)) return;
    for (const key of Object.keys(value).sort(compareUtf8)) writeNamed(out, number, key, write, value[key]!);
  };
}

function writeNamed(
  out: protobuf.Writer,
  number: number,
  name: string,
  write: Write,
  value: JsonValue,
): void {
  out.uint32(tagOf(number)).fork();
  out.uint32(tagOf(1)).string(name);
  nest(out, 2, write, value);
  out.ldelim();
}

/** Any.yaml */
function writeAny(out: protobuf.Writer, value: JsonValue): void {
  out.uint32(tagOf(2)).string(`${stringifyJson(value)}\n`);
}
