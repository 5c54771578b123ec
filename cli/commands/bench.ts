/** `kuorum bench` and `kuorum bench raft`: measure what they start themselves. */
import type { BenchOptions, RaftBenchOptions } from '../../bench/index.js';
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
