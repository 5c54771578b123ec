/**
 * Subresources that stream to a node's kubelet or to an endpoint. Until nodes exist they answer as the original
 * does without one: at once, and with what is missing.
 */
import {
  ApiError,
  badRequest,
  getPath,
  internalError,
  isObject,
  type JsonObject,
  notFound,
  serviceUnavailable,
} from '../../api/index.js';
import { bytesOf, objectKey } from '../registry/keys.js';
import { valueOfRead } from '../registry/outcome.js';
import { readItem } from './get.js';
import { type ResourceRequest, readContext } from './tools.js';

export async function handleConnect(request: ResourceRequest): Promise<void> {
  const { info } = request;
  const parts = info.name.split(':');
  // A proxied name may be `scheme:name:port`.
  const name =
    info.subresource === 'proxy' && parts.length > 1 ? parts[parts.length === 2 ? 0 : 1]! : info.name;
  const named: ResourceRequest = { ...request, info: { ...info, name } };
  const object = await request.view.decode(await readItem(named));
  switch (info.resource) {
    case 'pods':
      await connectToPod(named, object);
      return;
    case 'services':
      throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}`);
    case 'nodes':
      throw noKubelet(name);
    default:
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  }
}

async function connectToPod(request: ResourceRequest, pod: JsonObject): Promise<void> {
  const { info } = request;
  if (info.subresource !== 'portforward' && info.subresource !== 'proxy') checkContainer(request, pod);
  const nodeName = getPath(pod, 'spec', 'nodeName');
  if (typeof nodeName !== 'string' || nodeName === '') {
    if (info.subresource === 'log') {
      // A pod that runs nowhere has said nothing yet.
      request.response.send(200, 'text/plain', '');
      return;
    }
    if (info.subresource === 'proxy')
      throw serviceUnavailable(`address not allowed: pod ${info.name} has no IP`);
    throw badRequest(`pod ${info.name} does not have a host assigned`);
  }
  const node = request.tools.index.byResource('', 'v1', 'nodes');
  if (node !== undefined) {
    const key = bytesOf(objectKey(node.descriptor, '', nodeName));
    const found = await request.tools.store.range({ key, consistency: 'linearizable' }, readContext(request));
    if (valueOfRead(found).items.length === 0) throw notFound(node.descriptor, nodeName);
  }
  throw noKubelet(nodeName);
}

function noKubelet(node: string): ApiError {
  return internalError(`error dialing backend: node ${node} has no kubelet`);
}

function namesOf(pod: JsonObject, list: string): readonly string[] {
  const containers = getPath(pod, 'spec', list);
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container) => {
    const name = isObject(container) ? container['name'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/** @throws ApiError 400 when it is not clear which container is meant */
function checkContainer(request: ResourceRequest, pod: JsonObject): void {
  const { info } = request;
  const asked = request.request.query.get('container') ?? '';
  const containers = namesOf(pod, 'containers');
  const all = [...containers, ...namesOf(pod, 'initContainers'), ...namesOf(pod, 'ephemeralContainers')];
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${info.name}`);
    return;
  }
  if (containers.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${info.name}, choose one of: [${containers.join(' ')}]`,
    );
  }
}
