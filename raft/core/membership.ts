/**
 * Changes of the membership as people ask for them, and the configuration that follows from them (dissertation,
 * chapter 4). Pure rules: when a change may be proposed stands in `change-membership.ts`.
 *
 * A change of one voter is one entry (section 4.1); more than one go through a joint configuration (section
 * 4.3), which the leader leaves by itself. A new member begins as a learner and becomes a voter once it has
 * caught up (section 4.2.1), so that a change never costs availability.
 */
import { dropUnneeded, isJoint, transitionProblem } from './configuration.js';
import type { Configuration, Member, MemberId, Promotion } from './types.js';

/** More members than anybody runs, so that a configuration stays small. */
export const MAX_MEMBERS = 15;

export type MembershipStep =
  | {
      readonly kind: 'add-learner';
      readonly member: Member;
      /** Make it a voter once it has caught up … */
      readonly promote: boolean;
      /** … and take this voter out in the same change. */
      readonly replaces?: MemberId;
    }
  /** A learner votes once it has caught up. */
  | { readonly kind: 'promote'; readonly id: MemberId }
  /** A voter stays as a learner. */
  | { readonly kind: 'demote'; readonly id: MemberId }
  | { readonly kind: 'remove'; readonly id: MemberId }
  | { readonly kind: 'set-priority'; readonly id: MemberId; readonly priority: number };

export type MembershipPlan =
  | { readonly kind: 'planned'; readonly configuration: Configuration }
  | { readonly kind: 'refused'; readonly message: string };

/** What the steps make of a configuration that is not joint, or why they do not go. All or nothing. */
export function planMembership(current: Configuration, steps: readonly MembershipStep[]): MembershipPlan {
  const refused = (message: string): MembershipPlan => ({ kind: 'refused', message });
  if (steps.length === 0) return refused('a change needs at least one step');
  if (isJoint(current)) return refused('a joint configuration is being left');
  let next = current;
  for (const step of steps) {
    const problem = stepProblem(next, step);
    if (problem !== undefined) return refused(problem);
    next = take(next, step);
  }
  if (next.members.length > MAX_MEMBERS) return refused(`a cluster has at most ${MAX_MEMBERS} members`);
  if (next.voters.length === 0) return refused('at least one voting member must remain');
  return { kind: 'planned', configuration: neighbourOf(current, next) };
}

/** The learners become voters, whom they replace goes: what the leader does once they have caught up. */
export function planPromotion(current: Configuration, ready: readonly Promotion[]): Configuration {
  const learners = new Set(ready.map(({ learner }) => learner));
  const replaced = new Set(ready.map(({ replaces }) => replaces));
  return neighbourOf(current, {
    ...current,
    voters: [...current.voters.filter((id) => !replaced.has(id)), ...learners],
    learners: current.learners.filter((id) => !learners.has(id)),
    promotions: (current.promotions ?? []).filter(({ learner }) => !learners.has(learner)),
  });
}

/** `wanted` itself when majorities overlap, else the joint configuration that leads there. */
function neighbourOf(current: Configuration, wanted: Configuration): Configuration {
  const changed =
    wanted.voters.filter((id) => !current.voters.includes(id)).length +
    current.voters.filter((id) => !wanted.voters.includes(id)).length;
  const next = changed <= 1 ? dropUnneeded(tidy(wanted)) : enterJoint(current, tidy(wanted));
  const problem = transitionProblem(current, next);
  if (problem !== undefined) throw new Error(`raft: a planned configuration may not follow: ${problem}`);
  return next;
}

function enterJoint(current: Configuration, wanted: Configuration): Configuration {
  const outgoing = new Set(current.voters);
  return dropUnneeded({
    ...wanted,
    votersOutgoing: current.voters,
    // Who votes in the outgoing half cannot be a learner yet.
    learners: wanted.learners.filter((id) => !outgoing.has(id)),
    learnersNext: wanted.learners.filter((id) => outgoing.has(id)),
  });
}

/** Plans for members that have another role by now are forgotten. */
function tidy(configuration: Configuration): Configuration {
  const { learners, voters, promotions = [] } = configuration;
  const kept = promotions
    .filter(({ learner }) => learners.includes(learner))
    .map(({ learner, replaces }) =>
      replaces !== undefined && voters.includes(replaces) ? { learner, replaces } : { learner },
    );
  return { ...configuration, promotions: kept };
}

function nameOf(configuration: Configuration, id: MemberId): string {
  return configuration.members.find((member) => member.id === id)?.name ?? `member ${id}`;
}

function stepProblem(current: Configuration, step: MembershipStep): string | undefined {
  if (step.kind === 'add-learner') return additionProblem(current, step);
  const { id } = step;
  const name = nameOf(current, id);
  if (!current.members.some((member) => member.id === id)) return `there is no ${name}`;
  switch (step.kind) {
    case 'promote':
      return current.learners.includes(id) ? undefined : `${name} votes already`;
    case 'demote':
      return current.voters.includes(id) ? undefined : `${name} is a learner already`;
    case 'remove':
      return undefined;
    case 'set-priority':
      return Number.isSafeInteger(step.priority) && Math.abs(step.priority) <= 1_000
        ? undefined
        : 'a priority is a whole number from -1000 to 1000';
  }
}

function additionProblem(
  current: Configuration,
  { member, promote, replaces }: Extract<MembershipStep, { kind: 'add-learner' }>,
): string | undefined {
  if (current.members.some(({ id }) => id === member.id)) return `${member.name} is a member already`;
  if (current.removed?.includes(member.id)) return 'the id was a member once: ids are never given again';
  if (current.members.some(({ name }) => name === member.name)) return `the name ${member.name} is taken`;
  if (replaces === undefined) return undefined;
  if (!promote) return 'a learner that is not to be promoted replaces nobody';
  if (!current.voters.includes(replaces))
    return `${nameOf(current, replaces)} does not vote: remove it instead`;
  return (current.promotions ?? []).some((promotion) => promotion.replaces === replaces)
    ? `${nameOf(current, replaces)} is being replaced already`
    : undefined;
}

function take(current: Configuration, step: MembershipStep): Configuration {
  const without = (ids: readonly MemberId[], id: MemberId): readonly MemberId[] =>
    ids.filter((other) => other !== id);
  switch (step.kind) {
    case 'add-learner': {
      const { member, promote, replaces } = step;
      const promotion = replaces === undefined ? { learner: member.id } : { learner: member.id, replaces };
      return {
        ...current,
        learners: [...current.learners, member.id],
        members: [...current.members, member],
        promotions: promote ? [...(current.promotions ?? []), promotion] : (current.promotions ?? []),
      };
    }
    case 'promote':
      return (current.promotions ?? []).some(({ learner }) => learner === step.id)
        ? current
        : { ...current, promotions: [...(current.promotions ?? []), { learner: step.id }] };
    case 'demote':
      return {
        ...current,
        voters: without(current.voters, step.id),
        learners: [...current.learners, step.id],
      };
    case 'remove':
      return {
        ...current,
        voters: without(current.voters, step.id),
        learners: without(current.learners, step.id),
      };
    case 'set-priority':
      return {
        ...current,
        members: current.members.map((member) =>
          member.id === step.id ? { ...member, priority: step.priority } : member,
        ),
      };
  }
}
