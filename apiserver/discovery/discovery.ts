/** GET /api, /apis and below: the aggregated documents and the older ones. */
import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type DescriptorIndex,
  encodeJson,
  type JsonObject,
  notAcceptable,
} from '../../api/index.js';
import { mediaTypes, type Negotiated, negotiate, parseAccept, plainRules } from '../negotiation/accept.js';
import type { ObjectEncoder } from '../negotiation/encoder.js';
import type { ApiRequest, ApiResponse } from '../server/exchange.js';
import { createDocumentCache } from './documents.js';

export interface DiscoveryHandler {
  /** false when the path is none of discovery's. */
  handle(request: ApiRequest, response: ApiResponse): boolean;
}

export function createDiscovery(options: {
  readonly index: DescriptorIndex;
  readonly encoder: ObjectEncoder;
  /** What clients are told to speak to. */
  readonly serverAddress: () => string;
}): DiscoveryHandler {
  const { index, encoder } = options;
  const cache = createDocumentCache();

  const sendAggregated = (
    request: ApiRequest,
    response: ApiResponse,
    root: 'core' | 'groups',
    version: 'v2' | 'v2beta1',
  ): void => {
    const document = cache.get(`${root} ${version}`, () =>
      encodeJson(aggregatedDiscovery(index.descriptors, { root, version })),
    );
    const etag = `"${document.hash}"`;
    response.setHeader('etag', etag);
    response.setHeader('vary', 'Accept');
    response.setHeader('cache-control', 'public');
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    const known = (request.header('if-none-match') ?? '').split(',').map((tag) => tag.trim());
    if (known.includes(etag)) response.send(304, contentType, '');
    else response.send(200, contentType, document.bytes);
  };

  const sendLegacy = (request: ApiRequest, response: ApiResponse, type: string, object: JsonObject): void => {
    const negotiated: Negotiated = negotiate(request, plainRules);
    response.setHeader('vary', 'Accept');
    response.send(200, negotiated.contentType, encoder.encode(object, `meta/v1.${type}`, negotiated));
  };

  return {
    handle(request, response) {
      const segments = request.path.split('/').filter((segment) => segment !== '');
      const [root, first, second] = segments;
      if (root !== 'api' && root !== 'apis') return false;
      if (segments.length === 1) {
        const version = wantedVersion(request);
        if (version !== undefined)
          sendAggregated(request, response, root === 'api' ? 'core' : 'groups', version);
        else if (root === 'api') {
          sendLegacy(
            request,
            response,
            'APIVersions',
            apiVersions(index.descriptors, options.serverAddress()),
          );
        } else sendLegacy(request, response, 'APIGroupList', apiGroupList(index.descriptors));
        return true;
      }
      if (root === 'apis' && segments.length === 2) {
        const group = apiGroup(index.descriptors, first!);
        if (group !== undefined) sendLegacy(request, response, 'APIGroup', group);
        return group !== undefined;
      }
      if (segments.length !== (root === 'api' ? 2 : 3)) return false;
      const list = apiResourceList(
        index.descriptors,
        root === 'api' ? '' : first!,
        root === 'api' ? first! : second!,
      );
      if (list !== undefined) sendLegacy(request, response, 'APIResourceList', list);
      return list !== undefined;
    },
  };
}

/** The aggregated version that the client wants most; undefined for the older documents. */
function wantedVersion(request: ApiRequest): 'v2' | 'v2beta1' | undefined {
  const clauses = parseAccept(request.header('accept') ?? '');
  for (const clause of clauses) {
    const json = clause.type === 'application/json';
    const as = clause.parameters.get('as');
    if (as === undefined) {
      const readable = Object.values(mediaTypes).includes(clause.type);
      if (readable || clause.type === '*/*' || clause.type === 'application/*') return undefined;
      continue;
    }
    const version = clause.parameters.get('v');
    const discovery = as === 'APIGroupDiscoveryList' && clause.parameters.get('g') === 'apidiscovery.k8s.io';
    if (json && discovery && (version === 'v2' || version === 'v2beta1')) return version;
  }
  if (clauses.length > 0) throw notAcceptable(Object.values(mediaTypes));
  return undefined;
}
