/**
 * A copy of a folder that `levelDbDisk` keeps, for looking at: opening a LevelDB rewrites its files and throws
 * away what is damaged, so a folder that must stay as it is can only be opened as a copy.
 *
 * While the copy is held nobody else can open the original's databases: LevelDB locks the file LOCK, and a
 * database in the copy has a link to the original's in its place. The original must not be open in this very
 * process: such locks are the process's. Tables are never written in place, so they are linked where the file
 * system allows it; everything else is copied.
 *
 * Faults assumed: another process has the original open (then the copy is refused), the original lies on
 * another file system or one that cannot be written, a crash (the copy is then thrown away whole).
 */
import { copyFile, link, lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failed, openLevel } from './leveldb-open.js';

/** LevelDB's own diary: of no use to anybody else. */
const DIARY = /^LOG(\.old)?$/;
const TABLE = /\.(ldb|sst)$/;
const LOCK = 'LOCK';

export interface HeldCopy {
  /** Lets others open the original again. The copy stays. */
  release(): Promise<void>;
}

async function isDatabase(folder: string): Promise<boolean> {
  return (await lstat(join(folder, 'CURRENT')).catch(() => undefined)) !== undefined;
}

/** Locks the database `original`; undefined when nobody can have it open, for it has no lock file. */
async function lock(original: string, place: string): Promise<HeldCopy | undefined> {
  const file = join(resolve(original), LOCK);
  if ((await lstat(file).catch(() => undefined)) === undefined) return undefined;
  await mkdir(place, { recursive: true });
  await symlink(file, join(place, LOCK));
  try {
    const level = await openLevel(place, {});
    return { release: () => level.close() };
  } catch (error) {
    // On a file system that cannot be written nobody has it open.
    if (isReadOnly(error)) return undefined;
    throw error;
  }
}

function isReadOnly(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (/read-only file system/i.test(current.message)) return true;
  }
  return false;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // Another file system, or one without links.
    await copyFile(from, to);
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || name === LOCK || DIARY.test(name)) continue;
    if (TABLE.test(name)) await linkOrCopy(join(from, name), join(to, name));
    else await copyFile(join(from, name), join(to, name));
  }
}

/**
 * Copies the databases and small files of the folder `original` to `place`, a folder that does not exist yet.
 * Throws `DiskFailedError`; its causes carry the code `LEVEL_LOCKED` when the original is in use.
 */
export async function copyLevelDbFolder(original: string, place: string): Promise<HeldCopy> {
  const held: HeldCopy[] = [];
  const release = async (): Promise<void> => {
    for (const one of held.splice(0)) await one.release();
  };
  try {
    const folders = (await readdir(original, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    for (const { name } of folders) {
      if (!(await isDatabase(join(original, name)))) continue;
      const locked = await lock(join(original, name), join(`${place}.locks`, name));
      if (locked !== undefined) held.push(locked);
    }
    await mkdir(place, { recursive: true, mode: 0o700 });
    for (const { name } of folders) await copyFolder(join(original, name), join(place, name));
    return { release };
  } catch (error) {
    await release();
    throw failed(`cannot copy ${original}`, error);
  }
}
