/** `kuorum bench failover` and `kuorum bench faults`: measure what faults do to a cluster that they start themselves. */
import type { FailoverOptions, FaultsOptions } from '../../bench/index.js';
import { given, measure, type OutOption } from './bench.js';

export interface BenchFailoverOptions
  extends OutOption,
    Pick<FailoverOptions, 'members' | 'rounds' | 'kinds' | 'targets' | 'against'> {
  readonly rate?: number;
  readonly electionTimeout?: readonly number[];
}

export function benchFailover(options: BenchFailoverOptions): Promise<void> {
  const { members, rounds, kinds, targets, against, rate: perSecond } = options;
  const { electionTimeout: electionTimeoutsMilliseconds } = options;
  return measure(options, (module) =>
    module.failoverExperiment(
      given<FailoverOptions>({
        members,
        rounds,
        kinds,
        targets,
        against,
        perSecond,
        electionTimeoutsMilliseconds,
      }),
    ),
  );
}

export interface BenchFaultsOptions extends OutOption, Pick<FaultsOptions, 'members' | 'only'> {
  readonly rate?: number;
  readonly durationPerFault?: number;
}

export function benchFaults(options: BenchFaultsOptions): Promise<void> {
  const { members, only, rate: perSecond, durationPerFault } = options;
  const faultSeconds = durationPerFault === undefined ? undefined : durationPerFault / 1000;
  return measure(options, (module) =>
    module.faultsExperiment(given<FaultsOptions>({ members, only, perSecond, faultSeconds })),
  );
}
