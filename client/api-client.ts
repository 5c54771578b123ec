/**
 * The Kubernetes API as our own components use it: typed verbs over one multiplexed HTTP/2 connection.
 * Objects are the value model of api/: 64-bit integers and odd map keys survive a read and a write.
 */

import { setMaxListeners } from 'node:events';
import {
  getPath,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  newObject,
  parseJson,
  stringifyJson,
} from '../api/index.js';
import type { Clock, Logger } from '../platform/index.js';
import {
  type Connection,
  checkWholeBody,
  createConnection,
  type OpenResponse,
  streamFailure,
} from './connection.js';
import { ApiConnectionError, ApiStatusError, isExpired } from './errors.js';
import { type QueryParameters, queryString, type ResourceReference, resourcePath } from './resource.js';
import { type WatchStream, watchStream } from './watch-stream.js';

/** PEM texts. Without certificate and key the client is anonymous. */
export interface ClientTls {
  readonly authority: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface ApiClientOptions {
  readonly server: URL | string;
  readonly tls: ClientTls;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly userAgent: string;
  /** From sending to the last byte of the answer; watches are only bounded until their headers. 30 s. */
  readonly requestTimeoutMilliseconds?: number;
  /** Asks the server to give up by then, and to say so; its own limits when absent. Watches are not concerned. */
  readonly serverTimeoutMilliseconds?: number;
  /** 64 MiB: an answer past it fails with `invalid-response`. */
  readonly maxResponseBytes?: number;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMilliseconds?: number;
}

export interface ListOptions extends RequestOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly limit?: number;
  readonly continueToken?: string;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string;
  /** '' on the last page. */
  readonly continueToken: string;
  readonly remainingItemCount: number | undefined;
}

export interface WriteOptions extends RequestOptions {
  readonly subresource?: string;
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface DeleteOptions extends RequestOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export interface WatchOptions extends RequestOptions {
  /** Events strictly after it. */
  readonly resourceVersion?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** The server ends the watch after this long. */
  readonly timeoutSeconds?: number;
  /** true by default: progress is known on a quiet resource. */
  readonly allowBookmarks?: boolean;
}

export type Patch =
  | { readonly type: 'json'; readonly operations: JsonArray }
  | { readonly type: 'merge'; readonly body: JsonObject }
  | { readonly type: 'strategic'; readonly body: JsonObject };

export interface RawRequest extends RequestOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly query?: QueryParameters;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Every method rejects with `ApiStatusError` or `ApiConnectionError`. */
export interface ApiClient {
  get(
    reference: ResourceReference,
    name: string,
    options?: RequestOptions & { readonly resourceVersion?: string; readonly subresource?: string },
  ): Promise<JsonObject>;
  /** One page. */
  list(reference: ResourceReference, options?: ListOptions): Promise<ListPage>;
  /** Every page at one resource version; starts over without pages when a continue token expires. */
  listAll(
    reference: ResourceReference,
    options?: Omit<ListOptions, 'continueToken'>,
  ): Promise<Pick<ListPage, 'items' | 'resourceVersion'>>;
  create(
    reference: ResourceReference,
    object: JsonObject,
    options?: WriteOptions & { readonly name?: string },
  ): Promise<JsonObject>;
  /** Replaces the object named in its metadata. */
  update(reference: ResourceReference, object: JsonObject, options?: WriteOptions): Promise<JsonObject>;
  patch(
    reference: ResourceReference,
    name: string,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<JsonObject>;
  /** A Status, or the object when it only began to go. */
  delete(reference: ResourceReference, name: string, options?: DeleteOptions): Promise<JsonObject>;
  deleteCollection(
    reference: ResourceReference,
    options?: DeleteOptions & Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
  ): Promise<JsonObject>;
  /** Resolves once the server has accepted the watch. */
  watch(reference: ResourceReference, options?: WatchOptions): Promise<WatchStream>;
  /** Any answer, whatever its status code, undecoded. */
  raw(request: RawRequest): Promise<RawResponse>;
  /** A JSON document at a path: discovery, version. Refusals reject as `ApiStatusError`. */
  getDocument(path: string, options?: RequestOptions & { readonly accept?: string }): Promise<JsonValue>;
  /** Ends the connection and every request on it as `cancelled`. */
  close(): void;
}

const defaultRequestTimeoutMilliseconds = 30_000;
const defaultMaxResponseBytes = 64 * 1024 * 1024;

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** Connects when first used. Never throws for an unreachable server: the requests do. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const server = new URL(options.server);
  const { tls, clock, logger } = options;
  const connection = createConnection({ server, tls, clock, logger });
  const exchange: Exchange = { connection, options };
  const call = (request: RawRequest): Promise<JsonObject> => sendForObject(exchange, request);

