/** What the server itself says of an object's metadata at creation and at each update. Mutates what it is given. */
import {
  badRequest,
  conflict,
  formatTime,
  isObject,
  type JsonObject,
  type ResourceDescriptor,
  stringAt,
} from '../../api/index.js';
import { type Random, randomUuid } from '../../platform/index.js';
import { metadataOf } from './stored-form.js';

const generatedSuffixLength = 5;
const maxGeneratedPrefixLength = 63 - generatedSuffixLength;
/** Without vowels and look-alikes, so that no words come out. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function generateName(prefix: string, random: Random): string {
  let name = prefix.slice(0, maxGeneratedPrefixLength);
  for (let count = 0; count < generatedSuffixLength; count += 1) {
    name += suffixAlphabet[random.integer(0, suffixAlphabet.length)]!;
  }
  return name;
}

/**
 * Body and URL must speak of the same place.
 * @throws ApiError 400
 */
export function placeInNamespace(
  descriptor: ResourceDescriptor,
  object: JsonObject,
  namespace: string,
): void {
  const metadata = metadataOf(object);
  const own = metadata['namespace'];
  if (!descriptor.namespaced) {
    delete metadata['namespace'];
    return;
  }
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata['namespace'] = namespace;
}

/** @throws ApiError 400 */
export function checkNameMatchesUrl(object: JsonObject, name: string): void {
  const metadata = metadataOf(object);
  const own = metadata['name'];
  if (own === undefined || own === '') {
    throw badRequest(`the name of the object (based on URL) was undeterminable: name must be provided`);
  }
  if (own !== name) {
    throw badRequest(
      `the name of the object (${stringAt(metadata, 'name')}) does not match the name on the URL (${name})`,
    );
  }
}

export function prepareMetadataForCreate(
  descriptor: ResourceDescriptor,
  object: JsonObject,
  tools: { readonly random: Random; readonly now: number },
): void {
  const metadata = metadataOf(object);
  for (const field of [
    'resourceVersion',
    'selfLink',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ]) {
    delete metadata[field];
  }
  metadata['uid'] = randomUuid(tools.random);
  metadata['creationTimestamp'] = formatTime(tools.now);
  if (descriptor.strategy.tracksGeneration) metadata['generation'] = 1;
}

const fixedFields = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
] as const;

/**
 * Carries over what an update cannot change and the client need not repeat.
 * @throws ApiError 409 when the client means another object of this name
 */
export function prepareMetadataForUpdate(
  descriptor: ResourceDescriptor,
  object: JsonObject,
  old: JsonObject,
): void {
  const metadata = metadataOf(object);
  const oldMetadata = metadataOf(old);
  const uid = metadata['uid'];
  if (uid !== undefined && uid !== '' && uid !== oldMetadata['uid']) {
    throw conflict(
      descriptor,
      stringAt(oldMetadata, 'name'),
      `Precondition failed: UID in precondition: ${stringAt(metadata, 'uid')}, UID in object meta: ${stringAt(oldMetadata, 'uid')}`,
    );
  }
  delete metadata['selfLink'];
  delete metadata['managedFields'];
  for (const field of fixedFields) {
    const value = metadata[field];
    if (value === undefined || value === '' || value === null) {
      if (oldMetadata[field] === undefined) delete metadata[field];
      else metadata[field] = oldMetadata[field];
    }
  }
  if (oldMetadata['generation'] === undefined) delete metadata['generation'];
  else metadata['generation'] = oldMetadata['generation'];
}

/** Raises the generation when what is wanted of the object has changed. */
export function countGeneration(descriptor: ResourceDescriptor, object: JsonObject, changed: boolean): void {
  if (!descriptor.strategy.tracksGeneration || !changed) return;
  const metadata = metadataOf(object);
  const generation = metadata['generation'];
  metadata['generation'] = typeof generation === 'number' ? generation + 1 : 1;
}

/** An absent or empty resourceVersion: the client does not care which version it replaces. */
export function askedResourceVersion(object: JsonObject): string {
  const value = object['metadata'];
  const version = isObject(value) ? value['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : '';
}
