/**
 * Small files that are replaced as a whole. Faults assumed: a crash at any instant; a reader sees the old file
 * or the new one, never a torn one.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { UserError } from './user-error.js';

/** Writes beside the file, syncs, then renames over it. `mode` is what the file has from its first byte on. */
export async function replaceFile(
  path: string,
  text: string,
  options: { readonly mode: number },
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx', options.mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What was made, renamed or removed in the folder is durable when it resolves. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** undefined: there is none. @throws UserError when there is one that cannot be read. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(`${path} cannot be read (${code ?? String(error)})`, { cause: error });
  }
}

/** The error's code (`ENOENT`, `EACCES` …), when it is one of the operating system's. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
