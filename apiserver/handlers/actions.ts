/** Subresources that are commands: binding and eviction of pods. */
import {
  ApiError,
  cloneValue,
  conflict,
  formatTime,
  getPath,
  invalidObject,
  isObject,
  type JsonObject,
  type JsonValue,
  labelSelectorFromObject,
  matchesLabels,
  newObject,
  notFoundGeneric,
  numberAt,
  objectAt,
  type SubresourceDescriptor,
  statusSuccess,
  stringAt,
  tooManyRequests,
} from '../../api/index.js';
import { deleteObject } from '../registry/delete.js';
import type { DeleteOptions } from '../registry/deletion.js';
import { listObjects } from '../registry/list.js';
import { parseListOptions } from '../registry/list-options.js';
import { createResourceView, type ResourceView } from '../registry/resource-view.js';
import { groupVersion, metadataOf } from '../registry/stored-form.js';
import { updateObject } from '../registry/update.js';
import { decodeBody } from './body.js';
import { readItem } from './get.js';
import { parseWriteOptions } from './request-options.js';
import { sendPlain } from './respond.js';
import { type ResourceRequest, readContext } from './tools.js';

type ActionDescriptor = Extract<SubresourceDescriptor, { readonly kind: 'action' }>;

export async function handleAction(request: ResourceRequest, action: ActionDescriptor): Promise<void> {
  switch (action.name) {
    case 'binding':
      await handleBinding(request, await readAction(request, action));
      return;
    case 'eviction':
      await handleEviction(request, await readAction(request, action));
      return;
    default:
      // Tokens need a key that this server was not given.
      throw notFoundGeneric();
  }
}

function readAction(request: ResourceRequest, action: ActionDescriptor): Promise<JsonObject> {
  return decodeBody(request, {
    apiVersion: groupVersion(action.group, action.version),
    kind: action.requestKind,
    type: action.type,
  });
}

/** Puts a pod on a node, once. */
export async function handleBinding(request: ResourceRequest, binding: JsonObject): Promise<void> {
  const { info, tools, view } = request;
  const options = parseWriteOptions(request.request.query, 'CreateOptions', tools.limits);
  const node = stringAt(binding, 'target', 'name');
  const targetKind = stringAt(binding, 'target', 'kind');
  if (node === '') {
    throw invalidObject('', 'Binding', info.name, [
      { kind: 'FieldValueRequired', path: 'target.name', detail: '' },
    ]);
  }
  if (targetKind !== '' && targetKind !== 'Node') {
    throw invalidObject('', 'Binding', info.name, [
      {
        kind: 'FieldValueNotSupported',
        path: 'target.kind',
        value: targetKind,
        detail: '',
        supported: ['Node', '<empty>'],
      },
    ]);
  }
  await updateObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    mayCreate: false,
    endpoint: { kind: 'object', name: 'binding', verbs: ['update'], prepare: (next) => next },
    next: (live) => Promise.resolve(bindPod(request, live ?? newObject(), node)),
    caller: request.user.name,
    ...options,
  });
  sendPlain(request, 201, statusSuccess(), 'meta/v1.Status');
}

function bindPod(request: ResourceRequest, live: JsonObject, node: string): JsonObject {
  const { info, tools, view } = request;
  const current = stringAt(live, 'spec', 'nodeName');
  if (metadataOf(live)['deletionTimestamp'] !== undefined) {
    throw conflict(
      view.descriptor,
      info.name,
      `pod ${info.name} is being deleted, cannot be assigned to a host`,
    );
  }
  if (current !== '') {
    throw conflict(
      view.descriptor,
      info.name,
      `pod ${info.name} is already assigned to node ${JSON.stringify(current)}`,
    );
  }
  const pod = cloneValue(live);
  const spec = objectAt(pod, 'spec') ?? newObject();
  spec['nodeName'] = node;
  pod['spec'] = spec;
  const status = objectAt(pod, 'status') ?? newObject();
  pod['status'] = status;
  const conditions: JsonValue[] = Array.isArray(status['conditions'])
    ? status['conditions'].filter((condition) => !isObject(condition) || condition['type'] !== 'PodScheduled')
    : [];
  const scheduled = Object.assign(newObject(), {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: formatTime(tools.clock.wallMilliseconds()),
  });
  status['conditions'] = [...conditions, scheduled];
  return pod;
}

