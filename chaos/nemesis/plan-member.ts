/** Membership that changes under load: members come, go, are replaced, and the leadership moves. */
import { type ClusterView, type Draw, type PlannedFault, pick } from './plan.js';

/** Never below this, and never more than so many above the beginning. */
const fewestVoters = 3;
const mostExtraVoters = 2;

export function planMember({ random }: Draw, view: ClusterView): PlannedFault | undefined {
  const voters = view.members.filter(({ voter }) => voter).map(({ name }) => name);
  const somebody = pick(random, voters);
  if (somebody === undefined) return undefined;
  const changes: PlannedFault[] = [];
  const other = pick(
    random,
    voters.filter((name) => name !== view.leader),
  );
  if (other !== undefined) {
    changes.push({
      plan: { kind: 'member', change: 'move-leader', member: other },
      text: `leadership to ${other}`,
      members: [other],
    });
  }
  if (voters.length < view.initialVoters + mostExtraVoters) {
    changes.push({ plan: { kind: 'member', change: 'add' }, text: 'a member more', members: [] });
  }
  if (voters.length > fewestVoters) {
    changes.push({
      plan: { kind: 'member', change: 'remove', member: somebody },
      text: `${somebody} removed`,
      members: [somebody],
    });
  }
  changes.push({
    plan: { kind: 'member', change: 'replace', member: somebody },
    text: `${somebody} replaced`,
    members: [somebody],
  });
  return pick(random, changes);
}
