/**
 * Who the members are, as bytes in the log and as rules about which configuration may follow which
 * (dissertation, chapter 4).
 */
import type { Configuration, Member, MemberId } from './types.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The same configuration gives the same bytes on every member. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const sorted = (ids: readonly MemberId[]): readonly MemberId[] => [...ids].sort((a, b) => a - b);
  const members = [...configuration.members].sort((a, b) => a.id - b.id);
  return encoder.encode(
    JSON.stringify({
      voters: sorted(configuration.voters),
      votersOutgoing: sorted(configuration.votersOutgoing),
      learners: sorted(configuration.learners),
      members: members.map(({ id, name, peerAddress }) => ({ id, name, peerAddress })),
    }),
  );
}

function readIds(value: unknown, field: string): readonly MemberId[] {
  if (!Array.isArray(value) || !value.every((id): id is number => Number.isSafeInteger(id))) {
    throw new TypeError(`configuration: ${field} must be a list of member ids`);
  }
  return value;
}

function readMember(value: unknown): Member {
  if (typeof value === 'object' && value !== null) {
    const { id, name, peerAddress } = value as Record<string, unknown>;
    if (Number.isSafeInteger(id) && typeof name === 'string' && typeof peerAddress === 'string') {
      return { id: id as number, name, peerAddress };
    }
  }
  throw new TypeError('configuration: a member needs id, name and peerAddress');
}

/** Throws TypeError when the bytes are no configuration. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new TypeError('configuration: not JSON', { cause: error });
  }
  if (typeof value !== 'object' || value === null) throw new TypeError('configuration: not an object');
  const { voters, votersOutgoing, learners, members } = value as Record<string, unknown>;
  if (!Array.isArray(members)) throw new TypeError('configuration: members must be a list');
  return {
    voters: readIds(voters, 'voters'),
    votersOutgoing: readIds(votersOutgoing, 'votersOutgoing'),
    learners: readIds(learners, 'learners'),
    members: members.map(readMember),
  };
}

/** A member of either half of a joint configuration votes. */
export function isVoter(configuration: Configuration, id: MemberId): boolean {
  return configuration.voters.includes(id) || configuration.votersOutgoing.includes(id);
}

export function isJoint(configuration: Configuration): boolean {
  return configuration.votersOutgoing.length > 0;
}

/** Everyone who receives entries: both halves' voters and the learners, each once. */
export function replicationTargets(configuration: Configuration): readonly MemberId[] {
  return [...new Set([...configuration.voters, ...configuration.votersOutgoing, ...configuration.learners])];
}

/** The configuration that ends a joint one: the incoming half alone. */
export function leaveJoint(configuration: Configuration): Configuration {
  const remaining = new Set([...configuration.voters, ...configuration.learners]);
  return {
    ...configuration,
    votersOutgoing: [],
    members: configuration.members.filter((member) => remaining.has(member.id)),
  };
}

function sameIds(left: readonly MemberId[], right: readonly MemberId[]): boolean {
  const ids = new Set(left);
  return ids.size === new Set(right).size && right.every((id) => ids.has(id));
}

/**
 * What forbids `next` right after `current`; undefined when it is allowed. Majorities of neighbours must
 * overlap: one voter more or less at a time (section 4.1), else through a joint configuration (section 4.3).
 */
export function transitionProblem(current: Configuration, next: Configuration): string | undefined {
  if (next.voters.length === 0) return 'a configuration needs at least one voter';
  const described = new Set(next.members.map((member) => member.id));
  for (const id of replicationTargets(next)) {
    if (!described.has(id)) return `member ${id} is not described`;
  }
  if (next.learners.some((id) => isVoter(next, id))) return 'a learner cannot vote as well';
  if (isJoint(current)) {
    return isJoint(next) || !sameIds(next.voters, current.voters)
      ? 'a joint configuration is followed by its incoming half alone'
      : undefined;
  }
  if (isJoint(next)) {
    return sameIds(next.votersOutgoing, current.voters)
      ? undefined
      : 'the outgoing half of a joint configuration is the current configuration';
  }
  const added = next.voters.filter((id) => !current.voters.includes(id)).length;
  const removed = current.voters.filter((id) => !next.voters.includes(id)).length;
  return added + removed <= 1 ? undefined : 'more than one voter changes: use a joint configuration';
}
