/**
 * Members come and go: learners, promotions, demotions, removals, replacements and changes of several voters at
 * once through joint configurations. Asked of the leader, without waiting: what becomes of it is seen in the
 * configurations that are in force.
 */
import type { Configuration, MemberId } from '../../../raft/index.js';
import { isQuorum } from '../invariants/majorities.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { FaultKind } from './kinds.js';
import type { FaultSetting } from './setting.js';

const MIN_VOTERS = 3;
const MAX_VOTERS = 7;
const MAX_MEMBERS = 9;
const TIMEOUT_MILLISECONDS = 3_000;
/** A learner this close to the leader may vote. */
const CAUGHT_UP_ENTRIES = 20;

interface Change {
  readonly leader: SimulatedMember;
  readonly current: Configuration;
}

/** A leader that is free to change its configuration. */
function opportunity(setting: FaultSetting): Change | undefined {
  const leader = setting.options.cluster.leader();
  const current = leader?.status?.configuration;
  if (leader?.store === undefined || current === undefined || current.votersOutgoing.length > 0)
    return undefined;
  return { leader, current };
}

/** Only into what has a quorum of members that are whole and kept running. */
function isWise(setting: FaultSetting, next: Configuration): boolean {
  const { cluster, atlas, operator } = setting.options;
  const { length } = next.voters;
  if (length < MIN_VOTERS || length > MAX_VOTERS) return false;
  return isQuorum({ ...next, votersOutgoing: [] }, (id) => {
    return atlas.isWhole(id) && !operator.hasGivenUp(cluster.member(id));
  });
}

function propose(
  setting: FaultSetting,
  kind: FaultKind,
  text: string,
  change: Change,
  next: Configuration,
): void {
  if (!isWise(setting, next)) return;
  const { leader } = change;
  setting.note(kind, `${text}, asked of ${leader.name}`);
  leader.machine.reach(0, () => {
    void leader.store?.raft.proposeConfiguration(next, { timeoutMilliseconds: TIMEOUT_MILLISECONDS });
  });
}

/** The change of voters in one step when it is one, else through a joint configuration. */
function withVoters(current: Configuration, voters: readonly MemberId[]): Configuration {
  const added = voters.filter((id) => !current.voters.includes(id));
  const removed = current.voters.filter((id) => !voters.includes(id));
  const single = added.length + removed.length <= 1;
  return {
    ...current,
    voters,
    votersOutgoing: single ? [] : current.voters,
    learners: current.learners.filter((id) => !voters.includes(id)),
    // Whoever leaves is described until the joint configuration is left.
    members: current.members.filter(
      ({ id }) => voters.includes(id) || current.learners.includes(id) || (!single && removed.includes(id)),
    ),
  };
}

/** Learners that hold about all that the leader has. */
function readyLearners({ leader, current }: Change): readonly MemberId[] {
  const status = leader.store?.raft.status();
  if (status === undefined) return [];
  return current.learners.filter((id) => {
    const peer = status.peers.find((candidate) => candidate.id === id);
    return peer !== undefined && peer.matchIndex + CAUGHT_UP_ENTRIES >= status.lastIndex;
  });
}

/** Somebody to take out: the broken first. */
function candidateForRemoval(setting: FaultSetting, current: Configuration): MemberId | undefined {
  const voters = current.voters.filter((id) => !setting.isSpared(id));
  const broken = voters.filter((id) => setting.options.atlas.damageOf(id) === 'state');
  return setting.pick(broken) ?? setting.pick(voters);
}

export function addLearner(setting: FaultSetting): void {
  const { cluster } = setting.options;
  const change = opportunity(setting);
  if (change === undefined || change.current.members.length >= MAX_MEMBERS) return;
  const { current } = change;
  if (cluster.members.filter((member) => !member.retired).length >= MAX_MEMBERS) return;
  const member = cluster.addMember();
  member.start();
  const next = {
    ...current,
    learners: [...current.learners, member.id],
    members: [
      ...current.members,
      { id: member.id, name: member.name, peerAddress: `127.0.0.1:${member.id}` },
    ],
  };
  propose(setting, 'add-learner', member.name, change, next);
}

export function promote(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const id = setting.pick(readyLearners(change));
  if (id === undefined) {
    addLearner(setting);
    return;
  }
  propose(setting, 'promote', `m${id}`, change, withVoters(change.current, [...change.current.voters, id]));
}

export function demote(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const id = candidateForRemoval(setting, change.current);
  if (id === undefined) return;
  const { current } = change;
  const next = {
    ...current,
    voters: current.voters.filter((voter) => voter !== id),
    learners: [...current.learners, id],
  };
  propose(setting, 'demote', `m${id}`, change, next);
}

export function remove(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const id = candidateForRemoval(setting, change.current);
  if (id === undefined) return;
  const voters = change.current.voters.filter((voter) => voter !== id);
  propose(setting, 'remove', `m${id}`, change, withVoters(change.current, voters));
}

/** A learner in and a voter out, in one joint change. */
export function replace(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const learner = setting.pick(readyLearners(change));
  if (learner === undefined) {
    addLearner(setting);
    return;
  }
  const { current } = change;
  const out = candidateForRemoval(setting, current);
  if (out === undefined) return;
  const voters = [...current.voters.filter((id) => id !== out), learner];
  propose(setting, 'replace', `m${out} by m${learner}`, change, withVoters(current, voters));
}

/** Two voters more, or two less, at once. */
export function resize(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const { current } = change;
  const ready = readyLearners(change);
  if (ready.length >= 2 && current.voters.length + 2 <= MAX_VOTERS) {
    const voters = [...current.voters, ...ready.slice(0, 2)];
    propose(setting, 'resize', `m${ready[0]} and m${ready[1]} join`, change, withVoters(current, voters));
    return;
  }
  if (current.voters.length - 2 < MIN_VOTERS) {
    addLearner(setting);
    return;
  }
  const out = new Set<MemberId>();
  while (out.size < 2) {
    const id = candidateForRemoval(setting, {
      ...current,
      voters: current.voters.filter((voter) => !out.has(voter)),
    });
    if (id === undefined) return;
    out.add(id);
  }
  const voters = current.voters.filter((id) => !out.has(id));
  propose(
    setting,
    'resize',
    `${[...out].map((id) => `m${id}`).join(' and ')} leave`,
    change,
    withVoters(current, voters),
  );
}

/** Leadership is handed to a random voter. */
export function transfer(setting: FaultSetting): void {
  const change = opportunity(setting);
  const to = change === undefined ? undefined : setting.pick(change.current.voters);
  if (change === undefined || to === undefined) return;
  const { leader } = change;
  setting.note('transfer', `${leader.name} to m${to}`);
  leader.machine.reach(0, () => {
    void leader.store?.raft.transferLeadership(to);
  });
}
