/** The table of `kuorum member list`. */
import type { ClusterMembershipEntry } from '../cluster/index.js';
import { textTable } from '../platform/index.js';

function roleOf(member: ClusterMembershipEntry): string {
  if (member.leader) return 'leader';
  if (member.role === 'voter') return 'voter';
  if (!member.promoting) return 'learner';
  const percent = member.caughtUp === undefined ? '' : `, ${Math.floor(member.caughtUp * 100)}%`;
  const place = member.replaces === undefined ? '' : `, replaces ${member.replaces}`;
  return `learner (to vote${place}${percent})`;
}

export function memberTable(members: readonly ClusterMembershipEntry[]): string {
  return textTable([
    ['MEMBER', 'ID', 'ROLE', 'PRIORITY', 'PROCESS'],
    ...members.map((member) => [
      member.name,
      String(member.id),
      roleOf(member),
      String(member.priority),
      member.process ?? '-',
    ]),
  ]);
}
