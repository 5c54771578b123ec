/** Strikes one member while clients write, waits for what comes of it, and mends it: one round after the other. */
import { delay } from '../../client/index.js';
import type { ClusterStatus } from '../../cluster/index.js';
import type { Clock, Random } from '../../platform/index.js';
import type { ExperimentStage } from '../lab/experiment.js';
import type { OpenLoadResult } from '../lab/open-load.js';
import type { LoadGenerator } from '../lab/steady-load.js';
import { startSteadyLoad } from '../lab/steady-load.js';
import type { MeasuredSystem } from '../lab/system.js';
import { type UntilOptions, untilDefined } from '../until.js';
import { MemberLogs } from './member-logs.js';
import {
  type FailoverKind,
  MAX_JITTER_MILLISECONDS,
  requestTimeoutMilliseconds,
  type Series,
  STEADY_MILLISECONDS,
  seriesName,
  watchMilliseconds,
} from './plan.js';
import { figuresOf, type RoundFigures } from './round.js';
import { voidBecause } from './void-because.js';

export interface FailoverStage {
  readonly stage: ExperimentStage;
  readonly system: MeasuredSystem;
  readonly generator: LoadGenerator;
  readonly random: Random;
  readonly perSecond: number;
}

export interface MeasuredRound {
  readonly figures: RoundFigures;
  /** Why what the clients saw says nothing. */
  readonly invalid: string | undefined;
}

const LOOK_MILLISECONDS = 20;
const LANES_PER_MEMBER = 2;
/** Rounds of a series before which the leader changed of its own accord. */
const MAX_UNREST = 20;

/** Tells each round when it has ended. */
export async function runRounds(
  lab: FailoverStage,
  series: Series,
  rounds: number,
  tell: (round: MeasuredRound) => void,
): Promise<void> {
  const { system, stage } = lab;
  const { logPaths } = system;
  if (logPaths === undefined) throw new Error(`${system.name} does not write down what its members become`);
  const logs = new MemberLogs(system.name, logPaths);
  let unrest = 0;
  for (let round = 0; round < rounds; ) {
    await untilWhole(system, stage, series);
    const measured = await measureRound(lab, series, logs, round);
    if (measured === undefined) {
      unrest += 1;
      stage.record.note(
        `${seriesName(series)}: sometimes another member led before anybody was struck, as on a machine that is too busy; such rounds were begun anew.`,
      );
      if (unrest > MAX_UNREST) throw new Error('the leader changes of its own accord all the time');
      continue;
    }
    tell(measured);
    round += 1;
  }
}

/** undefined: another member led before anybody was struck. */
async function measureRound(
  lab: FailoverStage,
  series: Series,
  logs: MemberLogs,
  round: number,
): Promise<MeasuredRound | undefined> {
  const { system, stage, random } = lab;
  const { clock, signal } = stage;
  const leader = await system.leader();
  const members = system.memberNames.length;
  const struckMember = series.target === 'leader' ? leader : (leader + 1 + (round % (members - 1))) % members;
  await logs.forget();
  const steadyFromMilliseconds = clock.wallMilliseconds();
  const load = startLoad(lab, series);
  await delay(clock, STEADY_MILLISECONDS + random.float() * MAX_JITTER_MILLISECONDS, signal);
  if ((await logs.roleChanges()).some(({ role }) => role === 'leader')) {
    await load.stop();
    return undefined;
  }
  const faultAtMilliseconds = await strike(lab, series.kind, struckMember, logs);
  if (series.target === 'leader')
    await untilDefined('another leader', patient(series, clock, signal, LOOK_MILLISECONDS), async () => {
      const changes = await logs.roleChanges();
      return changes.find(
        ({ member, role, atMilliseconds }) =>
          role === 'leader' && member !== struckMember && atMilliseconds >= faultAtMilliseconds,
      );
    });
  await delay(clock, watchMilliseconds(series), signal);
  const untilMilliseconds = clock.wallMilliseconds();
  const roleChanges = await logs.roleChanges();
  const result = await load.stop();
  await mend(system, series.kind, struckMember);
  const figures = figuresOf({
    steadyFromMilliseconds,
    faultAtMilliseconds,
    untilMilliseconds,
    struckMember,
    roleChanges,
    answers: result.answers ?? [],
  });
  return { figures, invalid: voidBecause(result, figures.unavailability ?? 0) };
}

