/** An order about the membership as it comes over the control socket, checked for shape before anything acts on it. */
import { UserError } from '../user-error.js';
import type { MembershipControl } from './membership.js';
import type { Watching } from './waiting.js';

export type MembershipRequest =
  | {
      readonly kind: 'add';
      readonly name?: string;
      readonly learner?: boolean;
      readonly priority?: number;
      readonly count?: number;
    }
  | { readonly kind: 'remove' | 'demote' | 'replace'; readonly member: string; readonly force: boolean }
  | { readonly kind: 'promote' | 'move-leader'; readonly member: string }
  | { readonly kind: 'priority'; readonly member: string; readonly priority: number };

const maxCount = 7;
export const maxPriority = 1_000;

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 64;
const isOptionalFlag = (value: unknown): value is boolean | undefined =>
  value === undefined || typeof value === 'boolean';
const isPriority = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Math.abs(value as number) <= maxPriority;
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= maxCount;

function parseAdd(value: Readonly<Record<string, unknown>>): MembershipRequest {
  const { name, learner, priority, count } = value;
  if (name !== undefined && !isName(name)) throw new UserError('the name of a new member is a text');
  if (!isOptionalFlag(learner)) throw new UserError('learner is true or false');
  if (priority !== undefined && !isPriority(priority)) throw new UserError(priorityRange);
  if (count !== undefined && !isCount(count)) throw new UserError(`count is from 1 to ${maxCount}`);
  if (name !== undefined && count !== undefined && count !== 1) {
    throw new UserError("a name is one member's: leave --count out, or --name");
  }
  return {
    kind: 'add',
    ...(name === undefined ? {} : { name }),
    ...(learner === undefined ? {} : { learner }),
    ...(priority === undefined ? {} : { priority }),
    ...(count === undefined ? {} : { count }),
  };
}

const priorityRange = `a priority is a whole number from -${maxPriority} to ${maxPriority}`;

/** Throws a UserError for anything that is not an order about the membership. */
export function parseMembershipRequest(value: unknown): MembershipRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError('an order about the membership is an object with a kind');
  }
  const request = value as Readonly<Record<string, unknown>>;
  const { kind, member, force = false, priority } = request;
  if (kind === 'add') return parseAdd(request);
  switch (kind) {
    case 'remove':
    case 'demote':
    case 'replace':
      if (!isName(member)) throw new UserError(`${kind} needs a member`);
      if (typeof force !== 'boolean') throw new UserError('force is true or false');
      return { kind, member, force };
    case 'promote':
    case 'move-leader':
      if (!isName(member)) throw new UserError(`${kind} needs a member`);
      return { kind, member };
    case 'priority':
      if (!isName(member)) throw new UserError('priority needs a member');
      if (!isPriority(priority)) throw new UserError(priorityRange);
      return { kind, member, priority };
    default:
      throw new UserError(`unknown order ${String(kind)}`);
  }
}

/** Resolves with the members it was done to; of `replace`, with the new one. */
export async function applyMembershipRequest(
  membership: MembershipControl,
  request: MembershipRequest,
  watching: Watching,
): Promise<readonly string[]> {
  switch (request.kind) {
    case 'add':
      return membership.addAll(request, watching);
    case 'remove':
      return [await membership.remove(request.member, request)];
    case 'demote':
      return [await membership.demote(request.member, request)];
    case 'replace':
      return [await membership.replace(request.member, request, watching)];
    case 'promote':
      return [await membership.promote(request.member, watching)];
    case 'move-leader':
      return [await membership.moveLeader(request.member)];
    case 'priority':
      return [await membership.setPriority(request.member, request.priority)];
  }
}
