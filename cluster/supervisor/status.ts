/** Puts together what the supervisor knows and what the members say about themselves. */
import type { Clock } from '../../platform/index.js';
import type { BackupStatus, ClusterMemberStatus, ClusterStatus, MemberRole } from '../cluster.js';
import type { MemberReport } from '../member/protocol.js';
import type { SupervisedMember, Supervisor } from './supervisor.js';

/** A member that is stopped or hangs must not hold up the table of the others. */
export const reportTimeoutMilliseconds = 1_000;

export interface StatusInput {
  readonly name: string;
  readonly clusterId: string;
  readonly url: string;
  readonly faultsEnabled: boolean;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly cpu: CpuMeter;
  readonly backups: BackupStatus | undefined;
  /** The front door's view. */
  ready(member: string): boolean;
  unreadyReason(member: string): string | undefined;
  /** What is committed about it. */
  describe(member: string): { readonly role: MemberRole; readonly priority: number } | undefined;
}

/** Turns cumulative CPU time into a percentage of one core since the last look. */
export class CpuMeter {
  readonly #last = new Map<string, { readonly pid: number; readonly at: number; readonly cpu: number }>();

  percent(
    name: string,
    pid: number,
    nowMilliseconds: number,
    startedMilliseconds: number,
    cpuMilliseconds: number,
  ): number {
    const last = this.#last.get(name);
    const since = last?.pid === pid ? last : { at: startedMilliseconds, cpu: 0 };
    this.#last.set(name, { pid, at: nowMilliseconds, cpu: cpuMilliseconds });
    const elapsed = nowMilliseconds - since.at;
    return elapsed <= 0 ? 0 : Math.round(((cpuMilliseconds - since.cpu) / elapsed) * 1000) / 10;
  }
}

/**
 * The member that leads: of those that say so the one in the highest term, since a cut-off leader of an older
 * term still believes in itself.
 */
export function leaderOf(
  reports: readonly {
    readonly name: string;
    readonly report: Pick<MemberReport, 'role' | 'term'> | undefined;
  }[],
): string | undefined {
  let best: { readonly name: string; readonly term: number } | undefined;
  for (const { name, report } of reports) {
    if (report?.role === 'leader' && (best === undefined || report.term > best.term))
      best = { name, term: report.term };
  }
  return best?.name;
}

function health(
  member: SupervisedMember,
  report: MemberReport | undefined,
  unready: string | undefined,
): string {
  switch (member.state) {
    case 'killed':
      return 'killed by a fault';
    case 'paused':
      return 'paused by a fault';
    case 'restarting':
      return member.refusal ?? 'died, starts again soon';
    case 'refused':
      if (member.removed) return 'removed from the cluster';
      return `${member.refusal ?? 'it refuses to run'}: kuorum member replace ${member.name}`;
    case 'stopped':
      return 'stopped';
    case 'starting':
      return 'starting';
    case 'running':
      if (report === undefined) return 'does not answer';
      if (report.failure !== undefined) return report.failure.split('\n')[0] ?? 'failed';
      if (report.condition === 'recovering') return 'recovering: its log was behind what it had promised';
      if (!report.hasQuorum) return 'no quorum';
      return unready ?? report.warnings[0] ?? 'ok';
  }
}

function memberStatus(
  input: StatusInput,
  member: SupervisedMember,
  report: MemberReport | undefined,
  highestCommitIndex: number,
): ClusterMemberStatus {
  const now = input.clock.monotonicMilliseconds();
  const cpu =
    report === undefined || member.pid === undefined
      ? undefined
      : input.cpu.percent(member.name, member.pid, now, member.startedMilliseconds, report.cpuMilliseconds);
  return {
    name: member.name,
    id: member.id,
    pid: member.pid,
    process: member.state,
    role: report?.role,
    term: report?.term,
    leader: report?.leader,
    commitIndex: report?.commitIndex,
    appliedIndex: report?.appliedIndex,
    lag: report === undefined ? undefined : Math.max(0, highestCommitIndex - report.appliedIndex),
    revision: report?.revision,
    databaseBytes: report?.databaseBytes,
    stateHash: report?.stateHash,
    hasQuorum: report?.hasQuorum ?? false,
    ready: input.ready(member.name),
    health: health(
      member,
      report,
      input.ready(member.name) ? undefined : (input.unreadyReason(member.name) ?? 'not ready'),
    ),
    residentBytes: report?.residentBytes,
    cpuPercent: cpu,
    cpuMilliseconds: report?.cpuMilliseconds,
    restarts: member.restarts,
    voting: input.describe(member.name)?.role === 'voter',
    priority: input.describe(member.name)?.priority ?? 0,
    clockFault: member.clockFault,
    diskFault: member.diskFault,
    apiPort: member.apiPort,
    peerPort: member.peerPort,
    clientPort: member.clientPort === 0 ? null : member.clientPort,
  };
}

export async function clusterStatus(input: StatusInput): Promise<ClusterStatus> {
  const members = input.supervisor.members();
  const reports = await Promise.all(
    members.map(async (member) => ({
      name: member.name,
      report:
        member.state === 'paused'
          ? undefined
          : await input.supervisor.report(member.name, reportTimeoutMilliseconds),
    })),
  );
  const highestCommitIndex = Math.max(0, ...reports.map(({ report }) => report?.commitIndex ?? 0));
  return {
    name: input.name,
    clusterId: input.clusterId,
    url: input.url,
    supervisorPid: process.pid,
    faultsEnabled: input.faultsEnabled,
    leader: leaderOf(reports),
    linkFaults: input.supervisor.linkFaults(),
    backups: input.backups,
    members: members.map((member, index) =>
      memberStatus(input, member, reports[index]?.report, highestCommitIndex),
    ),
  };
}