function startLoad(
  { system, stage, generator, random, perSecond }: FailoverStage,
  { electionTimeoutMilliseconds }: Series,
): { stop(): Promise<OpenLoadResult> } {
  return startSteadyLoad(
    generator,
    system.name,
    {
      operation: 'put',
      perSecond,
      seed: random.integer(0, 2 ** 31),
      clients: LANES_PER_MEMBER * system.memberNames.length,
      firstMember: 0,
      timeoutMilliseconds: requestTimeoutMilliseconds(electionTimeoutMilliseconds),
      followTheLeader: true,
      intervalMilliseconds: 1_000,
      keepAnswers: true,
    },
    stage.signal,
  );
}

const TRIAL_MILLISECONDS = 1_500;
/** With fewer answered and nobody struck, a fault would not be seen. */
const MIN_ANSWERED_SHARE = 0.9;

/** A while of load without a fault. `reason`: why this rate is too high for this machine. */
export async function tryLoad(
  lab: FailoverStage,
  series: Series,
): Promise<{ readonly result: OpenLoadResult; readonly reason: string | undefined }> {
  const { clock, signal } = lab.stage;
  await untilWhole(lab.system, lab.stage, series);
  const load = startLoad(lab, series);
  await delay(clock, TRIAL_MILLISECONDS, signal);
  const result = await load.stop();
  const { answered, due, seconds } = result;
  const reason =
    answered >= MIN_ANSWERED_SHARE * due
      ? undefined
      : `without any fault ${(answered / seconds).toFixed(0)} of ${lab.perSecond} requests a second were answered, which is too few to tell a fault by`;
  return { result, reason };
}

/** Resolves with the time from which the member was struck. */
async function strike(
  { system, stage: { clock, signal } }: FailoverStage,
  kind: FailoverKind,
  member: number,
  logs: MemberLogs,
): Promise<number> {
  const atMilliseconds = clock.wallMilliseconds();
  switch (kind) {
    case 'kill':
      await system.control.kill(member);
      return atMilliseconds;
    case 'pause':
      await system.control.pause(member);
      return atMilliseconds;
    case 'partition':
      await clusterOf(system).faults.isolate(system.memberNames[member]!);
      return untilDefined('the cut', { clock, signal, pollMilliseconds: LOOK_MILLISECONDS }, () =>
        logs.linksChangedAt(member),
      );
  }
}

async function mend(system: MeasuredSystem, kind: FailoverKind, member: number): Promise<void> {
  switch (kind) {
    case 'kill':
      return system.control.restart(member);
    case 'pause':
      return system.control.resume(member);
    case 'partition':
      return clusterOf(system).faults.links([]);
  }
}

function clusterOf({ cluster, name }: MeasuredSystem): NonNullable<MeasuredSystem['cluster']> {
  if (cluster === undefined) throw new Error(`the links of ${name} cannot be cut`);
  return cluster;
}

/** Elections take their time with a long timeout, and sometimes several. */
function patient(
  { electionTimeoutMilliseconds }: Series,
  clock: Clock,
  signal: AbortSignal,
  pollMilliseconds: number,
): UntilOptions {
  const limitMilliseconds = 30_000 + 10 * electionTimeoutMilliseconds;
  return { clock, signal, pollMilliseconds, limitMilliseconds };
}

/** All members run, answer, have what the leader has, and agree on it. */
async function untilWhole(
  system: MeasuredSystem,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  series: Series,
): Promise<void> {
  const { cluster } = system;
  if (cluster === undefined) {
    await system.leader();
    return;
  }
  await untilDefined('a whole cluster', patient(series, clock, signal, 50), async () =>
    isWhole(await cluster.status()) ? true : undefined,
  );
}

/** While nobody writes, so that all can be equal. */
export function isWhole({ leader, members, linkFaults }: ClusterStatus): boolean {
  return (
    leader !== undefined &&
    linkFaults.length === 0 &&
    members.every(
      (member) =>
        member.process === 'running' && member.ready && member.leader === leader && member.lag === 0,
    )
  );
}
