/** A snapshot file on disk, read from its first byte to its last. Faults assumed: all that can happen to a file. */
import { createReadStream } from 'node:fs';
import { type CheckedSnapshot, readSnapshotFile, SnapshotFileError } from '../../storage/index.js';
import { errorCode } from '../atomic-file.js';
import { UserError } from '../user-error.js';

const READ_BYTES = 256 * 1024;

export async function* filePieces(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const stream = createReadStream(path, {
    highWaterMark: READ_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
  yield* stream as AsyncIterable<Uint8Array>;
}

/** What is wrong with the file, in one line that names it. */
export function explainSnapshot(path: string, error: unknown): unknown {
  if (error instanceof SnapshotFileError) return new UserError(`${path}: ${error.message}`, { cause: error });
  const code = errorCode(error);
  return code === undefined ? error : new UserError(`${path} cannot be read (${code})`, { cause: error });
}

/** @throws UserError for a file that cannot be read, or is not whole and undamaged */
export async function checkSnapshot(path: string, signal?: AbortSignal): Promise<CheckedSnapshot> {
  try {
    return await readSnapshotFile(filePieces(path, signal));
  } catch (error) {
    throw explainSnapshot(path, error);
  }
}
