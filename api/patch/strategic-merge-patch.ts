/**
 * Strategic merge patch: a merge patch that knows from the schema which lists are merged by key, and that carries
 * directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x`).
 */
import type { FieldSchema, FieldType, TypeSchema } from '../schema.js';
import { cloneValue, equalValues, isObject, type JsonObject, type JsonValue, newObject } from '../value.js';
import { PatchError } from './error.js';
import { orderMerged } from './list-order.js';

/** Where field types are looked up; the schema registry is one. */
export interface TypeLookup {
  getType(name: string): TypeSchema;
  hasType(name: string): boolean;
}

const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** What is known of a value's type; undefined: nothing, so lists are replaced and objects merged. */
interface Shape {
  readonly type: FieldType | undefined;
  readonly strategies: readonly string[];
  readonly mergeKey: string | undefined;
}

const unknownShape: Shape = { type: undefined, strategies: [], mergeKey: undefined };

/**
 * A new object; neither argument is changed. Fields that the type does not have are merged as plain JSON: whether
 * they are welcome is decided by whoever decodes the result.
 * @param type name in the schema registry, e.g. `apps/v1.Deployment`
 * @throws PatchError `malformed` for directives of the wrong form, `failed` for lists that cannot be merged
 */
export function applyStrategicMergePatch(
  original: JsonObject,
  patch: JsonValue,
  type: string,
  schemas: TypeLookup,
): JsonObject {
  if (!isObject(patch)) throw new PatchError('malformed', 'a strategic merge patch must be an object');
  const shape: Shape = { ...unknownShape, type: { kind: 'ref', type } };
  return new Merger(schemas).mergeObject(cloneValue(original), cloneValue(patch), shape);
}

class Merger {
  readonly #schemas: TypeLookup;

  constructor(schemas: TypeLookup) {
    this.#schemas = schemas;
  }

  /** Merges `patch` into `original`; both are consumed. */
  mergeObject(original: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
    const directive = patch[patchDirective];
    delete patch[patchDirective];
    switch (directive) {
      case undefined:
      case 'merge':
        break;
      case 'replace':
        return dropDirectives(patch) as JsonObject;
      case 'delete':
        return newObject();
      default:
        throw new PatchError(
          'failed',
          `unknown patch type: ${describe(directive)} in map: ${describe(patch)}`,
        );
    }
    applyRetainKeys(original, patch);
    this.#applyOrders(original, patch, shape);
    for (const key of Object.keys(patch)) {
      if (key.startsWith(deletePrefix)) this.#deletePrimitives(original, key, patch[key]!);
      else this.#mergeField(original, key, patch[key]!, shape);
    }
    return original;
  }

  #mergeField(original: JsonObject, key: string, change: JsonValue, shape: Shape): void {
    if (change === null) {
      delete original[key];
      return;
    }
    const current = Object.hasOwn(original, key) ? original[key] : undefined;
    const field = this.#fieldShape(shape, key);
    if (isObject(change)) {
      const target = isObject(current) ? current : newObject();
      if (field.strategies.includes('replace')) original[key] = dropDirectives(change);
      else if (isObject(current) || current === undefined || current === null) {
        this.#setMergedObject(original, key, target, change, field, current === undefined);
      } else original[key] = dropDirectives(change);
      return;
    }
    if (Array.isArray(change) && Array.isArray(current) && field.strategies.includes('merge')) {
      original[key] = this.#mergeList(current, change, change, field);
      return;
    }
    original[key] = dropDirectives(change);
  }

  /** An object that is only deleted where there is none stays absent. */
  #setMergedObject(
    original: JsonObject,
    key: string,
    target: JsonObject,
    change: JsonObject,
    field: Shape,
    absent: boolean,
  ): void {
    if (absent && change[patchDirective] === 'delete') return;
    original[key] = this.mergeObject(target, change, field);
  }

  #fieldShape(shape: Shape, key: string): Shape {
    const { type } = shape;
    if (type?.kind === 'map') return { ...unknownShape, type: type.value };
    if (type?.kind !== 'ref' || !this.#schemas.hasType(type.type)) return unknownShape;
    const field: FieldSchema | undefined = this.#schemas.getType(type.type).byName.get(key);
    if (field === undefined) return unknownShape;
    return { type: field.type, strategies: field.patchStrategies, mergeKey: field.patchMergeKey };
  }

  /** Lists whose order the patch sets are merged first and leave the patch. */
  #applyOrders(original: JsonObject, patch: JsonObject, shape: Shape): void {
    for (const directive of Object.keys(patch)) {
      if (!directive.startsWith(orderPrefix)) continue;
      const order = patch[directive]!;
      delete patch[directive];
      if (!Array.isArray(order)) {
        throw new PatchError('malformed', 'invalid patch format of setElementOrder list');
      }
      const key = directive.slice(orderPrefix.length);
      const field = this.#fieldShape(shape, key);
      const change = Object.hasOwn(patch, key) ? patch[key]! : undefined;
      const current = Object.hasOwn(original, key) ? original[key] : undefined;
      if (change !== undefined && !Array.isArray(change)) continue;
      if (change !== undefined) {
        checkOrderCovers(change, order, field.mergeKey);
        delete patch[key];
      }
      if (Array.isArray(current)) original[key] = this.#mergeList(current, change ?? [], order, field);
      else if (change !== undefined) original[key] = dropDirectives(change);
    }
  }

  #mergeList(
    original: JsonValue[],
    patch: JsonValue[],
    order: readonly JsonValue[],
    field: Shape,
  ): JsonValue[] {
    const sample = patch[0] ?? original[0];
    const serverOrder = [...original];
    if (!isObject(sample)) {
      if (Array.isArray(sample)) throw new PatchError('failed', 'lists of lists are not supported');
      const merged = [...original];
      for (const item of patch) if (!merged.some((held) => equalValues(held, item))) merged.push(item);
      return orderMerged(merged, order, serverOrder, undefined);
    }
    const mergeKey = field.mergeKey;
    if (mergeKey === undefined) {
      throw new PatchError('failed', 'cannot merge lists without merge key for the type of the list');
    }
    const merged = this.#mergeObjects(original, patch, mergeKey, field);
    return orderMerged(merged, order, serverOrder, mergeKey);
  }

  #mergeObjects(original: JsonValue[], patch: JsonValue[], mergeKey: string, field: Shape): JsonValue[] {
    const elementShape: Shape = {
      ...unknownShape,
      type: field.type?.kind === 'list' ? field.type.element : undefined,
    };
    const { kept, changes } = applySpecialElements(original, patch, mergeKey);
    const merged = [...kept];
    for (const change of changes) {
      const value = keyValue(change, mergeKey);
      const index = merged.findIndex((item) => isObject(item) && equalValues(item[mergeKey], value));
      const held = index < 0 ? undefined : merged[index];
      if (isObject(held)) merged[index] = this.mergeObject(held, change, elementShape);
      else merged.push(this.mergeObject(newObject(), change, elementShape));
    }
    return merged;
  }

  #deletePrimitives(original: JsonObject, directive: string, values: JsonValue): void {
    if (!Array.isArray(values) || values.some((value) => isObject(value) || Array.isArray(value))) {
      throw new PatchError('malformed', 'invalid patch format of primitive list');
    }
    const key = directive.slice(deletePrefix.length);
    const current = Object.hasOwn(original, key) ? original[key] : undefined;
    if (!Array.isArray(current)) return;
    original[key] = current.filter((item) => !values.some((value) => equalValues(item, value)));
  }
}

