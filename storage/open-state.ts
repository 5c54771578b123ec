/**
 * The state databases of a member: which is the current one, whose it is, and whether it is whole enough to be opened.
 * What is damaged is stood in for by a blank one, where somebody can send the state anew.
 */
import type { Clock, Disk, DiskDatabase, Logger } from '../platform/index.js';
import { DiskFailedError } from '../platform/index.js';
import type { LogIndex, MemberId, SnapshotMetadata } from '../raft/index.js';
import { bytesOf, textOf } from './bytes.js';
import { canBeRebuilt } from './integrity/state-trust.js';
import type { MemberLog } from './log/member-log.js';
import { MemberFolderError } from './member-folder.js';
import { checkRecord } from './mvcc/check-record.js';
import { HEADS_END, headKey, ORIGIN_KEY } from './mvcc/key-space.js';
import { decodeOrigin, encodeOrigin, recordSalt } from './mvcc/records.js';
import { ReplicatedState } from './mvcc/state.js';
import { DamagedRecordError } from './tuple.js';

/** The state database of a member that never took in a snapshot. */
export const FIRST_STATE = 'state';
/** Never the current one: no record names it. */
const BLANK_STATE = 'state.blank';

export interface OpenStateOptions {
  readonly disk: Disk;
  readonly log: MemberLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly clusterId: string;
  /** Whose state it is; absent where nobody is served from it, so that it need not be trusted. */
  readonly memberId?: MemberId;
  readonly birth: () => Promise<SnapshotMetadata>;
  readonly flushDelayMilliseconds?: number;
}

export interface OpenedState {
  readonly state: ReplicatedState;
  readonly database: DiskDatabase;
  readonly name: string;
  readonly originIndex: LogIndex;
}

/** What is stored is not what was stored: for one of our checksums, or for one of the engine's. */
export function isDamage(error: unknown): error is Error {
  return (
    error instanceof DamagedRecordError || (error instanceof DiskFailedError && error.kind === 'corrupt')
  );
}

/** Of the state that takes this one's place. */
export function nextName(name: string): string {
  const number = name === FIRST_STATE ? 0 : Number(name.slice(FIRST_STATE.length + 1));
  return `${FIRST_STATE}.${number + 1}`;
}

/** What an interrupted snapshot left. */
export async function deleteOtherStates(disk: Disk, name: string): Promise<void> {
  for (const other of await disk.listDatabases()) {
    if (other.startsWith(FIRST_STATE) && other !== name) await disk.deleteDatabase(other);
  }
}

/**
 * Refuses the state of another cluster or member, which would fit in without a word wherever it is not asked for
 * something it has. Returns the index of the snapshot that this copy came with.
 */
async function ownState(options: OpenStateOptions, database: DiskDatabase): Promise<LogIndex> {
  const { clusterId, memberId } = options;
  const { snapshotIndex, owner } = decodeOrigin(ORIGIN_KEY, await database.get(bytesOf(ORIGIN_KEY)));
  if (owner !== undefined) {
    if (owner.clusterId !== clusterId) {
      throw new MemberFolderError(
        'other-cluster',
        `the state in the data folder belongs to cluster ${owner.clusterId}, not to ${clusterId}: put the right one back`,
      );
    }
    if (memberId !== undefined && owner.memberId !== memberId) {
      throw new MemberFolderError(
        'other-member',
        `the state in the data folder belongs to the member with id ${owner.memberId}, not to ${memberId}: put the right one back`,
      );
    }
    return snapshotIndex;
  }
  await checkFirstRecord(database, clusterId);
  if (memberId !== undefined) {
    const value = encodeOrigin(ORIGIN_KEY, snapshotIndex, { clusterId, memberId });
    await database.batch([{ type: 'put', key: bytesOf(ORIGIN_KEY), value }], { sync: true });
  }
  return snapshotIndex;
}

/** The digests of another cluster's records are others. */
async function checkFirstRecord(database: DiskDatabase, clusterId: string): Promise<void> {
  const iterator = database.iterate({ gte: bytesOf(headKey('')), lt: bytesOf(HEADS_END), limit: 1 });
  try {
    const [first] = await iterator.nextPage(1);
    if (first !== undefined) checkRecord(recordSalt(clusterId), textOf(first.key), first.value);
  } finally {
    await iterator.close();
  }
}

/** A state that was replaced, and what stood in for it meanwhile. */
export async function deleteReplacedState(disk: Disk, name: string): Promise<void> {
  await disk.deleteDatabase(name);
  await disk.deleteDatabase(BLANK_STATE);
}

/** The current state, which reaches to where the log begins. Throws what `isDamage` knows when it is damaged. */
export async function openCurrentState(options: OpenStateOptions, name: string): Promise<OpenedState> {
  const opened = await openState(options, name);
  await checkReachesLog(options, opened);
  return opened;
}

/** Entries between the two would never be applied. Closes the state when it throws. */
async function checkReachesLog({ log }: OpenStateOptions, { state }: OpenedState): Promise<void> {
  const beginning = await log.readBeginning();
  if (beginning === undefined || state.appliedIndex >= beginning.index) return;
  await state.close();
  throw new DamagedRecordError(
    `the state ends at ${state.appliedIndex} but the log begins after ${beginning.index}: the state has lost writes`,
  );
}

/**
 * Stands where the log begins, and in for the state `name` until a snapshot comes. undefined: none would, or the
 * log does not know where it begins.
 */
export async function openBlankState(
  options: OpenStateOptions,
  name: string,
): Promise<OpenedState | undefined> {
  const { disk, log, memberId } = options;
  const beginning = await log.readBeginning();
  if (beginning === undefined || memberId === undefined) return undefined;
  if (!canBeRebuilt(beginning.configuration, memberId)) return undefined;
  await disk.deleteDatabase(BLANK_STATE);
  const birth = (): Promise<SnapshotMetadata> => Promise.resolve(beginning);
  return { ...(await openState({ ...options, birth }, BLANK_STATE)), name };
}

export async function openState(options: OpenStateOptions, name: string): Promise<OpenedState> {
  const onCut = (what: string): void =>
    options.logger.warn('the newest part of the state is lost and is applied again from the log', { what });
  const database = await options.disk.openDatabase(name, { check: { onCut } });
  try {
    const originIndex = await ownState(options, database);
    const state = await ReplicatedState.open({
      database,
      clock: options.clock,
      clusterId: options.clusterId,
      birth: options.birth,
      ...(options.flushDelayMilliseconds === undefined
        ? {}
        : { flushDelayMilliseconds: options.flushDelayMilliseconds }),
    });
    return { state, database, name, originIndex };
  } catch (error) {
    await database.close();
    throw error;
  }
}
