/** A snapshot file on disk, of a member that holds keys, deleted keys and a lease. */
import { writeFile } from 'node:fs/promises';
import { openTestStore } from '../../storage/support/single-member-store.js';
import { fillWithEverything, saveSnapshot } from '../../storage/support/snapshot-files.js';

export interface SavedSnapshot {
  readonly bytes: Buffer;
  readonly revision: number;
}

export async function savedSnapshot(path: string): Promise<SavedSnapshot> {
  const member = await openTestStore();
  await fillWithEverything(member);
  const bytes = await saveSnapshot(member);
  const { revision } = await member.store.status();
  await member.close();
  await writeFile(path, bytes);
  return { bytes, revision };
}
