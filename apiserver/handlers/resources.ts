/** From a resource request to the handler of its verb and subresource: the whole map of REST on one page. */
import { methodNotAllowed, type SubresourceDescriptor } from '../../api/index.js';
import type { RequestContext } from '../filters/chain.js';
import type { ResourceRequestInfo } from '../filters/request-info.js';
import { createResourceView, type ResourceView } from '../registry/resource-view.js';
import { handleVirtual } from '../virtual/handler.js';
import { handleAction } from './actions.js';
import { handleConnect } from './connect.js';
import { handleDelete, handleDeleteCollection } from './delete.js';
import { handleGet } from './get.js';
import { handleList } from './list.js';
import { handleScale } from './scale.js';
import type { HandlerTools, ResourceRequest } from './tools.js';
import { handleWatch } from './watch.js';
import { handleCreate, handlePatch, handleUpdate } from './write.js';

export interface ResourceRouter {
  /** false when no such resource or subresource is served. */
  handle(context: RequestContext, info: ResourceRequestInfo): Promise<boolean>;
}

export function createResourceRouter(tools: HandlerTools): ResourceRouter {
  const views = new Map<string, ResourceView>();
  const viewOf = (info: ResourceRequestInfo): ResourceView | undefined => {
    const key = `${info.group}/${info.version}/${info.resource}`;
    let view = views.get(key);
    if (view === undefined) {
      const served = tools.index.byResource(info.group, info.version, info.resource);
      if (served === undefined) return undefined;
      view = createResourceView(served, tools.schemas);
      views.set(key, view);
    }
    return view;
  };
  return {
    async handle(context, info) {
      const view = viewOf(info);
      if (view === undefined || !placeFits(view, info)) return false;
      const scoped = view.descriptor.namespaced ? info : { ...info, namespace: '' };
      const request: ResourceRequest = { ...context, info: scoped, tools, view };
      if (info.subresource !== '') return routeSubresource(request);
      if (view.descriptor.persistence.kind === 'virtual') await handleVirtual(request);
      else await routeVerb(request);
      return true;
    },
  };
}

/** Cluster-scoped resources do not lie below a namespace; a namespaced object has one. */
function placeFits(view: ResourceView, info: ResourceRequestInfo): boolean {
  const { descriptor } = view;
  if (!descriptor.namespaced) return info.namespace === '' || descriptor.resource === 'namespaces';
  const collection = info.verb === 'list' || info.verb === 'watch' || info.verb === 'create';
  return info.namespace !== '' || collection || info.verb === 'deletecollection';
}

async function routeVerb(request: ResourceRequest): Promise<void> {
  const { info, view } = request;
  const { descriptor } = view;
  if (!descriptor.verbs.some((verb) => verb === info.verb)) throw methodNotAllowed(descriptor, info.verb);
  if (descriptor.namespaced && info.namespace === '' && info.verb === 'deletecollection') {
    throw methodNotAllowed(descriptor, info.verb);
  }
  switch (info.verb) {
    case 'create':
      if (info.name !== '') throw methodNotAllowed(descriptor, info.verb);
      return handleCreate(request);
    case 'get':
      return handleGet(request);
    case 'list':
      return handleList(request);
    case 'watch':
      return handleWatch(request);
    case 'update':
      if (info.name === '') throw methodNotAllowed(descriptor, info.verb);
      return handleUpdate(request, { kind: 'main' });
    case 'patch':
      if (info.name === '') throw methodNotAllowed(descriptor, info.verb);
      return handlePatch(request, { kind: 'main' });
    case 'delete':
      return handleDelete(request);
    case 'deletecollection':
      return handleDeleteCollection(request);
    default: {
      const never: never = info.verb;
      return never;
    }
  }
}

async function routeSubresource(request: ResourceRequest): Promise<boolean> {
  const { info, view } = request;
  const subresource = view.descriptor.subresources.find((candidate) => candidate.name === info.subresource);
  if (subresource === undefined) return false;
  // Only a proxy passes the rest of the path on.
  if (info.rest.length > 0 && info.subresource !== 'proxy') return false;
  await runSubresource(request, subresource);
  return true;
}

function runSubresource(request: ResourceRequest, subresource: SubresourceDescriptor): Promise<void> {
  const { info, view } = request;
  const refuse = (): never => {
    throw methodNotAllowed(view.descriptor, info.verb);
  };
  switch (subresource.kind) {
    case 'status':
      if (info.verb === 'get') return handleGet(request);
      if (info.verb === 'update') return handleUpdate(request, { kind: 'status' });
      return info.verb === 'patch' ? handlePatch(request, { kind: 'status' }) : refuse();
    case 'object':
      if (!subresource.verbs.some((verb) => verb === info.verb)) return refuse();
      if (info.verb === 'get') return handleGet(request);
      return info.verb === 'update' ? handleUpdate(request, subresource) : handlePatch(request, subresource);
    case 'scale':
      if (info.verb !== 'get' && info.verb !== 'update' && info.verb !== 'patch') return refuse();
      return handleScale(request, subresource);
    case 'action':
      return info.verb === 'create' ? handleAction(request, subresource) : refuse();
    case 'connect':
      return handleConnect(request);
    default: {
      const never: never = subresource;
      return never;
    }
  }
}
