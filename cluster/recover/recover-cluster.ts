/**
 * Recovery after a lost majority: looks at what is left of a cluster's members, chooses the most complete, and
 * makes a new cluster of one member from it. The old folders are only read, on copies, until the new one is
 * whole; then they are moved aside, and nothing of them is deleted.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Clock, HeldCopy, Random } from '../../platform/index.js';
import { copyLevelDbFolder, DiskFailedError, levelDbDisk, silentLogger } from '../../platform/index.js';
import { buildRecoveredFolder, type Candidate, examineMemberFolder } from '../../storage/index.js';
import { errorCode } from '../atomic-file.js';
import { type ClusterFile, clusterFileFormat } from '../cluster-file.js';
import { holdDataFolderToRecover } from '../data-folder.js';
import { memberFolder, membersFolder } from '../folder-layout.js';
import { isLocked } from '../member/wait-for-lock.js';
import { newClusterId, newMemberId } from '../new-ids.js';
import { UserError } from '../user-error.js';
import { kuorumVersion } from '../version.js';
import { candidateIn, commonCluster, type LookedAt, planRecovery, type RecoveryPlan } from './plan.js';
import {
  abandonRecovery,
  beginRecovery,
  commitRecovery,
  copyFolder,
  finishRecovery,
  type Move,
  newMemberFolder,
  type RecoveryCommit,
  readCommit,
} from './recovery-folder.js';

export interface RecoverOptions {
  readonly dataDir: string;
  /** Further folders of members, from elsewhere. */
  readonly memberFolders: readonly string[];
  /** `look`: show the plan and change nothing. */
  readonly mode: 'look' | 'recover' | 'recover-although-not-needed';
  readonly clock: Clock;
  readonly random: Random;
  /** Before anything is changed, or refused for what the plan says. */
  readonly onPlan: (plan: RecoveryPlan) => void;
  readonly onStep: (step: string) => void;
}

export interface RecoveryResult {
  readonly clusterId: string;
  readonly member: string;
  readonly revision: number;
  /** Where old folders were moved; undefined: there were none in DIR. */
  readonly movedTo: string | undefined;
}

/** One looked-at folder and the copy of it that recovery works on. */
interface Copy extends LookedAt {
  readonly place: string;
}

/** Resolves with undefined when it only looked. @throws UserError for everything the user can mend. */
export async function recoverCluster(options: RecoverOptions): Promise<RecoveryResult | undefined> {
  const { dataDir } = options;
  const held = await holdDataFolderToRecover({ dataDir, mayBeNew: options.memberFolders.length > 0 });
  try {
    const waiting = await readCommit(dataDir);
    if (waiting === undefined) return await recover(options, held.file);
    if (options.mode === 'look') {
      throw new UserError(
        `a recovery in ${dataDir} was interrupted after it was decided: finish it with kuorum recover --yes`,
      );
    }
    await finishRecovery(dataDir, waiting, options.onStep);
    return resultOf(dataDir, waiting);
  } catch (error) {
    if (error instanceof DiskFailedError) throw new UserError(error.message, { cause: error });
    throw error;
  } finally {
    await held.holder.release();
  }
}

function resultOf(dataDir: string, commit: RecoveryCommit): RecoveryResult {
  const { file, revision, aside, member } = commit;
  const [first] = aside;
  return {
    clusterId: file.clusterId,
    member,
    revision,
    movedTo: first === undefined ? undefined : join(dataDir, dirname(first.to)),
  };
}

async function recover(
  options: RecoverOptions,
  file: ClusterFile | undefined,
): Promise<RecoveryResult | undefined> {
  const { dataDir, mode, onPlan, onStep } = options;
  const folders = await foldersToLookAt(options);
  if (folders.length === 0) {
    throw new UserError(
      `there is no member's folder in ${membersFolder(dataDir)}: name one with --member-folder`,
    );
  }
  const held: HeldCopy[] = [];
  let decided = false;
  await beginRecovery(dataDir);
  try {
    const copies = await lookAt(options, folders, held);
    const clusterId = file?.clusterId ?? commonCluster(copies);
    const plan = planRecovery(dataDir, clusterId, copies);
    onPlan(plan);
    checkPlan(plan, mode);
    if (mode === 'look' || plan.chosen === undefined) return undefined;
    const source = copies.find((copy) => candidateIn(copy, clusterId) === plan.chosen);
    if (source === undefined) throw new Error('the chosen folder is none of those looked at');
    onStep(`making a new member from ${source.path}`);
    const commit = await prepare(options, plan, plan.chosen, source, file);
    onStep('deciding');
    await commitRecovery(dataDir, commit);
    decided = true;
    await finishRecovery(dataDir, commit, onStep);
    return resultOf(dataDir, commit);
  } finally {
    for (const copy of held) await copy.release();
    if (!decided) await abandonRecovery(dataDir);
  }
}

