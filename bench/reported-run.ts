/** What every benchmark is around its measurements: a folder for a while, progress, tables, a report at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../cluster/index.js';
import { type Clock, systemClock } from '../platform/index.js';
import { createProgress, type Output, type Progress } from './progress.js';
import { writeReport } from './report.js';

export interface ReportOptions {
  /** Where the JSON report goes; a file named after the time in `bench/reports` by default. */
  readonly out?: string;
  /** Progress and tables go here; standard output by default. */
  readonly output?: Output;
  /** Aborted: stop measuring, tear down, reject. */
  readonly signal?: AbortSignal;
}

/** What measurements are given. */
export interface BenchStage {
  /** Empty at first, and gone at the end. */
  readonly folder: string;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Rejects with a `UserError` when interrupted. Leaves no folder behind, only the report. */
export async function reportedRun<Results extends object>(
  options: ReportOptions,
  { steps, namePrefix }: { readonly steps: number; readonly namePrefix: string },
  measure: (stage: BenchStage) => Promise<Results>,
  text: (results: Results) => string,
): Promise<{ readonly path: string; readonly results: Results }> {
  const output = options.output ?? process.stdout;
  const signal = options.signal ?? new AbortController().signal;
  const clock = systemClock();
  const startedAt = new Date(clock.wallMilliseconds()).toISOString();
  const progress = createProgress(output, clock, steps);
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-bench-'));
  try {
    const results = await measure({ folder, clock, progress, signal });
    progress.end();
    output.write(text(results));
    const name = `${namePrefix}${startedAt.replaceAll(':', '-')}.json`;
    const path = resolve(options.out ?? join('bench', 'reports', name));
    await writeReport(path, results, startedAt);
    return { path, results };
  } catch (error) {
    if (signal.aborted)
      throw new UserError('the benchmark was interrupted; no report was written', { cause: error });
    throw error;
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}
