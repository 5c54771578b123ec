/**
 * A new cluster from a snapshot file: new ids and keys, a raised revision, everything before compacted. DIR becomes a
 * cluster's as a whole: all is made in its kuorum-recovery folder, and one file decides (recover/recovery-folder.ts).
 */
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { type Clock, DiskFailedError, levelDbDisk, type Random } from '../../platform/index.js';
import { buildRestoredFolders, type CheckedSnapshot } from '../../storage/index.js';
import { errorCode } from '../atomic-file.js';
import type { ClusterFile } from '../cluster-file.js';
import { holdDataFolderToRecover } from '../data-folder.js';
import { memberFolder, pkiFolder } from '../folder-layout.js';
import { checkMemberCount } from '../member-count.js';
import { newClusterFile } from '../new-cluster.js';
import { ensurePki } from '../pki/ensure.js';
import { pkiLayout } from '../pki/layout.js';
import {
  abandonRecovery,
  beginRecovery,
  commitRecovery,
  finishRecovery,
  type Move,
  newMemberFolder,
  readCommit,
  recoveryFolderName,
} from '../recover/recovery-folder.js';
import { UserError } from '../user-error.js';
import { checkSnapshot, explainSnapshot, filePieces } from './check-snapshot.js';

export interface RestoreOptions {
  readonly path: string;
  /** Missing, or empty. */
  readonly dataDir: string;
  readonly members: number;
  readonly allowEven: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly onStep: (step: string) => void;
}

export interface RestoreResult {
  readonly clusterId: string;
  readonly members: readonly string[];
  readonly revision: number;
  readonly snapshot: CheckedSnapshot;
}

/** @throws UserError for everything the user can mend; DIR is as it was then */
export async function restoreCluster(options: RestoreOptions): Promise<RestoreResult> {
  const { path, dataDir, onStep } = options;
  checkMemberCount(options.members, { allowEven: options.allowEven });
  await checkEmpty(dataDir);
  onStep(`reading ${path}`);
  const snapshot = await checkSnapshot(path);
  const held = await holdDataFolderToRecover({ dataDir, mayBeNew: true });
  try {
    if (held.file !== undefined) throw notEmpty(dataDir);
    if ((await readCommit(dataDir)) !== undefined) {
      throw new UserError(
        `a restore or a recovery in ${dataDir} was interrupted after it was decided: finish it with ` +
          `kuorum recover --data-dir ${dataDir} --yes`,
      );
    }
    return await restore(options, snapshot);
  } catch (error) {
    if (error instanceof DiskFailedError) throw new UserError(error.message, { cause: error });
    throw error;
  } finally {
    await held.holder.release();
  }
}

function notEmpty(dataDir: string): UserError {
  return new UserError(`${dataDir} is not empty: choose another --data-dir`);
}

/** What an interrupted restore left there counts as nothing. */
async function checkEmpty(dataDir: string): Promise<void> {
  try {
    const names = await readdir(dataDir);
    if (names.some((name) => name !== recoveryFolderName)) throw notEmpty(dataDir);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return;
    if (code === undefined) throw error;
    throw new UserError(`${dataDir} cannot be used as data folder (${code}): choose another --data-dir`, {
      cause: error,
    });
  }
}

async function restore(options: RestoreOptions, snapshot: CheckedSnapshot): Promise<RestoreResult> {
  const { dataDir, random, onStep } = options;
  const file: ClusterFile = {
    ...newClusterFile(options.members, random),
    // Its members' folders and keys are there: a missing one is lost data.
    phase: 'formed',
    supervisorPid: null,
  };
  const names = file.members.map(({ name }) => name);
  let decided = false;
  await beginRecovery(dataDir);
  try {
    onStep(`making ${names.length === 1 ? 'a member' : `${names.length} members`}`);
    const revision = await buildMembers(options, snapshot, file);
    await makeKeys(options, names);
    const moves: readonly Move[] = [
      { from: newPkiFolder, to: relative(dataDir, pkiFolder(dataDir)) },
      ...names.map((name) => ({
        from: newMemberFolder(name),
        to: relative(dataDir, memberFolder(dataDir, name)),
      })),
    ];
    const commit = { revision, aside: [], moves, member: names.join(', '), file };
    await commitRecovery(dataDir, commit);
    decided = true;
    await finishRecovery(dataDir, commit, onStep);
    return { clusterId: file.clusterId, members: names, revision, snapshot };
  } finally {
    if (!decided) await abandonRecovery(dataDir);
  }
}

const newPkiFolder = join(recoveryFolderName, 'pki');

async function buildMembers(
  { path, dataDir }: RestoreOptions,
  snapshot: CheckedSnapshot,
  { clusterId, members }: ClusterFile,
): Promise<number> {
  const targets = members.map(({ id, name }) => ({
    id,
    name,
    target: levelDbDisk(join(dataDir, newMemberFolder(name))),
  }));
  try {
    return await buildRestoredFolders({
      snapshot,
      pieces: () => filePieces(path),
      clusterId,
      members: targets,
    });
  } catch (error) {
    throw explainSnapshot(path, error);
  } finally {
    for (const { target } of targets) await target.close?.();
  }
}

async function makeKeys({ dataDir, clock, random }: RestoreOptions, names: readonly string[]): Promise<void> {
  const folder = join(dataDir, newPkiFolder);
  await mkdir(folder, { recursive: true });
  await ensurePki({ folder, layout: pkiLayout(names, hostname(), []), clock, random, forming: true });
}
