/** Bounds on requests that run at one time: reads, writes and long-running ones apart. */
import { tooManyRequests } from '../../api/index.js';
import type { ApiServerLimits } from '../limits.js';
import { isLongRunning, isReadOnly, type RequestInfo } from './request-info.js';

export interface InFlightLimiter {
  /**
   * Takes a place; the result gives it back.
   * @throws ApiError 429 when none is free
   */
  enter(info: RequestInfo): () => void;
}

export function createInFlightLimiter(limits: ApiServerLimits): InFlightLimiter {
  const capacity = {
    read: limits.maxReadsInFlight,
    write: limits.maxWritesInFlight,
    long: limits.maxWatches,
  };
  const running = { read: 0, write: 0, long: 0 };
  return {
    enter(info) {
      // Health answers must not queue behind the load that they report on.
      if (info.kind === 'path' && /^\/(healthz|livez|readyz)/.test(info.path)) return () => {};
      const kind = isLongRunning(info) ? 'long' : isReadOnly(info) ? 'read' : 'write';
      if (running[kind] >= capacity[kind]) {
        throw tooManyRequests('too many requests, please try again later', 1);
      }
      running[kind] += 1;
      return () => {
        running[kind] -= 1;
      };
    },
  };
}
