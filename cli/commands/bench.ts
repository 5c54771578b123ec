/** `kuorum bench`, `kuorum bench raft` and `kuorum bench store`: measure what they start themselves. */
import type { BenchOptions, RaftBenchOptions, StoreBenchOptions } from '../../bench/index.js';
import { interruption } from '../interruption.js';

export async function bench(options: BenchOptions): Promise<void> {
  const signal = interruption();
  const { runBench } = await import('../../bench/index.js');
  const report = await runBench({ ...options, signal });
  process.stdout.write(`report: ${report.path}\n`);
}

export async function benchRaft(options: RaftBenchOptions): Promise<void> {
  const signal = interruption();
  const { runRaftBench } = await import('../../bench/index.js');
  const report = await runRaftBench({ ...options, signal });
  process.stdout.write(`report: ${report.path}\n`);
}

export interface BenchStoreOptions extends StoreBenchOptions {
  /** Measure one member's store with so many keys instead. */
  readonly keys?: number;
}

export async function benchStore({ keys, ...options }: BenchStoreOptions): Promise<void> {
  const signal = interruption();
  const { runStoreBench, runLargeStoreBench } = await import('../../bench/index.js');
  const report =
    keys === undefined
      ? await runStoreBench({ ...options, signal })
      : await runLargeStoreBench({ ...options, keys, signal });
  process.stdout.write(`report: ${report.path}\n`);
}
