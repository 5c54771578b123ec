/**
 * What every request passes through, outermost first, readable in one function: identity and headers of the
 * answer, what the request is about, who asks and for whom, whether there is room, whether they may; then the route.
 * Whatever is thrown becomes a Status here, and nowhere else.
 */
import { ApiError, badRequest, internalError } from '../../api/index.js';
import { type Logger, type Random, randomUuid } from '../../platform/index.js';
import type { ErrorResponder } from '../negotiation/error-response.js';
import type { ApiRequest, ApiResponse, RequestHandler } from '../server/exchange.js';
import { authenticate, type User } from './authentication.js';
import { requireAccess } from './authorization.js';
import { impersonate } from './impersonation.js';
import type { InFlightLimiter } from './in-flight.js';
import { parseRequestInfo, type RequestInfo } from './request-info.js';

export interface RequestContext {
  readonly request: ApiRequest;
  readonly response: ApiResponse;
  readonly info: RequestInfo;
  readonly user: User;
}

export interface FilterChainOptions {
  readonly random: Random;
  readonly logger: Logger;
  readonly limiter: InFlightLimiter;
  readonly respondWithError: ErrorResponder;
  readonly route: (context: RequestContext) => Promise<void>;
}

/** The flow schema and priority level under which everything runs until priority and fairness exists. */
const flowSchemaUid = '6e2f3d5c-8d1a-4d0e-9a53-2f1c6d3a7b10';
const priorityLevelUid = 'b1b6f0a2-58c4-4c7e-8f0d-0c9e4f7d2a31';

export function createFilterChain(options: FilterChainOptions): RequestHandler {
  return async (request, response) => {
    let leave: () => void = () => {};
    try {
      setCommonHeaders(request, response, options.random);
      const info = parseRequestInfo(request.method, request.path, request.query);
      const realUser = authenticate(request);
      setFlowHeaders(response);
      leave = options.limiter.enter(info);
      const user = impersonate(request, realUser);
      requireAccess(user, info);
      await options.route({ request, response, info, user });
    } catch (error) {
      options.respondWithError(request, response, asApiError(error, request, options.logger));
    } finally {
      leave();
    }
  };
}

function setCommonHeaders(request: ApiRequest, response: ApiResponse, random: Random): void {
  const asked = request.header('audit-id');
  const usable = asked !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(asked);
  response.setHeader('audit-id', usable ? asked : randomUuid(random));
  response.setHeader('cache-control', 'no-cache, private');
}

function setFlowHeaders(response: ApiResponse): void {
  response.setHeader('x-kubernetes-pf-flowschema-uid', flowSchemaUid);
  response.setHeader('x-kubernetes-pf-prioritylevel-uid', priorityLevelUid);
}

/** An error that no one foresaw is logged with its stack and told to the client without it. */
function asApiError(error: unknown, request: ApiRequest, logger: Logger): ApiError {
  if (error instanceof ApiError) return error;
  // Every reader bounds the depth of what it reads; what slips past them is still the client's doing.
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return badRequest('the request is nested too deeply');
  }
  logger.error('request failed unexpectedly', {
    method: request.method,
    path: request.path,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return internalError('this request caused an unexpected error and was not completed');
}
