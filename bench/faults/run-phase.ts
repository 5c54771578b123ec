/** One phase: load, a fault while it goes on, and a while after it. */
import { delay } from '../../client/index.js';
import type { Cluster } from '../../cluster/index.js';
import type { ExperimentStage } from '../lab/experiment.js';
import type { LoadGenerator } from '../lab/steady-load.js';
import { startSteadyLoad } from '../lab/steady-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import type { PhaseRecord } from './phase-record.js';
import type { PhaseName } from './phases.js';
import { SETTLE_MILLISECONDS, STEADY_MILLISECONDS } from './plan.js';
import { type Strike, type StrikeOptions, strike, untilWell } from './strike.js';

export interface PhaseStage {
  readonly stage: ExperimentStage;
  readonly system: MeasuredSystem;
  readonly cluster: Cluster;
  readonly generator: LoadGenerator;
  readonly perSecond: number;
  readonly faultSeconds: number;
  readonly seed: number;
}

const LANES_PER_MEMBER = 2;
const INTERVAL_MILLISECONDS = 500;
const SHORT_INTERVAL_MILLISECONDS = 250;
/** Two election timeouts: whoever has no answer by then had better ask somebody else. */
const REQUEST_TIMEOUT_MILLISECONDS = 2_000;

export async function runPhase(lab: PhaseStage, name: PhaseName): Promise<PhaseRecord> {
  const { stage, system, cluster, generator, perSecond, faultSeconds } = lab;
  const { clock, signal } = stage;
  const intervalMilliseconds = faultSeconds < 5 ? SHORT_INTERVAL_MILLISECONDS : INTERVAL_MILLISECONDS;
  const load = startSteadyLoad(
    generator,
    system.name,
    {
      operation: 'put',
      perSecond,
      seed: lab.seed,
      clients: LANES_PER_MEMBER * system.memberNames.length,
      firstMember: 0,
      timeoutMilliseconds: REQUEST_TIMEOUT_MILLISECONDS,
      followTheLeader: true,
      intervalMilliseconds,
      keepAnswers: true,
    },
    signal,
  );
  const strikes = await happen(name, { cluster, clock, signal, milliseconds: faultSeconds * 1000 });
  const loadToMilliseconds = clock.wallMilliseconds();
  const result = await load.stop();
  return {
    name,
    strikes,
    loadFromMilliseconds: result.startedAtMilliseconds,
    loadToMilliseconds,
    intervalMilliseconds,
    intervals: result.intervals,
    answers: result.answers ?? [],
    invalid: result.invalid,
  };
}

/** Resolves when there has been enough to see. */
async function happen(name: PhaseName, options: StrikeOptions): Promise<readonly Strike[]> {
  const { clock, signal, milliseconds } = options;
  if (name === 'quiet-before' || name === 'quiet-after') {
    const fromMilliseconds = clock.wallMilliseconds();
    await delay(clock, milliseconds, signal);
    return [{ label: 'quiet', fromMilliseconds, toMilliseconds: clock.wallMilliseconds() }];
  }
  await delay(clock, STEADY_MILLISECONDS, signal);
  const strikes = await strike(name, options);
  await untilWell(options);
  await delay(clock, SETTLE_MILLISECONDS, signal);
  return strikes;
}
