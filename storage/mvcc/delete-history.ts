/**
 * Physically forgets compacted history, in slices between which everything else goes on. The revision index
 * says which versions each revision superseded, so no key is looked at that did not change.
 */
import { textOf } from '../bytes.js';
import { revisionKey, revisionOfKey, versionKey } from './key-space.js';
import { decodeChanges } from './records.js';
import type { ReplicatedState } from './state.js';

const SLICE_REVISIONS = 256;

/**
 * What the revision compacted to changed can still be watched: its own entry goes with the next compaction.
 *
 * One slice; false: nothing is left to delete. Throws `DamagedRecordError`.
 */
export async function deleteHistorySlice(state: ReplicatedState): Promise<boolean> {
  const through = state.compactRevision;
  if (state.deletedRevision >= through) return false;
  const { view } = state.stateView();
  try {
    const cursor = view.iterate(revisionKey(state.deletedRevision), revisionKey(through + 1));
    const page = await cursor.nextPage(SLICE_REVISIONS);
    await cursor.close();
    const keys: string[] = [];
    for (const { key: databaseKey, value } of page) {
      const revision = revisionOfKey(databaseKey);
      if (revision < through) keys.push(databaseKey);
      for (const change of decodeChanges(databaseKey, value)) {
        const key = textOf(change.key);
        // What this revision replaced can no longer be read; what it wrote still can, unless it deleted.
        if (change.previousRevision !== 0) keys.push(versionKey(key, change.previousRevision));
        if (change.type === 'delete' && change.passing === undefined) keys.push(versionKey(key, revision));
      }
    }
    const reached = page.length < SLICE_REVISIONS ? through : revisionOfKey(page.at(-1)!.key);
    state.deleteHistory(keys, reached);
    return reached < through;
  } finally {
    await view.close();
  }
}
