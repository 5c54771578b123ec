/** The door of bench/: what `kuorum bench`, `kuorum bench raft` and `kuorum bench store` run. */

export { type CompareOptions, type CompareOutcome, runCompare } from './compare/index.js';
export { type FailoverOptions, failoverExperiment } from './failover/failover-experiment.js';
export { type FaultsOptions, faultsExperiment } from './faults/faults-experiment.js';
export type { Experiment } from './lab/experiment.js';
export { type ExperimentReport, type RunOptions, runExperiment } from './lab/run-experiment.js';
export { type QuorumOptions, quorumExperiment } from './quorum/quorum-experiment.js';
export { type RaftBenchOptions, type RaftBenchReport, runRaftBench } from './raft/run-raft-bench.js';
export { type ReadsOptions, readsExperiment } from './reads/reads-experiment.js';
export { type BenchOptions, type BenchReport, runBench } from './run-bench.js';
export { type LargeStoreBenchOptions, runLargeStoreBench } from './store/large/run-large-bench.js';
export {
  runStoreBench,
  type StoreBenchOptions,
  type StoreBenchReport,
} from './store/run-store-bench.js';
