/** The door of bench/: what `kuorum bench` runs. */
export { type BenchOptions, type BenchReport, runBench } from './run-bench.js';
