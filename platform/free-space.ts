/** How much more a folder's file system takes from this user. */
import { statfs } from 'node:fs/promises';

/** In bytes. Rejects when the folder cannot be looked at. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
