/** The door of bench/: what `kuorum bench` and `kuorum bench raft` run. */
export { type RaftBenchOptions, type RaftBenchReport, runRaftBench } from './raft/run-raft-bench.js';
export { type BenchOptions, type BenchReport, runBench } from './run-bench.js';
