/**
 * A watch as a stream of events: one JSON document a line, decoded as it comes. The caller's pace is the
 * credit: what is not asked for stays in the connection's flow control.
 */
import type { ClientHttp2Stream } from 'node:http2';
import { getPath, isObject, type JsonObject, newObject, parseJson } from '../api/index.js';
import { checkWholeBody, streamFailure } from './connection.js';
import { ApiConnectionError, ApiStatusError } from './errors.js';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

export interface WatchEvent {
  readonly type: WatchEventType;
  readonly object: JsonObject;
}

/**
 * Ends when the server or `cancel` ends it; throws `ApiStatusError` when the server sent an ERROR event
 * (410: list again) and `ApiConnectionError` when the connection broke.
 */
export interface WatchStream extends AsyncIterable<WatchEvent> {
  /** Where to resume: the version of the last event or bookmark seen, at first the one asked for. */
  readonly resourceVersion: string;
  cancel(): void;
}

/** One event of the original may carry an object of 1.5 MiB twice over; ours never needs more than this. */
const maxLineBytes = 16 * 1024 * 1024;

export function watchStream(stream: ClientHttp2Stream, startVersion: string): WatchStream {
  let resourceVersion = startVersion;
  let isCancelled = false;

  async function* events(): AsyncGenerator<WatchEvent, void, undefined> {
    try {
      for await (const line of lines(stream)) {
        const event = decodeEvent(line);
        const version = getPath(event.object, 'metadata', 'resourceVersion');
        if (typeof version === 'string') resourceVersion = version;
        yield event;
      }
      if (!isCancelled) checkWholeBody(stream);
    } catch (error) {
      if (isCancelled) return;
      if (error instanceof ApiStatusError) throw error;
      throw streamFailure(stream, error instanceof Error ? error : new Error(String(error)));
    } finally {
      stream.destroy();
    }
  }

  return {
    get resourceVersion() {
      return resourceVersion;
    },
    cancel() {
      isCancelled = true;
      stream.destroy();
    },
    [Symbol.asyncIterator]: events,
  };
}

async function* lines(stream: ClientHttp2Stream): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pending.push(chunk.subarray(start, end));
      const line = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > maxLineBytes) {
        throw new ApiConnectionError(
          'invalid-response',
          `a watch event is larger than ${maxLineBytes} bytes`,
        );
      }
    }
  }
}

function decodeEvent(line: Uint8Array): WatchEvent {
  let event: unknown;
  try {
    event = parseJson(line);
  } catch (error) {
    throw new ApiConnectionError('invalid-response', 'a watch event is not JSON', { cause: error });
  }
  const value = event as ReturnType<typeof parseJson>;
  const type = getPath(value, 'type');
  const object = getPath(value, 'object');
  if (!isObject(object)) throw new ApiConnectionError('invalid-response', 'a watch event has no object');
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object };
    case 'ERROR': {
      const code = getPath(object, 'code');
      throw new ApiStatusError(object, typeof code === 'number' ? code : 500);
    }
    default:
      throw new ApiConnectionError(
        'invalid-response',
        `a watch event of the unknown type ${JSON.stringify(type ?? newObject())}`,
      );
  }
}