  return {
    get: (reference, name, { resourceVersion, subresource, ...rest } = {}) =>
      call({
        ...rest,
        method: 'GET',
        path: resourcePath(reference, name, subresource),
        query: { resourceVersion },
      }),
    list: (reference, listOptions = {}) => listPage(call, reference, listOptions),
    listAll: (reference, listOptions = {}) => listEveryPage(call, reference, listOptions),
    create: (reference, object, { name, subresource, ...rest } = {}) =>
      call(writeRequest('POST', resourcePath(reference, name, subresource), object, rest)),
    update: (reference, object, { subresource, ...rest } = {}) =>
      call(writeRequest('PUT', resourcePath(reference, nameOf(object), subresource), object, rest)),
    patch: (reference, name, patch, { subresource, ...rest } = {}) =>
      call({
        ...writeRequest(
          'PATCH',
          resourcePath(reference, name, subresource),
          patch.type === 'json' ? patch.operations : patch.body,
          rest,
        ),
        contentType: patchContentTypes[patch.type],
      }),
    delete: (reference, name, deleteOptions = {}) =>
      call(deleteRequest(resourcePath(reference, name), deleteOptions, {})),
    deleteCollection: (reference, { labelSelector, fieldSelector, ...deleteOptions } = {}) =>
      call(deleteRequest(resourcePath(reference), deleteOptions, { labelSelector, fieldSelector })),
    watch: (reference, watchOptions = {}) => openWatch(exchange, reference, watchOptions),
    raw: (request) => sendRaw(exchange, request),
    getDocument: (path, requestOptions = {}) =>
      sendForValue(exchange, { ...requestOptions, method: 'GET', path }),
    close: () => connection.close(),
  };
}

interface Exchange {
  readonly connection: Connection;
  readonly options: ApiClientOptions;
}

type Call = (request: RawRequest) => Promise<JsonObject>;

function nameOf(object: JsonObject): string {
  const name = getPath(object, 'metadata', 'name');
  if (typeof name !== 'string' || name === '') throw new TypeError('an update needs metadata.name');
  return name;
}

function writeRequest(
  method: 'POST' | 'PUT' | 'PATCH',
  path: string,
  body: JsonValue,
  { dryRun, fieldManager, fieldValidation, ...rest }: Omit<WriteOptions, 'subresource'>,
): RawRequest {
  return {
    ...rest,
    method,
    path,
    query: { dryRun: dryRun === true ? 'All' : undefined, fieldManager, fieldValidation },
    body: stringifyJson(body),
    contentType: 'application/json',
  };
}

function deleteRequest(
  path: string,
  { gracePeriodSeconds, propagationPolicy, preconditions, dryRun, ...rest }: DeleteOptions,
  selectors: QueryParameters,
): RawRequest {
  const body = newObject();
  body['kind'] = 'DeleteOptions';
  body['apiVersion'] = 'v1';
  if (gracePeriodSeconds !== undefined) body['gracePeriodSeconds'] = gracePeriodSeconds;
  if (propagationPolicy !== undefined) body['propagationPolicy'] = propagationPolicy;
  if (preconditions !== undefined) body['preconditions'] = { ...preconditions };
  if (dryRun === true) body['dryRun'] = ['All'];
  return {
    ...rest,
    method: 'DELETE',
    path,
    query: selectors,
    body: stringifyJson(body),
    contentType: 'application/json',
  };
}

async function listPage(call: Call, reference: ResourceReference, options: ListOptions): Promise<ListPage> {
  const { labelSelector, fieldSelector, resourceVersion, limit, continueToken, ...rest } = options;
  const list = await call({
    ...rest,
    method: 'GET',
    path: resourcePath(reference),
    query: { labelSelector, fieldSelector, resourceVersion, limit, continue: continueToken },
  });
  const items = list['items'] ?? [];
  const version = getPath(list, 'metadata', 'resourceVersion');
  if (!Array.isArray(items) || !items.every(isObject) || typeof version !== 'string') {
    throw new ApiConnectionError(
      'invalid-response',
      `the list of ${reference.resource} has no items or no version`,
    );
  }
  const token = getPath(list, 'metadata', 'continue');
  const remaining = getPath(list, 'metadata', 'remainingItemCount');
  return {
    items,
    resourceVersion: version,
    continueToken: typeof token === 'string' ? token : '',
    remainingItemCount: typeof remaining === 'number' ? remaining : undefined,
  };
}

async function listEveryPage(
  call: Call,
  reference: ResourceReference,
  options: Omit<ListOptions, 'continueToken'>,
): Promise<Pick<ListPage, 'items' | 'resourceVersion'>> {
  const { limit = 500, resourceVersion, ...rest } = options;
  const first = await listPage(call, reference, {
    ...rest,
    limit,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  });
  const items = [...first.items];
  let continueToken = first.continueToken;
  try {
    while (continueToken !== '') {
      const page = await listPage(call, reference, { ...rest, limit, continueToken });
      items.push(...page.items);
      continueToken = page.continueToken;
    }
  } catch (error) {
    // The first page's version was compacted away meanwhile: one consistent answer without pages instead.
    if (!isExpired(error)) throw error;
    return listPage(call, reference, rest);
  }
  return { items, resourceVersion: first.resourceVersion };
}

async function openWatch(
  exchange: Exchange,
  reference: ResourceReference,
  options: WatchOptions,
): Promise<WatchStream> {
  const {
    resourceVersion,
    labelSelector,
    fieldSelector,
    timeoutSeconds,
    allowBookmarks = true,
    ...rest
  } = options;
  const request: RawRequest = {
    ...rest,
    method: 'GET',
    path: resourcePath(reference),
    query: {
      watch: true,
      allowWatchBookmarks: allowBookmarks,
      resourceVersion,
      labelSelector,
      fieldSelector,
      timeoutSeconds,
    },
  };
  const deadline = startDeadline(exchange, request);
  try {
    const response = await open(exchange, request, deadline.signal);
    if (response.status !== 200) throw await refusal(exchange, response);
    // From here on only the caller's own signal ends the stream.
    deadline.stopTimer();
    response.stream.once('close', () => deadline.release());
    return watchStream(response.stream, resourceVersion ?? '');
  } catch (error) {
    deadline.release();
    throw error;
  }
}

/** A request's own end: its timer and its caller's signal, as one signal. */
interface Deadline {
  readonly signal: AbortSignal;
  stopTimer(): void;
  /** Lets go of the timer and of the caller's signal, which may outlive many requests. */
  release(): void;
}

function startDeadline(exchange: Exchange, request: RawRequest): Deadline {
  const { options } = exchange;
  const controller = new AbortController();
  const timeoutMilliseconds =
    request.timeoutMilliseconds ?? options.requestTimeoutMilliseconds ?? defaultRequestTimeoutMilliseconds;
  const onAbort = (): void =>
    controller.abort(new ApiConnectionError('cancelled', 'the request was cancelled'));
  const timer = options.clock.setTimer(timeoutMilliseconds, () => {
    controller.abort(new ApiConnectionError('unknown', `no answer within ${timeoutMilliseconds} ms`));
  });
  if (request.signal?.aborted === true) onAbort();
  // One signal ends many requests by design; node's warning of a leak at eleven listeners is not meant for that.
  if (request.signal !== undefined) setMaxListeners(0, request.signal);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    stopTimer: () => timer.cancel(),
    release() {
      timer.cancel();
      request.signal?.removeEventListener('abort', onAbort);
    },
  };
}

