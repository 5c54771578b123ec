/**
 * WATCH: the state first where it was asked for, then every change in order, each event encoded once however
 * many clients receive it. A client that does not keep up is ended when its bytes pass the bound.
 */
import {
  ApiError,
  encodeProtobufWatchFrame,
  expired,
  internalError,
  type JsonObject,
  newObject,
} from '../../api/index.js';
import type { WatchEndReason } from '../../storage/index.js';
import { mediaTypes, type Negotiated, negotiate, watchRules } from '../negotiation/accept.js';
import type { FeedEvent, FeedStep } from '../registry/feed.js';
import { collectionPrefix, keyPrefix } from '../registry/keys.js';
import { type ListPage, listObjects, selects } from '../registry/list.js';
import { type ListOptions, parseListOptions } from '../registry/list-options.js';
import type { StoredItem } from '../registry/stored-form.js';
import type { ResponseStream } from '../server/exchange.js';
import { isSpliceable, transformObject } from './respond.js';
import { type ResourceRequest, readContext } from './tools.js';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const defaultMinimumTimeoutSeconds = 1800;
const eventsPerSlice = 100;
const initialEventsEnd = 'k8s.io/initial-events-end';

export async function handleWatch(request: ResourceRequest): Promise<void> {
  const { tools, view, info } = request;
  const negotiated = negotiate(request.request, watchRules);
  const parsed = parseListOptions(request.request.query, view.served, true);
  const name = info.name !== '' ? info.name : parsed.selection.name;
  const start = await startOf(request, parsed);
  const contentType =
    negotiated.media === 'protobuf' ? `${mediaTypes.protobuf};stream=watch` : negotiated.contentType;
  const stream = request.response.streamEvents(contentType);
  const session = createSession(request, parsed, name, negotiated, stream, start.revision);
  if (start.page !== undefined) await session.sendInitial(start.page, parsed.sendInitialEvents === true);
  const prefix = keyPrefix(view.descriptor);
  await session.run((listener) => tools.feeds.feedOf(prefix).subscribe(start.revision, listener));
}

interface WatchStart {
  /** Events strictly after this one follow. */
  readonly revision: number;
  /** The state at that revision, when the client wants it. */
  readonly page: ListPage | undefined;
}

async function startOf(request: ResourceRequest, options: ListOptions): Promise<WatchStart> {
  const { resourceVersion, sendInitialEvents } = options;
  const unset = resourceVersion === '' || resourceVersion === '0';
  if (!unset && sendInitialEvents !== true) return { revision: Number(resourceVersion), page: undefined };
  const page = await listObjects(request.tools, {
    view: request.view,
    namespace: request.info.namespace,
    options: {
      ...options,
      // Nothing but the revision is wanted of a watch that begins now.
      limit: sendInitialEvents === false ? 1 : 0,
      continueToken: '',
      resourceVersion: sendInitialEvents === false ? '' : resourceVersion,
      resourceVersionMatch: unset || sendInitialEvents === false ? '' : 'NotOlderThan',
    },
    context: readContext(request),
  });
  return { revision: page.revision, page: sendInitialEvents === false ? undefined : page };
}

interface WatchSession {
  sendInitial(page: ListPage, announceEnd: boolean): Promise<void>;
  /** Resolves when the watch is over. */
  run(subscribe: (listener: (step: FeedStep) => void) => { cancel(): void }): Promise<void>;
}

