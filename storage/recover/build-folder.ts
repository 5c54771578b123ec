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
import type { BatchOperation, Disk } from '../../platform/index.js';
import type { Configuration, Member, SnapshotMetadata } from '../../raft/index.js';
import { encodeConfiguration } from '../../raft/index.js';
import { bytesOf, textOf } from '../bytes.js';
import { emptyLedger } from '../integrity/ledger.js';
import { formatLogAfter } from '../log/format-log.js';
import { encodeIdentity } from '../member/identity-file.js';
import { FORMAT_VERSION, IDENTITY_FILE } from '../member-folder.js';
import { attachmentKey, expiryKey, headKey, leaseKey, META_KEY } from '../mvcc/key-space.js';
import type { LogicalRecord } from '../mvcc/record-sum.js';
import { encodeLease, encodeMeta, encodeVersion, type RecordSalt, recordSalt } from '../mvcc/records.js';
import { STATE_FORMAT_VERSION } from '../mvcc/state.js';
import { StateHash } from '../mvcc/state-hash.js';
import { FIRST_STATE } from '../state-machine.js';
import { type Candidate, readCheckedState } from './candidate.js';

/** Further than any lost member can have been ahead. */
export const REVISION_RAISE = 1_000_000_000;

const BATCH_BYTES = 1024 * 1024;
const nothing = new Uint8Array(0);

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
  const { target, candidate, clusterId, member } = options;
  for (const name of await target.listDatabases()) await target.deleteDatabase(name);
  const configuration: Configuration = {
    voters: [member.id],
    votersOutgoing: [],
    learners: [],
    members: [member],
  };
  const start: SnapshotMetadata = {
    index: candidate.end.index + 1,
    term: Math.max(candidate.term, candidate.end.term) + 1,
    timeMilliseconds: candidate.end.timeMilliseconds,
    configuration,
  };
  const revision = Math.max(candidate.revision, options.highestRevision) + REVISION_RAISE;
  await writeState(options, start, revision);
  await formatLogAfter(target, start);
  await checkState(target, clusterId);
  const identity = { clusterId, memberId: member.id, name: member.name, formatVersion: FORMAT_VERSION };
  await target.writeFile(IDENTITY_FILE, encodeIdentity(identity));
  return revision;
}

async function writeState(options: BuildOptions, start: SnapshotMetadata, revision: number): Promise<void> {
  const { copy, candidate, target, clusterId } = options;
  const salt = recordSalt(clusterId);
  const moved = revision - candidate.revision;
  const hash = new StateHash();
  const source = await copy.openDatabase(candidate.stateName);
  const database = await target.openDatabase(FIRST_STATE);
  let batch: BatchOperation[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    // Each one synced: LevelDB alone does not promise that what was not synced vanishes from the end only.
    await database.batch(batch, { sync: true });
    batch = [];
    bytes = 0;
  };
  try {
    const before = await readCheckedState(source, candidate.identity.clusterId, (record) => {
      for (const [key, value] of recordsOf(record, salt, (each) =>
        each > candidate.committedRevision ? each + moved : each,
      )) {
        if (value.length > 0) hash.add(value);
        batch.push({ type: 'put', key: bytesOf(key), value });
        bytes += key.length + value.length;
      }
      return bytes < BATCH_BYTES ? undefined : write();
    });
    const meta = encodeMeta(META_KEY, {
      formatVersion: STATE_FORMAT_VERSION,
      appliedIndex: start.index,
      appliedTerm: start.term,
      timeMilliseconds: start.timeMilliseconds,
      revision,
      compactRevision: revision,
      deletedRevision: revision,
      hash: hash.bytes(),
      configuration: encodeConfiguration(start.configuration),
      sessionFloor: start.index,
      clusterFormatVersion: before.clusterFormatVersion,
      ledger: emptyLedger,
    });
    batch.push({ type: 'put', key: bytesOf(META_KEY), value: meta });
    await write();
  } finally {
    await database.close();
    await source.close();
  }
}

/** What stands in the database for one logical record. Only records that the state hash covers have a value. */
function recordsOf(
  record: LogicalRecord,
  salt: RecordSalt,
  raised: (revision: number) => number,
): readonly (readonly [string, Uint8Array])[] {
  switch (record.kind) {
    case 'key': {
      const { item } = record;
      const key = textOf(item.key);
      const createRevision = raised(item.createRevision);
      const modRevision = raised(item.modRevision);
      const stored = encodeVersion(salt, { ...item, createRevision, modRevision }).record;
      const attached = item.lease === 0 ? [] : ([[attachmentKey(item.lease, key), nothing]] as const);
      return [[headKey(key), stored], ...attached];
    }
    case 'lease': {
      const { lease } = record;
      return [
        [leaseKey(lease.id), encodeLease(salt, lease)],
        [expiryKey(lease.expiresMilliseconds, lease.id), nothing],
      ];
    }
    case 'other':
      return [];
  }
}

/** Reads back what was written, before anybody relies on it. */
async function checkState(target: Disk, clusterId: string): Promise<void> {
  const database = await target.openDatabase(FIRST_STATE);
  try {
    await readCheckedState(database, clusterId, () => undefined);
  } finally {
    await database.close();
  }
}
