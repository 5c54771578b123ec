/**
 * Building strategies: what the server drops, keeps and counts when an object is written. Most kinds differ from
 * the plain strategy in a few points only, so a strategy is made of options over it.
 *
 * Expects of the generic code: metadata.name, metadata.namespace and metadata.uid are final before
 * `prepareForCreate`, metadata is checked and carried over by it on updates.
 */
import type { Requester, Strategy } from '../descriptor.js';
import { type NameRule, nameIsSubdomain } from '../names.js';
import { objectOf } from '../read.js';
import { cloneValue, isObject, type JsonObject, type JsonValue, newObject } from '../value.js';

export interface StrategyOptions {
  /** The kind has a status subresource: the main endpoint neither sets nor changes status. */
  readonly status?: boolean;
  readonly unconditionalUpdate?: boolean;
  readonly createOnUpdate?: boolean;
  readonly generation?: boolean;
  /** What of metadata a status update may not change. Default: nothing is kept. */
  readonly statusKeeps?: 'nothing' | 'labels' | 'metadata';
  readonly name?: NameRule;
  /** A new object's status. Default: empty. */
  initialStatus?(object: JsonObject): JsonObject;
  /** After the plain preparation. */
  create?(object: JsonObject, requester: Requester | undefined): void;
  update?(object: JsonObject, old: JsonObject): void;
  statusUpdate?(object: JsonObject, old: JsonObject): void;
  /** Default: everything but apiVersion, kind, metadata and status. */
  generationView?(object: JsonObject): JsonValue;
  gracePeriodSeconds?(object: JsonObject): number | undefined;
}

/** Defaults: no status, updates need a resourceVersion unless said otherwise, names are DNS-1123 subdomains. */
export function makeStrategy(options: StrategyOptions = {}): Strategy {
  const hasStatus = options.status ?? false;
  return {
    allowUnconditionalUpdate: options.unconditionalUpdate ?? true,
    allowCreateOnUpdate: options.createOnUpdate ?? false,
    tracksGeneration: options.generation ?? false,
    prepareForCreate(object, requester) {
      if (hasStatus) object['status'] = options.initialStatus?.(object) ?? newObject();
      options.create?.(object, requester);
    },
    prepareForUpdate(object, old) {
      if (hasStatus) keepField(object, old, 'status');
      options.update?.(object, old);
    },
    prepareForStatusUpdate(object, old) {
      keepAllButStatus(object, old);
      keepMetadata(object, old, options.statusKeeps ?? 'nothing');
      options.statusUpdate?.(object, old);
    },
    generationView: (object) => options.generationView?.(object) ?? body(object),
    defaultGracePeriodSeconds: (object) => options.gracePeriodSeconds?.(object),
    validateName: options.name ?? nameIsSubdomain,
  };
}

/** Sets a field to what `old` has, or drops it. */
export function keepField(object: JsonObject, old: JsonObject, field: string): void {
  if (Object.hasOwn(old, field)) object[field] = cloneValue(old[field]!);
  else delete object[field];
}

const notBody: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function body(object: JsonObject): JsonObject {
  const result = newObject();
  for (const key of Object.keys(object)) {
    if (!notBody.has(key)) result[key] = object[key]!;
  }
  return result;
}

function keepAllButStatus(object: JsonObject, old: JsonObject): void {
  for (const key of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (!notBody.has(key)) keepField(object, old, key);
  }
}

const statusMetadata = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const;

function keepMetadata(object: JsonObject, old: JsonObject, keeps: 'nothing' | 'labels' | 'metadata'): void {
  if (keeps === 'nothing') return;
  const metadata = object['metadata'];
  const oldMetadata = old['metadata'];
  if (!isObject(metadata) || !isObject(oldMetadata)) return;
  for (const field of keeps === 'labels' ? ['labels'] : statusMetadata)
    keepField(metadata, oldMetadata, field);
}

/** An object at a key, created where absent. */
export function ensureObject(parent: JsonObject, key: string): JsonObject {
  const found = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (isObject(found)) return found;
  const created = objectOf({});
  parent[key] = created;
  return created;
}
