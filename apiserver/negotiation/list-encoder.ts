/**
 * Lists to bytes, element by element: a long list is decoded and encoded in slices, so that no turn of the event
 * loop is as long as the list. The bytes are those that encoding the whole list at once would give.
 */
import {
  encodeProtobuf,
  encodeProtobufEnvelope,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  notAcceptable,
  type SchemaRegistry,
  stringAt,
  stringifyJson,
} from '../../api/index.js';
import { mediaTypes, type Negotiated } from './accept.js';
import type { ObjectEncoder } from './encoder.js';
import { indentJson } from './indent.js';

export interface ListEncoding {
  add(elements: JsonArray): void;
  finish(): Uint8Array;
}

export interface ListHead {
  /** The list without elements: `member`, its last member, is `[]`. */
  readonly object: JsonObject;
  readonly member: 'items' | 'rows';
  /** The list's, in the schema registry. */
  readonly type: string;
}

export function beginList(
  head: ListHead,
  negotiated: Negotiated,
  encoder: ObjectEncoder,
  schemas: SchemaRegistry,
): ListEncoding {
  switch (negotiated.media) {
    case 'json':
      return jsonList(head, negotiated.pretty);
    case 'protobuf':
      return protobufList(head, schemas);
    case 'yaml':
      return yamlList(head, negotiated, encoder);
    default: {
      const never: never = negotiated.media;
      return never;
    }
  }
}

const emptyEnd = '[]}';

function jsonList(head: ListHead, pretty: boolean): ListEncoding {
  const text = stringifyJson(head.object);
  if (!text.endsWith(`"${head.member}":${emptyEnd}`))
    throw new Error('the elements of a list are not its end');
  const pieces: Uint8Array[] = [Buffer.from(text.slice(0, 1 - emptyEnd.length))];
  let first = true;
  return {
    add(elements) {
      for (const element of elements) {
        pieces.push(Buffer.from(`${first ? '' : ','}${stringifyJson(element)}`));
        first = false;
      }
    },
    finish() {
      pieces.push(Buffer.from(emptyEnd.slice(1)));
      const bytes = Buffer.concat(pieces);
      return pretty ? indentJson(bytes) : bytes;
    },
  };
}

function protobufList(head: ListHead, schemas: SchemaRegistry): ListEncoding {
  const field = schemas.hasType(head.type) ? schemas.getType(head.type).byName.get(head.member) : undefined;
  const element = field?.type.kind === 'list' ? field.type.element : undefined;
  if (field?.protobufNumber === undefined || element?.kind !== 'ref') {
    throw notAcceptable([mediaTypes.json, mediaTypes.yaml]);
  }
  const { type } = element;
  const tag = varint((field.protobufNumber << 3) | lengthDelimited);
  const pieces: Uint8Array[] = [encodeProtobuf(head.object, head.type, schemas)];
  return {
    add(elements) {
      for (const value of elements) {
        const bytes = encodeProtobuf(value as JsonObject, type, schemas);
        pieces.push(tag, varint(bytes.length), bytes);
      }
    },
    finish: () =>
      encodeProtobufEnvelope(
        stringAt(head.object, 'apiVersion'),
        stringAt(head.object, 'kind'),
        Buffer.concat(pieces),
      ),
  };
}

const lengthDelimited = 2;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** People read YAML: it is written at once, in the end. */
function yamlList(head: ListHead, negotiated: Negotiated, encoder: ObjectEncoder): ListEncoding {
  const all: JsonValue[] = [];
  return {
    add(elements) {
      for (const element of elements) all.push(element);
    },
    finish() {
      const object = Object.assign(Object.create(null) as JsonObject, head.object, { [head.member]: all });
      return encoder.encode(object, head.type, negotiated);
    },
  };
}
