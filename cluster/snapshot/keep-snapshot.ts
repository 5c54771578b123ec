/**
 * A snapshot file under a name that means something: written beside it, synced, read back from its first byte to its
 * last, and only then renamed. Under the name stands always a whole one, the old or the new.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckedSnapshot } from '../../storage/index.js';
import { errorCode, syncFolder } from '../atomic-file.js';
import { UserError } from '../user-error.js';
import { checkSnapshot } from './check-snapshot.js';

/** Of files that were being written; what a crash leaves of them is worth nothing. */
export const temporarySuffix = '.tmp';

export interface KeepSnapshotOptions {
  readonly path: string;
  /** Has the file written and synced, or throws a UserError. */
  readonly write: (temporaryPath: string) => Promise<void>;
  readonly onStep: (step: string) => void;
  /** Aborted: give up. */
  readonly signal?: AbortSignal;
}

/** @throws UserError; nothing has changed under the name then */
export async function keepSnapshot(options: KeepSnapshotOptions): Promise<CheckedSnapshot> {
  const { path, write, onStep } = options;
  const temporary = `${path}.${randomUUID().slice(0, 8)}${temporarySuffix}`;
  try {
    await write(temporary);
    onStep('reading it back');
    const contents = await checkSnapshot(temporary, options.signal);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return contents;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new UserError(`${path} cannot be written (${code})`, { cause: error });
  }
}
