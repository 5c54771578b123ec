/** Putting one API server together. Nothing here is shared with another server in the same process. */
import { builtInResources, builtInSchemas, type DescriptorIndex, indexResources } from '../api/index.js';
import type { Clock, Logger, Random } from '../platform/index.js';
import type { ClusterAdmin, Store } from '../storage/index.js';
import { createBirthNamespaces } from './birth.js';
import { createDiscovery } from './discovery/discovery.js';
import { createOpenApi } from './discovery/openapi.js';
import { createFilterChain, type RequestContext } from './filters/chain.js';
import { createInFlightLimiter } from './filters/in-flight.js';
import { createPathRouter } from './handlers/paths.js';
import { createResourceRouter } from './handlers/resources.js';
import type { HandlerTools } from './handlers/tools.js';
import { createHealthChecks } from './health/checks.js';
import { type ApiServerLimits, defaultLimits } from './limits.js';
import { createObjectEncoder } from './negotiation/encoder.js';
import { createErrorResponder } from './negotiation/error-response.js';
import { createFeedSet } from './registry/feed-set.js';
import { groupVersion } from './registry/stored-form.js';
import { listen } from './server/listener.js';

export interface ApiServerOptions {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly memberName: string;
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  /** PEM. `clientAuthorities`: who may sign client certificates. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthorities: string };
  readonly limits?: Partial<ApiServerLimits>;
  /** Between two bookmarks of a watch; a minute by default. */
  readonly watchBookmarkMilliseconds?: number;
}

export interface ApiServer {
  readonly port: number;
  /** Refuses new connections, ends the watches, lets running requests finish, then closes what is left. */
  close(options: { readonly graceMilliseconds: number }): Promise<void>;
}

/** Resolves when the port listens; /readyz tells when it serves. @throws when the port cannot be bound */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, admin, clock, random } = options;
  const logger = options.logger.with({ member: options.memberName, part: 'apiserver' });
  const limits: ApiServerLimits = { ...defaultLimits, ...options.limits };
  const schemas = builtInSchemas();
  const index = indexResources(builtInResources());
  const namespaces = index.byResource('', 'v1', 'namespaces');
  if (namespaces === undefined) throw new Error('namespaces are not served');

  const closing = createClosing();
  const encoder = createObjectEncoder(schemas);
  const feeds = createFeedSet({
    store,
    clock,
    logger,
    maxEvents: limits.maxFeedEvents,
    maxBytes: limits.maxFeedBytes,
  });
  const tools: HandlerTools = {
    store,
    admin,
    clock,
    random,
    logger,
    limits,
    index,
    schemas,
    encoder,
    feeds,
    namespaces: namespaces.descriptor,
    watchBookmarkMilliseconds: options.watchBookmarkMilliseconds ?? 60_000,
    onClose: closing.onClose,
  };

  let port = 0;
  let started = false;
  const isClosing = (): boolean => closing.closed();
  const resources = createResourceRouter(tools);
  const paths = createPathRouter({
    discovery: createDiscovery({ index, encoder, serverAddress: () => `${options.host}:${port}` }),
    openApi: createOpenApi({ index, schemas, clock }),
    health: createHealthChecks({ admin, isStarted: () => started, isClosing }),
    logger,
    groupPaths: groupPaths(index),
  });
  const route = async (context: RequestContext): Promise<void> => {
    const { info, response } = context;
    const served =
      info.kind === 'resource' ? await resources.handle(context, info) : await paths.handle(context);
    if (!served) {
      response.setHeader('x-content-type-options', 'nosniff');
      response.send(404, 'text/plain; charset=utf-8', '404 page not found\n');
    }
  };
  const listener = await listen({
    host: options.host,
    port: options.port,
    tls: options.tls,
    limits,
    clock,
    logger,
    handle: createFilterChain({
      random,
      logger,
      limiter: createInFlightLimiter(limits),
      respondWithError: createErrorResponder(encoder),
      route,
    }),
  });
  port = listener.port;

  createBirthNamespaces(tools, { index, schemas, logger, isClosing }).then(
    () => {
      started = true;
    },
    (error: unknown) => logger.error('the first namespaces could not be created', { error: String(error) }),
  );

  return {
    port,
    async close({ graceMilliseconds }) {
      closing.close();
      feeds.close();
      await listener.close(graceMilliseconds);
    },
  };
}

function groupPaths(index: DescriptorIndex): readonly string[] {
  const paths = new Set<string>();
  for (const { group, versions } of index.descriptors) {
    if (group === '') continue;
    paths.add(`/apis/${group}`);
    for (const { version } of versions) paths.add(`/apis/${groupVersion(group, version)}`);
  }
  return [...paths];
}

interface Closing {
  readonly onClose: HandlerTools['onClose'];
  closed(): boolean;
  close(): void;
}

function createClosing(): Closing {
  const listeners = new Set<() => void>();
  let closed = false;
  return {
    onClose(listener) {
      if (closed) listener();
      else listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    closed: () => closed,
    close() {
      closed = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
