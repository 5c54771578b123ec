/** Answers that are objects: in the storage version as JSON straight from the stored bytes, else encoded. */
import {
  badRequest,
  type IncludeObject,
  type JsonObject,
  partialObjectMetadata,
  tableFor,
} from '../../api/index.js';
import { type Negotiated, negotiate, objectRules, plainRules } from '../negotiation/accept.js';
import type { ResourceView } from '../registry/resource-view.js';
import { metadataOf, type StoredItem } from '../registry/stored-form.js';
import type { ResourceRequest } from './tools.js';

/** @throws ApiError 400 */
export function parseIncludeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(
    `invalid includeObject value ${JSON.stringify(value)}: must be one of None, Metadata, Object`,
  );
}

/** Whether the stored bytes are the answer. */
export function isSpliceable(view: ResourceView, negotiated: Negotiated): boolean {
  return (
    view.splicer !== undefined &&
    negotiated.media === 'json' &&
    !negotiated.pretty &&
    negotiated.transform === 'none'
  );
}

export interface EncodedForm {
  readonly object: JsonObject;
  /** Of the schema registry. */
  readonly type: string;
}

/** The object as the client asked for it. */
export function transformObject(
  request: ResourceRequest,
  object: JsonObject,
  negotiated: Negotiated,
  table: { readonly omitColumns: boolean } = { omitColumns: false },
): EncodedForm {
  const { view, tools } = request;
  switch (negotiated.transform) {
    case 'none':
      return { object, type: view.served.type };
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return {
        object: partialObjectMetadata(object, negotiated.transformVersion),
        type: 'meta/v1.PartialObjectMetadata',
      };
    case 'Table': {
      const metadata = Object.create(null) as JsonObject;
      metadata['resourceVersion'] = metadataOf(object)['resourceVersion'] ?? '';
      return {
        object: tableFor(view.descriptor, view.served.version, [object], {
          now: tools.clock.wallMilliseconds(),
          includeObject: parseIncludeObject(request.request.query),
          tableVersion: negotiated.transformVersion,
          listMetadata: metadata,
          omitColumns: table.omitColumns,
        }),
        type: 'meta/v1.Table',
      };
    }
    default: {
      const never: never = negotiated.transform;
      return never;
    }
  }
}

/** Settles the form of the answer before anything is written: a bad Accept must change nothing. */
export function negotiateObject(request: ResourceRequest): Negotiated {
  return negotiate(request.request, objectRules);
}

export async function sendItem(
  request: ResourceRequest,
  code: number,
  item: StoredItem,
  negotiated: Negotiated,
): Promise<void> {
  const { view, response } = request;
  if (isSpliceable(view, negotiated)) {
    const pieces = view.splicer?.object(item);
    if (pieces !== undefined) {
      response.send(code, negotiated.contentType, Buffer.concat(pieces));
      return;
    }
  }
  const { object, type } = transformObject(request, await view.decode(item), negotiated);
  response.send(code, negotiated.contentType, request.tools.encoder.encode(object, type, negotiated));
}

/** An object that no transform applies to: a Status, a Scale, a review. */
export function sendPlain(request: ResourceRequest, code: number, object: JsonObject, type: string): void {
  const negotiated = negotiate(request.request, plainRules);
  request.response.send(code, negotiated.contentType, request.tools.encoder.encode(object, type, negotiated));
}