function serverTimeout(
  { serverTimeoutMilliseconds }: ApiClientOptions,
  { path, query }: RawRequest,
): QueryParameters {
  // A watch has no such end, and a path that brings its own query is not added to.
  if (serverTimeoutMilliseconds === undefined || query?.['watch'] !== undefined || path.includes('?'))
    return {};
  return { timeout: `${serverTimeoutMilliseconds}ms` };
}

function open(exchange: Exchange, request: RawRequest, signal: AbortSignal): Promise<OpenResponse> {
  const headers: Record<string, string> = {
    accept: request.accept ?? 'application/json',
    'user-agent': exchange.options.userAgent,
    ...request.headers,
  };
  if (request.contentType !== undefined) headers['content-type'] = request.contentType;
  return exchange.connection.send({
    method: request.method,
    path: request.path + queryString({ ...serverTimeout(exchange.options, request), ...request.query }),
    headers,
    body: request.body,
    signal,
  });
}

async function sendRaw(exchange: Exchange, request: RawRequest): Promise<RawResponse> {
  const deadline = startDeadline(exchange, request);
  try {
    const response = await open(exchange, request, deadline.signal);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined && !name.startsWith(':')) headers[name] = String(value);
    }
    return { status: response.status, headers, body: await readBody(exchange, response) };
  } finally {
    deadline.release();
  }
}

