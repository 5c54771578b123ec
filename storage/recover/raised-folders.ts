/**
 * The folders of a new cluster's members, made from the logical records of a state: keys, leases, users and roles
 * under the new cluster's digests, no history, no sessions, and a session floor above every old proposal. The revision is raised, so
 * that nothing clients were shown before is shown again with other contents, and all before is marked compacted.
 *
 * The folders stand as if this were one more entry of the log. Each is read back before anybody relies on it, and its
 * identity is written last.
 */
import type { BatchOperation, Disk, DiskDatabase } from '../../platform/index.js';
import { encodeConfiguration, type Member, type SnapshotMetadata } from '../../raft/index.js';
import { bytesOf, textOf } from '../bytes.js';
import { emptyLedger } from '../integrity/ledger.js';
import { formatLogAfter } from '../log/format-log.js';
import { encodeIdentity } from '../member/identity-file.js';
import { FORMAT_VERSION, IDENTITY_FILE } from '../member-folder.js';
import { AUTH_KEY, attachmentKey, expiryKey, headKey, leaseKey, META_KEY } from '../mvcc/key-space.js';
import type { LogicalRecord } from '../mvcc/record-sum.js';
import {
  encodeAuthRecord,
  encodeLease,
  encodeMeta,
  encodeVersion,
  type MetaRecord,
  type RecordSalt,
  recordSalt,
} from '../mvcc/records.js';
import { STATE_FORMAT_VERSION } from '../mvcc/state.js';
import { StateHash } from '../mvcc/state-hash.js';
import { FIRST_STATE } from '../open-state.js';
import { readCheckedState } from './candidate.js';

/** Further than any lost member can have been ahead. */
export const REVISION_RAISE = 1_000_000_000;

const BATCH_BYTES = 1024 * 1024;
const nothing = new Uint8Array(0);

export interface NewFolder {
  /** Where the new member comes to stand; whatever is in it goes. */
  readonly target: Disk;
  readonly member: Member;
}

/** Every logical record once, each checked; at last what the state's meta record said. */
export type ReadRecords = (
  visit: (record: LogicalRecord) => Promise<void> | undefined,
) => Promise<Pick<MetaRecord, 'clusterFormatVersion' | 'authRevision'>>;

export interface RaisedFoldersOptions {
  readonly folders: readonly NewFolder[];
  readonly clusterId: string;
  readonly start: SnapshotMetadata;
  /** What the new cluster begins at. */
  readonly revision: number;
  /** What becomes of a revision that an old record has. */
  readonly raised: (revision: number) => number;
  readonly read: ReadRecords;
}

export async function buildRaisedFolders(options: RaisedFoldersOptions): Promise<void> {
  const { folders, clusterId, start } = options;
  for (const { target } of folders) {
    for (const name of await target.listDatabases()) await target.deleteDatabase(name);
  }
  await writeStates(options);
  for (const { target, member } of folders) {
    await formatLogAfter(target, start);
    await checkState(target, clusterId);
    const identity = { clusterId, memberId: member.id, name: member.name, formatVersion: FORMAT_VERSION };
    await target.writeFile(IDENTITY_FILE, encodeIdentity(identity));
  }
}

/** The same state into all of them, from one reading. */
async function writeStates(options: RaisedFoldersOptions): Promise<void> {
  const { start, revision, clusterId, read, raised } = options;
  const salt = recordSalt(clusterId);
  const hash = new StateHash();
  const databases: DiskDatabase[] = [];
  let batch: BatchOperation[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    const operations = batch;
    batch = [];
    bytes = 0;
    // Each one synced: LevelDB alone does not promise that what was not synced vanishes from the end only.
    for (const database of databases) await database.batch(operations, { sync: true });
  };
  try {
    for (const { target } of options.folders) databases.push(await target.openDatabase(FIRST_STATE));
    const before = await read((record) => {
      for (const [key, value] of recordsOf(record, salt, raised)) {
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
      authRevision: before.authRevision,
    });
    batch.push({ type: 'put', key: bytesOf(META_KEY), value: meta });
    await write();
  } finally {
    for (const database of databases) await database.close();
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
    case 'auth':
      return [[AUTH_KEY, encodeAuthRecord(salt, record.auth)]];
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
