/** What clients and watchers do to a cluster while it has a hard time, and what they write down. */
export { type Books, doOne, type OperationRecord, runClient } from './client.js';
export { collectionWorkload } from './collection.js';
export { configMap, configMaps, revisionOf, workloadNamespace } from './config-map.js';
export { registerWorkload } from './register.js';
export { clusterTargets, frontDoor, type Target, type Targets } from './targets.js';
export { transactionWorkload } from './transactions.js';
export {
  readWatchEvent,
  startWatcher,
  type WatchedObject,
  type Watcher,
  type WatchLog,
  type WatchRecord,
} from './watcher.js';
export type { PlannedOperation, Workload } from './workload.js';
