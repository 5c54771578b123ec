/**
 * The disk as a dependency: an ordered key-value engine plus a few small files.
 *
 * Guarantees every implementation gives, and the tests of each check:
 * - A batch is atomic: after any crash all of it is there or none of it.
 * - A batch written with `sync` survives any crash once its promise has resolved.
 * - Batches written without `sync` vanish only as a suffix of the batches written to that database.
 *   (LevelDB alone does not promise this across a log-file switch; callers that depend on it must sync.)
 * - Reads see every batch whose promise has resolved. A snapshot sees exactly the batches resolved when it
 *   was made, until it is closed.
 * - After a failed write or sync the database refuses every later call with `DiskFailedError`: what a failed
 *   sync left behind is unknown. Close it, open it again and check it.
 *
 * Faults assumed: crash at any instant, torn and lost unsynced writes, bit flips in anything stored, a full
 * disk, slow operations. Implementations do not repair; callers detect by their own checksums.
 */

export type BatchOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: Uint8Array };

/** Keys compare as unsigned bytes. Absent bounds are open. */
export interface KeyBounds {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lte?: Uint8Array;
  readonly lt?: Uint8Array;
}

export interface IterateOptions extends KeyBounds {
  readonly reverse?: boolean;
  /** Stop after this many entries. */
  readonly limit?: number;
}

export interface DiskEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A cursor that moves in pages, so that one await serves many entries. */
export interface DiskIterator {
  /** Up to `maxEntries` further entries; an empty page means the end. */
  nextPage(maxEntries: number): Promise<readonly DiskEntry[]>;
  /** Moves the cursor to the first entry at or past `key` in the direction of travel. */
  seek(key: Uint8Array): void;
  close(): Promise<void>;
}

export interface DiskReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  iterate(options: IterateOptions): DiskIterator;
}

export interface DiskSnapshot extends DiskReader {
  close(): Promise<void>;
}

export interface DiskDatabase extends DiskReader {
  batch(operations: readonly BatchOperation[], options: { readonly sync: boolean }): Promise<void>;
  /** A point-in-time view; must be closed. */
  snapshot(): DiskSnapshot;
  /** Physically reclaims deleted and overwritten entries of the range, without blocking readers or writers. */
  compactRange(bounds: { readonly from: Uint8Array; readonly to: Uint8Array }): Promise<void>;
  /** Bytes that the database takes on disk, approximately. */
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly writeBufferBytes?: number;
  readonly compression?: boolean;
  /**
   * Look for damage that the engine would pass over: opening then throws `DiskFailedError` (`corrupt`), or takes the
   * newest batches away until what is left is a prefix, and says so. For a database whose lost end is found elsewhere.
   */
  readonly check?: { readonly onCut: (what: string) => void };
}

export interface WriteFileOptions {
  /**
   * A longer file stays as long as it is, with what it held behind `bytes`: for contents that say where they end and
   * are written often. A file whose length changes costs its file system several times as much to make durable.
   */
  readonly keepLength?: boolean;
}

/** One member's folder. Names are single path segments of `[a-z0-9.-]`. */
export interface Disk {
  /** Creates the database when it is missing. */
  openDatabase(name: string, options?: DatabaseOptions): Promise<DiskDatabase>;
  databaseExists(name: string): Promise<boolean>;
  deleteDatabase(name: string): Promise<void>;
  listDatabases(): Promise<readonly string[]>;
  /** undefined when there is no such file. */
  readFile(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the file; durable when resolved. A crash in between may leave the old, the new, or a torn file. */
  writeFile(name: string, bytes: Uint8Array, options?: WriteFileOptions): Promise<void>;
  /** Lets go of file handles kept open between writes. Databases are closed by those who opened them. */
  close?(): Promise<void>;
}

export type DiskFailureKind = 'full' | 'io' | 'closed' | 'corrupt';

/** A disk operation failed, or the database was failed by an earlier one. */
export class DiskFailedError extends Error {
  readonly kind: DiskFailureKind;
  constructor(kind: DiskFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiskFailedError';
    this.kind = kind;
  }
}