/** Deletes a pod if the disruption budgets that cover it allow one more. */
async function handleEviction(request: ResourceRequest, eviction: JsonObject): Promise<void> {
  const { info, tools, view } = request;
  const { dryRun, timeoutMilliseconds } = parseWriteOptions(
    request.request.query,
    'CreateOptions',
    tools.limits,
  );
  const pod = await view.decode(await readItem(request));
  const phase = stringAt(pod, 'status', 'phase');
  const counts =
    phase !== 'Pending' &&
    phase !== 'Succeeded' &&
    phase !== 'Failed' &&
    metadataOf(pod)['deletionTimestamp'] === undefined;
  if (counts) await spendDisruption(request, pod, { dryRun, timeoutMilliseconds });

  const grace = getPath(eviction, 'deleteOptions', 'gracePeriodSeconds');
  const uid = stringAt(eviction, 'deleteOptions', 'preconditions', 'uid');
  const options: DeleteOptions = {
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: undefined,
    orphanDependents: undefined,
    preconditions: uid === '' ? {} : { uid },
    dryRun,
  };
  await deleteObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    options,
    caller: request.user.name,
    timeoutMilliseconds,
    dryRun,
  });
  sendPlain(request, 201, statusSuccess(), 'meta/v1.Status');
}

async function spendDisruption(
  request: ResourceRequest,
  pod: JsonObject,
  options: { readonly dryRun: boolean; readonly timeoutMilliseconds: number },
): Promise<void> {
  const { info, tools } = request;
  const served = tools.index.byResource('policy', 'v1', 'poddisruptionbudgets');
  if (served === undefined) return;
  const view = createResourceView(served, tools.schemas);
  const budgets = await budgetsOf(request, view, pod);
  const [first] = budgets;
  if (first === undefined) return;
  if (budgets.length > 1) {
    throw new ApiError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  await updateObject(tools, {
    view,
    namespace: info.namespace,
    name: stringAt(metadataOf(first), 'name'),
    endpoint: { kind: 'status' },
    mayCreate: false,
    next: (live) => Promise.resolve(decrementBudget(request, live ?? newObject())),
    caller: request.user.name,
    ...options,
  });
}

async function budgetsOf(
  request: ResourceRequest,
  view: ResourceView,
  pod: JsonObject,
): Promise<readonly JsonObject[]> {
  const page = await listObjects(request.tools, {
    view,
    namespace: request.info.namespace,
    options: parseListOptions(new URLSearchParams(), view.served, false),
    context: readContext(request),
  });
  const labels = objectAt(pod, 'metadata', 'labels');
  const budgets: JsonObject[] = [];
  for (const item of page.items) {
    const budget = await view.decode(item);
    const selector = getPath(budget, 'spec', 'selector');
    if (selector !== undefined && matchesLabels(labelSelectorFromObject(selector), labels))
      budgets.push(budget);
  }
  return budgets;
}

function decrementBudget(request: ResourceRequest, live: JsonObject): JsonObject {
  const budget = cloneValue(live);
  const status = objectAt(budget, 'status') ?? newObject();
  const allowed = status['disruptionsAllowed'];
  if (typeof allowed !== 'number' || allowed <= 0) {
    const name = stringAt(metadataOf(budget), 'name');
    const message = `The disruption budget ${name} needs ${numberAt(status, 'desiredHealthy')} healthy pods and has ${numberAt(status, 'currentHealthy')} currently`;
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      { reason: 'DisruptionBudget', message },
    ]);
  }
  status['disruptionsAllowed'] = allowed - 1;
  const disrupted = objectAt(status, 'disruptedPods') ?? newObject();
  disrupted[request.info.name] = formatTime(request.tools.clock.wallMilliseconds());
  status['disruptedPods'] = disrupted;
  budget['status'] = status;
  return budget;
}
