/** Processes that die and processes that stand still: one, the leader, a minority, or all of them. */
import type { Random } from '../../platform/index.js';
import { type ClusterView, majorityOf, type PlannedFault, pick, shuffled } from './plan.js';

const scopes = ['one', 'leader', 'leader', 'minority', 'minority', 'all'] as const;

/** Of those that run. The leader is one of them when the scope says so; a minority is never more than that. */
function victims(random: Random, view: ClusterView): readonly string[] {
  const running = view.members.filter((member) => member.running).map(({ name }) => name);
  const { leader } = view;
  switch (pick(random, scopes)) {
    case 'leader':
      if (leader !== undefined && running.includes(leader)) return [leader];
      return shuffled(random, running).slice(0, 1);
    case 'minority': {
      // Also counting those that are down already.
      const down = view.members.length - running.length;
      const most = view.members.length - majorityOf(view.members.length) - down;
      return most <= 0 ? [] : shuffled(random, running).slice(0, random.integer(1, most + 1));
    }
    case 'all':
      return running;
    case 'one':
    case undefined:
      return shuffled(random, running).slice(0, 1);
  }
}

const plural = (members: readonly string[], all: number): string =>
  members.length === all && all > 1 ? `all (${members.join(',')})` : members.join(',');

export function planKill(random: Random, view: ClusterView): PlannedFault | undefined {
  const members = victims(random, view).toSorted();
  if (members.length === 0) return undefined;
  return {
    plan: { kind: 'kill', members },
    text: `kill -9 ${plural(members, view.members.length)}`,
    members,
  };
}

export function planPause(random: Random, view: ClusterView): PlannedFault | undefined {
  const members = victims(random, view).toSorted();
  if (members.length === 0) return undefined;
  return { plan: { kind: 'pause', members }, text: `pause ${plural(members, view.members.length)}`, members };
}
