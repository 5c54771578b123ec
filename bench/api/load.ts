/**
 * Closed-loop load through the front door: each client has one connection and one request under way. Latency
 * is what such a client sees; the rate is what so many of them get. The clients share the machine with the
 * cluster, so the figures are those of the whole, not of the cluster alone.
 */
import { newObject, stringifyJson } from '../../api/index.js';
import { type ApiClient, type RawRequest, resourcePath } from '../../client/index.js';
import { Latencies } from '../generator/latencies.js';

export type Operation = 'create' | 'get' | 'list';

export interface LoadOptions {
  readonly operation: Operation;
  /** One for each client. */
  readonly clients: readonly ApiClient[];
  readonly namespace: string;
  readonly seconds: number;
  /** Objects named `PREFIX-0` … `PREFIX-(count-1)` that gets ask for. */
  readonly existing: { readonly prefix: string; readonly count: number };
  /** First part of the names that creates use; unique for each run. */
  readonly createPrefix: string;
  readonly signal: AbortSignal;
}

export interface LoadResult {
  readonly operation: Operation;
  readonly clients: number;
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** As `Latencies` encodes it. */
  readonly histogram: string;
}

/** A ConfigMap of about 500 bytes of JSON. */
export function sampleBody(name: string): string {
  const object = newObject();
  object['apiVersion'] = 'v1';
  object['kind'] = 'ConfigMap';
  object['metadata'] = { name, labels: { app: 'bench' } };
  object['data'] = { text: 'x'.repeat(350) };
  return stringifyJson(object);
}

const collection = (namespace: string): string =>
  resourcePath({ group: '', version: 'v1', resource: 'configmaps', namespace });

export function createRequest(namespace: string, name: string): RawRequest {
  return {
    method: 'POST',
    path: collection(namespace),
    body: sampleBody(name),
    contentType: 'application/json',
  };
}

function requestFor(options: LoadOptions, sequence: number): RawRequest {
  const { operation, namespace, existing, createPrefix } = options;
  switch (operation) {
    case 'create':
      return createRequest(namespace, `${createPrefix}-${sequence}`);
    case 'get':
      return {
        method: 'GET',
        path: `${collection(namespace)}/${existing.prefix}-${sequence % existing.count}`,
      };
    case 'list':
      return { method: 'GET', path: collection(namespace), query: { limit: 500 } };
  }
}

/** Runs for the time given, or until `signal`, which makes it reject. Single failures are counted. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { clients, operation, signal } = options;
  const latencies = new Latencies();
  const expectedStatus = operation === 'create' ? 201 : 200;
  const startedAt = performance.now();
  const endAt = startedAt + options.seconds * 1000;
  let sequence = 0;
  let errors = 0;
  let firstError: string | undefined;

  async function loop(client: ApiClient): Promise<void> {
    while (performance.now() < endAt) {
      signal.throwIfAborted();
      const request = requestFor(options, sequence);
      sequence += 1;
      const sentAt = performance.now();
      const failure = await client.raw({ ...request, signal }).then(
        ({ status }) => (status === expectedStatus ? undefined : `status ${status}`),
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (failure === undefined) latencies.record(performance.now() - sentAt);
      else {
        errors += 1;
        firstError ??= failure;
      }
    }
  }

  await Promise.all(clients.map(loop));
  signal.throwIfAborted();
  return {
    operation,
    clients: clients.length,
    seconds: (performance.now() - startedAt) / 1000,
    requests: latencies.count,
    errors,
    firstError,
    histogram: latencies.encode(),
  };
}
