/** `kuorum bench`: measures a cluster that it starts itself. */
import type { BenchOptions } from '../../bench/index.js';

export async function bench(options: BenchOptions): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort());
  const { runBench } = await import('../../bench/index.js');
  const report = await runBench({ ...options, signal: interrupted.signal });
  process.stdout.write(`report: ${report.path}\n`);
}