function createSession(
  request: ResourceRequest,
  options: ListOptions,
  name: string | undefined,
  negotiated: Negotiated,
  stream: ResponseStream,
  startRevision: number,
): WatchSession {
  const { tools, view, info } = request;
  const { clock, limits } = tools;
  const prefix = collectionPrefix(view.descriptor, info.namespace);
  const encode = createFrameEncoder(request, negotiated);
  let complete = startRevision;
  let over = false;
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = () => {
      over = true;
      resolve();
    };
  });
  /** Steps that wait for an earlier one's decoding. */
  let chain: Promise<void> = Promise.resolve();

  const send = (frame: Uint8Array): void => {
    if (over) return;
    stream.write(frame);
    if (stream.bufferedBytes > limits.maxWatchBufferBytes) {
      tools.logger.warn('a watch client is too slow', {
        path: info.path,
        bufferedBytes: stream.bufferedBytes,
      });
      stream.destroy();
      finish();
    }
  };

  const concerns = (key: string): boolean =>
    key.startsWith(prefix) && (name === undefined || key.slice(key.lastIndexOf('/') + 1) === name);

  const sendEvent = async (event: FeedEvent): Promise<void> => {
    const shown = await classify(request, options, event);
    if (shown !== undefined) send(await encode.event(shown.type, shown.item, event));
  };

  const handleStep = async (step: FeedStep): Promise<void> => {
    if (over) return;
    if (step.kind === 'end') {
      const error = endError(step.reason, startRevision);
      if (error !== undefined) send(encode.error(error));
      stream.end();
      finish();
      return;
    }
    for (const event of step.events) if (concerns(event.key)) await sendEvent(event);
    complete = Math.max(complete, step.completeRevision);
  };

  const enqueue = (work: () => Promise<void>): void => {
    chain = chain.then(work).catch((error: unknown) => {
      tools.logger.error('a watch failed', { path: info.path, error: String(error) });
      send(encode.error(error instanceof ApiError ? error : internalError('the watch failed')));
      stream.end();
      finish();
    });
  };

  const bookmark = (): void => {
    if (options.allowWatchBookmarks) enqueue(() => Promise.resolve(send(encode.bookmark(complete, false))));
  };

  return {
    async sendInitial(page, announceEnd) {
      for (const [index, item] of page.items.entries()) {
        if (!stream.open) return;
        if (name !== undefined && !concerns(Buffer.from(item.key).toString('utf8'))) continue;
        send(await encode.event('ADDED', item, undefined));
        if (index % eventsPerSlice === eventsPerSlice - 1)
          await stream.drained(clock, limits.stalledClientMilliseconds);
      }
      if (announceEnd) send(encode.bookmark(page.revision, true));
    },
    async run(subscribe) {
      const subscription = subscribe((step) => enqueue(() => handleStep(step)));
      let timer = clock.setTimer(tools.watchBookmarkMilliseconds, function tick() {
        bookmark();
        timer = clock.setTimer(tools.watchBookmarkMilliseconds, tick);
      });
      const deadline = clock.setTimer(timeoutMilliseconds(request, options), () => {
        bookmark();
        enqueue(() => {
          stream.end();
          finish();
          return Promise.resolve();
        });
      });
      const stopListening = tools.onClose(() => {
        stream.end();
        finish();
      });
      request.request.onGone(finish);
      await finished;
      subscription.cancel();
      timer.cancel();
      deadline.cancel();
      stopListening();
    },
  };
}

function timeoutMilliseconds(request: ResourceRequest, options: ListOptions): number {
  if (options.timeoutSeconds !== undefined && options.timeoutSeconds > 0)
    return options.timeoutSeconds * 1000;
  // Spread out, so that clients that came together do not come back together.
  return Math.floor(defaultMinimumTimeoutSeconds * 1000 * (1 + request.tools.random.float()));
}

function endError(reason: WatchEndReason, startRevision: number): ApiError | undefined {
  switch (reason.kind) {
    case 'compacted':
      return expired(`too old resource version: ${startRevision} (${reason.compactRevision})`);
    case 'corrupt':
      return internalError('the store of this member is damaged');
    case 'too-slow':
    case 'stopping':
    case 'cancelled':
      return undefined;
    default: {
      const never: never = reason;
      return never;
    }
  }
}

interface ShownEvent {
  readonly type: EventType;
  readonly item: StoredItem;
}

