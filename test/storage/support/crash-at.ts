/** A simulated disk that loses power in the middle of its nth change, so that a test can try them all. */
import type { SimulatedDisk } from '../../../chaos/index.js';
import type { Disk, DiskDatabase } from '../../../platform/index.js';
import { withBatch } from './with-batch.js';

export interface CrashingDisk extends Disk {
  /** How many changes were begun. */
  readonly changes: number;
}

/** `crashAt` 0: never. */
export function crashingDisk(disk: SimulatedDisk, crashAt: number): CrashingDisk {
  let changes = 0;
  const changing = async <Value>(change: () => Promise<Value>): Promise<Value> => {
    changes += 1;
    const crashes = changes === crashAt;
    const done = change();
    if (!crashes) return done;
    // The write is on its way: the crash decides whether it arrived, in part or whole.
    const settled = done.catch(() => undefined);
    disk.crash();
    await settled;
    throw new Error(`crash at change ${crashAt}`);
  };
  return {
    async openDatabase(name, options): Promise<DiskDatabase> {
      const database = await changing(() => disk.openDatabase(name, options));
      return withBatch(database, (operations, how) => changing(() => database.batch(operations, how)));
    },
    databaseExists: (name) => disk.databaseExists(name),
    deleteDatabase: (name) => changing(() => disk.deleteDatabase(name)),
    listDatabases: () => disk.listDatabases(),
    readFile: (name) => disk.readFile(name),
    writeFile: (name, bytes, how) => changing(() => disk.writeFile(name, bytes, how)),
    get changes() {
      return changes;
    },
  };
}
