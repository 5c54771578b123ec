/** The body of a write: read within bounds, decoded as the kind that the path expects. */
import type { JsonObject } from '../../api/index.js';
import {
  type DecodeRequest,
  decodeRequestBody,
  type ExpectedKind,
  type FieldValidation,
  mediaOfBody,
  parseFieldValidation,
} from '../negotiation/request-body.js';
import type { ResourceRequest } from './tools.js';

export function expectedKind(request: ResourceRequest): ExpectedKind {
  const { view } = request;
  return { apiVersion: view.apiVersion, kind: view.descriptor.kind, type: view.served.type };
}

/** Reads and decodes the body as the kind that the path expects. @throws ApiError 400, 413 or 415 */
export async function decodeBody(request: ResourceRequest, expected: ExpectedKind): Promise<JsonObject> {
  const contentType = request.request.header('content-type');
  // A type that nobody reads is refused before its bytes are waited for.
  mediaOfBody(contentType);
  const decode: DecodeRequest = {
    bytes: await request.request.readBody(),
    contentType,
    expected,
    schemas: request.tools.schemas,
    ...validationOf(request),
  };
  return decodeRequestBody(decode);
}

function optionsKindOf({ info }: ResourceRequest): 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' {
  if (info.verb === 'patch') return 'PatchOptions';
  return info.verb === 'update' ? 'UpdateOptions' : 'CreateOptions';
}

export function validationOf(request: ResourceRequest): {
  readonly fieldValidation: FieldValidation;
  readonly onWarning: (text: string) => void;
} {
  return {
    fieldValidation: parseFieldValidation(request.request.query, optionsKindOf(request)),
    onWarning: (text) => request.response.addWarning(text),
  };
}
