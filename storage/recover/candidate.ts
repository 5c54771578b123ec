/**
 * One member's folder as a candidate for recovery: brought to the end of its log, so that it shows what a
 * cluster made from it would hold, and checked record by record.
 *
 * Looking changes the folder as any start does (the last batch is completed from the witness, entries are
 * applied): it is done on a copy. Faults assumed: anything in the folder may be damaged or missing.
 */
import type { Clock, Disk, DiskDatabase, Logger } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type { LogCondition, LogIndex, SnapshotMetadata, Term } from '../../raft/index.js';
import { bytesOf, textOf } from '../bytes.js';
import { isCondemned } from '../integrity/state-trust.js';
import { openMemberLog } from '../log/member-log.js';
import type { MemberIdentity } from '../member/identity-file.js';
import { MemberFolderError, readMemberIdentity } from '../member-folder.js';
import { AUTH_KEY, META_KEY } from '../mvcc/key-space.js';
import { type LogicalRecord, RecordSum } from '../mvcc/record-sum.js';
import { decodeMeta, type MetaRecord, openAuth, recordSalt } from '../mvcc/records.js';
import { FIRST_STATE } from '../open-state.js';
import { CannotApplyError, MemberStateMachine } from '../state-machine.js';
import { DamagedRecordError } from '../tuple.js';

const APPLY_BYTES = 1024 * 1024;
const SCAN_PAGE_ENTRIES = 256;

export interface Candidate {
  readonly identity: MemberIdentity;
  readonly stateName: string;
  readonly condition: LogCondition;
  /** The highest term this member knew of. */
  readonly term: Term;
  /** Where its log ends; after a snapshot that is where its state ends. */
  readonly end: SnapshotMetadata;
  /** Everything through here is known to have been committed. */
  readonly committedIndex: LogIndex;
  /** The newest revision that was written through there. */
  readonly committedRevision: number;
  /** The newest revision with all entries applied. */
  readonly revision: number;
  /** … and the hash of the state then: equal wherever the log ends with the same entry. */
  readonly endStateHash: string;
  /** An alarm says that this copy of the state differs from the majority's, or that a record of it is damaged. */
  readonly condemned: boolean;
  /** As found: what the state had applied on disk, and its hash there. */
  readonly appliedIndex: LogIndex;
  readonly stateHash: string;
}

export type Examination =
  | { readonly kind: 'readable'; readonly candidate: Candidate }
  /** Nothing can be made from it. */
  | { readonly kind: 'damaged'; readonly identity: MemberIdentity | undefined; readonly reason: string };

export interface RecoveryTools {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Says what is wrong with the folder. Throws only when the disk that holds the copy is full. */
export async function examineMemberFolder(copy: Disk, tools: RecoveryTools): Promise<Examination> {
  let identity: MemberIdentity | undefined;
  try {
    identity = await readMemberIdentity(copy);
    const candidate = await bringToEnd(copy, identity, tools);
    await verifyState(copy, candidate);
    return { kind: 'readable', candidate };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { kind: 'damaged', identity, reason: error.message };
  }
}

function isDamage(error: unknown): error is Error {
  return (
    error instanceof MemberFolderError ||
    error instanceof DamagedRecordError ||
    error instanceof CannotApplyError ||
    (error instanceof DiskFailedError && error.kind !== 'full')
  );
}

/** Opens the folder as a start would, and applies all entries, also those not known to be committed. */
async function bringToEnd(disk: Disk, identity: MemberIdentity, tools: RecoveryTools): Promise<Candidate> {
  const log = await openMemberLog(disk, tools.logger);
  try {
    const stateName = (await log.readStateName()) ?? FIRST_STATE;
    const { clusterId } = identity;
    const machine = await MemberStateMachine.open({
      disk,
      log,
      birth: () => log.readBirth(),
      clusterId,
      ...tools,
    });
    try {
      const { appliedIndex } = machine;
      const stateHash = machine.state.stateHash();
      log.setStatePoint(machine.state.metadata());
      const { hardState, lastIndex, condition } = await log.load();
      const applyThrough = async (index: LogIndex): Promise<void> => {
        while (machine.appliedIndex < index) {
          await machine.apply(await log.entries(machine.appliedIndex + 1, index + 1, APPLY_BYTES));
        }
      };
      // What lost a part may pair an old entry with a newer commit index: there only the state is a witness.
      const committedIndex =
        condition.kind === 'intact' ? Math.max(appliedIndex, hardState.commitIndex) : appliedIndex;
      await applyThrough(committedIndex);
      const committedRevision = machine.state.revision;
      await applyThrough(lastIndex);
      const { revision, ledger } = machine.state;
      const condemned = isCondemned(ledger, identity.memberId, machine.originIndex);
      const endStateHash = machine.state.stateHash();
      const end = machine.state.metadata();
      await machine.state.flush();
      return {
        identity,
        stateName,
        condition,
        term: hardState.term,
        end,
        committedIndex,
        committedRevision,
        revision,
        endStateHash,
        condemned,
        appliedIndex,
        stateHash,
      };
    } finally {
      await machine.close();
    }
  } finally {
    await log.close();
  }
}

/** Every logical record of the state in key order, each checked; at last all against the state hash. */
export async function readCheckedState(
  database: DiskDatabase,
  clusterId: string,
  visit: (record: LogicalRecord) => Promise<void> | undefined,
): Promise<MetaRecord> {
  const record = await database.get(bytesOf(META_KEY));
  if (record === undefined) throw new DamagedRecordError('the state has no meta record');
  const meta = decodeMeta(META_KEY, record);
  const sum = new RecordSum(recordSalt(clusterId));
  // Live keys begin with `k`, leases with `l`: the rest follows from them or is forgotten.
  const iterator = database.iterate({ gte: bytesOf('k'), lt: bytesOf('m') });
  try {
    for (;;) {
      const page = await iterator.nextPage(SCAN_PAGE_ENTRIES);
      if (page.length === 0) break;
      for (const { key, value } of page) await visit(sum.add(textOf(key), value));
    }
  } finally {
    await iterator.close();
  }
  const users = await database.get(bytesOf(AUTH_KEY));
  openAuth(recordSalt(clusterId), users, meta);
  if (users !== undefined) await visit(sum.add(AUTH_KEY, users));
  if (!sum.matches(meta)) throw new DamagedRecordError('the state does not match its state hash');
  return meta;
}

async function verifyState(disk: Disk, candidate: Candidate): Promise<void> {
  const database = await disk.openDatabase(candidate.stateName);
  try {
    await readCheckedState(database, candidate.identity.clusterId, () => undefined);
  } finally {
    await database.close();
  }
}
