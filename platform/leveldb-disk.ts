/**
 * The Disk on a real folder: one LevelDB per database, small files beside them. With `leveldb-open.ts`
 * and `leveldb-copy.ts` all of the house that knows LevelDB.
 *
 * What LevelDB gives and what it does not: a batch is atomic and a synced batch survives; a corrupt record of
 * its log is dropped silently when it is opened, and blocks are not checked on reads. Callers checksum, or have the
 * files checked when they are opened (leveldb-check).
 * After a failed write or sync the database is latched: every later call fails until it is opened again.
 */
import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type {
  BatchOperation,
  Disk,
  DiskDatabase,
  DiskEntry,
  DiskIterator,
  DiskReader,
  DiskSnapshot,
  IterateOptions,
} from './disk.js';
import { DiskFailedError } from './disk.js';
import { checkDatabase } from './leveldb-check/check-database.js';
import { failed, type Level, messageOf, openLevel } from './leveldb-open.js';

type LevelSnapshot = ReturnType<Level['snapshot']>;
type LevelIterator = ReturnType<Level['iterator']>;

const NAME = /^[a-z0-9.-]+$/;
const FILES_FOLDER = 'files';
const ITERATOR_PAGE_BYTES = 1024 * 1024;
/** About a tenth of a second; the rest is left to whoever reads all the time, so that opening stays quick. */
const MAX_CHECKED_VALUE_BYTES = 32 * 1024 * 1024;

function checkName(name: string): void {
  if (!NAME.test(name) || name === '.' || name === '..') throw new TypeError(`not a disk name: ${name}`);
}

/** Remembers the first failed write: what it left behind is unknown, so nothing may be built on it. */
interface Latch {
  failure: DiskFailedError | undefined;
  closed: boolean;
}

function checkLatch(latch: Latch): void {
  if (latch.failure !== undefined) throw latch.failure;
  if (latch.closed) throw new DiskFailedError('closed', 'the database is closed');
}

function iteratorOver(
  level: Level,
  latch: Latch,
  options: IterateOptions,
  snapshot?: LevelSnapshot,
): DiskIterator {
  checkLatch(latch);
  const iterator: LevelIterator = level.iterator({
    ...(options.gte === undefined ? {} : { gte: options.gte }),
    ...(options.gt === undefined ? {} : { gt: options.gt }),
    ...(options.lte === undefined ? {} : { lte: options.lte }),
    ...(options.lt === undefined ? {} : { lt: options.lt }),
    ...(options.reverse === true ? { reverse: true } : {}),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(snapshot === undefined ? {} : { snapshot }),
    highWaterMarkBytes: ITERATOR_PAGE_BYTES,
  });
  return {
    async nextPage(maxEntries) {
      try {
        const page = await iterator.nextv(maxEntries);
        return page.map(
          (entry): DiskEntry => ({ key: entry[0] as Uint8Array, value: entry[1] as Uint8Array }),
        );
      } catch (error) {
        throw failed('read failed', error);
      }
    },
    seek: (key) => iterator.seek(key),
    close: () => iterator.close(),
  };
}

function readerOver(level: Level, latch: Latch, snapshot?: LevelSnapshot): DiskReader {
  const readOptions = snapshot === undefined ? {} : { snapshot };
  return {
    async get(key) {
      checkLatch(latch);
      try {
        return await level.get(key, readOptions);
      } catch (error) {
        throw failed('read failed', error);
      }
    },
    async getMany(keys) {
      checkLatch(latch);
      if (keys.length === 0) return [];
      try {
        return await level.getMany([...keys], readOptions);
      } catch (error) {
        throw failed('read failed', error);
      }
    },
    iterate: (options) => iteratorOver(level, latch, options, snapshot),
  };
}

