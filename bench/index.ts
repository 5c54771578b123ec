/** The door of bench/: the experiments that `kuorum bench` runs, what runs them, and what compares their reports. */
export { type ApiBenchOptions, apiExperiment } from './api/api-experiment.js';
export { type CompareOptions, type CompareOutcome, runCompare } from './compare/index.js';
export { type FailoverOptions, failoverExperiment } from './failover/failover-experiment.js';
export { type FaultsOptions, faultsExperiment } from './faults/faults-experiment.js';
export type { Experiment } from './lab/experiment.js';
export { type ExperimentReport, type RunOptions, runExperiment } from './lab/run-experiment.js';
export { type QuorumOptions, quorumExperiment } from './quorum/quorum-experiment.js';
export { type RaftBenchOptions, raftExperiment } from './raft/raft-experiment.js';
export { type ReadsOptions, readsExperiment } from './reads/reads-experiment.js';
export { type LargeStoreBenchOptions, largeStoreExperiment } from './store/large/large-experiment.js';
export { type StoreBenchOptions, storeExperiment } from './store/store-experiment.js';
