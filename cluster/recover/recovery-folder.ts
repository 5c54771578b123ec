/**
 * DIR/kuorum-recovery, where a recovery works: copies of the old folders to look at, the new member's folder while it
 * is made, and `commit.json`, whose appearance decides. Before it DIR is as it was and the rest is thrown
 * away; after it the recovery is finished by whoever comes next, from what it says.
 *
 * Faults assumed: a crash at any instant, also one that forgets renames whose folder was not synced.
 */
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfPresent, replaceFile, syncFolder } from '../atomic-file.js';
import { type ClusterFile, parseClusterFile, writeClusterFile } from '../cluster-file.js';
import { UserError } from '../user-error.js';

export interface Move {
  /** Both relative to DIR. */
  readonly from: string;
  readonly to: string;
}

export interface RecoveryCommit {
  readonly revision: number;
  /** Old folders, out of the way. */
  readonly aside: readonly Move[];
  /** What is new, to its place. */
  readonly moves: readonly Move[];
  /** The new members, for people. */
  readonly member: string;
  /** The new cluster.json. */
  readonly file: ClusterFile;
}

/** Says whose it is, also in a folder that holds nothing else of ours yet. */
export const recoveryFolderName = 'kuorum-recovery';

export function recoveryFolder(dataDir: string): string {
  return join(dataDir, recoveryFolderName);
}

export function copyFolder(dataDir: string, number: number): string {
  return join(recoveryFolder(dataDir), 'copies', String(number));
}

/** Relative to DIR. */
export function newMemberFolder(name: string): string {
  return join(recoveryFolderName, 'members', name);
}

export function commitPath(dataDir: string): string {
  return join(recoveryFolder(dataDir), 'commit.json');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** An empty folder to work in. What an interrupted attempt left there was never decided. */
export async function beginRecovery(dataDir: string): Promise<void> {
  await rm(recoveryFolder(dataDir), { recursive: true, force: true });
  await mkdir(recoveryFolder(dataDir), { recursive: true, mode: 0o700 });
}

export async function abandonRecovery(dataDir: string): Promise<void> {
  await rm(recoveryFolder(dataDir), { recursive: true, force: true });
}

/** From here on the recovery is decided. */
export async function commitRecovery(dataDir: string, commit: RecoveryCommit): Promise<void> {
  await syncFolder(recoveryFolder(dataDir));
  await syncFolder(dataDir);
  await replaceFile(commitPath(dataDir), `${JSON.stringify(commit, undefined, 2)}\n`, { mode: 0o600 });
  await syncFolder(recoveryFolder(dataDir));
}

/** undefined: no recovery waits to be finished. Throws UserError when its record cannot be read. */
export async function readCommit(dataDir: string): Promise<RecoveryCommit | undefined> {
  const path = commitPath(dataDir);
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  // Written whole or not at all, by ourselves: only damage can make it anything else.
  try {
    const commit = JSON.parse(text) as RecoveryCommit;
    return { ...commit, file: parseClusterFile(JSON.stringify(commit.file), path) };
  } catch (error) {
    throw new UserError(`${path} is damaged: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function moveFolder(dataDir: string, { from, to }: Move): Promise<void> {
  const target = join(dataDir, to);
  await mkdir(dirname(target), { recursive: true });
  await rename(join(dataDir, from), target);
  await syncFolder(dirname(target));
  await syncFolder(dirname(join(dataDir, from)));
  await syncFolder(dataDir);
}

/** Those that have not been moved yet. */
async function moveAll(
  dataDir: string,
  moves: readonly Move[],
  onStep: (step: string) => void,
): Promise<void> {
  for (const move of moves) {
    if (!(await exists(join(dataDir, move.from)))) continue;
    onStep(`moving ${move.from} to ${move.to}`);
    await moveFolder(dataDir, move);
  }
}

/** Does what `commit` says and has not happened yet. `onStep` is called before each change. */
export async function finishRecovery(
  dataDir: string,
  commit: RecoveryCommit,
  onStep: (step: string) => void,
): Promise<void> {
  const { aside, moves, file } = commit;
  // What is new is moved last: once the first of it has left, all old ones have too, and what stands in their place
  // is new.
  const [first] = moves;
  if (first !== undefined && (await exists(join(dataDir, first.from)))) await moveAll(dataDir, aside, onStep);
  await moveAll(dataDir, moves, onStep);
  onStep('writing cluster.json');
  await writeClusterFile(dataDir, file);
  await syncFolder(dataDir);
  onStep('cleaning up');
  await rm(commitPath(dataDir), { force: true });
  await syncFolder(recoveryFolder(dataDir));
  await rm(recoveryFolder(dataDir), { recursive: true, force: true });
}
