/**
 * What a leader owes the leases: it revokes those that have run out, and sees to it that a later leader knows how
 * far the time of the others has come.
 *
 * The log's clock stands still from the newest entry to the next leader's first. So while there are leases and
 * nothing is written, a checkpoint is: a change of leader repeats of the lease that runs out first at most a tenth
 * of what it had left at the newest entry, but never less than a second and never more than a minute, and what
 * passes until the leader looks again. Where there are no leases nothing is written.
 */
import type { Command } from '../commands/command.js';
import type { ReplicatedState } from '../mvcc/state.js';
import type { Outcome } from '../store.js';

export interface LeaseKeeping {
  readonly state: () => Pick<ReplicatedState, 'leases' | 'timeMilliseconds'>;
  /** undefined when this member does not lead. */
  readonly logTimeMilliseconds: () => number | undefined;
  readonly run: (command: Command) => Promise<Outcome<unknown>>;
}

/** One look's worth: about etcd's 1,000 a second. */
const LEASES_PER_COMMAND = 256;
const COMMANDS_PER_LOOK = 4;
const LEAST_REPEATED_MILLISECONDS = 1000;
const MOST_REPEATED_MILLISECONDS = 60_000;
const REPEATED_PART = 10;

/** How old the newest entry may become while a lease has so much left after it. */
export function checkpointAfterMilliseconds(leftMilliseconds: number): number {
  const part = leftMilliseconds / REPEATED_PART;
  return Math.min(MOST_REPEATED_MILLISECONDS, Math.max(LEAST_REPEATED_MILLISECONDS, part));
}

/** One look at the leases, about once a second. */
export async function keepLeases(keeping: LeaseKeeping): Promise<void> {
  const { state, logTimeMilliseconds } = keeping;
  const now = logTimeMilliseconds();
  const { noneBefore } = state().leases;
  if (now === undefined || noneBefore === Number.POSITIVE_INFINITY) return;
  if (noneBefore <= now) await revokeExpired(keeping, now);
  await writeCheckpoint(keeping);
}

async function revokeExpired({ state, run }: LeaseKeeping, now: number): Promise<void> {
  const soonest = await state().leases.soonest(LEASES_PER_COMMAND * COMMANDS_PER_LOOK);
  const ids = soonest.filter((expiry) => expiry.expiresMilliseconds <= now).map(({ lease }) => lease);
  for (let from = 0; from < ids.length; from += LEASES_PER_COMMAND) {
    const outcome = await run({ kind: 'lease-expire', ids: ids.slice(from, from + LEASES_PER_COMMAND) });
    if (outcome.kind !== 'done') return;
  }
}

async function writeCheckpoint({ state, logTimeMilliseconds, run }: LeaseKeeping): Promise<void> {
  const now = logTimeMilliseconds();
  if (now === undefined) return;
  const { leases, timeMilliseconds } = state();
  const age = now - timeMilliseconds;
  // The bound may lie before the first expiry, never after it: it tells when not to look.
  if (age < checkpointAfterMilliseconds(leases.noneBefore - timeMilliseconds)) return;
  const [first] = await leases.soonest(1);
  if (first === undefined) return;
  if (age >= checkpointAfterMilliseconds(first.expiresMilliseconds - timeMilliseconds))
    await run({ kind: 'clock-checkpoint' });
}
