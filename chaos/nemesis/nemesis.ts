/**
 * A nemesis at work: waits, plans, acts, holds, undoes, and again. Its times and its plans are drawn from its
 * own random sequence, so that a seed gives the same storm as far as the cluster looks the same.
 */
import { delay } from '../../client/index.js';
import type { Clock, Random } from '../../platform/index.js';
import { seededRandom } from '../../platform/index.js';
import type { Executor } from './execute.js';
import { drawCalm, drawHold, type Pace } from './pace.js';
import { drawOf, type NemesisName, nemesisNames, type Planner } from './plan.js';
import { planClock } from './plan-clock.js';
import { planLink } from './plan-link.js';
import { planMember } from './plan-member.js';
import { planPartition } from './plan-partition.js';
import { planKill, planPause } from './plan-process.js';

export const planners: Readonly<Record<NemesisName, Planner>> = {
  partition: planPartition,
  kill: planKill,
  pause: planPause,
  clock: planClock,
  link: planLink,
  member: planMember,
};

/** One fault as the report shows it. */
export interface FaultRecord {
  readonly nemesis: NemesisName;
  readonly text: string;
  readonly members: readonly string[];
  readonly startMilliseconds: number;
  /** undefined: not ended by its nemesis; the final heal did. */
  endMilliseconds: number | undefined;
  /** What the cluster said when it refused the fault or its end. */
  trouble: string | undefined;
}

export interface NemesisOptions {
  readonly name: NemesisName;
  readonly executor: Executor;
  readonly random: Random;
  readonly clock: Clock;
  readonly records: FaultRecord[];
  readonly signal: AbortSignal;
  readonly maxFaults: number;
  /** How many nemeses work at one time: the more, the longer each one rests. */
  readonly nemeses: number;
  readonly pace: Pace;
}

const maxSeed = 0x1_0000_0000;

/** Each nemesis has its own sequence: leaving one out does not change what the others do. */
export function nemesisRandom(seed: number, name: NemesisName): Random {
  return seededRandom(
    Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(nemesisNames.indexOf(name) + 1, 0x85ebca6b),
  );
}

/** Resolves when it was aborted and has undone what it did, or has done as much as it may. */
export async function runNemesis(options: NemesisOptions): Promise<void> {
  const { executor, random, clock, signal, name } = options;
  const deckSeed = random.integer(0, maxSeed);
  for (let turn = 0; turn < options.maxFaults; turn += 1) {
    const calm = drawCalm(random, options.pace) * Math.max(1, options.nemeses / 2);
    const hold = drawHold(random, options.pace);
    // A sequence of its own for each plan, which may draw more or less as the cluster looks.
    const draw = drawOf({ deckSeed, turn, seed: random.integer(0, maxSeed) });
    await delay(clock, calm, signal);
    if (signal.aborted) return;
    const view = await executor.look();
    const planned = planners[name](draw, view);
    if (planned === undefined) continue;
    await actOut(options, planned, hold);
  }
}

async function actOut(
  { executor, clock, signal, records, name }: NemesisOptions,
  { plan, text, members }: NonNullable<ReturnType<Planner>>,
  hold: number,
): Promise<void> {
  const record: FaultRecord = {
    nemesis: name,
    text,
    members,
    startMilliseconds: clock.monotonicMilliseconds(),
    endMilliseconds: undefined,
    trouble: undefined,
  };
  records.push(record);
  try {
    const end = await executor.begin(plan);
    if (plan.kind !== 'member') await delay(clock, hold, signal);
    await end();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    // The cluster's refusal, or a process that did not come up: told, and the storm goes on.
    record.trouble = error instanceof Error ? error.message : String(error);
  }
  record.endMilliseconds = clock.monotonicMilliseconds();
}
