/** The scale subresource: a small autoscaling/v1 object over the replicas of many kinds. */
import {
  cloneValue,
  conflict,
  getPath,
  invalidObject,
  isObject,
  type JsonObject,
  type JsonValue,
  newObject,
  type SubresourceDescriptor,
} from '../../api/index.js';
import type { ExpectedKind } from '../negotiation/request-body.js';
import { metadataOf } from '../registry/stored-form.js';
import { updateObject } from '../registry/update.js';
import { decodeBody } from './body.js';
import { readItem } from './get.js';
import { createPatcher, patchKindOf } from './patch.js';
import { parseWriteOptions } from './request-options.js';
import { sendPlain } from './respond.js';
import type { ResourceRequest } from './tools.js';

type ScaleDescriptor = Extract<SubresourceDescriptor, { readonly kind: 'scale' }>;

const scaleKind: ExpectedKind = { apiVersion: 'autoscaling/v1', kind: 'Scale', type: 'autoscaling/v1.Scale' };

export function scaleOf(descriptor: ScaleDescriptor, object: JsonObject): JsonObject {
  const metadata = newObject();
  for (const field of ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']) {
    const value = metadataOf(object)[field];
    if (value !== undefined) metadata[field] = value;
  }
  const spec = newObject();
  const replicas = getPath(object, ...descriptor.replicasPath);
  if (replicas !== undefined && replicas !== 0) spec['replicas'] = replicas;
  const status = newObject();
  status['replicas'] = getPath(object, ...descriptor.statusReplicasPath) ?? 0;
  const selector = descriptor.selector(object);
  if (selector !== '') status['selector'] = selector;
  return Object.assign(newObject(), {
    kind: scaleKind.kind,
    apiVersion: scaleKind.apiVersion,
    metadata,
    spec,
    status,
  });
}

export async function handleScale(request: ResourceRequest, descriptor: ScaleDescriptor): Promise<void> {
  const { info, tools, view } = request;
  if (info.verb === 'get') {
    const object = await view.decode(await readItem(request));
    sendPlain(request, 200, scaleOf(descriptor, object), scaleKind.type);
    return;
  }
  const patching = info.verb === 'patch';
  const options = parseWriteOptions(
    request.request.query,
    patching ? 'PatchOptions' : 'UpdateOptions',
    tools.limits,
  );
  const wanted = await wantedScale(request, descriptor, patching);
  const result = await updateObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    endpoint: { kind: 'main' },
    mayCreate: false,
    next: (live) => Promise.resolve(applyScale(request, descriptor, live ?? newObject(), wanted)),
    caller: request.user.name,
    ...options,
  });
  sendPlain(request, 200, scaleOf(descriptor, await view.decode(result.item)), scaleKind.type);
}

/** The Scale that the client wants, given the live object. */
async function wantedScale(
  request: ResourceRequest,
  descriptor: ScaleDescriptor,
  patching: boolean,
): Promise<(live: JsonObject) => JsonObject> {
  if (patching) {
    const kind = patchKindOf(request.request);
    const patcher = createPatcher(request, kind, await request.request.readBody(), scaleKind);
    return (live) => patcher.apply(scaleOf(descriptor, live));
  }
  const sent = await decodeBody(request, scaleKind);
  return () => sent;
}

function applyScale(
  request: ResourceRequest,
  descriptor: ScaleDescriptor,
  live: JsonObject,
  wanted: (live: JsonObject) => JsonObject,
): JsonObject {
  const { info, view } = request;
  const scale = wanted(live);
  const version = metadataOf(scale)['resourceVersion'];
  if (version !== undefined && version !== '' && version !== metadataOf(live)['resourceVersion']) {
    throw conflict(view.descriptor, info.name);
  }
  const replicas = getPath(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number' || replicas < 0) {
    throw invalidObject('autoscaling', 'Scale', info.name, [
      {
        kind: 'FieldValueInvalid',
        path: 'spec.replicas',
        value: replicas,
        detail: 'must be greater than or equal to 0',
      },
    ]);
  }
  const next = cloneValue(live);
  setPath(next, descriptor.replicasPath, replicas);
  return next;
}

function setPath(object: JsonObject, path: readonly string[], value: JsonValue): void {
  let current = object;
  for (const key of path.slice(0, -1)) {
    const child = Object.hasOwn(current, key) ? current[key] : undefined;
    if (isObject(child)) {
      current = child;
    } else {
      const made = newObject();
      current[key] = made;
      current = made;
    }
  }
  current[path.at(-1)!] = value;
}
