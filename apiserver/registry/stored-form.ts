/**
 * The stored form of an object: JSON of its storage version that begins with kind, apiVersion and metadata, and
 * has no resourceVersion, which is the mod revision. It is made once, when the object is written; an answer in
 * the storage version is these bytes with the resourceVersion spliced in, unparsed.
 */
import {
  badRequest,
  encodeJson,
  isObject,
  type JsonObject,
  type JsonValue,
  newObject,
  parseJson,
  type ResourceDescriptor,
} from '../../api/index.js';
import { bytesOf } from './keys.js';

/** One version of one object, as it lies in the store. */
export interface StoredItem {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** 0: it was never written, only tried; such an object shows no resourceVersion. */
  readonly modRevision: number;
}

export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Left out of what is stored: the revision is the store's, the others are not kept. */
const metadataNotStored: ReadonlySet<string> = new Set(['resourceVersion', 'selfLink', 'managedFields']);

/** The object's own copy of metadata, without what is not stored. */
export function storedMetadata(metadata: JsonObject): JsonObject {
  const result = newObject();
  for (const key of Object.keys(metadata)) {
    if (!metadataNotStored.has(key)) result[key] = metadata[key]!;
  }
  return result;
}

/**
 * Below what the reader of stored objects takes. A body alone cannot be deeper than that reader allows, but a patch
 * on a deep object, or JSON inside of protobuf, can: it would be written and never read again.
 */
const maxStoredDepth = 900;

function requireShallow(value: JsonValue, depthLeft: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depthLeft === 0) throw badRequest(`the object is nested more than ${maxStoredDepth} levels deep`);
  if (Array.isArray(value)) {
    for (const item of value) requireShallow(item, depthLeft - 1);
    return;
  }
  for (const key in value) requireShallow(value[key]!, depthLeft - 1);
}

/** @throws ApiError 400 for an object that is nested too deeply */
export function encodeStored(object: JsonObject): Uint8Array {
  requireShallow(object, maxStoredDepth);
  const ordered = newObject();
  ordered['kind'] = object['kind'] ?? '';
  ordered['apiVersion'] = object['apiVersion'] ?? '';
  ordered['metadata'] = storedMetadata(metadataOf(object));
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(ordered, key)) ordered[key] = object[key]!;
  }
  return encodeJson(ordered);
}

/** The parsed object with its resourceVersion; the caller owns it. */
export function decodeStored(item: StoredItem): JsonObject {
  const object = parseJson(item.value);
  if (!isObject(object)) throw new Error('a stored object is not a JSON object');
  if (item.modRevision > 0) metadataOf(object)['resourceVersion'] = String(item.modRevision);
  return object;
}

/** The object's metadata, made when it is missing. */
export function metadataOf(object: JsonObject): JsonObject {
  const found: JsonValue | undefined = object['metadata'];
  if (isObject(found)) return found;
  const made = newObject();
  object['metadata'] = made;
  return made;
}

/** How the bytes of a kind's stored objects begin, and what replaces it on the way out. */
export interface Splicer {
  /** The whole object; undefined when the bytes do not begin as expected and must be parsed. */
  object(item: StoredItem): readonly Uint8Array[] | undefined;
  /** As an item of a list, where kind and apiVersion are the list's. */
  listItem(item: StoredItem): readonly Uint8Array[] | undefined;
}

export function createSplicer(descriptor: ResourceDescriptor): Splicer {
  const version = groupVersion(descriptor.group, descriptor.storageVersion);
  const head = `{"kind":${JSON.stringify(descriptor.kind)},"apiVersion":${JSON.stringify(version)},`;
  const expected = Buffer.from(`${head}"metadata":{"`);
  const splice = (item: StoredItem, start: string): readonly Uint8Array[] | undefined => {
    const { value } = item;
    if (
      item.modRevision === 0 ||
      value.length < expected.length ||
      expected.compare(value, 0, expected.length) !== 0
    )
      return undefined;
    // `expected` ends inside the first key's opening quote, so metadata is not empty and a comma is right.
    return [
      bytesOf(`${start}"metadata":{"resourceVersion":"${item.modRevision}",`),
      value.subarray(expected.length - 1),
    ];
  };
  return { object: (item) => splice(item, head), listItem: (item) => splice(item, '{') };
}
