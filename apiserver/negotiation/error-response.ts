/** Writes an ApiError as the Status that it carries, in the media type that the client can read. */
import type { ApiError } from '../../api/index.js';
import type { ApiRequest, ApiResponse } from '../server/exchange.js';
import { negotiateStatus } from './accept.js';
import type { ObjectEncoder } from './encoder.js';

export type ErrorResponder = (request: ApiRequest, response: ApiResponse, error: ApiError) => void;

export function createErrorResponder(encoder: ObjectEncoder): ErrorResponder {
  return (request, response, error) => {
    if (response.started) {
      // Half an answer is out: breaking off is the only honest end.
      response.send(error.code, 'text/plain', '');
      return;
    }
    if (error.retryAfterSeconds !== undefined)
      response.setHeader('retry-after', String(error.retryAfterSeconds));
    const negotiated = negotiateStatus(request);
    response.send(
      error.code,
      negotiated.contentType,
      encoder.encode(error.status, 'meta/v1.Status', negotiated),
    );
  };
}
