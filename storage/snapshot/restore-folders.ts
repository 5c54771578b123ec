/**
 * Makes the folders of a new cluster's members from a snapshot file, as a recovery does from what is left of a member
 * (recover/raised-folders.ts). All that a snapshot holds was committed: its keys keep their revisions, and the raise
 * stands between them and whatever the old cluster went on to show.
 */
import type { Disk } from '../../platform/index.js';
import type { Member, SnapshotMetadata } from '../../raft/index.js';
import { buildRaisedFolders, REVISION_RAISE } from '../recover/raised-folders.js';
import { SnapshotFileError } from './file-format.js';
import { type CheckedSnapshot, readSnapshotFile } from './read-file.js';

export interface RestoreFoldersOptions {
  /** What an earlier reading has found to be in the file. */
  readonly snapshot: CheckedSnapshot;
  /** The file once more. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
  readonly clusterId: string;
  /** All of them vote. Whatever is in their folders goes. */
  readonly members: readonly { readonly target: Disk; readonly id: number; readonly name: string }[];
}

/** Its live address is told to its peers when it has one. */
const unknownAddress = '127.0.0.1:0';

/** Resolves with the revision that the new cluster begins at. Throws `SnapshotFileError`, also for a changed file. */
export async function buildRestoredFolders(options: RestoreFoldersOptions): Promise<number> {
  const { snapshot, clusterId, members, pieces } = options;
  const { meta } = snapshot;
  const folders = members.map(({ target, id, name }) => {
    const member: Member = { id, name, peerAddress: unknownAddress };
    return { target, member };
  });
  const start: SnapshotMetadata = {
    index: meta.appliedIndex + 1,
    term: meta.appliedTerm + 1,
    timeMilliseconds: meta.timeMilliseconds,
    configuration: {
      voters: members.map(({ id }) => id),
      votersOutgoing: [],
      learners: [],
      members: folders.map(({ member }) => member),
    },
  };
  const revision = meta.revision + REVISION_RAISE;
  await buildRaisedFolders({
    folders,
    clusterId,
    start,
    revision,
    raised: (each) => each,
    async read(visit) {
      const again = await readSnapshotFile(pieces(), visit);
      if (again.sha256 !== snapshot.sha256) {
        throw new SnapshotFileError('damaged', 'it was changed while it was read');
      }
      return again.meta;
    },
  });
  return revision;
}
