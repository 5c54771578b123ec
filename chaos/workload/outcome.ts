/**
 * What the failure of a request says about whether it was done. The checkers believe it: a write that is called
 * failed must never show, so `fail` is said only where the API promises that nothing was done.
 */
import { ApiConnectionError, ApiStatusError } from '../../client/index.js';

export interface Failure {
  /** `fail`: certainly not done. `info`: done, not done, or still to be done. */
  readonly kind: 'fail' | 'info';
  readonly error: string;
  /** No fault explains such an answer. */
  readonly surprising: boolean;
  /** Another member may answer better. */
  readonly targetAtFault: boolean;
}

export type RequestKind = 'read' | 'write';

/** Answers that refuse before anything is proposed, or after the store has said that its condition failed. */
const refusals: ReadonlySet<number> = new Set([
  400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 503, 507,
]);
/** What a client has to live with while members die and links break. The rest should not happen at all. */
const explained: ReadonlySet<number> = new Set([404, 409, 410, 429, 503, 504]);

/** Rethrows what no server and no network can cause. */
export function failureOf(error: unknown, kind: RequestKind): Failure {
  if (error instanceof ApiConnectionError) {
    const text = `${error.failure}: ${error.message}`;
    // A read that got no answer has done nothing to anybody.
    const certain = kind === 'read' || error.failure === 'not-sent';
    return {
      kind: certain ? 'fail' : 'info',
      error: text,
      surprising: error.failure === 'invalid-response',
      targetAtFault: true,
    };
  }
  if (!(error instanceof ApiStatusError)) throw error;
  const text = `${error.code}${error.reason === '' ? '' : ` ${error.reason}`}: ${error.message}`;
  const certain = kind === 'read' || isCertainlyNotDone(error);
  return {
    kind: certain ? 'fail' : 'info',
    error: text,
    surprising: !explained.has(error.code),
    targetAtFault: error.code >= 429,
  };
}

/**
 * A write's 504 invites to try again (Retry-After) only when it was certainly not done; a 500 is what nobody
 * foresaw, at any point of the way.
 */
function isCertainlyNotDone(error: ApiStatusError): boolean {
  if (error.code === 504) return error.retryAfterSeconds !== undefined;
  return refusals.has(error.code);
}
