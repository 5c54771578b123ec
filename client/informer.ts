/**
 * Knows every object of a resource: lists once, then watches, and goes on from the last version seen when a
 * watch ends. Only a version that the server has forgotten (410) costs another list.
 *
 * What handlers may rely on: every object that exists is reported as added; between two reports of a key no
 * state is reported out of order, though intermediate states may be skipped; after a second list what went
 * away unseen is reported as deleted.
 */
import { getPath, type JsonObject } from '../api/index.js';
import type { Clock, Logger, Random } from '../platform/index.js';
import type { ApiClient } from './api-client.js';
import { createBackoff } from './backoff.js';
import { delay } from './delay.js';
import { isExpired } from './errors.js';
import { type ObjectStore, objectKey } from './object-store.js';
import type { ResourceReference } from './resource.js';
import type { WatchEvent } from './watch-stream.js';

export interface InformerOptions {
  readonly client: ApiClient;
  readonly resource: ResourceReference;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export type InformerChange =
  | { readonly type: 'added'; readonly key: string; readonly object: JsonObject }
  | {
      readonly type: 'updated';
      readonly key: string;
      readonly object: JsonObject;
      readonly previous: JsonObject;
    }
  /** `object`: the last state known. */
  | { readonly type: 'deleted'; readonly key: string; readonly object: JsonObject };

export interface Informer {
  readonly store: ObjectStore;
  /** Called in order, without waiting; a handler only takes note. What is known already comes at once. */
  onChange(handler: (change: InformerChange) => void): void;
  hasSynced(): boolean;
  /** Resolves when the first list is in the store, or when `signal` is aborted. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Runs until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const initialRetryMilliseconds = 200;
const maxRetryMilliseconds = 30_000;
/** The server ends a watch between once and twice this; a watch that goes on is proof that it lives. */
const watchTimeoutSeconds = 300;

export function createInformer(options: InformerOptions): Informer {
  const { client, resource, clock, random, logger } = options;
  const objects = new Map<string, JsonObject>();
  const handlers: ((change: InformerChange) => void)[] = [];
  const syncWaiters: (() => void)[] = [];
  let synced = false;
  const selectors = {
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };

  function report(change: InformerChange): void {
    for (const handler of handlers) handler(change);
  }

  function put(object: JsonObject): void {
    const key = objectKey(object);
    const previous = objects.get(key);
    objects.set(key, object);
    if (previous === undefined) report({ type: 'added', key, object });
    else if (versionOf(previous) !== versionOf(object)) report({ type: 'updated', key, object, previous });
  }

  function remove(key: string, last: JsonObject): void {
    if (objects.delete(key)) report({ type: 'deleted', key, object: last });
  }

  function replaceAll(items: readonly JsonObject[]): void {
    const present = new Set(items.map(objectKey));
    for (const [key, object] of objects) if (!present.has(key)) remove(key, object);
    for (const object of items) put(object);
    if (synced) return;
    synced = true;
    for (const waiter of syncWaiters.splice(0)) waiter();
  }

  function apply(event: WatchEvent): void {
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        put(event.object);
        break;
      case 'DELETED':
        remove(objectKey(event.object), event.object);
        break;
      case 'BOOKMARK':
        break;
    }
  }

  /** One watch to its end. Returns whether anything was heard. */
  async function watchFrom(
    resourceVersion: string,
    signal: AbortSignal,
    onVersion: (version: string) => void,
  ): Promise<boolean> {
    const watch = await client.watch(resource, {
      ...selectors,
      resourceVersion,
      signal,
      timeoutSeconds: random.integer(watchTimeoutSeconds, 2 * watchTimeoutSeconds),
    });
    let heard = false;
    for await (const event of watch) {
      heard = true;
      apply(event);
      onVersion(watch.resourceVersion);
    }
    return heard;
  }

  async function run(signal: AbortSignal): Promise<void> {
    const backoff = createBackoff({
      random,
      initialMilliseconds: initialRetryMilliseconds,
      maxMilliseconds: maxRetryMilliseconds,
    });
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        if (version === undefined) {
          const list = await client.listAll(resource, { ...selectors, signal });
          replaceAll(list.items);
          version = list.resourceVersion;
        }
        const heard = await watchFrom(version, signal, (seen) => {
          version = seen;
          backoff.reset();
        });
        // A server that ends every watch at once must not be asked in a tight loop.
        if (!heard) await delay(clock, backoff.nextMilliseconds(), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) version = undefined;
        const reason = error instanceof Error ? error.message : String(error);
        logger.info('the watch was interrupted', { resource: resource.resource, reason });
        await delay(clock, backoff.nextMilliseconds(), signal);
      }
    }
  }

  return {
    store: {
      get: (key) => objects.get(key),
      list: () => [...objects.values()],
      keys: () => [...objects.keys()],
    },
    onChange(handler) {
      handlers.push(handler);
      for (const [key, object] of objects) handler({ type: 'added', key, object });
    },
    hasSynced: () => synced,
    waitForSync(signal) {
      if (synced || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        syncWaiters.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    run,
  };
}

function versionOf(object: JsonObject): unknown {
  return getPath(object, 'metadata', 'resourceVersion');
}