async function sendForValue(exchange: Exchange, request: RawRequest): Promise<JsonValue> {
  const deadline = startDeadline(exchange, request);
  try {
    const response = await open(exchange, request, deadline.signal);
    if (response.status < 200 || response.status > 299) throw await refusal(exchange, response);
    return decode(await readBody(exchange, response));
  } finally {
    deadline.release();
  }
}

async function sendForObject(exchange: Exchange, request: RawRequest): Promise<JsonObject> {
  const value = await sendForValue(exchange, request);
  if (isObject(value)) return value;
  throw new ApiConnectionError('invalid-response', 'the answer is not an object');
}

function decode(body: Uint8Array): JsonValue {
  try {
    return parseJson(body);
  } catch (error) {
    throw new ApiConnectionError('invalid-response', 'the answer is not JSON', { cause: error });
  }
}

async function refusal(exchange: Exchange, response: OpenResponse): Promise<ApiStatusError> {
  const body = await readBody(exchange, response);
  const retryAfter = Number.parseInt(String(response.headers['retry-after'] ?? ''), 10);
  const retryAfterSeconds = Number.isNaN(retryAfter) ? undefined : retryAfter;
  try {
    const status = parseJson(body);
    if (isObject(status)) return new ApiStatusError(status, response.status, retryAfterSeconds);
  } catch {
    // Not a Status: plain text, as for an unknown path. Said below.
  }
  const status = newObject();
  status['message'] = Buffer.from(body).toString('utf8').slice(0, 1000).trim();
  return new ApiStatusError(status, response.status, retryAfterSeconds);
}

async function readBody(exchange: Exchange, { stream }: OpenResponse): Promise<Uint8Array> {
  const maxBytes = exchange.options.maxResponseBytes ?? defaultMaxResponseBytes;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new ApiConnectionError('invalid-response', `the answer is larger than ${maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    checkWholeBody(stream);
  } catch (error) {
    throw streamFailure(stream, error instanceof Error ? error : new Error(String(error)));
  }
  return Buffer.concat(chunks);
}
