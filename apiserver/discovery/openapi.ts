/**
 * GET /openapi/v2 and /openapi/v3: what kubectl validates and explains with. The documents are large: each is made
 * when first asked for, in a turn of the event loop of its own, so that nothing else waits for all of them.
 */
import {
  type DescriptorIndex,
  encodeOpenApiV2Protobuf,
  type JsonObject,
  newObject,
  notAcceptable,
  openApiV2Document,
  openApiV3Document,
  type SchemaRegistry,
} from '../../api/index.js';
import type { Clock } from '../../platform/index.js';
import { parseAccept } from '../negotiation/accept.js';
import { groupVersion } from '../registry/stored-form.js';
import type { ApiRequest, ApiResponse } from '../server/exchange.js';
import { type CachedDocument, createDocumentCache } from './documents.js';

export interface OpenApiHandler {
  /** false when the path is none of OpenAPI's. */
  handle(request: ApiRequest, response: ApiResponse): Promise<boolean>;
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
  readonly clock: Clock;
}): OpenApiHandler {
  const { index, schemas, clock } = options;
  const cache = createDocumentCache();
  const groupVersions = groupVersionsOf(index);

  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      clock.defer(resolve);
    });

  const v3Document = (place: string): Promise<CachedDocument> =>
    cache.getLater(place, async () => {
      await turn();
      return encodeDocument(openApiV3Document(groupVersions.get(place)!, index.descriptors, schemas));
    });

  const makeIndex = async (): Promise<Uint8Array> => {
    const paths = newObject();
    for (const place of [...groupVersions.keys()].sort()) {
      const entry = newObject();
      entry['serverRelativeURL'] = `/openapi/v3/${place}?hash=${(await v3Document(place)).hash}`;
      paths[place] = entry;
    }
    return encodeDocument(Object.assign(newObject(), { paths }));
  };

  const sendIndex = async (request: ApiRequest, response: ApiResponse): Promise<void> => {
    wants(request, ['application/json']);
    sendTagged(request, response, await cache.getLater('index', makeIndex), 'application/json');
  };

  const sendV3 = async (request: ApiRequest, response: ApiResponse, place: string): Promise<void> => {
    wants(request, ['application/json']);
    const document = await v3Document(place);
    const hash = request.query.get('hash');
    if (hash !== null && hash !== document.hash) {
      response.setHeader('location', `/openapi/v3/${place}?hash=${document.hash}`);
      response.send(301, 'text/plain; charset=utf-8', '');
      return;
    }
    if (hash !== null) {
      response.setHeader('cache-control', 'public, immutable');
      response.setHeader('expires', new Date(clock.wallMilliseconds() + oneYearMilliseconds).toUTCString());
    }
    sendTagged(request, response, document, 'application/json');
  };

  const sendV2 = async (request: ApiRequest, response: ApiResponse): Promise<void> => {
    const media = wants(request, ['application/json', v2Protobuf, v2ProtobufAnswer]);
    // The parsed document is large: only its two encodings are kept.
    const json = media === 'application/json';
    const document = await cache.getLater(json ? 'v2 json' : 'v2 protobuf', async () => {
      await turn();
      const made = openApiV2Document(index.descriptors, schemas);
      await turn();
      return json ? encodeDocument(made) : encodeOpenApiV2Protobuf(made);
    });
    sendTagged(request, response, document, json ? media : v2ProtobufAnswer);
  };

  return {
    async handle(request, response) {
      const path = request.path.replace(/\/$/, '');
      if (path === '/openapi/v2') {
        await sendV2(request, response);
        return true;
      }
      if (path === '/openapi/v3') {
        await sendIndex(request, response);
        return true;
      }
      const place = path.startsWith('/openapi/v3/') ? path.slice('/openapi/v3/'.length) : '';
      if (!groupVersions.has(place)) return false;
      await sendV3(request, response, place);
      return true;
    },
  };
}

/**
 * The engine's own writer: these documents hold no big integer, and their integer-like keys (status codes, all of
 * three digits) come in the right order by themselves; checking for both would cost several times as much.
 */
function encodeDocument(document: JsonObject): Uint8Array {
  return Buffer.from(JSON.stringify(document));
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
