/**
 * A disk that can be made slow while it is in use: whatever has to be durable takes longer to be so.
 *
 * Faults assumed: none of its own. The wait comes after the write and before its promise resolves: nothing overtakes
 * anything, and what the caller was told is as true as on the disk itself.
 */
import type { Clock } from './clock.js';
import type { Disk, DiskDatabase } from './disk.js';
import type { DiskFault } from './faults.js';

export interface FaultyDisk extends Disk {
  /** Exactly this is wrong from now on; undefined: nothing. Writes under way keep the delay they began with. */
  setDiskFault(fault: DiskFault | undefined): void;
}

/** Until a fault is set it is as quick as `inner`. */
export function withDiskFaults(inner: Disk, clock: Clock): FaultyDisk {
  return new SlowDisk(inner, clock);
}

class SlowDisk implements FaultyDisk {
  readonly #inner: Disk;
  readonly #clock: Clock;
  #syncDelayMilliseconds = 0;
  readonly close: NonNullable<Disk['close']>;

  constructor(inner: Disk, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
    this.close = async () => inner.close?.();
  }

  setDiskFault(fault: DiskFault | undefined): void {
    this.#syncDelayMilliseconds = fault?.syncDelayMilliseconds ?? 0;
  }

  async openDatabase(...how: Parameters<Disk['openDatabase']>): Promise<DiskDatabase> {
    const database = await this.#inner.openDatabase(...how);
    return {
      get: (key) => database.get(key),
      getMany: (keys) => database.getMany(keys),
      iterate: (options) => database.iterate(options),
      batch: (operations, options) =>
        options.sync
          ? this.#late(() => database.batch(operations, options))
          : database.batch(operations, options),
      snapshot: () => database.snapshot(),
      compactRange: (bounds) => database.compactRange(bounds),
      sizeBytes: () => database.sizeBytes(),
      close: () => database.close(),
    };
  }

  databaseExists(name: string): Promise<boolean> {
    return this.#inner.databaseExists(name);
  }

  deleteDatabase(name: string): Promise<void> {
    return this.#inner.deleteDatabase(name);
  }

  listDatabases(): Promise<readonly string[]> {
    return this.#inner.listDatabases();
  }

  readFile(name: string): Promise<Uint8Array | undefined> {
    return this.#inner.readFile(name);
  }

  writeFile(...what: Parameters<Disk['writeFile']>): Promise<void> {
    return this.#late(() => this.#inner.writeFile(...what));
  }

  #late(write: () => Promise<void>): Promise<void> {
    const delayMilliseconds = this.#syncDelayMilliseconds;
    const written = write();
    // Every write of the log comes by here: a disk without a fault costs none of them a turn.
    if (delayMilliseconds <= 0) return written;
    return written.then(
      () =>
        new Promise((resolve) => {
          this.#clock.setTimer(delayMilliseconds, resolve);
        }),
    );
  }
}
