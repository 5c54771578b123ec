/** The door of bench/: the experiments that `kuorum bench` runs, and what runs them. */
export { type ApiBenchOptions, apiExperiment } from './api/api-experiment.js';
export type { Experiment } from './lab/experiment.js';
export { type ExperimentReport, type RunOptions, runExperiment } from './lab/run-experiment.js';
export { type QuorumOptions, quorumExperiment } from './quorum/quorum-experiment.js';
export { type RaftBenchOptions, raftExperiment } from './raft/raft-experiment.js';
export { type ReadsOptions, readsExperiment } from './reads/reads-experiment.js';
export { type LargeStoreBenchOptions, largeStoreExperiment } from './store/large/large-experiment.js';
export { type StoreBenchOptions, storeExperiment } from './store/store-experiment.js';
