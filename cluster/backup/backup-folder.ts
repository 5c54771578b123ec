/** Where backups go, looked at before the cluster starts. */
import { mkdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { errorCode } from '../atomic-file.js';
import { UserError } from '../user-error.js';

/** A folder inside DIR would go with DIR. @throws UserError */
export function checkBackupFolder(folder: string, dataDir: string): void {
  const path = relative(resolve(dataDir), resolve(folder));
  if (path === '..' || path.startsWith('../')) return;
  throw new UserError(
    `backups in ${folder} would be lost with ${dataDir}: choose a --backup-dir outside of it`,
  );
}

/** Resolves with what is wrong with it, which keeps nothing but the backups from going on. */
export async function makeBackupFolder(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return undefined;
  } catch (error) {
    return `${folder} cannot be made (${errorCode(error) ?? String(error)}): there are no backups until it is there`;
  }
}
