/** A log without entries: of a member that was just born, or one that begins after a state it was given. */
import type { BatchOperation, DatabaseOptions, Disk } from '../../platform/index.js';
import type { Configuration, SnapshotMetadata } from '../../raft/index.js';
import {
  COUNTER_KEY,
  chainStart,
  encodeCounter,
  encodeHardState,
  encodeTruncation,
  HARD_STATE_KEY,
  TRUNCATION_KEY,
} from './log-records.js';
import { writeWitness } from './witness.js';

export const LOG_DATABASE = 'log';

/** A large write buffer keeps the log out of level 0; its entries are compressed badly and read once. */
export const logDatabaseOptions: DatabaseOptions = { writeBufferBytes: 32 * 1024 * 1024, compression: false };

/** The log of a member that was just born: it begins with the initial configuration. */
export function formatLog(disk: Disk, configuration: Configuration): Promise<void> {
  return formatLogAfter(disk, { index: 0, term: 0, timeMilliseconds: 0, configuration });
}

/** The log of a member whose state is `snapshot`, all of it committed. */
export async function formatLogAfter(disk: Disk, snapshot: SnapshotMetadata): Promise<void> {
  const { index, term } = snapshot;
  const chain = chainStart(index, term);
  const lowestStored = index + 1;
  const hardState = { term, votedFor: undefined, commitIndex: index };
  const operations: readonly BatchOperation[] = [
    { type: 'put', key: TRUNCATION_KEY, value: encodeTruncation({ snapshot, chain, lowestStored }) },
    { type: 'put', key: HARD_STATE_KEY, value: encodeHardState(hardState) },
    { type: 'put', key: COUNTER_KEY, value: encodeCounter(1) },
  ];
  const database = await disk.openDatabase(LOG_DATABASE, logDatabaseOptions);
  try {
    await database.batch(operations, { sync: true });
  } finally {
    await database.close();
  }
  // Both slots exist from the start: from here on a missing one is damage.
  for (const counter of [0, 1]) {
    await writeWitness(disk, {
      counter,
      lastIndex: index,
      chain,
      term,
      votedFor: undefined,
      // What a member was born with stands nowhere else.
      operations,
    });
  }
}
