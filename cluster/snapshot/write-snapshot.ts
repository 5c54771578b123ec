/**
 * A member writes its state to a file. Faults assumed: a disk that fills up or fails, a folder that is not there, no
 * leader. Whatever happens, nothing else of the member is touched, and no half of a file stays.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import {
  type ClusterAdmin,
  SnapshotEndedError,
  type SnapshotStream,
  type Store,
  snapshotBytes,
} from '../../storage/index.js';
import { errorCode } from '../atomic-file.js';

export interface SnapshotOrder {
  /** Absolute; nothing may be there yet. */
  readonly path: string;
  /** Save what the member has applied, though it may lack what others have acknowledged. */
  readonly local: boolean;
}

export type SnapshotAnswer =
  /** Durable, but for its name in the folder. Not read back yet. */
  | { readonly kind: 'written'; readonly bytes: number }
  /** `elsewhere`: another member may do better. */
  | { readonly kind: 'failed'; readonly message: string; readonly elsewhere: boolean };

const catchUpMilliseconds = 10_000;

export async function writeSnapshot(
  { store, admin }: { readonly store: Store; readonly admin: Pick<ClusterAdmin, 'snapshot'> },
  order: SnapshotOrder,
): Promise<SnapshotAnswer> {
  if (!order.local) {
    const reached = await store.catchUp({ caller: 'snapshot', timeoutMilliseconds: catchUpMilliseconds });
    if (reached.kind !== 'done') {
      const message = reached.kind === 'refused' ? reached.refusal.message : reached.message;
      return { kind: 'failed', message, elsewhere: true };
    }
  }
  return writeStream(order.path, admin.snapshot());
}

/** Always ends the stream. */
export async function writeStream(path: string, stream: SnapshotStream): Promise<SnapshotAnswer> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    stream.cancel();
    return cannotWrite(path, error);
  }
  try {
    const bytes = await writeAll(file, stream);
    await file.close();
    return { kind: 'written', bytes };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    return error instanceof SnapshotEndedError
      ? { kind: 'failed', message: error.message, elsewhere: true }
      : cannotWrite(path, error);
  }
}

async function writeAll(file: FileHandle, stream: SnapshotStream): Promise<number> {
  let bytes = 0;
  for await (const piece of snapshotBytes(stream)) {
    await file.writeFile(piece);
    bytes += piece.length;
  }
  await file.sync();
  return bytes;
}

function cannotWrite(path: string, error: unknown): SnapshotAnswer {
  const why = errorCode(error) ?? String(error);
  return { kind: 'failed', message: `${path} cannot be written (${why})`, elsewhere: false };
}
