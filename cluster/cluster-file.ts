/**
 * DIR/cluster.json: what makes a folder ours, and where everything of a running cluster is to be found. Read
 * by people and programs, so it is checked for shape on every read and replaced as a whole on every write.
 */
import { join } from 'node:path';
import { readIfPresent, replaceFile } from './atomic-file.js';
import type { MemberRole } from './cluster.js';
import { UserError } from './user-error.js';

/** Raised when an older Kuorum could not understand the folder. */
export const clusterFileFormat = 1;

export interface ClusterFileMember {
  readonly name: string;
  readonly id: number;
  /** null while it is down. */
  readonly pid: number | null;
  readonly apiPort: number | null;
  /** The etcd API's port; null before the first time that it listened. */
  readonly clientPort: number | null;
  readonly peerPort: number | null;
  /** What was last known to be committed about it; the members' own configuration is the truth. */
  readonly role: MemberRole;
  readonly priority: number;
  /** Being added: no committed configuration was seen to have it yet. */
  readonly joining: boolean;
}

export interface FormerMember {
  readonly name: string;
  readonly id: number;
}

export interface ClusterFile {
  readonly format: number;
  /** The Kuorum that wrote the file last. */
  readonly version: string;
  readonly name: string;
  readonly clusterId: string;
  /**
   * `forming` until every member's folder and every key exists. A missing folder means an interrupted first
   * start while forming, and lost data afterwards.
   */
  readonly phase: 'forming' | 'formed';
  readonly faults: boolean;
  /** null when no supervisor runs. A pid alone proves nothing: the socket beside this file does. */
  readonly supervisorPid: number | null;
  readonly frontDoorPort: number | null;
  readonly members: readonly ClusterFileMember[];
  /** Who was a member once, oldest first. A name may be given again, an id never. */
  readonly former: readonly FormerMember[];
}

export function clusterFilePath(dataDir: string): string {
  return join(dataDir, 'cluster.json');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isPort = (value: unknown): value is number | null =>
  value === null || (Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536);
const isPid = (value: unknown): value is number | null => value === null || isId(value);

/** As an older Kuorum wrote it, which knew no other members than those of the birth. */
type StoredMember = Omit<ClusterFileMember, 'role' | 'priority' | 'joining'> & Partial<ClusterFileMember>;
type StoredFile = Omit<ClusterFile, 'members' | 'former'> & {
  readonly members: readonly StoredMember[];
  readonly former?: readonly FormerMember[];
};

function isFormerMember(value: unknown): value is FormerMember {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    /^[a-z0-9-]{1,32}$/.test(value.name) &&
    isId(value.id)
  );
}

function isMember(value: unknown): value is StoredMember {
  return (
    isRecord(value) &&
    isFormerMember(value) &&
    (value.role === undefined || value.role === 'voter' || value.role === 'learner') &&
    (value.priority === undefined || Number.isSafeInteger(value.priority)) &&
    (value.joining === undefined || typeof value.joining === 'boolean') &&
    isPid(value.pid) &&
    isPort(value.apiPort) &&
    isPort(value.clientPort) &&
    isPort(value.peerPort)
  );
}

function isClusterFile(value: unknown): value is StoredFile {
  return (
    isRecord(value) &&
    value.format === clusterFileFormat &&
    typeof value.version === 'string' &&
    typeof value.name === 'string' &&
    typeof value.clusterId === 'string' &&
    (value.phase === 'forming' || value.phase === 'formed') &&
    typeof value.faults === 'boolean' &&
    isPid(value.supervisorPid) &&
    isPort(value.frontDoorPort) &&
    Array.isArray(value.members) &&
    value.members.length > 0 &&
    value.members.every(isMember) &&
    new Set(value.members.map((member) => member.name)).size === value.members.length &&
    new Set(value.members.map((member) => member.id)).size === value.members.length &&
    (value.former === undefined || (Array.isArray(value.former) && value.former.every(isFormerMember)))
  );
}

function complete(file: StoredFile): ClusterFile {
  return {
    ...file,
    members: file.members.map((member) => ({ role: 'voter', priority: 0, joining: false, ...member })),
    former: file.former ?? [],
  };
}

/** Whether the text is a cluster.json of any format: what `--fresh` asks before it deletes anything. */
export function looksLikeClusterFile(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      isRecord(value) &&
      Number.isInteger(value.format) &&
      typeof value.clusterId === 'string' &&
      Array.isArray(value.members)
    );
  } catch {
    return false;
  }
}

/** Throws a UserError that names `path` for anything that is not a whole cluster.json of this format. */
export function parseClusterFile(text: string, path: string): ClusterFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON: restore it from a copy, or choose another --data-dir`);
  }
  const format = isRecord(value) && Number.isInteger(value.format) ? Number(value.format) : 0;
  if (isRecord(value) && format > clusterFileFormat) {
    const writer = typeof value.version === 'string' ? `Kuorum ${value.version}` : 'a newer Kuorum';
    throw new UserError(
      `${path} has format ${format} and was written by ${writer}; this Kuorum reads format ` +
        `${clusterFileFormat}: use the newer one, or choose another --data-dir`,
    );
  }
  if (!isClusterFile(value)) {
    throw new UserError(
      `${path} does not describe a Kuorum cluster: restore it from a copy, or choose another --data-dir`,
    );
  }
  return complete(value);
}

/** undefined when there is none. */
export async function readClusterFile(dataDir: string): Promise<ClusterFile | undefined> {
  const path = clusterFilePath(dataDir);
  const text = await readIfPresent(path);
  return text === undefined ? undefined : parseClusterFile(text, path);
}

export async function writeClusterFile(dataDir: string, file: ClusterFile): Promise<void> {
  await replaceFile(clusterFilePath(dataDir), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o644 });
}
