/** The log of a member that was just born: empty, beginning with the initial configuration. */
import type { DatabaseOptions, Disk } from '../../platform/index.js';
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

export async function formatLog(disk: Disk, configuration: Configuration): Promise<void> {
  const snapshot: SnapshotMetadata = { index: 0, term: 0, timeMilliseconds: 0, configuration };
  const chain = chainStart(0, 0);
  const database = await disk.openDatabase(LOG_DATABASE, logDatabaseOptions);
  try {
    await database.batch(
      [
        { type: 'put', key: TRUNCATION_KEY, value: encodeTruncation({ snapshot, chain, lowestStored: 1 }) },
        {
          type: 'put',
          key: HARD_STATE_KEY,
          value: encodeHardState({ term: 0, votedFor: undefined, commitIndex: 0 }),
        },
        { type: 'put', key: COUNTER_KEY, value: encodeCounter(1) },
      ],
      { sync: true },
    );
  } finally {
    await database.close();
  }
  // Both slots exist from the start: from here on a missing one is damage.
  for (const counter of [0, 1]) {
    await writeWitness(disk, {
      counter,
      lastIndex: 0,
      chain,
      term: 0,
      votedFor: undefined,
      operations: undefined,
    });
  }
}
