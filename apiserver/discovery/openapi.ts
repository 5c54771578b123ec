/** GET /openapi/v2 and /openapi/v3: what kubectl validates and explains with. */
import {
  type DescriptorIndex,
  encodeJson,
  encodeOpenApiV2Protobuf,
  type JsonObject,
  newObject,
  notAcceptable,
  openApiV2Document,
  openApiV3Document,
  type SchemaRegistry,
} from '../../api/index.js';
import { parseAccept } from '../negotiation/accept.js';
import { groupVersion } from '../registry/stored-form.js';
import type { ApiRequest, ApiResponse } from '../server/exchange.js';
import { type CachedDocument, createDocumentCache } from './documents.js';

export interface OpenApiHandler {
  /** false when the path is none of OpenAPI's. */
  handle(request: ApiRequest, response: ApiResponse): boolean;
}

const v2Protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** What is answered: `@` may not stand in a media type, and Go clients refuse to parse one that has it. */
const v2ProtobufAnswer = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const oneYearMilliseconds = 365 * 24 * 3600 * 1000;

function wants(request: ApiRequest, media: readonly string[]): string {
  const header = request.header('accept') ?? '';
  if (header.trim() === '') return media[0]!;
  for (const clause of parseAccept(header)) {
    if (clause.type === '*/*' || clause.type === 'application/*') return media[0]!;
    if (media.includes(clause.type)) return clause.type;
  }
  throw notAcceptable(media);
}

export function createOpenApi(options: {
  readonly index: DescriptorIndex;
  readonly schemas: SchemaRegistry;
  readonly wallMilliseconds: () => number;
}): OpenApiHandler {
  const { index, schemas } = options;
  const cache = createDocumentCache();
  const groupVersions = groupVersionsOf(index);

  const v3Document = (place: string): CachedDocument =>
    cache.get(place, () =>
      encodeJson(openApiV3Document(groupVersions.get(place)!, index.descriptors, schemas)),
    );

  const sendIndex = (request: ApiRequest, response: ApiResponse): void => {
    wants(request, ['application/json']);
    const document = cache.get('index', () => {
      const paths = newObject();
      for (const place of [...groupVersions.keys()].sort()) {
        const entry = newObject();
        entry['serverRelativeURL'] = `/openapi/v3/${place}?hash=${v3Document(place).hash}`;
        paths[place] = entry;
      }
      return encodeJson(Object.assign(newObject(), { paths }));
    });
    sendTagged(request, response, document, 'application/json');
  };

  const sendV3 = (request: ApiRequest, response: ApiResponse, place: string): void => {
    wants(request, ['application/json']);
    const document = v3Document(place);
    const hash = request.query.get('hash');
    if (hash !== null && hash !== document.hash) {
      response.setHeader('location', `/openapi/v3/${place}?hash=${document.hash}`);
      response.send(301, 'text/plain; charset=utf-8', '');
      return;
    }
    if (hash !== null) {
      response.setHeader('cache-control', 'public, immutable');
      response.setHeader('expires', new Date(options.wallMilliseconds() + oneYearMilliseconds).toUTCString());
    }
    sendTagged(request, response, document, 'application/json');
  };

  const sendV2 = (request: ApiRequest, response: ApiResponse): void => {
    const media = wants(request, ['application/json', v2Protobuf, v2ProtobufAnswer]);
    // The parsed document is large: only its two encodings are kept.
    const make = (): JsonObject => openApiV2Document(index.descriptors, schemas);
    const document =
      media === 'application/json'
        ? cache.get('v2 json', () => encodeJson(make()))
        : cache.get('v2 protobuf', () => encodeOpenApiV2Protobuf(make()));
    sendTagged(request, response, document, media === 'application/json' ? media : v2ProtobufAnswer);
  };

  return {
    handle(request, response) {
      const path = request.path.replace(/\/$/, '');
      if (path === '/openapi/v2') {
        sendV2(request, response);
        return true;
      }
      if (path === '/openapi/v3') {
        sendIndex(request, response);
        return true;
      }
      const place = path.startsWith('/openapi/v3/') ? path.slice('/openapi/v3/'.length) : '';
      if (!groupVersions.has(place)) return false;
      sendV3(request, response, place);
      return true;
    },
  };
}

/** `apis/apps/v1` → `apps/v1`. */
function groupVersionsOf(index: DescriptorIndex): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const descriptor of index.descriptors) {
    for (const { version } of descriptor.versions) {
      const name = groupVersion(descriptor.group, version);
      places.set(descriptor.group === '' ? `api/${version}` : `apis/${name}`, name);
    }
  }
  return places;
}

function sendTagged(
  request: ApiRequest,
  response: ApiResponse,
  document: CachedDocument,
  contentType: string,
): void {
  const etag = `"${document.hash}"`;
  response.setHeader('etag', etag);
  response.setHeader('vary', 'Accept');
  if (request.header('if-none-match') === etag) response.send(304, contentType, '');
  else response.send(200, contentType, document.bytes);
}
