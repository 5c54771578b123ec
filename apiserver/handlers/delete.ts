/** DELETE of an object or a collection. */
import { badRequest, getPath, invalidObject, type JsonObject, statusSuccess } from '../../api/index.js';
import { isTrue } from '../filters/request-info.js';
import { listRules, negotiate } from '../negotiation/accept.js';
import { decodeRequestBody } from '../negotiation/request-body.js';
import { deleteAll, deleteObject } from '../registry/delete.js';
import type { DeleteOptions } from '../registry/deletion.js';
import { listObjects } from '../registry/list.js';
import { parseListOptions } from '../registry/list-options.js';
import { metadataOf } from '../registry/stored-form.js';
import { sendPage } from './list.js';
import { parseDryRun, writeTimeoutMilliseconds } from './request-options.js';
import { negotiateObject, sendItem, sendPlain } from './respond.js';
import { type ResourceRequest, readContext } from './tools.js';

const propagationPolicies = ['Orphan', 'Background', 'Foreground'] as const;

/** From the body, or from the query when there is none. @throws ApiError 400, 415 or 422 */
export async function readDeleteOptions(request: ResourceRequest): Promise<DeleteOptions> {
  const bytes = await request.request.readBody();
  const body =
    bytes.length === 0
      ? optionsFromQuery(request.request.query)
      : decodeRequestBody({
          bytes,
          contentType: request.request.header('content-type'),
          expected: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            type: 'meta/v1.DeleteOptions',
            anyVersion: true,
          },
          schemas: request.tools.schemas,
          fieldValidation: 'Ignore',
          onWarning: () => {},
        });
  return toDeleteOptions(body);
}

function optionsFromQuery(query: URLSearchParams): JsonObject {
  const options = Object.create(null) as JsonObject;
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && grace !== '') {
    if (!/^-?[0-9]{1,12}$/.test(grace))
      throw badRequest(`invalid gracePeriodSeconds ${JSON.stringify(grace)}`);
    options['gracePeriodSeconds'] = Number(grace);
  }
  const policy = query.get('propagationPolicy');
  if (policy !== null && policy !== '') options['propagationPolicy'] = policy;
  const orphan = query.get('orphanDependents');
  if (orphan !== null) options['orphanDependents'] = isTrue(orphan);
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.length > 0) options['dryRun'] = dryRun;
  return options;
}

function textAt(options: JsonObject, ...path: readonly string[]): string | undefined {
  const value = getPath(options, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function toDeleteOptions(options: JsonObject): DeleteOptions {
  const policy = textAt(options, 'propagationPolicy');
  const orphan = options['orphanDependents'];
  const orphanDependents = typeof orphan === 'boolean' ? orphan : undefined;
  const propagationPolicy = propagationPolicies.find((known) => known === policy);
  if (policy !== undefined && propagationPolicy === undefined) {
    throw invalidObject('meta.k8s.io', 'DeleteOptions', '', [
      {
        kind: 'FieldValueNotSupported',
        path: 'propagationPolicy',
        value: policy,
        detail: '',
        supported: ['Foreground', 'Background', 'Orphan', 'nil'],
      },
    ]);
  }
  if (policy !== undefined && orphanDependents !== undefined) {
    throw invalidObject('meta.k8s.io', 'DeleteOptions', '', [
      {
        kind: 'FieldValueInvalid',
        path: 'propagationPolicy',
        value: policy,
        detail: 'orphanDependents and deletionPropagation cannot be both set',
      },
    ]);
  }
  const grace = options['gracePeriodSeconds'];
  const dryRun = options['dryRun'];
  const uid = textAt(options, 'preconditions', 'uid');
  const resourceVersion = textAt(options, 'preconditions', 'resourceVersion');
  return {
    gracePeriodSeconds: grace === undefined || grace === null ? undefined : Number(grace),
    propagationPolicy,
    orphanDependents,
    preconditions: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    dryRun: parseDryRun(
      Array.isArray(dryRun) ? dryRun.filter((value) => typeof value === 'string') : [],
      'DeleteOptions',
    ),
  };
}

export async function handleDelete(request: ResourceRequest): Promise<void> {
  const { info, tools, view } = request;
  const negotiated = negotiateObject(request);
  const options = await readDeleteOptions(request);
  const result = await deleteObject(tools, {
    view,
    namespace: info.namespace,
    name: info.name,
    options,
    caller: request.user.name,
    timeoutMilliseconds: writeTimeoutMilliseconds(request.request.query, tools.limits),
    dryRun: options.dryRun,
  });
  if (result.kind !== 'removed' || view.descriptor.deletionAnswersObject === true) {
    await sendItem(request, 200, result.item, negotiated);
    return;
  }
  const { group, resource } = view.descriptor;
  const uid = metadataOf(view.decodeHome(result.item))['uid'];
  const details = { name: info.name, group, kind: resource, ...(typeof uid === 'string' ? { uid } : {}) };
  sendPlain(request, 200, statusSuccess(details), 'meta/v1.Status');
}

/** Lists, then deletes each: not atomic, and the answer is the list of what was deleted. */
export async function handleDeleteCollection(request: ResourceRequest): Promise<void> {
  const { info, tools, view } = request;
  const negotiated = negotiate(request.request, listRules);
  const list = parseListOptions(request.request.query, view.served, false);
  const options = await readDeleteOptions(request);
  const page = await listObjects(tools, {
    view,
    namespace: info.namespace,
    options: list,
    context: readContext(request),
  });
  const items = await deleteAll(
    tools,
    {
      view,
      namespace: info.namespace,
      options,
      caller: request.user.name,
      timeoutMilliseconds: writeTimeoutMilliseconds(request.request.query, tools.limits),
      dryRun: options.dryRun,
    },
    page,
  );
  await sendPage(request, { ...page, items }, negotiated);
}
