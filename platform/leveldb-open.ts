/** Opens a LevelDB, and says what its errors mean to a disk. */
import type { ClassicLevel } from 'classic-level';
import type { DatabaseOptions, DiskFailureKind } from './disk.js';
import { DiskFailedError } from './disk.js';

export type Level = ClassicLevel<Uint8Array, Uint8Array>;

const SMALL_DATABASE_CACHE_BYTES = 4 * 1024 * 1024;

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

function kindOf(error: unknown): DiskFailureKind {
  const text = messageOf(error);
  if (/ENOSPC|EDQUOT|No space left|quota exceeded/i.test(text)) return 'full';
  if (/LEVEL_DATABASE_NOT_OPEN|not open|closed/i.test(text)) return 'closed';
  if (/corrupt/i.test(text)) return 'corrupt';
  return 'io';
}

export function failed(action: string, error: unknown): DiskFailedError {
  if (error instanceof DiskFailedError) return error;
  return new DiskFailedError(kindOf(error), `${action}: ${messageOf(error)}`, { cause: error });
}

export async function openLevel(folder: string, options: DatabaseOptions): Promise<Level> {
  // Loaded when first needed: a process that only speaks to members carries no LevelDB.
  const { ClassicLevel: LevelDb } = await import('classic-level');
  const level: Level = new LevelDb(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: SMALL_DATABASE_CACHE_BYTES,
    compression: options.compression ?? true,
    ...(options.writeBufferBytes === undefined ? {} : { writeBufferSize: options.writeBufferBytes }),
  });
  try {
    await level.open();
  } catch (error) {
    throw failed(`cannot open the database ${folder}`, error);
  }
  return level;
}
