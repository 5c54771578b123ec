/**
 * The supervisor's socket always lies in DIR, but the path given to the operating system may have at most 104
 * bytes on macOS (108 on Linux). A longer one is reached through a short symbolic link in a private temporary
 * folder: the socket is in DIR all the same.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const maxSocketPathBytes = 100;

export const socketFileName = 'supervisor.sock';

export function socketPath(dataDir: string): string {
  return join(resolve(dataDir), socketFileName);
}

/** Calls `use` with a path to DIR/`file` that is short enough, valid until the promise it returns settles. */
export async function withShortPath<Result>(
  dataDir: string,
  file: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const direct = join(resolve(dataDir), file);
  if (Buffer.byteLength(direct) < maxSocketPathBytes) return use(direct);
  const folder = await mkdtemp(join(shortTemporaryFolder(), 'kq-'));
  try {
    const link = join(folder, 'd');
    await symlink(resolve(dataDir), link);
    return await use(join(link, file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** macOS gives each user a temporary folder with a path of some 50 bytes; a TMPDIR may be longer still. */
function shortTemporaryFolder(): string {
  const folder = tmpdir();
  return Buffer.byteLength(folder) <= 60 ? folder : '/tmp';
}
