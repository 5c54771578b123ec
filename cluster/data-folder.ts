/**
 * DIR as a whole: whose it is, who holds it, what is missing from it. Everything that can be wrong with a
 * folder before a cluster starts is found here and said in one line.
 */
import { access, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './atomic-file.js';
import { type ClusterFile, clusterFilePath, looksLikeClusterFile, readClusterFile } from './cluster-file.js';
import { memberFolder, membersFolder } from './folder-layout.js';
import { readCommit, recoveryFolderName } from './recover/recovery-folder.js';
import { startProblem } from './start-rules.js';
import { AlreadyHeldError, type Holder, holdDataFolder } from './supervisor/holder.js';
import { socketFileName } from './supervisor/socket-path.js';
import { UserError } from './user-error.js';

export interface HeldDataFolder {
  readonly dataDir: string;
  readonly holder: Holder;
  /** undefined: a new cluster is to be made here. */
  readonly file: ClusterFile | undefined;
  /** Members that must not start, by name, with the reason. */
  readonly refusals: ReadonlyMap<string, string>;
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    if (!(await stat(dataDir)).isDirectory())
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  } catch (error) {
    const code = errorCode(error);
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file is in its place or in its path'
        : (code ?? String(error));
    throw new UserError(`${dataDir} cannot be used as data folder (${why}): choose another --data-dir`, {
      cause: error,
    });
  }
}

const ourSocket = (name: string): boolean => name === socketFileName || name.startsWith(`${socketFileName}.`);

/** Refuses a folder with things in it that we did not put there. Resolves with whether a cluster is in it. */
async function checkOurs(dataDir: string): Promise<boolean> {
  let entries: readonly string[];
  try {
    entries = await readdir(dataDir);
  } catch (error) {
    throw new UserError(`${dataDir} cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
  }
  if (!entries.includes('cluster.json')) {
    // A recovery into an empty folder was interrupted.
    if ((await readCommit(dataDir)) !== undefined) return true;
    if (entries.every((name) => ourSocket(name) || name === recoveryFolderName)) return false;
    throw new UserError(
      `${dataDir} is not empty and holds no Kuorum cluster (no cluster.json): choose another --data-dir`,
    );
  }
  const text = await readFile(clusterFilePath(dataDir), 'utf8').catch((error: unknown) => {
    throw new UserError(`${clusterFilePath(dataDir)} cannot be read (${errorCode(error) ?? String(error)})`, {
      cause: error,
    });
  });
  if (looksLikeClusterFile(text)) return true;
  throw new UserError(
    `${clusterFilePath(dataDir)} does not describe a Kuorum cluster: nothing was touched; choose another --data-dir`,
  );
}

async function removeContents(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir);
  // cluster.json goes last: an interrupted deletion leaves a folder that is still recognised as ours.
  const order = [...entries.filter((name) => name !== 'cluster.json'), 'cluster.json'];
  for (const name of order) {
    if (!ourSocket(name)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/** undefined: there is something in it, which the member itself looks at. */
async function folderProblem(path: string): Promise<string | undefined> {
  try {
    return (await readdir(path)).length === 0 ? `${path} is empty` : undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? `${path} is missing` : `${path} cannot be read (${code ?? String(error)})`;
  }
}

/** A member whose folder is gone would start empty and vote again: it may have voted and acknowledged before. */
async function checkMemberFolders(dataDir: string, file: ClusterFile): Promise<ReadonlyMap<string, string>> {
  const refusals = new Map<string, string>();
  if (file.phase === 'forming') return refusals;
  for (const { name } of file.members) {
    const problem = await folderProblem(memberFolder(dataDir, name));
    if (problem !== undefined) refusals.set(name, problem);
  }
  if (refusals.size === file.members.length && file.members.length > 1) {
    throw new UserError(
      `${membersFolder(dataDir)} is missing or holds no member: restore it from a copy, or begin anew with --fresh`,
    );
  }
  const problem = startProblem(
    file.members.map(({ name, role }) => ({ name, voting: role === 'voter', refusal: refusals.get(name) })),
  );
  if (problem !== undefined) throw new UserError(problem);
  return refusals;
}

/**
 * Takes DIR for this process until `holder.release()`.
 * @throws UserError for everything that keeps a cluster from starting there.
 */
export async function holdAndReadDataFolder(options: {
  readonly dataDir: string;
  readonly fresh: boolean;
}): Promise<HeldDataFolder> {
  const { dataDir } = options;
  const holder = await holdOurs(dataDir);
  try {
    if (options.fresh && (await checkOurs(dataDir))) await removeContents(dataDir);
    await checkNoRecovery(dataDir);
    const file = await readClusterFile(dataDir);
    const refusals = file === undefined ? new Map() : await checkMemberFolders(dataDir, file);
    return { dataDir, holder, file, refusals };
  } catch (error) {
    await holder.release();
    throw error;
  }
}

async function holdOurs(dataDir: string): Promise<Holder> {
  await makeFolder(dataDir);
  await checkOurs(dataDir);
  try {
    return await holdDataFolder(dataDir);
  } catch (error) {
    if (error instanceof AlreadyHeldError) throw new UserError(await alreadyRunning(dataDir));
    throw error;
  }
}

/** Between its decision and its end the old members' folders and the new one stand beside each other. */
async function checkNoRecovery(dataDir: string): Promise<void> {
  if ((await readCommit(dataDir)) === undefined) return;
  throw new UserError(
    `a recovery in ${dataDir} was interrupted after it was decided: finish it with kuorum recover --yes`,
  );
}

/**
 * Takes DIR for a recovery, whatever is missing from it.
 * @throws UserError when a cluster runs there, or when nothing of ours is there and it must not be new.
 */
export async function holdDataFolderToRecover(options: {
  readonly dataDir: string;
  readonly mayBeNew: boolean;
}): Promise<HeldDataFolder> {
  const { dataDir, mayBeNew } = options;
  const hasFile = await access(clusterFilePath(dataDir)).then(
    () => true,
    () => false,
  );
  if (!hasFile && !mayBeNew && (await readCommit(dataDir)) === undefined) {
    throw new UserError(
      `there is no cluster in ${dataDir} (no cluster.json): choose another --data-dir, or name what is left ` +
        'with --member-folder',
    );
  }
  const holder = await holdOurs(dataDir);
  try {
    return { dataDir, holder, file: await readClusterFile(dataDir), refusals: new Map() };
  } catch (error) {
    await holder.release();
    throw error;
  }
}

async function alreadyRunning(dataDir: string): Promise<string> {
  const file = await readClusterFile(dataDir).catch(() => undefined);
  const pid = file?.supervisorPid ?? undefined;
  return pid === undefined
    ? `a cluster is already running in ${dataDir} (it is just starting)`
    : `a cluster is already running in ${dataDir} (pid ${pid}): stop it with kuorum down, or choose another --data-dir`;
}