function checkPlan(plan: RecoveryPlan, mode: RecoverOptions['mode']): void {
  if (plan.clusterId === undefined) {
    throw new UserError('the folders belong to different clusters, or none can be read: name those of one');
  }
  if (plan.chosen === undefined) throw new UserError('nothing can be recovered from these folders');
  if (plan.notNeeded !== undefined && mode !== 'recover-although-not-needed') {
    throw new UserError(
      `${plan.notNeeded}: recovery is not needed and would only lose data; start them with kuorum up ` +
        '(--force recovers all the same)',
    );
  }
}

/** Those of DIR/members, then the given ones; each once. */
async function foldersToLookAt(
  options: RecoverOptions,
): Promise<readonly { readonly path: string; readonly inPlace: boolean }[]> {
  const inside = membersFolder(options.dataDir);
  const names = await readdir(inside, { withFileTypes: true }).catch(() => []);
  const folders = names
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ path: join(inside, name), inPlace: true }))
    .toSorted((left, right) => left.path.localeCompare(right.path));
  const known = new Set(await Promise.all(folders.map(({ path }) => realpath(path))));
  for (const path of options.memberFolders) {
    const found = await stat(path).catch((error: unknown) => {
      throw new UserError(`${path} cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
    });
    if (!found.isDirectory()) throw new UserError(`${path} is not a member's folder`);
    const real = await realpath(path);
    if (known.has(real)) continue;
    known.add(real);
    folders.push({ path, inPlace: false });
  }
  return folders;
}

async function lookAt(
  options: RecoverOptions,
  folders: readonly { readonly path: string; readonly inPlace: boolean }[],
  held: HeldCopy[],
): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const [number, folder] of folders.entries()) {
    options.onStep(`looking at ${folder.path}`);
    const place = copyFolder(options.dataDir, number);
    copies.push({ ...folder, place, examination: await examine(options, folder.path, place, held) });
  }
  return copies;
}

async function examine(
  options: RecoverOptions,
  path: string,
  place: string,
  held: HeldCopy[],
): Promise<LookedAt['examination']> {
  try {
    held.push(await copyLevelDbFolder(path, place));
  } catch (error) {
    if (isLocked(error)) {
      throw new UserError(`${path} is in use by another process: stop it first`, { cause: error });
    }
    if (!(error instanceof DiskFailedError) || error.kind === 'full') throw error;
    return { kind: 'damaged', identity: undefined, reason: error.message };
  }
  const disk = levelDbDisk(place);
  try {
    const found = await examineMemberFolder(disk, { clock: options.clock, logger: silentLogger });
    // What is wrong with the copy is wrong with the folder.
    return found.kind === 'damaged' ? { ...found, reason: found.reason.replaceAll(place, path) } : found;
  } finally {
    await disk.close?.();
  }
}

/** Builds the new member's folder and says what is to happen to DIR. */
async function prepare(
  options: RecoverOptions,
  plan: RecoveryPlan,
  chosen: Candidate,
  source: Copy,
  file: ClusterFile | undefined,
): Promise<RecoveryCommit> {
  const { dataDir, random } = options;
  const clusterId = newClusterId(random);
  const { name } = chosen.identity;
  const id = newMemberId(random);
  const target = levelDbDisk(join(dataDir, newMemberFolder(name)));
  const copy = levelDbDisk(source.place);
  let revision: number;
  try {
    revision = await buildRecoveredFolder({
      copy,
      candidate: chosen,
      target,
      clusterId,
      // Its live address is told to its peers when it has one.
      member: { id, name, peerAddress: '127.0.0.1:0' },
      highestRevision: plan.highestRevision,
    });
  } finally {
    await target.close?.();
    await copy.close?.();
  }
  return {
    revision,
    aside: await movesAside(plan),
    moves: [{ from: newMemberFolder(name), to: relative(dataDir, memberFolder(dataDir, name)) }],
    member: name,
    file: recoveredFile(file, { clusterId, name, id }),
  };
}

async function movesAside(plan: RecoveryPlan): Promise<readonly Move[]> {
  const { dataDir, clusterId = '' } = plan;
  const taken = new Set(await readdir(dataDir));
  let folder = `before-recovery-${clusterId}`;
  for (let number = 2; taken.has(folder); number += 1) folder = `before-recovery-${clusterId}-${number}`;
  return plan.folders
    .filter(({ inPlace }) => inPlace)
    .map(({ path }) => ({ from: relative(dataDir, path), to: join(folder, basename(path)) }));
}

function recoveredFile(
  file: ClusterFile | undefined,
  member: { readonly clusterId: string; readonly name: string; readonly id: number },
): ClusterFile {
  const { clusterId, name, id } = member;
  const before = file?.members.find((old) => old.name === name);
  const ports = before ?? { apiPort: null, clientPort: null, peerPort: null };
  return {
    ...(file ?? {
      format: clusterFileFormat,
      name: 'kuorum',
      faults: false,
      frontDoorPort: null,
      // Without the keys of the old cluster: the first start makes new ones, and finds the member's folder.
      phase: 'forming' as const,
    }),
    version: kuorumVersion(),
    supervisorPid: null,
    clusterId,
    members: [{ ...ports, name, id, pid: null, role: 'voter', priority: 0, joining: false }],
    former: [
      ...(file?.former ?? []),
      ...(file?.members ?? []).map((old) => ({ name: old.name, id: old.id })),
    ],
  };
}
