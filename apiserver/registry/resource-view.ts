/**
 * A resource in the version that a request speaks, over what is stored. Three forms of an object occur:
 * the request's version; the *home* form, which is the group's storage version and the form that strategies,
 * validation and the write loop see; and the stored form, which is the home form unless the resource is a view
 * of another group's objects.
 */
import type {
  JsonObject,
  ResourceDescriptor,
  SchemaRegistry,
  ServedResource,
  ServedVersion,
} from '../../api/index.js';
import {
  createSplicer,
  decodeStored,
  encodeStored,
  groupVersion,
  type Splicer,
  type StoredItem,
} from './stored-form.js';

export interface ResourceView {
  readonly descriptor: ResourceDescriptor;
  /** The version that the request speaks. */
  readonly served: ServedVersion;
  readonly apiVersion: string;
  /** The storage version, whose strategy and validation count. */
  readonly home: ServedVersion;
  readonly schemas: SchemaRegistry;
  /** Absent when the request's version is not what is stored. */
  readonly splicer: Splicer | undefined;
  toHome(object: JsonObject): Promise<JsonObject>;
  fromHome(object: JsonObject): Promise<JsonObject>;
  encode(home: JsonObject): Uint8Array;
  /** The home form with its resourceVersion. */
  decodeHome(item: StoredItem): JsonObject;
  /** The request's version with its resourceVersion. */
  decode(item: StoredItem): Promise<JsonObject>;
}

async function convertOne(
  descriptor: ResourceDescriptor,
  object: JsonObject,
  version: string,
): Promise<JsonObject> {
  if (object['apiVersion'] === groupVersion(descriptor.group, version)) return object;
  const [converted] = await descriptor.convert([object], version);
  if (converted === undefined)
    throw new Error(`${descriptor.resource}: conversion to ${version} lost the object`);
  return converted;
}

export function createResourceView(resource: ServedResource, schemas: SchemaRegistry): ResourceView {
  const { descriptor, served } = resource;
  const home = descriptor.versions.find((version) => version.version === descriptor.storageVersion) ?? served;
  const { storedAs } = descriptor;
  const decodeHome = (item: StoredItem): JsonObject => {
    const object = decodeStored(item);
    return storedAs === undefined ? object : storedAs.fromStored(object);
  };
  const fromHome = (object: JsonObject): Promise<JsonObject> =>
    convertOne(descriptor, object, served.version);
  return {
    descriptor,
    served,
    apiVersion: groupVersion(descriptor.group, served.version),
    home,
    schemas,
    splicer: storedAs === undefined && home === served ? createSplicer(descriptor) : undefined,
    toHome: (object) => convertOne(descriptor, object, home.version),
    fromHome,
    encode: (object) => encodeStored(storedAs === undefined ? object : storedAs.toStored(object)),
    decodeHome,
    decode: (item) => fromHome(decodeHome(item)),
  };
}
