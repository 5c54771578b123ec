/**
 * Members come and go: learners, promotions, demotions, removals, replacements and changes of several voters at
 * once through joint configurations. Asked of the leader, without waiting: what becomes of it is seen in the
 * configurations that are in force.
 */
import type { Configuration, MemberId, MembershipStep } from '../../../raft/index.js';
import { isQuorum } from '../invariants/majorities.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { FaultKind } from './kinds.js';
import type { FaultSetting } from './setting.js';

const MIN_VOTERS = 3;
const MAX_VOTERS = 7;
const MAX_MEMBERS = 9;
/** Changes that are forced although what they leave may not be reachable. */
const FORCED_SHARE = 0.2;

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
function isWise(setting: FaultSetting, voters: readonly MemberId[]): boolean {
  const { cluster, atlas, operator } = setting.options;
  if (voters.length < MIN_VOTERS || voters.length > MAX_VOTERS) return false;
  return isQuorum({ voters, votersOutgoing: [] }, (id) => {
    return atlas.isWhole(id) && !operator.hasGivenUp(cluster.member(id));
  });
}

/** `voters`: who would vote when all of it is done. */
function propose(
  setting: FaultSetting,
  kind: FaultKind,
  text: string,
  leader: SimulatedMember,
  steps: readonly MembershipStep[],
  voters: readonly MemberId[],
): void {
  if (!isWise(setting, voters)) return;
  setting.note(kind, `${text}, asked of ${leader.name}`);
  const force = setting.random.float() < FORCED_SHARE;
  leader.machine.reach(0, () => {
    void leader.store?.raft.changeMembership(steps, { force });
  });
}

/** Somebody to take out: the broken first. */
function candidateForRemoval(setting: FaultSetting, voters: readonly MemberId[]): MemberId | undefined {
  const candidates = voters.filter((id) => !setting.isSpared(id));
  const broken = candidates.filter((id) => setting.options.atlas.damageOf(id) === 'state');
  return setting.pick(broken) ?? setting.pick(candidates);
}

/** A new member, started and not yet named by any configuration; undefined: there are enough. */
function newcomer(setting: FaultSetting): SimulatedMember | undefined {
  const { cluster } = setting.options;
  if (cluster.members.filter((member) => !member.retired).length >= MAX_MEMBERS) return undefined;
  const member = cluster.addMember();
  member.start();
  return member;
}

function addition(member: SimulatedMember, promote: boolean, replaces?: MemberId): MembershipStep {
  const { id, name } = member;
  return {
    kind: 'add-learner',
    member: { id, name, peerAddress: `127.0.0.1:${id}` },
    promote,
    ...(replaces === undefined ? {} : { replaces }),
  };
}

const without = (ids: readonly MemberId[], id: MemberId): readonly MemberId[] =>
  ids.filter((other) => other !== id);

export function addLearner(setting: FaultSetting): void {
  const change = opportunity(setting);
  const member = change === undefined ? undefined : newcomer(setting);
  if (change === undefined || member === undefined) return;
  const { leader, current } = change;
  propose(setting, 'add-learner', member.name, leader, [addition(member, false)], current.voters);
}

/** A learner that becomes a voter by itself. */
export function addVoter(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined || change.current.voters.length >= MAX_VOTERS) return;
  const member = newcomer(setting);
  if (member === undefined) return;
  const { leader, current } = change;
  const voters = [...current.voters, member.id];
  propose(setting, 'add-voter', member.name, leader, [addition(member, true)], voters);
}

export function promote(setting: FaultSetting): void {
  const change = opportunity(setting);
  const id = change === undefined ? undefined : setting.pick(change.current.learners);
  if (change === undefined || id === undefined) {
    addLearner(setting);
    return;
  }
  const { leader, current } = change;
  propose(setting, 'promote', `m${id}`, leader, [{ kind: 'promote', id }], [...current.voters, id]);
}

export function demote(setting: FaultSetting): void {
  const change = opportunity(setting);
  const id = change === undefined ? undefined : candidateForRemoval(setting, change.current.voters);
  if (change === undefined || id === undefined) return;
  const { leader, current } = change;
  propose(setting, 'demote', `m${id}`, leader, [{ kind: 'demote', id }], without(current.voters, id));
}

export function remove(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const { leader, current } = change;
  const learner = setting.random.float() < 0.3 ? setting.pick(current.learners) : undefined;
  const id = learner ?? candidateForRemoval(setting, current.voters);
  if (id === undefined) return;
  propose(setting, 'remove', `m${id}`, leader, [{ kind: 'remove', id }], without(current.voters, id));
}

/** A new member in and a voter out, in one joint change once the new one has caught up. */
export function replace(setting: FaultSetting): void {
  const change = opportunity(setting);
  const out = change === undefined ? undefined : candidateForRemoval(setting, change.current.voters);
  const member = out === undefined ? undefined : newcomer(setting);
  if (change === undefined || out === undefined || member === undefined) return;
  const { leader, current } = change;
  const voters = [...without(current.voters, out), member.id];
  propose(setting, 'replace', `m${out} by ${member.name}`, leader, [addition(member, true, out)], voters);
}

/** Several voters at once, through a joint configuration: out, down, or out and down. */
export function resize(setting: FaultSetting): void {
  const change = opportunity(setting);
  if (change === undefined) return;
  const { leader, current } = change;
  if (current.voters.length - 2 < MIN_VOTERS) {
    addVoter(setting);
    return;
  }
  const first = candidateForRemoval(setting, current.voters);
  const second =
    first === undefined ? undefined : candidateForRemoval(setting, without(current.voters, first));
  if (first === undefined || second === undefined) return;
  const step = (id: MemberId): MembershipStep =>
    setting.random.float() < 0.6 ? { kind: 'remove', id } : { kind: 'demote', id };
  const voters = without(without(current.voters, first), second);
  propose(
    setting,
    'resize',
    `m${first} and m${second} vote no more`,
    leader,
    [step(first), step(second)],
    voters,
  );
}

export function setPriority(setting: FaultSetting): void {
  const change = opportunity(setting);
  const id = change === undefined ? undefined : setting.pick(change.current.voters);
  if (change === undefined || id === undefined) return;
  const priority = setting.random.integer(-2, 3);
  const steps = [{ kind: 'set-priority', id, priority }] as const;
  propose(setting, 'set-priority', `m${id} to ${priority}`, change.leader, steps, change.current.voters);
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
