/** Requests for resources that are computed and not stored. */
import {
  type JsonObject,
  methodNotAllowed,
  newObject,
  partialObjectMetadataList,
  stringAt,
  tableFor,
} from '../../api/index.js';
import { handleBinding } from '../handlers/actions.js';
import { decodeBody, expectedKind } from '../handlers/body.js';
import { parseIncludeObject, sendPlain, transformObject } from '../handlers/respond.js';
import type { ResourceRequest } from '../handlers/tools.js';
import { listRules, negotiate, objectRules } from '../negotiation/accept.js';
import { listObject } from '../negotiation/encoder.js';
import { selects } from '../registry/list.js';
import { parseSelection } from '../registry/list-options.js';
import { createResourceView } from '../registry/resource-view.js';
import { metadataOf } from '../registry/stored-form.js';
import { getComponentStatus, listComponentStatuses } from './component-statuses.js';
import { answerReview } from './reviews.js';

export async function handleVirtual(request: ResourceRequest): Promise<void> {
  const { info, view } = request;
  const { descriptor } = view;
  if (!descriptor.verbs.some((verb) => verb === info.verb)) throw methodNotAllowed(descriptor, info.verb);
  if (info.verb === 'create') {
    await handleVirtualCreate(request);
    return;
  }
  if (info.verb === 'list') await listComponents(request);
  else await getComponent(request);
}

async function handleVirtualCreate(request: ResourceRequest): Promise<void> {
  const { info, view, user, tools } = request;
  const body = await decodeBody(request, expectedKind(request));
  const pods = tools.index.byResource('', 'v1', 'pods');
  if (view.descriptor.resource === 'bindings' && pods !== undefined) {
    const name = stringAt(metadataOf(body), 'name');
    const onPod = { ...request, view: createResourceView(pods, tools.schemas), info: { ...info, name } };
    await handleBinding(onPod, body);
    return;
  }
  const answer = answerReview({
    kind: view.descriptor.kind,
    body,
    user,
    namespace: info.namespace,
    now: tools.clock.wallMilliseconds(),
  });
  sendPlain(request, 201, answer, view.served.type);
}

async function getComponent(request: ResourceRequest): Promise<void> {
  const { info, tools, view, response } = request;
  const negotiated = negotiate(request.request, objectRules);
  const object = await getComponentStatus(tools.admin, view.descriptor, info.name);
  const form = transformObject(request, object, negotiated);
  response.send(200, negotiated.contentType, tools.encoder.encode(form.object, form.type, negotiated));
}

async function listComponents(request: ResourceRequest): Promise<void> {
  const { tools, view, response } = request;
  const negotiated = negotiate(request.request, listRules);
  const selection = parseSelection(request.request.query, view.served);
  const objects = (await listComponentStatuses(tools.admin)).filter((object) => selects(selection, object));
  const metadata = newObject();
  const encode = (object: JsonObject, type: string): void =>
    response.send(200, negotiated.contentType, tools.encoder.encode(object, type, negotiated));
  switch (negotiated.transform) {
    case 'none':
      encode(listObject(view.apiVersion, view.descriptor.listKind, metadata, objects), view.served.listType);
      return;
    case 'Table':
      encode(
        tableFor(view.descriptor, view.served.version, objects, {
          now: tools.clock.wallMilliseconds(),
          includeObject: parseIncludeObject(request.request.query),
          tableVersion: negotiated.transformVersion,
          listMetadata: metadata,
        }),
        'meta/v1.Table',
      );
      return;
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      encode(
        partialObjectMetadataList(objects, metadata, negotiated.transformVersion),
        'meta/v1.PartialObjectMetadataList',
      );
      return;
    default: {
      const never: never = negotiated.transform;
      return never;
    }
  }
}
