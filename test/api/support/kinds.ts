/** Objects as the server has them when it validates: decoded, defaulted and prepared. */
import { decodeTyped } from '../../../api/codec/typed.js';
import type { ResourceDescriptor, ServedVersion } from '../../../api/descriptor.js';
import { stringAt } from '../../../api/read.js';
import { builtInResources } from '../../../api/resources/built-in.js';
import { type DescriptorIndex, indexResources } from '../../../api/resources/descriptor-index.js';
import { builtInSchemas } from '../../../api/schema/registry.js';
import { fieldErrorMessage } from '../../../api/status.js';
import { cloneValue, type JsonObject } from '../../../api/value.js';
import { object } from './values.js';

export const index: DescriptorIndex = indexResources(builtInResources());

export function servedFor(literal: JsonObject): { descriptor: ResourceDescriptor; served: ServedVersion } {
  const apiVersion = stringAt(literal, 'apiVersion');
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const found = index.byKind(group, apiVersion.slice(slash + 1), stringAt(literal, 'kind'));
  if (found === undefined) throw new Error(`no descriptor for ${apiVersion} ${stringAt(literal, 'kind')}`);
  return found;
}

/** Decoded and defaulted. */
export function defaulted(literal: unknown): JsonObject {
  const source = object(literal);
  const { served } = servedFor(source);
  const decoded = decodeTyped(source, served.type, builtInSchemas());
  served.applyDefaults(decoded);
  return decoded;
}

/** As it would be stored by a create. */
export function created(literal: unknown): JsonObject {
  const result = defaulted(literal);
  servedFor(result).descriptor.strategy.prepareForCreate(result);
  return result;
}

export function createErrors(literal: unknown): string[] {
  const result = created(literal);
  return servedFor(result)
    .served.validateCreate(result)
    .map((error) => fieldErrorMessage(error));
}

/** Errors of changing what a create stored by a function over it. */
export function updateErrors(literal: unknown, change: (object: JsonObject) => void): string[] {
  const old = created(literal);
  const next = cloneValue(old);
  change(next);
  const { descriptor, served } = servedFor(next);
  served.applyDefaults(next);
  descriptor.strategy.prepareForUpdate(next, old);
  return served.validateUpdate(next, old).map((error) => fieldErrorMessage(error));
}