/** `$retainKeys` names all keys that stay; the patch may set no others. */
function applyRetainKeys(original: JsonObject, patch: JsonObject): void {
  const retain = patch[retainKeysDirective];
  if (retain === undefined) return;
  delete patch[retainKeysDirective];
  if (!Array.isArray(retain)) throw new PatchError('malformed', 'invalid patch format of retainKeys');
  const kept = new Set(retain);
  for (const key of Object.keys(patch)) {
    if (patch[key] !== null && !key.startsWith('$') && !kept.has(key)) {
      throw new PatchError('malformed', 'invalid patch format of retainKeys');
    }
  }
  for (const key of Object.keys(original)) if (!kept.has(key)) delete original[key];
}

/** Every item of the patch stands in the order list, and in the same order. */
function checkOrderCovers(
  patch: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string | undefined,
): void {
  let position = 0;
  for (const item of patch) {
    if (isObject(item) && Object.hasOwn(item, patchDirective)) continue;
    while (position < order.length && !sameElement(order[position]!, item, mergeKey)) position += 1;
    if (position >= order.length) {
      throw new PatchError(
        'malformed',
        `The order in patch list:\n${describe([...patch])}\n doesn't match ${orderPrefix} list:\n${describe([...order])}\n`,
      );
    }
    position += 1;
  }
}

function sameElement(left: JsonValue, right: JsonValue, mergeKey: string | undefined): boolean {
  if (mergeKey !== undefined && isObject(left) && isObject(right)) {
    return equalValues(left[mergeKey], right[mergeKey]);
  }
  return equalValues(left, right);
}

/** `{$patch: replace}` empties the list; `{$patch: delete, key: x}` takes one element out. */
function applySpecialElements(
  original: readonly JsonValue[],
  patch: readonly JsonValue[],
  mergeKey: string,
): { kept: readonly JsonValue[]; changes: readonly JsonObject[] } {
  const changes: JsonObject[] = [];
  let kept = original;
  let replace = false;
  for (const element of patch) {
    if (!isObject(element)) {
      throw new PatchError('failed', `expected a map with ${mergeKey} in the list, got ${describe(element)}`);
    }
    switch (element[patchDirective]) {
      case undefined:
        changes.push(element);
        break;
      case 'merge':
        delete element[patchDirective];
        changes.push(element);
        break;
      case 'replace':
        replace = true;
        break;
      case 'delete': {
        const value = keyValue(element, mergeKey);
        kept = kept.filter((item) => !(isObject(item) && equalValues(item[mergeKey], value)));
        break;
      }
      default:
        throw new PatchError(
          'failed',
          `unknown patch type: ${describe(element[patchDirective])} in map: ${describe(element)}`,
        );
    }
  }
  return { kept: replace ? [] : kept, changes };
}

function keyValue(element: JsonObject, mergeKey: string): JsonValue {
  if (!Object.hasOwn(element, mergeKey)) {
    throw new PatchError(
      'failed',
      `map: ${describe(element)} does not contain declared merge key: ${mergeKey}`,
    );
  }
  return element[mergeKey]!;
}

/** A value of the patch where there is nothing to merge with: nulls and directives have nothing to act on. */
function dropDirectives(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !isObject(item) || !isRemoval(item[patchDirective]))
      .map((item) => dropDirectives(item));
  }
  if (!isObject(value)) return value;
  const result = newObject();
  for (const key of Object.keys(value)) {
    if (value[key] === null || key === patchDirective || key === retainKeysDirective) continue;
    if (key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue;
    result[key] = dropDirectives(value[key]!);
  }
  return result;
}

function isRemoval(directive: JsonValue | undefined): boolean {
  return directive === 'delete' || directive === 'replace';
}

/** A short text of a value for messages. */
function describe(value: JsonValue | undefined): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}
