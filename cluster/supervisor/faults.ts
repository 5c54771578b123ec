/** Faults on purpose, in terms of the supervisor. Names are checked before anything happens. */
import { clockFaultProblem, diskFaultProblem, partitionFaults } from '../../platform/index.js';
import type { ClusterFaults, ClusterStatus } from '../cluster.js';
import { UserError } from '../user-error.js';
import type { Supervisor } from './supervisor.js';

export interface FaultControlOptions {
  readonly supervisor: Supervisor;
  readonly enabled: boolean;
  status(): Promise<ClusterStatus>;
}

export function faultControl(options: FaultControlOptions): ClusterFaults {
  const { supervisor } = options;
  const names = (): readonly string[] => supervisor.members().map((member) => member.name);

  const allow = (): void => {
    if (options.enabled) return;
    throw new UserError('this cluster was not started for faults: start it with --faults');
  };
  const known = (name: string): string => {
    if (names().includes(name)) return name;
    throw new UserError(`there is no member ${name}; the members are ${names().join(', ')}`);
  };
  const resolveMember = async (name: string): Promise<string> => {
    allow();
    if (name !== 'leader') return known(name);
    const { leader } = await options.status();
    if (leader === undefined) throw new UserError('there is no leader at the moment');
    return leader;
  };

  return {
    async partition(groups) {
      allow();
      const seen = new Set<string>();
      for (const name of groups.flat()) {
        if (seen.has(known(name))) throw new UserError(`${name} stands in more than one group`);
        seen.add(name);
      }
      if (seen.size === 0) throw new UserError('a partition needs at least one group of members');
      supervisor.setLinkFaults(partitionFaults(names(), groups));
    },
    async isolate(name) {
      const member = await resolveMember(name);
      const rest = names().filter((other) => other !== member);
      supervisor.setLinkFaults(partitionFaults(names(), [[member], rest]));
      return member;
    },
    async links(faults) {
      allow();
      supervisor.setLinkFaults(faults);
    },
    async kill(name) {
      const member = await resolveMember(name);
      await supervisor.kill(member);
      return member;
    },
    async restart(name) {
      const member = await resolveMember(name);
      await supervisor.restart(member);
      return member;
    },
    async pause(name) {
      const member = await resolveMember(name);
      supervisor.pause(member);
      return member;
    },
    async resume(name) {
      const member = await resolveMember(name);
      supervisor.resume(member);
      return member;
    },
    async clock(name, fault) {
      const member = await resolveMember(name);
      const problem = clockFaultProblem(fault);
      if (problem !== undefined) throw new UserError(problem);
      const nothing = (fault.offsetMilliseconds ?? 0) === 0 && (fault.rate ?? 1) === 1;
      supervisor.setClockFault(member, nothing ? undefined : fault);
      return member;
    },
    async disk(name, fault) {
      const member = await resolveMember(name);
      const problem = diskFaultProblem(fault);
      if (problem !== undefined) throw new UserError(problem);
      supervisor.setDiskFault(member, fault.syncDelayMilliseconds === 0 ? undefined : fault);
      return member;
    },
    async heal() {
      allow();
      supervisor.setLinkFaults([]);
      for (const name of names()) {
        supervisor.resume(name);
        supervisor.setClockFault(name, undefined);
        supervisor.setDiskFault(name, undefined);
      }
    },
  };
}
