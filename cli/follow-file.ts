/** Prints a log file and, on request, what is added to it, across its rotation. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../platform/index.js';

const chunkBytes = 64 * 1024;
const pollMilliseconds = 200;

/** Writes everything from `position` to the end; resolves with the new position. */
async function drain(
  file: FileHandle,
  position: number,
  write: (bytes: Uint8Array) => void,
): Promise<number> {
  const buffer = Buffer.alloc(chunkBytes);
  let at = position;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, at);
    if (bytesRead === 0) return at;
    write(Buffer.from(buffer.subarray(0, bytesRead)));
    at += bytesRead;
  }
}

/** Prints the file once. Throws ENOENT when it is not there. */
export async function printFile(path: string, write: (bytes: Uint8Array) => void): Promise<void> {
  const file = await open(path, 'r');
  try {
    await drain(file, 0, write);
  } finally {
    await file.close();
  }
}

/** Prints the file and what comes, until `signal` is aborted. A file that is not there yet is waited for. */
export async function followFile(
  path: string,
  write: (bytes: Uint8Array) => void,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  let file: FileHandle | undefined;
  let inode: number | undefined;
  let position = 0;
  const finish = async (): Promise<void> => {
    await file?.close();
    file = undefined;
  };
  while (!options.signal.aborted) {
    const now = await stat(path).catch(() => undefined);
    if (now !== undefined && now.ino !== inode) {
      // Rotated: the rest of the old file first, then the new one from its beginning.
      if (file !== undefined) await drain(file, position, write);
      await finish();
      file = await open(path, 'r').catch(() => undefined);
      inode = file === undefined ? undefined : now.ino;
      position = 0;
    }
    if (file !== undefined) position = await drain(file, position, write);
    await new Promise<void>((resolve) => {
      options.clock.setTimer(pollMilliseconds, resolve);
      options.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  await finish();
}
