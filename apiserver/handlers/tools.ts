/** What every handler of a resource works with. */
import type { DescriptorIndex, SchemaRegistry } from '../../api/index.js';
import type { Logger } from '../../platform/index.js';
import type { CallContext, ClusterAdmin } from '../../storage/index.js';
import type { RequestContext } from '../filters/chain.js';
import type { ResourceRequestInfo } from '../filters/request-info.js';
import type { ApiServerLimits } from '../limits.js';
import type { ObjectEncoder } from '../negotiation/encoder.js';
import type { RegistryDependencies } from '../registry/dependencies.js';
import type { FeedSet } from '../registry/feed-set.js';
import type { ResourceView } from '../registry/resource-view.js';
import { readTimeoutMilliseconds } from './request-options.js';

export interface HandlerTools extends RegistryDependencies {
  readonly admin: ClusterAdmin;
  readonly logger: Logger;
  readonly limits: ApiServerLimits;
  readonly index: DescriptorIndex;
  readonly schemas: SchemaRegistry;
  readonly encoder: ObjectEncoder;
  readonly feeds: FeedSet;
  readonly watchBookmarkMilliseconds: number;
  /** Listeners are called when the server begins to close. */
  readonly onClose: (listener: () => void) => () => void;
}

/** One request for a resource, with all that was found out about it. */
export interface ResourceRequest extends RequestContext {
  readonly info: ResourceRequestInfo;
  readonly tools: HandlerTools;
  readonly view: ResourceView;
}

export function readContext(request: ResourceRequest): CallContext {
  return {
    caller: request.user.name,
    timeoutMilliseconds: readTimeoutMilliseconds(request.request.query, request.tools.limits),
  };
}
