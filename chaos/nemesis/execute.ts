/** Does to a running cluster what a plan says, and undoes it. Thin: every decision is the plan's. */
import { type Cluster, isUserError, UserError } from '../../cluster/index.js';
import type { LinkFault, LinkFaults } from '../../platform/index.js';
import { type LiveMembership, membershipOf } from './membership.js';
import type { ClusterView, FaultPlan, MembershipChange } from './plan.js';

export interface Executor {
  look(): Promise<ClusterView>;
  /** Resolves when it is done, with what ends it. Rejects with a UserError when the cluster refuses. */
  begin(plan: FaultPlan): Promise<() => Promise<void>>;
  /** Ends everything: every link works, every process runs, every clock is right. */
  healAll(): Promise<void>;
}

type LinkSource = Extract<FaultPlan, { readonly links: LinkFaults }>['kind'];

/** One fault a link: a cut is stronger than a bad link. */
export function mergedLinks(sources: ReadonlyMap<LinkSource, LinkFaults>): LinkFaults {
  const merged = new Map<string, LinkFault>();
  for (const source of ['link', 'partition'] as const) {
    for (const fault of sources.get(source) ?? []) merged.set(`${fault.from} ${fault.to}`, fault);
  }
  return [...merged.values()];
}

export function clusterExecutor(cluster: Cluster): Executor {
  const links = new Map<LinkSource, LinkFaults>();
  const initialVoters = cluster.members.length;

  const names = (): readonly string[] => cluster.members.map(({ name }) => name);
  const setLinks = (): Promise<void> => {
    const known = new Set(names());
    return cluster.faults.links(
      mergedLinks(links).filter(({ from, to }) => known.has(from) && known.has(to)),
    );
  };
  /** A member that was removed meanwhile needs no mending. */
  const each = async (
    members: readonly string[],
    act: (member: string) => Promise<unknown>,
  ): Promise<void> => {
    await Promise.all(members.filter((member) => names().includes(member)).map(act));
  };
  const restartKilled = async (members: readonly string[]): Promise<void> => {
    const { members: now } = await cluster.status();
    const killed = now.filter((member) => member.process === 'killed').map(({ name }) => name);
    await each(
      members.filter((member) => killed.includes(member)),
      (member) => cluster.faults.restart(member),
    );
  };

  return {
    async look() {
      const status = await cluster.status();
      return {
        members: status.members.map((member) => ({
          name: member.name,
          running: member.process === 'running',
          voter: member.role !== 'learner',
        })),
        leader: status.leader,
        initialVoters,
      };
    },

    async begin(plan) {
      switch (plan.kind) {
        case 'partition':
        case 'link': {
          const { kind } = plan;
          links.set(kind, plan.links);
          await setLinks();
          return async () => {
            links.delete(kind);
            await setLinks();
          };
        }
        case 'kill':
          await each(plan.members, (member) => cluster.faults.kill(member));
          return () => restartKilled(plan.members);
        case 'pause':
          await each(plan.members, (member) => cluster.faults.pause(member));
          return () => each(plan.members, (member) => cluster.faults.resume(member));
        case 'clock':
          for (const { member, fault } of plan.clocks) await cluster.faults.clock(member, fault);
          return () =>
            each(
              plan.clocks.map(({ member }) => member),
              (member) => cluster.faults.clock(member, {}),
            );
        case 'member':
          await change(requireMembership(cluster), plan);
          return () => Promise.resolve();
      }
    },

    async healAll() {
      links.clear();
      await cluster.faults.heal();
      // One whose start went wrong while the network was bad may need another try.
      await restartKilled(names()).catch((error: unknown) => {
        if (!isUserError(error)) throw error;
      });
    },
  };
}

export function requireMembership(cluster: Cluster): LiveMembership {
  const membership = membershipOf(cluster);
  if (membership !== undefined) return membership;
  throw new UserError(
    'the nemesis member needs live membership changes, which this cluster cannot do: leave it out',
  );
}

async function change(membership: LiveMembership, plan: MembershipChange): Promise<void> {
  switch (plan.change) {
    case 'add':
      await membership.add();
      break;
    case 'remove':
      await membership.remove(plan.member);
      break;
    case 'replace':
      await membership.replace(plan.member);
      break;
    case 'move-leader':
      await membership.moveLeader(plan.member);
      break;
  }
}
