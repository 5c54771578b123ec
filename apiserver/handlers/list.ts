/** GET of a collection, joined from the stored encodings where the answer is JSON in the storage version. */
import {
  type JsonArray,
  type JsonObject,
  partialObjectMetadataList,
  stringifyJson,
  tableFor,
} from '../../api/index.js';
import { listRules, type Negotiated, negotiate } from '../negotiation/accept.js';
import { listObject } from '../negotiation/encoder.js';
import { beginList } from '../negotiation/list-encoder.js';
import { bytesOf } from '../registry/keys.js';
import { type ListPage, listObjects } from '../registry/list.js';
import { parseListOptions } from '../registry/list-options.js';
import { isSpliceable, parseIncludeObject } from './respond.js';
import { type ResourceRequest, readContext } from './tools.js';

/** Above this an answer is written piece by piece, waiting for the client. */
const maxOnePieceBytes = 256 * 1024;
const objectsPerSlice = 50;

export async function handleList(request: ResourceRequest): Promise<void> {
  const { tools, view, info } = request;
  const negotiated = negotiate(request.request, listRules);
  const page = await listObjects(tools, {
    view,
    namespace: info.namespace,
    options: parseListOptions(request.request.query, view.served, false),
    context: readContext(request),
  });
  await sendPage(request, page, negotiated);
}

export async function sendPage(
  request: ResourceRequest,
  page: ListPage,
  negotiated: Negotiated,
): Promise<void> {
  if (isSpliceable(request.view, negotiated)) {
    const pieces = splicePage(request, page);
    if (pieces !== undefined) {
      await sendPieces(request, negotiated.contentType, pieces);
      return;
    }
  }
  request.response.send(200, negotiated.contentType, await encodeInSlices(request, page, negotiated));
}

/** Decoded and encoded in slices, so that a long list does not hold up everybody else. */
async function encodeInSlices(
  request: ResourceRequest,
  page: ListPage,
  negotiated: Negotiated,
): Promise<Uint8Array> {
  const { tools, view } = request;
  const member = negotiated.transform === 'Table' ? 'rows' : 'items';
  const head = { ...encodedList(request, page, [], negotiated), member } as const;
  const encoding = beginList(head, negotiated, tools.encoder, tools.schemas);
  for (let start = 0; start < page.items.length; start += objectsPerSlice) {
    if (start > 0) {
      await new Promise<void>((resolve) => {
        tools.clock.defer(resolve);
      });
    }
    const objects: JsonObject[] = [];
    for (const item of page.items.slice(start, start + objectsPerSlice))
      objects.push(await view.decode(item));
    encoding.add(encodedList(request, page, objects, negotiated).object[member] as JsonArray);
  }
  return encoding.finish();
}

export function listMetadata(page: ListPage): JsonObject {
  const metadata = Object.create(null) as JsonObject;
  metadata['resourceVersion'] = String(page.revision);
  if (page.continueToken !== undefined) metadata['continue'] = page.continueToken;
  if (page.remainingItemCount !== undefined && page.remainingItemCount > 0) {
    metadata['remainingItemCount'] = page.remainingItemCount;
  }
  return metadata;
}

function splicePage(request: ResourceRequest, page: ListPage): Uint8Array[] | undefined {
  const { view } = request;
  const { splicer } = view;
  if (splicer === undefined) return undefined;
  const head = `{"kind":"${view.descriptor.listKind}","apiVersion":"${view.apiVersion}","metadata":${stringifyJson(listMetadata(page))},"items":[`;
  const pieces: Uint8Array[] = [bytesOf(head)];
  const comma = bytesOf(',');
  for (const [index, item] of page.items.entries()) {
    const spliced = splicer.listItem(item);
    if (spliced === undefined) return undefined;
    if (index > 0) pieces.push(comma);
    pieces.push(...spliced);
  }
  pieces.push(bytesOf(']}'));
  return pieces;
}

async function sendPieces(
  request: ResourceRequest,
  contentType: string,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytes <= maxOnePieceBytes) {
    request.response.send(200, contentType, Buffer.concat(pieces));
    return;
  }
  const stream = request.response.stream(200, contentType);
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  for (const piece of pieces) {
    batch.push(piece);
    batchBytes += piece.length;
    if (batchBytes < maxOnePieceBytes) continue;
    stream.write(Buffer.concat(batch));
    batch = [];
    batchBytes = 0;
    await stream.drained(request.tools.clock, request.tools.limits.stalledClientMilliseconds);
    if (!stream.open) return;
  }
  stream.write(Buffer.concat(batch));
  stream.end();
}

function encodedList(
  request: ResourceRequest,
  page: ListPage,
  objects: JsonObject[],
  negotiated: Negotiated,
): { readonly object: JsonObject; readonly type: string } {
  const { view, tools } = request;
  const metadata = listMetadata(page);
  const version = negotiated.transformVersion;
  switch (negotiated.transform) {
    case 'none':
      return {
        object: listObject(view.apiVersion, view.descriptor.listKind, metadata, objects),
        type: view.served.listType,
      };
    case 'Table':
      return {
        object: tableFor(view.descriptor, view.served.version, objects, {
          now: tools.clock.wallMilliseconds(),
          includeObject: parseIncludeObject(request.request.query),
          tableVersion: version,
          listMetadata: metadata,
        }),
        type: 'meta/v1.Table',
      };
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return {
        object: partialObjectMetadataList(objects, metadata, version),
        type: 'meta/v1.PartialObjectMetadataList',
      };
    default: {
      const never: never = negotiated.transform;
      return never;
    }
  }
}
