/**
 * Who the members are, as bytes in the log and as rules about which configuration may follow which
 * (dissertation, chapter 4).
 */
import type { Configuration, Member, MemberId, Promotion } from './types.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A configuration never changes, and stands in every snapshot and truncation from its entry on. */
const encodings = new WeakMap<Configuration, Uint8Array>();

/** The same configuration gives the same bytes on every member; what is empty or at its default is left out. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  let encoding = encodings.get(configuration);
  if (encoding === undefined) {
    encoding = encode(configuration);
    encodings.set(configuration, encoding);
  }
  return encoding;
}

function encode(configuration: Configuration): Uint8Array {
  const sorted = (ids: readonly MemberId[]): readonly MemberId[] => [...ids].sort((a, b) => a - b);
  const { learnersNext = [], promotions = [], removed = [] } = configuration;
  const members = [...configuration.members].sort((a, b) => a.id - b.id);
  return encoder.encode(
    JSON.stringify({
      voters: sorted(configuration.voters),
      votersOutgoing: sorted(configuration.votersOutgoing),
      learners: sorted(configuration.learners),
      ...(learnersNext.length === 0 ? {} : { learnersNext: sorted(learnersNext) }),
      members: members.map(({ id, name, peerAddress, priority = 0 }) =>
        priority === 0 ? { id, name, peerAddress } : { id, name, peerAddress, priority },
      ),
      ...(promotions.length === 0 ? {} : { promotions: promotions.map(plainPromotion) }),
      ...(removed.length === 0 ? {} : { removed }),
    }),
  );
}

function plainPromotion({ learner, replaces }: Promotion): Promotion {
  return replaces === undefined ? { learner } : { learner, replaces };
}

const isId = (value: unknown): value is MemberId => Number.isSafeInteger(value);

function readIds(value: unknown, field: string): readonly MemberId[] {
  if (!Array.isArray(value) || !value.every(isId)) {
    throw new TypeError(`configuration: ${field} must be a list of member ids`);
  }
  // Whoever stood in a list twice would be counted twice.
  if (new Set(value).size !== value.length)
    throw new TypeError(`configuration: ${field} names a member twice`);
  return value;
}

function readMember(value: unknown): Member {
  if (typeof value === 'object' && value !== null) {
    const { id, name, peerAddress, priority } = value as Record<string, unknown>;
    if (isId(id) && typeof name === 'string' && typeof peerAddress === 'string') {
      return Number.isSafeInteger(priority)
        ? { id, name, peerAddress, priority: priority as number }
        : { id, name, peerAddress };
    }
  }
  throw new TypeError('configuration: a member needs id, name and peerAddress');
}

function readPromotion(value: unknown): Promotion {
  if (typeof value === 'object' && value !== null) {
    const { learner, replaces } = value as Record<string, unknown>;
    if (isId(learner) && (replaces === undefined || isId(replaces))) {
      return replaces === undefined ? { learner } : { learner, replaces };
    }
  }
  throw new TypeError('configuration: a promotion needs a learner');
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
  const { voters, votersOutgoing, learners, learnersNext, members, promotions, removed } = value as Record<
    string,
    unknown
  >;
  if (!Array.isArray(members)) throw new TypeError('configuration: members must be a list');
  if (promotions !== undefined && !Array.isArray(promotions)) {
    throw new TypeError('configuration: promotions must be a list');
  }
  return {
    voters: readIds(voters, 'voters'),
    votersOutgoing: readIds(votersOutgoing, 'votersOutgoing'),
    learners: readIds(learners, 'learners'),
    ...(learnersNext === undefined ? {} : { learnersNext: readIds(learnersNext, 'learnersNext') }),
    members: members.map(readMember),
    ...(promotions === undefined ? {} : { promotions: promotions.map(readPromotion) }),
    ...(removed === undefined ? {} : { removed: readIds(removed, 'removed') }),
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

/**
 * The configuration that ends a joint one: the incoming half alone. Whoever is in no role any more is removed,
 * and so is what was planned for it.
 */
export function leaveJoint(configuration: Configuration): Configuration {
  const { learnersNext: _, ...rest } = configuration;
  return dropUnneeded({
    ...rest,
    votersOutgoing: [],
    learners: [...configuration.learners, ...(configuration.learnersNext ?? [])],
  });
}

/** Without the members that have no role, whose ids are remembered as removed. */
export function dropUnneeded(configuration: Configuration): Configuration {
  const remaining = new Set([...replicationTargets(configuration), ...(configuration.learnersNext ?? [])]);
  const gone = configuration.members.filter(({ id }) => !remaining.has(id)).map(({ id }) => id);
  if (gone.length === 0) return configuration;
  return {
    ...configuration,
    members: configuration.members.filter(({ id }) => remaining.has(id)),
    removed: [...(configuration.removed ?? []), ...gone],
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
  for (const ids of [next.voters, next.votersOutgoing, next.learners]) {
    if (new Set(ids).size !== ids.length) return 'a member stands in a list twice';
  }
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
