/**
 * Makes the folder of a new cluster's only member from a candidate of the old one.
 *
 * The recovery stands like one more entry behind the candidate's log, in a term that the old cluster never
 * had. Its state holds the old one's keys and leases under the new cluster's digests, at a revision so much
 * higher that no client can have seen it, with all history before it compacted. Sessions are forgotten and
 * their floor is raised: no proposal made to the old cluster is taken for a new one.
 *
 * Entries that were not known to be committed are kept. The lost members may have committed others in their
 * place, and clients may have seen those under the same revisions: so what these entries wrote moves up with
 * the raise. No revision ever stands for two contents.
 *
 * Faults assumed: a crash at any instant; the identity file comes last, and a folder without it was never in
 * use.
 */
import type { Disk } from '../../platform/index.js';
import type { Member, SnapshotMetadata } from '../../raft/index.js';
import { type Candidate, readCheckedState } from './candidate.js';
import { buildRaisedFolders, REVISION_RAISE } from './raised-folders.js';

export interface BuildOptions {
  /** The copy that the candidate was examined on. */
  readonly copy: Disk;
  readonly candidate: Candidate;
  /** Where the new member comes to stand; whatever is in it goes. */
  readonly target: Disk;
  readonly clusterId: string;
  readonly member: Member;
  /** The highest revision that any of the old folders knows. */
  readonly highestRevision: number;
}

/** Resolves with the revision that the new cluster begins at. */
export async function buildRecoveredFolder(options: BuildOptions): Promise<number> {
  const { copy, target, candidate, clusterId, member } = options;
  const start: SnapshotMetadata = {
    index: candidate.end.index + 1,
    term: Math.max(candidate.term, candidate.end.term) + 1,
    timeMilliseconds: candidate.end.timeMilliseconds,
    configuration: { voters: [member.id], votersOutgoing: [], learners: [], members: [member] },
  };
  const revision = Math.max(candidate.revision, options.highestRevision) + REVISION_RAISE;
  const moved = revision - candidate.revision;
  await buildRaisedFolders({
    folders: [{ target, member }],
    clusterId,
    start,
    revision,
    raised: (each) => (each > candidate.committedRevision ? each + moved : each),
    async read(visit) {
      const source = await copy.openDatabase(candidate.stateName);
      try {
        return await readCheckedState(source, candidate.identity.clusterId, visit);
      } finally {
        await source.close();
      }
    },
  });
  return revision;
}
