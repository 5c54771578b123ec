/** The table of `kuorum status`. */
import type { BackupStatus, ClusterMemberStatus, ClusterStatus } from '../cluster/index.js';
import { type ClockFault, textTable } from '../platform/index.js';
import { durationText } from './duration.js';

const columns = [
  'MEMBER',
  'ROLE',
  'TERM',
  'COMMIT',
  'APPLIED',
  'LAG',
  'DB SIZE',
  'MEMORY',
  'CPU',
  'PID',
  'HEALTH',
];

/** `1.5 MiB` */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const orDash = (value: number | string | undefined): string => (value === undefined ? '-' : String(value));

function row(member: ClusterMemberStatus): readonly string[] {
  return [
    member.name,
    orDash(member.role),
    orDash(member.term),
    orDash(member.commitIndex),
    orDash(member.appliedIndex),
    orDash(member.lag),
    formatBytes(member.databaseBytes),
    formatBytes(member.residentBytes),
    member.cpuPercent === undefined ? '-' : `${member.cpuPercent.toFixed(1)}%`,
    orDash(member.pid),
    member.health,
  ];
}

/** `5 s ahead, rate 1.05` */
export function clockFaultText({ offsetMilliseconds = 0, rate = 1 }: ClockFault): string {
  const parts: string[] = [];
  if (offsetMilliseconds !== 0) {
    parts.push(`${Math.abs(offsetMilliseconds) / 1000} s ${offsetMilliseconds > 0 ? 'ahead' : 'behind'}`);
  }
  if (rate !== 1) parts.push(`rate ${rate}`);
  return parts.length === 0 ? 'nothing wrong' : parts.join(', ');
}

/** `backups: every 1h to /backup, 24 kept; the last one is kuorum-….snapshot (1.5 MiB)` */
export function backupsText(backups: BackupStatus): string {
  const { folder, everyMilliseconds, keep, last, failure } = backups;
  const lastText =
    last === undefined ? 'none yet' : `the last one is ${last.name} (${formatBytes(last.bytes)})`;
  if (failure !== undefined) return `backups FAIL: ${failure}; ${lastText}`;
  return `backups: every ${durationText(everyMilliseconds)} to ${folder}, ${keep} kept; ${lastText}`;
}

export function statusText(status: ClusterStatus): string {
  const faults = status.linkFaults.filter((fault) => fault.dropProbability === 1);
  const lines = [
    `${status.url} (supervisor pid ${status.supervisorPid}, leader ${status.leader ?? 'none'})`,
    '',
    textTable([columns, ...status.members.map(row)]),
  ];
  if (status.linkFaults.length > 0) {
    const cut = faults.map((fault) => `${fault.from}→${fault.to}`).join(' ');
    lines.push('', cut === '' ? `${status.linkFaults.length} link faults` : `links cut: ${cut}`);
  }
  const clocks = status.members.flatMap(({ name, clockFault }) =>
    clockFault === undefined ? [] : [`${name} ${clockFaultText(clockFault)}`],
  );
  if (status.backups !== undefined) lines.push('', backupsText(status.backups));
  if (clocks.length > 0) lines.push('', `clocks wrong: ${clocks.join('; ')}`);
  const disks = status.members.flatMap(({ name, diskFault }) =>
    diskFault === undefined ? [] : [`${name} by ${diskFault.syncDelayMilliseconds} ms a durable write`],
  );
  if (disks.length > 0) lines.push('', `disks slow: ${disks.join('; ')}`);
  return lines.join('\n');
}
