/** POST, PUT and PATCH of whole objects. */
import { ApiError, cloneValue, type JsonObject, methodNotAllowed } from '../../api/index.js';
import { createObject } from '../registry/create.js';
import { metadataOf } from '../registry/stored-form.js';
import { type UpdateEndpoint, updateObject } from '../registry/update.js';
import { decodeBody, expectedKind } from './body.js';
import { createPatcher, type Patcher, patchKindOf } from './patch.js';
import { parseWriteOptions } from './request-options.js';
import { negotiateObject, sendItem } from './respond.js';
import type { ResourceRequest } from './tools.js';

export async function handleCreate(request: ResourceRequest): Promise<void> {
  const { info, tools, view } = request;
  const negotiated = negotiateObject(request);
  const options = parseWriteOptions(request.request.query, 'CreateOptions', tools.limits);
  const object = await decodeBody(request, expectedKind(request));
  if (view.descriptor.namespaced && info.namespace === '') throw methodNotAllowed(view.descriptor, 'create');
  const result = await createObject(tools, {
    view,
    namespace: info.namespace,
    object,
    caller: request.user.name,
    requester: request.user,
    ...options,
  });
  await sendItem(request, 201, result.item, negotiated);
}

export async function handleUpdate(request: ResourceRequest, endpoint: UpdateEndpoint): Promise<void> {
  const { info, tools, view } = request;
  const negotiated = negotiateObject(request);
  const options = parseWriteOptions(request.request.query, 'UpdateOptions', tools.limits);
  const sent = await decodeBody(request, expectedKind(request));
  const result = await updateObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    endpoint,
    mayCreate: true,
    // Each attempt of the write loop changes its own copy.
    next: () => Promise.resolve(cloneValue(sent)),
    caller: request.user.name,
    requester: request.user,
    ...options,
  });
  await sendItem(request, result.kind === 'created' ? 201 : 200, result.item, negotiated);
}

export async function handlePatch(request: ResourceRequest, endpoint: UpdateEndpoint): Promise<void> {
  const { info, tools, view } = request;
  const negotiated = negotiateObject(request);
  const kind = patchKindOf(request.request);
  const options = parseWriteOptions(request.request.query, 'PatchOptions', tools.limits);
  const patcher = createPatcher(request, kind, await request.request.readBody(), expectedKind(request));
  const result = await updateObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    endpoint,
    mayCreate: false,
    next: (live) => patchLive(patcher, live),
    caller: request.user.name,
    requester: request.user,
    ...options,
  });
  patcher.reportWarnings();
  await sendItem(request, 200, result.item, negotiated);
}

function patchLive(patcher: Patcher, live: JsonObject | undefined): Promise<JsonObject> {
  if (live === undefined) throw new ApiError(404, 'NotFound', 'there is nothing to patch');
  const version = metadataOf(live)['resourceVersion'] ?? '';
  const patched = patcher.apply(live);
  const metadata = metadataOf(patched);
  // A patch that takes the version away wants what one that never mentions it wants.
  if (metadata['resourceVersion'] === undefined || metadata['resourceVersion'] === '') {
    metadata['resourceVersion'] = version;
  }
  return Promise.resolve(patched);
}
