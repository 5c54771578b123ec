/** `kuorum bench failover` and `kuorum bench faults`: measure what faults do to a cluster that they start themselves. */
import type { Experiment, FailoverOptions } from '../../bench/index.js';
import { interruption } from '../interruption.js';

interface OutOption {
  readonly out?: string;
}

/** As a shell counts a command that Ctrl-C ended. */
const INTERRUPTED_EXIT_CODE = 130;

export interface BenchFailoverOptions
  extends OutOption,
    Pick<FailoverOptions, 'members' | 'rounds' | 'kinds' | 'targets' | 'against'> {
  readonly rate?: number;
  readonly electionTimeout?: readonly number[];
}

export async function benchFailover(options: BenchFailoverOptions): Promise<void> {
  const { out, rate, electionTimeout, ...rest } = options;
  const { failoverExperiment } = await import('../../bench/index.js');
  const experiment = await failoverExperiment({
    ...rest,
    ...(rate === undefined ? {} : { perSecond: rate }),
    ...(electionTimeout === undefined ? {} : { electionTimeoutsMilliseconds: electionTimeout }),
  });
  await report(experiment, out);
}

async function report(experiment: Experiment, out: string | undefined): Promise<void> {
  const signal = interruption();
  const { runExperiment } = await import('../../bench/index.js');
  const { folder, interrupted } = await runExperiment(experiment, {
    signal,
    ...(out === undefined ? {} : { out }),
  });
  process.stdout.write(`report: ${folder}\n`);
  if (interrupted) process.exitCode = INTERRUPTED_EXIT_CODE;
}
