/** `kuorum chaos`: real processes under real faults, and a verdict. */
import { systemClock } from '../../platform/index.js';
import { interruption } from '../interruption.js';
import type { Judged } from '../judging.js';
import { createProgress } from '../progress.js';

export interface ChaosCommandOptions {
  readonly members?: number;
  readonly duration?: number;
  readonly seed?: number;
  readonly nemesis?: readonly string[];
  readonly clients?: number;
  readonly rate?: number;
  readonly pace?: string;
  readonly history?: string;
  readonly report?: string;
  readonly dataDir?: string;
}

export async function chaos(options: ChaosCommandOptions): Promise<Judged> {
  const signal = interruption();
  const progress = createProgress(process.stderr, systemClock());
  try {
    const { runChaos } = await import('../../chaos/index.js');
    const { duration, nemesis, ...rest } = options;
    const result = await runChaos({
      ...rest,
      ...(duration === undefined ? {} : { durationMilliseconds: duration }),
      ...(nemesis === undefined ? {} : { nemeses: nemesis }),
      onProgress: (step) => progress.step(step),
      signal,
    });
    progress.end();
    process.stdout.write(result.text);
    if (options.history !== undefined) process.stderr.write(`history: ${options.history}\n`);
    if (options.report !== undefined) process.stderr.write(`report: ${options.report}\n`);
    if (result.keptFolder !== undefined)
      process.stderr.write(`members' folders and logs: ${result.keptFolder}\n`);
    return result.verdict;
  } finally {
    progress.end();
  }
}
