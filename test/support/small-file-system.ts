/** A file system that fills up, for tests of a full disk on real files. */
import { execFileSync } from 'node:child_process';

/** Mounts a megabyte at `folder` for the run; prints why and does nothing where that is not allowed. */
export async function withSmallFileSystem(
  folder: string,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    const reason = String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
    process.stdout.write(`a test with a full disk is skipped: no tmpfs can be mounted (${reason})\n`);
    return;
  }
  try {
    await run(folder);
  } finally {
    execFileSync('umount', [folder]);
  }
}
