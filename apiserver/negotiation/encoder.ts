/** Objects to bytes in the negotiated media type. */
import {
  encodeJson,
  encodeProtobuf,
  encodeProtobufEnvelope,
  isObject,
  type JsonObject,
  notAcceptable,
  type SchemaRegistry,
  stringifyYaml,
} from '../../api/index.js';
import { type Media, mediaTypes } from './accept.js';
import { indentJson } from './indent.js';

export interface ObjectEncoder {
  /** @param type of the schema registry; decides the protobuf form */
  encode(
    object: JsonObject,
    type: string,
    how: { readonly media: Media; readonly pretty: boolean },
  ): Uint8Array;
}

export function createObjectEncoder(schemas: SchemaRegistry): ObjectEncoder {
  return {
    encode(object, type, how) {
      switch (how.media) {
        case 'json': {
          const bytes = encodeJson(object);
          return how.pretty ? indentJson(bytes) : bytes;
        }
        case 'yaml':
          return Buffer.from(stringifyYaml(object));
        case 'protobuf': {
          if (!schemas.hasType(type)) throw notAcceptable([mediaTypes.json, mediaTypes.yaml]);
          const apiVersion = object['apiVersion'];
          const kind = object['kind'];
          return encodeProtobufEnvelope(
            typeof apiVersion === 'string' ? apiVersion : '',
            typeof kind === 'string' ? kind : '',
            encodeProtobuf(object, type, schemas),
          );
        }
        default: {
          const never: never = how.media;
          return never;
        }
      }
    },
  };
}

/** The list object around items that are already objects. */
export function listObject(
  apiVersion: string,
  kind: string,
  metadata: JsonObject,
  items: JsonObject[],
): JsonObject {
  const list = Object.create(null) as JsonObject;
  list['kind'] = kind;
  list['apiVersion'] = apiVersion;
  list['metadata'] = metadata;
  list['items'] = items.map((item) => withoutTypeMeta(item));
  return list;
}

/** Items of a typed list do not repeat what the list's kind says. */
function withoutTypeMeta(item: JsonObject): JsonObject {
  if (!isObject(item)) return item;
  const copy = Object.create(null) as JsonObject;
  for (const key of Object.keys(item)) {
    if (key !== 'kind' && key !== 'apiVersion') copy[key] = item[key]!;
  }
  return copy;
}
