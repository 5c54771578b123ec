/** A configuration in the words of its administrators, and what a change has made of it. Pure. */
import type { Configuration, RaftStatus } from '../../raft/index.js';
import { encodeConfiguration } from '../../raft/index.js';
import type { MemberDescription, Membership, MembershipStep } from '../cluster-admin.js';

export function isJoint(configuration: Configuration): boolean {
  return configuration.votersOutgoing.length > 0;
}

export function sameConfiguration(left: Configuration, right: Configuration): boolean {
  return Buffer.from(encodeConfiguration(left)).equals(encodeConfiguration(right));
}

/** @param peers what the leader knows of the others; empty elsewhere */
export function describeMembers(
  configuration: Configuration,
  peers: RaftStatus['peers'],
): readonly MemberDescription[] {
  const { voters, votersOutgoing, promotions = [] } = configuration;
  return configuration.members.map(({ id, name, peerAddress, priority = 0 }) => {
    const promotion = promotions.find(({ learner }) => learner === id);
    const peer = peers.find((candidate) => candidate.id === id);
    return {
      id,
      name,
      peerAddress,
      role: voters.includes(id) || votersOutgoing.includes(id) ? 'voter' : 'learner',
      priority,
      promotion: promotion === undefined ? undefined : { replaces: promotion.replaces },
      progress:
        peer === undefined ? undefined : { matchIndex: peer.matchIndex, snapshot: peer.state === 'snapshot' },
    };
  });
}

function stepTaken(
  { members, removed }: Pick<Membership, 'members' | 'removed'>,
  step: MembershipStep,
): boolean {
  const find = (id: number): MemberDescription | undefined => members.find((member) => member.id === id);
  switch (step.kind) {
    case 'add-learner':
      // It may have been removed again since.
      return find(step.member.id) !== undefined || removed.includes(step.member.id);
    case 'promote': {
      const member = find(step.id);
      return member !== undefined && (member.role === 'voter' || member.promotion !== undefined);
    }
    case 'demote':
      return find(step.id)?.role === 'learner';
    case 'remove':
      return find(step.id) === undefined;
    case 'set-priority':
      return find(step.id)?.priority === step.priority;
  }
}

/** Whether the membership is what the steps lead to. Only for one that is settled. */
export function stepsTaken(
  membership: Pick<Membership, 'members' | 'removed'>,
  steps: readonly MembershipStep[],
): boolean {
  return steps.every((step) => stepTaken(membership, step));
}
