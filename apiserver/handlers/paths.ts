/** Paths that are no resources: the index, discovery, OpenAPI, health and version. */
import { encodeJson, type JsonObject, newObject, stringifyJson } from '../../api/index.js';
import type { Logger } from '../../platform/index.js';
import type { DiscoveryHandler } from '../discovery/discovery.js';
import type { OpenApiHandler } from '../discovery/openapi.js';
import type { RequestContext } from '../filters/chain.js';
import type { HealthChecks } from '../health/checks.js';
import { handleHealth } from '../health/handler.js';
import { indentJson } from '../negotiation/indent.js';
import { versionInfo } from '../version.js';

export interface PathRouter {
  /** false when nothing is served there. */
  handle(context: RequestContext): Promise<boolean>;
}

export function createPathRouter(options: {
  readonly discovery: DiscoveryHandler;
  readonly openApi: OpenApiHandler;
  readonly health: HealthChecks;
  readonly logger: Logger;
  /** `/apis/apps`, `/apis/apps/v1`, … */
  readonly groupPaths: readonly string[];
}): PathRouter {
  const index = pathIndex(options.groupPaths, options.health);
  return {
    async handle({ request, response, info }) {
      if (info.verb !== 'get' && info.verb !== 'head') return false;
      const path = request.path;
      if (path === '/') {
        response.send(200, 'application/json', indentJson(encodeJson(index)));
        return true;
      }
      if (path === '/version' || path === '/version/') {
        response.send(200, 'application/json', indentJson(Buffer.from(stringifyJson(versionInfo()))));
        return true;
      }
      if (options.discovery.handle(request, response)) return true;
      if (await options.openApi.handle(request, response)) return true;
      return handleHealth(options.health, options.logger, request, response);
    },
  };
}

function pathIndex(groupPaths: readonly string[], health: HealthChecks): JsonObject {
  const healthPaths = (['healthz', 'livez', 'readyz'] as const).flatMap((endpoint) => [
    `/${endpoint}`,
    ...health.of(endpoint).map((check) => `/${endpoint}/${check.name}`),
  ]);
  const paths = [
    '/api',
    '/api/v1',
    '/apis',
    ...groupPaths,
    ...healthPaths,
    '/openapi/v2',
    '/openapi/v3',
    '/version',
  ];
  return Object.assign(newObject(), { paths: paths.sort() });
}
