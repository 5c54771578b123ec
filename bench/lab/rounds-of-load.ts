/**
 * One condition after the other, each in rounds: how many calls a second a system takes when each client waits for its
 * answer, and how it answers what comes at a steady rate.
 */
import { CONNECTIONS_PER_MEMBER } from '../generator/connections.js';
import type { OperationName } from '../generator/protocol.js';
import type { CarefulRecord } from './caveats.js';
import { type Condition, closedMeasurement, metricOf, openMeasurement } from './figures.js';
import { inRounds, type Laboratory, RUN_OVERHEAD_SECONDS } from './laboratory.js';
import type { OpenOperation } from './open-load.js';
import type { MeasuredSystem } from './system.js';

const TIMEOUT_MILLISECONDS = 10_000;
const INTERVAL_MILLISECONDS = 500;
/** The cluster is warm by then; what wakes up again is the machine. */
const MAX_WARM_UP_SECONDS = 0.3;

export interface Rounds {
  /** Of each measurement of each system, over all its rounds. */
  readonly seconds: number;
  readonly rounds: number;
}

export interface LoadBench extends Rounds {
  readonly laboratory: Laboratory;
  readonly record: CarefulRecord;
}

/** For whoever plans: of one condition, for so many systems. */
export function conditionSeconds({ seconds, rounds }: Rounds, systems: number): number {
  return (
    systems * (seconds + rounds * (RUN_OVERHEAD_SECONDS + Math.min(MAX_WARM_UP_SECONDS, seconds / rounds)))
  );
}

interface LoadAsked<Operation> {
  readonly operation: Operation;
  /** The only member that is asked; all of them when undefined. */
  readonly member?: (system: MeasuredSystem) => Promise<number>;
  condition(system: MeasuredSystem): Condition;
}

async function aim<Operation>(
  { member }: LoadAsked<Operation>,
  system: MeasuredSystem,
): Promise<{ readonly firstMember?: number; readonly onlyFirstMember?: boolean }> {
  return member === undefined ? {} : { firstMember: await member(system), onlyFirstMember: true };
}

/** Resolves with the calls a second of each system. */
export async function measureClosedLoad(
  { laboratory, record, seconds, rounds }: LoadBench,
  asked: LoadAsked<OperationName>,
  clients: number,
): Promise<ReadonlyMap<MeasuredSystem, number>> {
  const roundSeconds = seconds / rounds;
  const warmUpSeconds = Math.min(MAX_WARM_UP_SECONDS, roundSeconds);
  const { operation } = asked;
  const runs = await inRounds(laboratory.systems, rounds, async (system) => {
    const options = { seconds: roundSeconds, warmUpSeconds, ...(await aim(asked, system)) };
    return laboratory.closedRun(system, { operation, clients }, options);
  });
  const found = new Map<MeasuredSystem, number>();
  for (const [system, of] of runs) {
    const measurement = closedMeasurement(asked.condition(system), of);
    record.measurement(measurement, of);
    found.set(system, metricOf(measurement, 'throughput')?.value ?? 0);
  }
  return found;
}

/** The most that any of the clients' numbers came to. */
export function mostOf(
  found: readonly ReadonlyMap<MeasuredSystem, number>[],
): ReadonlyMap<MeasuredSystem, number> {
  const most = new Map<MeasuredSystem, number>();
  for (const [system, perSecond] of found.flatMap((each) => [...each]))
    most.set(system, Math.max(most.get(system) ?? 0, perSecond));
  return most;
}

/** What is due does not depend on the system, but on the seed and the rate. */
export async function measureOpenLoad(
  { laboratory, record, seconds, rounds }: LoadBench,
  asked: LoadAsked<OpenOperation>,
  load: {
    /** 0: this system is left out. */
    readonly perSecond: (system: MeasuredSystem) => number;
    /** Of the first round; the others have the following. */
    readonly firstSeed: number;
  },
): Promise<void> {
  const able = laboratory.systems.filter((system) => load.perSecond(system) > 0);
  const runs = await inRounds(able, rounds, async (system, round) =>
    laboratory.openRun(system, {
      operation: asked.operation,
      perSecond: load.perSecond(system),
      seconds: seconds / rounds,
      seed: load.firstSeed + round,
      clients: CONNECTIONS_PER_MEMBER * (asked.member === undefined ? system.memberNames.length : 1),
      ...(await aim(asked, system)),
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      followTheLeader: false,
      intervalMilliseconds: INTERVAL_MILLISECONDS,
    }),
  );
  for (const [system, of] of runs) record.measurement(openMeasurement(asked.condition(system), of), of);
}
