/** What `kuorum bench failover` is to do: which faults, on whom, how often, under which election timeouts. */
import { UserError } from '../../cluster/index.js';
import { checkDistinct, durationText } from '../lab/inputs.js';

export const failoverKinds = ['kill', 'pause', 'partition'] as const;
export type FailoverKind = (typeof failoverKinds)[number];

export const failoverTargets = ['leader', 'follower'] as const;
export type FailoverTarget = (typeof failoverTargets)[number];

export type SystemName = 'kuorum' | 'etcd';

export interface FailoverSettings {
  readonly members: number;
  readonly rounds: number;
  readonly perSecond: number;
  readonly electionTimeoutsMilliseconds: readonly number[];
  readonly kinds: readonly FailoverKind[];
  readonly targets: readonly FailoverTarget[];
  readonly against: 'etcd' | undefined;
}

export const defaultFailoverSettings: FailoverSettings = {
  members: 3,
  rounds: 30,
  perSecond: 200,
  electionTimeoutsMilliseconds: [1_000],
  kinds: failoverKinds,
  targets: failoverTargets,
  against: undefined,
};

/** Rounds of one kind on one target, one after the other, in one cluster. */
export interface Series {
  readonly system: SystemName;
  readonly electionTimeoutMilliseconds: number;
  readonly kind: FailoverKind;
  readonly target: FailoverTarget;
}

/** As it begins the ids of what is measured in it. */
export function seriesName({ system, kind, target, electionTimeoutMilliseconds }: Series): string {
  return `${system} ${kind} ${target} timeout=${electionTimeoutMilliseconds}ms`;
}

export const MAX_PER_SECOND = 1_000_000;
const MIN_ELECTION_TIMEOUT_MILLISECONDS = 200;
const MAX_ELECTION_TIMEOUT_MILLISECONDS = 10_000;

/** Without a fault, before each one. */
export const STEADY_MILLISECONDS = 1_000;
/** Faults fall anywhere between two heartbeats. */
export const MAX_JITTER_MILLISECONDS = 100;

/** How long a round is looked at after there is a leader; for a follower, whom nobody replaces, after the fault. */
export function watchMilliseconds({ target, electionTimeoutMilliseconds }: Series): number {
  return target === 'leader' ? 500 : 1.5 * electionTimeoutMilliseconds + 500;
}

/** Throws a UserError for what cannot be measured. */
export function checkFailoverSettings(settings: FailoverSettings): void {
  const { members, rounds, perSecond, electionTimeoutsMilliseconds: timeouts, kinds, targets } = settings;
  checkQuorumSize('failover', members);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UserError(`--rounds: each kind takes one round or more, not ${rounds}`);
  checkRate(perSecond);
  for (const timeout of timeouts) {
    if (timeout >= MIN_ELECTION_TIMEOUT_MILLISECONDS && timeout <= MAX_ELECTION_TIMEOUT_MILLISECONDS)
      continue;
    throw new UserError(
      `--election-timeout: from ${durationText(MIN_ELECTION_TIMEOUT_MILLISECONDS)} to ${durationText(MAX_ELECTION_TIMEOUT_MILLISECONDS)}, not ${durationText(timeout)}`,
    );
  }
  checkDistinct('--election-timeout', timeouts);
  checkDistinct('--kinds', kinds);
  checkDistinct('--targets', targets);
}

/** Fewer than three members have no leader to spare, and an even number tolerates no more than one fewer. */
export function checkQuorumSize(what: string, members: number): void {
  if ([3, 5, 7].includes(members)) return;
  throw new UserError(
    `--members: ${what} is measured with 3, 5 or 7 members, not ${members}: fewer have nobody to take over, and an even number tolerates no more failures than one fewer`,
  );
}

export function checkRate(perSecond: number): void {
  if (perSecond > 0 && perSecond <= MAX_PER_SECOND) return;
  throw new UserError(`--rate: above 0 and at most ${MAX_PER_SECOND} requests a second, not ${perSecond}`);
}

/** In the order in which they are measured: one cluster for each system and election timeout. */
export function seriesOf(settings: FailoverSettings): readonly Series[] {
  const systems: readonly SystemName[] =
    settings.against === undefined ? ['kuorum'] : ['kuorum', settings.against];
  return settings.electionTimeoutsMilliseconds.flatMap((electionTimeoutMilliseconds) =>
    systems.flatMap((system) =>
      settings.kinds
        .filter((kind) => canSuffer(system, kind))
        .flatMap((kind) =>
          settings.targets.map((target) => ({ system, electionTimeoutMilliseconds, kind, target })),
        ),
    ),
  );
}

/** Nobody cuts the links between foreign processes on one machine without being its administrator. */
function canSuffer(system: SystemName, kind: FailoverKind): boolean {
  return system === 'kuorum' || kind !== 'partition';
}

/** Of one round, about. */
export function roundSeconds(series: Series): number {
  const { kind, target, electionTimeoutMilliseconds } = series;
  const away = target === 'leader' && kind !== 'kill' ? 1.3 * electionTimeoutMilliseconds : 100;
  const unanswered = kind === 'pause' ? requestTimeoutMilliseconds(electionTimeoutMilliseconds) : 0;
  const backMilliseconds = kind === 'kill' ? 1_500 : 300;
  return (
    (STEADY_MILLISECONDS +
      MAX_JITTER_MILLISECONDS / 2 +
      away +
      watchMilliseconds(series) +
      unanswered +
      backMilliseconds) /
    1000
  );
}

/** Requests outlive an election; those at a member that hangs are given up. */
export function requestTimeoutMilliseconds(electionTimeoutMilliseconds: number): number {
  return Math.max(1_000, 2 * electionTimeoutMilliseconds);
}