function snapshotOf(level: Level, latch: Latch): DiskSnapshot {
  checkLatch(latch);
  const snapshot = level.snapshot();
  return { ...readerOver(level, latch, snapshot), close: () => snapshot.close() };
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(folder)) {
    // LevelDB deletes files of its own while we look.
    const file = await stat(join(folder, name)).catch(() => undefined);
    total += file?.size ?? 0;
  }
  return total;
}

/** From this mean size on, an operation's own bytes outweigh what handing it over costs. */
const LARGE_OPERATION_BYTES = 1024;

/** So many are handed over at once: a batch of hundreds of thousands must not hold up everything else. */
const OPERATIONS_A_TURN = 8192;

const sizeOf = (operation: BatchOperation): number =>
  operation.key.length + (operation.type === 'put' ? operation.value.length : 0);

/**
 * Given as an array, each operation is cloned and encoded by way of its options, which costs this thread more
 * than ten times what it does to put it into a native batch. But a native batch is freed only when its wrapper
 * is collected, and the collector does not know how large it is: so large operations go as an array.
 */
async function writeBatch(level: Level, operations: readonly BatchOperation[], sync: boolean): Promise<void> {
  let bytes = 0;
  for (const operation of operations) bytes += sizeOf(operation);
  if (bytes > operations.length * LARGE_OPERATION_BYTES) {
    await level.batch(operations.map(toLevel), { sync });
    return;
  }
  const batch = level.batch();
  try {
    for (const [index, operation] of operations.entries()) {
      if (index > 0 && index % OPERATIONS_A_TURN === 0) await setImmediate();
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
    await batch.write({ sync });
  } finally {
    await batch.close();
  }
}

function toLevel(operation: BatchOperation) {
  return operation.type === 'put'
    ? ({ type: 'put', key: operation.key, value: operation.value } as const)
    : ({ type: 'del', key: operation.key } as const);
}

function databaseOver(level: Level, folder: string): DiskDatabase {
  const latch: Latch = { failure: undefined, closed: false };
  return {
    ...readerOver(level, latch),
    async batch(operations, { sync }) {
      checkLatch(latch);
      try {
        await writeBatch(level, operations, sync);
      } catch (error) {
        latch.failure = failed('write failed', error);
        throw latch.failure;
      }
    },
    snapshot: () => snapshotOf(level, latch),
    async compactRange({ from, to }) {
      checkLatch(latch);
      try {
        await level.compactRange(from, to);
      } catch (error) {
        throw failed('compaction failed', error);
      }
    },
    sizeBytes: () => folderBytes(folder),
    async close() {
      if (latch.closed) return;
      latch.closed = true;
      await level.close();
    },
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some systems cannot sync a folder; there a rename is as durable as they make it.
    if (!/EINVAL|EISDIR|EPERM|ENOTSUP/.test(messageOf(error))) throw error;
  } finally {
    await handle.close();
  }
}

async function createFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `${name}.new`);
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

/**
 * Whether a write through `O_DSYNC` is as durable as one that is followed by a data sync: one call instead of two. On
 * other systems the flag is missing or, as on macOS, promises less than our sync does.
 */
const writesAreSynced = process.platform === 'linux';

interface OpenFile {
  readonly handle: FileHandle;
  length: number;
}

/**
 * Small files. A new one appears by rename, whole. One that is there is overwritten in place through a handle
 * that stays open: with an unchanged length that is one synced write, which is what a log's witness costs on
 * each batch.
 */
