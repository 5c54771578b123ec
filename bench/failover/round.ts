/** What one fault cost: from what the members wrote down and what the clients were answered, on one clock. */
import type { SentAndAnswered } from '../lab/open-load.js';
import type { RoleChange } from './role-history.js';

export interface Round {
  /** When the load was under way, without any fault. */
  readonly steadyFromMilliseconds: number;
  readonly faultAtMilliseconds: number;
  /** Until when it was looked at. */
  readonly untilMilliseconds: number;
  readonly struckMember: number;
  readonly roleChanges: readonly RoleChange[];
  /** Acknowledged writes, in the order of their answers; all times of the machine's wall clock. */
  readonly answers: readonly SentAndAnswered[];
}

export const figureNames = [
  'detection',
  'election',
  'first write',
  'unavailability',
  'ordinary gap',
] as const;
export type FigureName = (typeof figureNames)[number];

/** Milliseconds, each from the fault; undefined: it did not happen. */
export type RoundFigures = Readonly<Record<FigureName, number | undefined>>;

export function figuresOf(round: Round): RoundFigures {
  const { faultAtMilliseconds: fault, untilMilliseconds: until, roleChanges, answers } = round;
  const elsewhere = roleChanges.filter(
    ({ member, atMilliseconds }) =>
      member !== round.struckMember && atMilliseconds >= fault && atMilliseconds <= until,
  );
  const first = (roles: readonly RoleChange['role'][]): number | undefined =>
    earliest(
      elsewhere.filter(({ role }) => roles.includes(role)).map((change) => change.atMilliseconds - fault),
    );
  return {
    detection: first(['pre-candidate', 'candidate', 'leader']),
    election: first(['leader']),
    'first write': earliest(
      answers
        .filter(({ sentMilliseconds }) => sentMilliseconds >= fault)
        .map(({ answeredMilliseconds }) => answeredMilliseconds - fault),
    ),
    unavailability: longestGap(answers, fault, until),
    'ordinary gap': longestGap(answers, round.steadyFromMilliseconds, fault),
  };
}

function earliest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
}

/**
 * The longest time without an acknowledgement that ends after `from`, at `until` at the latest. It may have begun before
 * `from`: a client that was answered just before a fault has waited since then. undefined: nothing was answered at all.
 */
export function longestGap(
  answers: readonly SentAndAnswered[],
  from: number,
  until: number,
): number | undefined {
  let last: number | undefined;
  let longest: number | undefined;
  const gapEndsAt = (at: number): void => {
    if (last !== undefined && at > from) longest = Math.max(longest ?? 0, at - last);
  };
  for (const { answeredMilliseconds: at } of answers) {
    if (at > until) break;
    gapEndsAt(at);
    last = at;
  }
  gapEndsAt(until);
  return longest;
}