/** What a watcher with this selection sees of an event: objects come and go as they begin and cease to match. */
async function classify(
  request: ResourceRequest,
  options: ListOptions,
  event: FeedEvent,
): Promise<ShownEvent | undefined> {
  const { selection } = options;
  if (selection.everything) {
    const type = event.type === 'added' ? 'ADDED' : event.type === 'modified' ? 'MODIFIED' : 'DELETED';
    return { type, item: event.item };
  }
  const matches = async (item: StoredItem | undefined, form: string): Promise<boolean> =>
    item !== undefined && selects(selection, await decodeShared(request, event, item, form));
  const now = event.type !== 'deleted' && (await matches(event.item, 'now'));
  const before = await matches(event.previous, 'before');
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', item: event.item };
  if (before && event.previous !== undefined) return { type: 'DELETED', item: event.previous };
  return undefined;
}

/** The object in the request's version, parsed once for all who look at it; nobody may change it. */
async function decodeShared(
  request: ResourceRequest,
  event: FeedEvent,
  item: StoredItem,
  form: string,
): Promise<JsonObject> {
  const key = `object ${request.view.apiVersion} ${form}`;
  const known = event.forms.get(key) as JsonObject | undefined;
  if (known !== undefined) return known;
  const object = await request.view.decode(item);
  event.forms.set(key, object);
  return object;
}

interface FrameEncoder {
  /** @param event where the encoding is kept for others; undefined for an initial event */
  event(type: EventType, item: StoredItem, event: FeedEvent | undefined): Promise<Uint8Array>;
  bookmark(revision: number, initialEventsEnded: boolean): Uint8Array;
  error(error: ApiError): Uint8Array;
}

const newline = Buffer.from('}\n');

function jsonFrame(type: EventType, pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), ...pieces, newline]);
}

function createFrameEncoder(request: ResourceRequest, negotiated: Negotiated): FrameEncoder {
  const { view, tools } = request;
  const spliceable = isSpliceable(view, negotiated);
  // Rows of a Table hold ages and the first has the headers, so its frames are each client's own.
  const shared = negotiated.transform !== 'Table';
  const form = `frame ${view.apiVersion} ${negotiated.media} ${negotiated.transform} ${negotiated.transformVersion}`;
  let headersSent = false;

  const frame = (type: EventType, object: JsonObject, schemaType: string): Uint8Array => {
    const bytes = tools.encoder.encode(object, schemaType, { media: negotiated.media, pretty: false });
    return negotiated.media === 'protobuf' ? encodeProtobufWatchFrame(type, bytes) : jsonFrame(type, [bytes]);
  };
  const transformed = (type: EventType, object: JsonObject): Uint8Array => {
    const encoded = transformObject(request, object, negotiated, { omitColumns: headersSent });
    headersSent = true;
    return frame(type, encoded.object, encoded.type);
  };
  const make = async (type: EventType, item: StoredItem): Promise<Uint8Array> => {
    const pieces = spliceable ? view.splicer?.object(item) : undefined;
    if (pieces !== undefined) return jsonFrame(type, pieces);
    return transformed(type, await view.decode(item));
  };

  return {
    async event(type, item, event) {
      if (event === undefined || !shared) return make(type, item);
      const key = `${form} ${type}`;
      const known = event.forms.get(key) as Uint8Array | undefined;
      if (known !== undefined) return known;
      const made = await make(type, item);
      event.forms.set(key, made);
      return made;
    },
    bookmark(revision, initialEventsEnded) {
      const metadata = newObject();
      metadata['resourceVersion'] = String(revision);
      if (initialEventsEnded) {
        const annotations = newObject();
        annotations[initialEventsEnd] = 'true';
        metadata['annotations'] = annotations;
      }
      const object = Object.assign(newObject(), {
        kind: view.descriptor.kind,
        apiVersion: view.apiVersion,
        metadata,
      });
      return transformed('BOOKMARK', object);
    },
    error: (error) => frame('ERROR', error.status, 'meta/v1.Status'),
  };
}
