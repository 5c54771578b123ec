/**
 * How backups are called: `kuorum-CLUSTER-20261126T151600000Z.snapshot`. The names of one cluster sort by their time, and
 * say whose they are: another cluster's in the same folder are none of its business. Pure.
 */

const SUFFIX = '.snapshot';
const timePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;

const prefixOf = (clusterId: string): string => `kuorum-${clusterId}-`;

export function backupName(clusterId: string, milliseconds: number): string {
  const time = new Date(milliseconds).toISOString().replaceAll(/[-:.]/g, '');
  return `${prefixOf(clusterId)}${time}${SUFFIX}`;
}

export interface Backup {
  readonly name: string;
  /** What its name says. */
  readonly milliseconds: number;
}

function parse(clusterId: string, name: string): Backup | undefined {
  const prefix = prefixOf(clusterId);
  if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) return undefined;
  const parts = timePattern.exec(name.slice(prefix.length, -SUFFIX.length));
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction] = parts;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z`);
  return Number.isNaN(milliseconds) ? undefined : { name, milliseconds };
}

/** The cluster's own among the names of a folder, oldest first. */
export function backupsAmong(clusterId: string, names: readonly string[]): readonly Backup[] {
  return names
    .flatMap((name) => parse(clusterId, name) ?? [])
    .toSorted((left, right) => left.milliseconds - right.milliseconds);
}

/** What is left of the cluster's own that were being written when everything ended. */
export function leftoversAmong(
  clusterId: string,
  names: readonly string[],
  temporarySuffix: string,
): readonly string[] {
  return names.filter((name) => name.startsWith(prefixOf(clusterId)) && name.endsWith(temporarySuffix));
}

/** A clock that was set back must not let a new backup sort before those that are there: it would be the next to go. */
export function nextBackupMilliseconds(existing: readonly Backup[], nowMilliseconds: number): number {
  return Math.max(nowMilliseconds, (existing.at(-1)?.milliseconds ?? 0) + 1);
}
