/** The door of client/: the in-house API client, informers, the work queue and leader election. */
export {
  type ApiClient,
  type ApiClientOptions,
  type ClientTls,
  createApiClient,
  type DeleteOptions,
  type ListOptions,
  type ListPage,
  type Patch,
  type RawRequest,
  type RawResponse,
  type RequestOptions,
  type WatchOptions,
  type WriteOptions,
} from './api-client.js';
export { type Backoff, type BackoffOptions, backoffMilliseconds, createBackoff } from './backoff.js';
export { delay } from './delay.js';
export { type DiscoveredResource, type Discovery, discoverResources } from './discovery.js';
export {
  ApiConnectionError,
  type ApiConnectionFailure,
  ApiStatusError,
  isAlreadyExists,
  isConflict,
  isExpired,
  isNotFound,
} from './errors.js';
export { createInformer, type Informer, type InformerChange, type InformerOptions } from './informer.js';
export { type Kubeconfig, type KubeconfigContext, KubeconfigError, parseKubeconfig } from './kubeconfig.js';
export { type LeaderElectionOptions, runLeaderElection } from './leader-election.js';
export { type ObjectStore, objectKey } from './object-store.js';
export { groupVersionPath, queryString, type ResourceReference, resourcePath } from './resource.js';
export type { WatchEvent, WatchEventType, WatchStream } from './watch-stream.js';
export { createWorkQueue, type WorkQueue, type WorkQueueOptions } from './work-queue.js';
