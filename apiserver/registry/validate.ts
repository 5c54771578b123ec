/** Validation of an object as it would be stored: its metadata, then what its kind demands. */
import {
  type FieldError,
  invalidObject,
  type JsonObject,
  type SubresourceDescriptor,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../api/index.js';
import { newFinalizerErrors } from './deletion.js';
import type { ResourceView } from './resource-view.js';
import { metadataOf } from './stored-form.js';

function refuse(view: ResourceView, object: JsonObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const name = metadataOf(object)['name'] ?? metadataOf(object)['generateName'];
  throw invalidObject(
    view.descriptor.group,
    view.descriptor.kind,
    typeof name === 'string' ? name : '',
    errors,
  );
}

/** @param object home form @throws ApiError 422 */
export function validateNew(view: ResourceView, object: JsonObject): void {
  refuse(view, object, [...validateObjectMeta(object, view.descriptor), ...view.home.validateCreate(object)]);
}

/**
 * @param object home form
 * @param subresource undefined for the main and the status endpoint; a subresource of its own prepares what may
 *   change at all, and may change what the kind's own update rules forbid (a pod's node, an ephemeral container), so
 *   its rules stand in the place of those
 * @throws ApiError 422
 */
export function validateChanged(
  view: ResourceView,
  object: JsonObject,
  old: JsonObject,
  subresource: Extract<SubresourceDescriptor, { readonly kind: 'object' }> | undefined,
): void {
  refuse(view, object, [
    ...validateObjectMeta(object, view.descriptor),
    ...validateObjectMetaUpdate(object, old),
    ...newFinalizerErrors(object, old),
    ...kindErrors(view, object, old, subresource),
  ]);
}

function kindErrors(
  view: ResourceView,
  object: JsonObject,
  old: JsonObject,
  subresource: Extract<SubresourceDescriptor, { readonly kind: 'object' }> | undefined,
): readonly FieldError[] {
  if (subresource === undefined) return view.home.validateUpdate(object, old);
  return subresource.validateUpdate?.(object, old) ?? view.home.validateCreate(object);
}
