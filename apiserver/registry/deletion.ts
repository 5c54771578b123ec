/**
 * What a deletion comes to, as pure functions: removed now, marked and left to its finalizers or its grace
 * period, or nothing because it is already on its way.
 */
import {
  cloneValue,
  type FieldError,
  formatTime,
  isObject,
  type JsonObject,
  parseTime,
  preconditionFailed,
  type ResourceDescriptor,
  stringAt,
} from '../../api/index.js';
import { metadataOf } from './stored-form.js';

export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun: boolean;
}

export type DeletionDecision =
  | { readonly kind: 'remove' }
  /** Store this, with its deletionTimestamp. */
  | { readonly kind: 'mark'; readonly object: JsonObject }
  | { readonly kind: 'already' };

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** Namespaces hold a second list of finalizers in their spec, emptied through the finalize subresource. */
export function keepsFinalizersInSpec(descriptor: ResourceDescriptor): boolean {
  return descriptor.subresources.some((subresource) => subresource.name === 'finalize');
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function specFinalizers(object: JsonObject): readonly string[] {
  const spec = object['spec'];
  return isObject(spec) ? stringsOf(spec['finalizers']) : [];
}

export function pendingFinalizers(descriptor: ResourceDescriptor, object: JsonObject): readonly string[] {
  const own = stringsOf(metadataOf(object)['finalizers']);
  return keepsFinalizersInSpec(descriptor) ? [...own, ...specFinalizers(object)] : own;
}

/** The finalizers after the client has said what becomes of the dependents. */
function finalizersFor(object: JsonObject, options: DeleteOptions): readonly string[] {
  const current = stringsOf(metadataOf(object)['finalizers']);
  const policy =
    options.propagationPolicy ??
    (options.orphanDependents === undefined ? undefined : options.orphanDependents ? 'Orphan' : 'Background');
  if (policy === undefined) return current;
  const others = current.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  switch (policy) {
    case 'Orphan':
      return [...others, orphanFinalizer];
    case 'Foreground':
      return [...others, foregroundFinalizer];
    case 'Background':
      return others;
    default: {
      const never: never = policy;
      return never;
    }
  }
}

/** Seconds that this deletion waits; undefined when the kind knows no grace. */
function graceFor(
  descriptor: ResourceDescriptor,
  live: JsonObject,
  options: DeleteOptions,
): number | undefined {
  const usual = descriptor.strategy.defaultGracePeriodSeconds(live);
  if (usual === undefined || usual === 0) return usual;
  const asked = options.gracePeriodSeconds;
  if (asked === undefined) return usual;
  return asked < 0 ? 1 : asked;
}

/** @throws ApiError 409 */
export function checkPreconditions(
  descriptor: ResourceDescriptor,
  live: JsonObject,
  preconditions: DeleteOptions['preconditions'],
): void {
  const metadata = metadataOf(live);
  const name = stringAt(metadata, 'name');
  const { uid, resourceVersion } = preconditions;
  if (uid !== undefined && uid !== metadata['uid']) {
    throw preconditionFailed(descriptor, name, 'UID', uid, stringAt(metadata, 'uid'));
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata['resourceVersion']) {
    throw preconditionFailed(
      descriptor,
      name,
      'ResourceVersion',
      resourceVersion,
      stringAt(metadata, 'resourceVersion'),
    );
  }
}

/**
 * @param live home form, not changed
 * @param now milliseconds since the epoch
 */
export function decideDeletion(
  descriptor: ResourceDescriptor,
  live: JsonObject,
  options: DeleteOptions,
  now: number,
): DeletionDecision {
  const metadata = metadataOf(live);
  const finalizers = finalizersFor(live, options);
  const waitsForSpec = keepsFinalizersInSpec(descriptor) && specFinalizers(live).length > 0;
  const grace = graceFor(descriptor, live, options);
  const deleting = metadata['deletionTimestamp'] !== undefined;
  if (finalizers.length === 0 && !waitsForSpec && (grace ?? 0) === 0) return { kind: 'remove' };

  const next = cloneValue(live);
  const nextMetadata = metadataOf(next);
  setFinalizers(nextMetadata, finalizers);
  if (!deleting) {
    nextMetadata['deletionTimestamp'] = formatTime(now + (grace ?? 0) * 1000);
    nextMetadata['deletionGracePeriodSeconds'] = grace ?? 0;
    raiseGeneration(descriptor, nextMetadata);
    if (keepsFinalizersInSpec(descriptor)) setTerminatingPhase(next);
    return { kind: 'mark', object: next };
  }
  const shortened = shortenGrace(nextMetadata, grace, options);
  const sameFinalizers = finalizers.join('\n') === stringsOf(metadata['finalizers']).join('\n');
  return shortened || !sameFinalizers ? { kind: 'mark', object: next } : { kind: 'already' };
}

/** A running grace period can be cut short and never be prolonged. */
function shortenGrace(metadata: JsonObject, grace: number | undefined, options: DeleteOptions): boolean {
  const current = Number(metadata['deletionGracePeriodSeconds'] ?? 0);
  if (grace === undefined || options.gracePeriodSeconds === undefined || grace >= current) return false;
  const started = (parseTime(stringAt(metadata, 'deletionTimestamp')) ?? 0) - current * 1000;
  metadata['deletionTimestamp'] = formatTime(started + grace * 1000);
  metadata['deletionGracePeriodSeconds'] = grace;
  return true;
}

function setFinalizers(metadata: JsonObject, finalizers: readonly string[]): void {
  if (finalizers.length === 0) delete metadata['finalizers'];
  else metadata['finalizers'] = [...finalizers];
}

/** The beginning of a deletion is a change of what is wanted, so it counts as one. */
function raiseGeneration(descriptor: ResourceDescriptor, metadata: JsonObject): void {
  const generation = metadata['generation'];
  if (descriptor.strategy.tracksGeneration && typeof generation === 'number' && generation > 0) {
    metadata['generation'] = generation + 1;
  }
}

function setTerminatingPhase(object: JsonObject): void {
  const status = object['status'];
  if (isObject(status)) status['phase'] = 'Terminating';
  else object['status'] = Object.assign(Object.create(null) as JsonObject, { phase: 'Terminating' });
}

/** Whether an update leaves an object that waits for nothing any more. */
export function completesDeletion(descriptor: ResourceDescriptor, next: JsonObject): boolean {
  const metadata = metadataOf(next);
  if (metadata['deletionTimestamp'] === undefined) return false;
  if (Number(metadata['deletionGracePeriodSeconds'] ?? 0) > 0) return false;
  return pendingFinalizers(descriptor, next).length === 0;
}

/** An object that is being deleted gets no new reasons to stay. */
export function newFinalizerErrors(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const oldMetadata = metadataOf(old);
  if (oldMetadata['deletionTimestamp'] === undefined) return [];
  const before = new Set(stringsOf(oldMetadata['finalizers']));
  const added = stringsOf(metadataOf(object)['finalizers']).filter((name) => !before.has(name));
  if (added.length === 0) return [];
  const shown = added.map((name) => JSON.stringify(name)).join(', ');
  return [
    {
      kind: 'FieldValueForbidden',
      path: 'metadata.finalizers',
      detail: `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
    },
  ];
}