class SmallFiles {
  readonly #folder: string;
  readonly #handles = new Map<string, OpenFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(join(this.#folder, name)));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw failed(`cannot read ${join(this.#folder, name)}`, error);
    }
  }

  async write(name: string, bytes: Uint8Array, keepLength: boolean): Promise<void> {
    try {
      const known = this.#handles.get(name) ?? (await this.#openExisting(name));
      if (known === undefined) {
        await ensureFolder(this.#folder);
        await createFile(this.#folder, name, bytes);
        return;
      }
      await this.#overwrite(known, bytes, keepLength);
    } catch (error) {
      await this.#forget(name);
      throw failed(`cannot write ${join(this.#folder, name)}`, error);
    }
  }

  async closeHandles(): Promise<void> {
    for (const name of this.#handles.keys()) await this.#forget(name);
  }

  async #openExisting(name: string): Promise<OpenFile | undefined> {
    const path = join(this.#folder, name);
    if (!existsSync(path)) return undefined;
    const handle = await open(path, constants.O_RDWR | (writesAreSynced ? constants.O_DSYNC : 0));
    const known = { handle, length: (await handle.stat()).size };
    this.#handles.set(name, known);
    return known;
  }

  async #overwrite(known: OpenFile, bytes: Uint8Array, keepLength: boolean): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const part = await known.handle.write(bytes, written, bytes.length - written, written);
      written += part.bytesWritten;
    }
    const shorter = !keepLength && bytes.length < known.length;
    if (shorter) await known.handle.truncate(bytes.length);
    known.length = shorter ? bytes.length : Math.max(known.length, bytes.length);
    if (shorter || !writesAreSynced) await known.handle.datasync();
  }

  async #forget(name: string): Promise<void> {
    const known = this.#handles.get(name);
    this.#handles.delete(name);
    await known?.handle.close().catch(() => undefined);
  }
}

async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw failed(`cannot use the data folder ${folder}`, error);
  }
}

/** Nobody else may have it open: callers hold another database of the same folder, or a copy of their own. */
async function checkClosed(path: string, onCut: (what: string) => void): Promise<void> {
  if (!existsSync(path)) return;
  try {
    const { cut } = await checkDatabase(path, { maxValueBytes: MAX_CHECKED_VALUE_BYTES });
    if (cut !== undefined) onCut(`${join(path, cut)} was damaged and is cut there`);
  } catch (error) {
    throw failed(`cannot check the database ${path}`, error);
  }
}

/**
 * The disk in `folder`, which is created when something is first written. Operations throw `DiskFailedError`;
 * the message names the path when the folder cannot be written or a file stands in its place.
 */
export function levelDbDisk(folder: string): Disk {
  const filesFolder = join(folder, FILES_FOLDER);
  const files = new SmallFiles(filesFolder);
  const databaseFolder = (name: string): string => {
    checkName(name);
    if (name === FILES_FOLDER) throw new TypeError(`${name} is reserved`);
    return join(folder, name);
  };
  const listDatabases = async (): Promise<readonly string[]> => {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      return names
        .filter((name) => name !== FILES_FOLDER && existsSync(join(folder, name, 'CURRENT')))
        .sort();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw failed(`cannot read the data folder ${folder}`, error);
    }
  };
  return {
    async openDatabase(name, options = {}) {
      const path = databaseFolder(name);
      await ensureFolder(folder);
      if (options.check !== undefined) await checkClosed(path, options.check.onCut);
      const isNew = !existsSync(join(path, 'CURRENT'));
      const level = await openLevel(path, options);
      try {
        // LevelDB syncs its files, nobody else the entry of its folder: without that entry a synced batch in a
        // new database would not survive a power failure.
        if (isNew) await syncFolder(folder);
      } catch (error) {
        await level.close();
        throw failed(`cannot open the database ${path}`, error);
      }
      return databaseOver(level, path);
    },
    databaseExists: async (name) => existsSync(join(databaseFolder(name), 'CURRENT')),
    async deleteDatabase(name) {
      try {
        await rm(databaseFolder(name), { recursive: true, force: true });
        if (existsSync(folder)) await syncFolder(folder);
      } catch (error) {
        throw failed(`cannot delete the database ${name}`, error);
      }
    },
    listDatabases,
    async readFile(name) {
      checkName(name);
      return files.read(name);
    },
    async writeFile(name, bytes, options) {
      checkName(name);
      await files.write(name, bytes, options?.keepLength === true);
    },
    close: () => files.closeHandles(),
  };
}
