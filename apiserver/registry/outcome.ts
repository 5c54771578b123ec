/**
 * From the store's three ends of a call to what the client is told. The one rule that matters: an answer that
 * lets a client send a write again (Retry-After) is given only when the write certainly did not happen.
 */
import {
  ApiError,
  expired,
  internalError,
  requestEntityTooLarge,
  resourceVersionTooLarge,
  serviceUnavailable,
  timeout,
  tooManyRequests,
} from '../../api/index.js';
import type { Outcome, Refusal } from '../../storage/index.js';

/** The value, or the error that the client gets. Reads may always be sent again. */
export function valueOfRead<Value>(outcome: Outcome<Value>): Value {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'refused':
      throw refusalError(outcome.refusal);
    case 'unknown':
      throw timeout(outcome.message, 1);
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** As `valueOfRead`, but an unknown outcome carries no invitation to retry. */
export function valueOfWrite<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind === 'unknown') {
    throw timeout(`the outcome of this write is unknown, it may still take effect: ${outcome.message}`);
  }
  return valueOfRead(outcome);
}

function refusalError(refusal: Refusal): ApiError {
  switch (refusal.reason) {
    case 'no-leader':
      return serviceUnavailable(`this member knows no leader: ${refusal.message}`, 1);
    case 'overloaded':
      return tooManyRequests(refusal.message, 1);
    case 'timeout':
      return timeout(refusal.message, 1);
    case 'stopping':
      return serviceUnavailable(`this member is stopping: ${refusal.message}`, 1);
    case 'too-large':
      return requestEntityTooLarge(refusal.message);
    case 'no-space':
      return new ApiError(507, 'InternalError', `the store has no space left: ${refusal.message}`);
    case 'invalid':
    case 'corrupt':
    case 'lease-not-found':
    case 'lease-exists':
    case 'key-not-found':
    case 'duplicate-key':
    case 'too-many-operations':
    case 'permissions-changed':
    case 'auth':
      return internalError(refusal.message);
    case 'compacted':
      return expired(`The resourceVersion for the provided list is too old: ${refusal.message}`);
    case 'future-revision':
      return resourceVersionTooLarge('requested', String(refusal.currentRevision));
    default: {
      const never: never = refusal;
      return never;
    }
  }
}
