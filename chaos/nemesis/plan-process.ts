/** Processes that die and processes that stand still: one, the leader, a minority, or all of them. */
import { type ClusterView, type Draw, majorityOf, type PlannedFault, shuffled } from './plan.js';

type Scope = 'one' | 'leader' | 'minority' | 'all';

const scopes: readonly [Scope, ...Scope[]] = ['one', 'leader', 'leader', 'minority', 'minority', 'all'];

/** Of those that run. The leader is one of them when the scope says so; a minority is never more than that. */
function victims({ random, deal }: Draw, view: ClusterView): readonly string[] {
  const running = view.members.filter((member) => member.running).map(({ name }) => name);
  const { leader } = view;
  switch (deal(scopes)) {
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
      return shuffled(random, running).slice(0, 1);
  }
}

const plural = (members: readonly string[], all: number): string =>
  members.length === all && all > 1 ? `all (${members.join(',')})` : members.join(',');

export function planKill(draw: Draw, view: ClusterView): PlannedFault | undefined {
  const members = victims(draw, view).toSorted();
  if (members.length === 0) return undefined;
  return {
    plan: { kind: 'kill', members },
    text: `kill -9 ${plural(members, view.members.length)}`,
    members,
  };
}

export function planPause(draw: Draw, view: ClusterView): PlannedFault | undefined {
  const members = victims(draw, view).toSorted();
  if (members.length === 0) return undefined;
  return { plan: { kind: 'pause', members }, text: `pause ${plural(members, view.members.length)}`, members };
}
