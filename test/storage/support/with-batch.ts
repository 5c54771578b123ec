/** A database whose writes a test takes into its own hands. */
import type { DiskDatabase } from '../../../platform/index.js';

export function withBatch(database: DiskDatabase, batch: DiskDatabase['batch']): DiskDatabase {
  return {
    batch,
    get: (key) => database.get(key),
    getMany: (keys) => database.getMany(keys),
    iterate: (options) => database.iterate(options),
    snapshot: () => database.snapshot(),
    compactRange: (bounds) => database.compactRange(bounds),
    sizeBytes: () => database.sizeBytes(),
    close: () => database.close(),
  };
}
