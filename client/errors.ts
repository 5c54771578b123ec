/**
 * How a request fails. Either the server answered (`ApiStatusError`, with the Status it sent), or no answer
 * came (`ApiConnectionError`), and then it matters whether the server can have acted on the request.
 */
import { getPath, type JsonObject } from '../api/index.js';

/** The server refused: the Status object it answered with, and its parts that callers act on. */
export class ApiStatusError extends Error {
  /** HTTP status code. */
  readonly code: number;
  /** The Status reason, e.g. `NotFound`; '' when the server gave none. */
  readonly reason: string;
  readonly status: JsonObject;
  /** The server asks to wait this long before the next try. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: JsonObject, code: number, retryAfterSeconds?: number) {
    const message = getPath(status, 'message');
    const reason = getPath(status, 'reason');
    super(typeof message === 'string' && message !== '' ? message : `the server answered ${code}`);
    this.name = 'ApiStatusError';
    this.code = code;
    this.reason = typeof reason === 'string' ? reason : '';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * - `not-sent`: the server certainly did not act (no connection, or it refused the stream unprocessed).
 * - `unknown`: the connection or the time ended after sending; a write may have happened.
 * - `cancelled`: the caller gave up, or the client was closed.
 * - `invalid-response`: something answered that is not the Kubernetes API.
 */
export type ApiConnectionFailure = 'not-sent' | 'unknown' | 'cancelled' | 'invalid-response';

export class ApiConnectionError extends Error {
  readonly failure: ApiConnectionFailure;
  constructor(failure: ApiConnectionFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiConnectionError';
    this.failure = failure;
  }
}

export function isNotFound(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === 404;
}

/** The object changed since it was read. An existing name is 409 too, and is not this. */
export function isConflict(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === 409 && error.reason === 'Conflict';
}

export function isAlreadyExists(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** The resource version is too old to go on from: list again. */
export function isExpired(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === 410;
}
