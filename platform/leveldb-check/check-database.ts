/**
 * Looks at the files of a closed LevelDB for what LevelDB itself passes over when it opens them: then a key would be
 * missing, or have an older value, as if that were so.
 *
 * - A damaged record of its log is skipped, and later ones are read: the newest batches without those before. Here
 *   the log is cut at the damage instead, and later logs are removed: what is lost is then a suffix.
 * - Without the file CURRENT a new, empty database is begun in the midst of the old files; a damaged length in the
 *   manifest hides its end.
 * - The blocks of its tables are not compared with their checksums.
 *
 * Bounded: the blocks that hold the values are looked at in the newest tables, up to `maxValueBytes`.
 *
 * Faults assumed: any bit of any file changed, files cut or gone; a crash at any instant, which leaves the end of
 * a log or of a manifest torn. Nobody else may have the database open.
 */
import { type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskFailedError } from '../disk.js';
import { type Manifest, readManifest } from './manifest.js';
import { readRecordFile } from './record-file.js';
import { checkTable } from './table.js';

const LOG = /^(\d+)\.log$/;
const TABLE = /^(\d+)\.(?:ldb|sst)$/;

export interface CheckedDatabase {
  /** The log whose end was cut off because it was damaged; undefined: none was. */
  readonly cut: string | undefined;
}

interface Files {
  readonly logs: ReadonlyMap<number, string>;
  readonly tables: ReadonlyMap<number, string>;
  readonly hasCurrent: boolean;
}

async function listFiles(folder: string): Promise<Files> {
  const logs = new Map<number, string>();
  const tables = new Map<number, string>();
  const names = await readdir(folder);
  for (const name of names) {
    const log = LOG.exec(name)?.[1];
    const table = TABLE.exec(name)?.[1];
    if (log !== undefined) logs.set(Number(log), name);
    if (table !== undefined) tables.set(Number(table), name);
  }
  return { logs, tables, hasCurrent: names.includes('CURRENT') };
}

function damage(folder: string, what: string): DiskFailedError {
  return new DiskFailedError('corrupt', `the database ${folder} is damaged: ${what}`);
}

async function currentManifest(folder: string): Promise<Manifest> {
  const name = (await readFile(join(folder, 'CURRENT'), 'latin1')).replace(/\n$/, '');
  if (!/^MANIFEST-\d+$/.test(name)) throw damage(folder, 'CURRENT does not name a manifest');
  const file = await readFile(join(folder, name)).catch(() => undefined);
  if (file === undefined) throw damage(folder, `${name} is missing`);
  const { records, rest } = readRecordFile(file);
  if (rest.kind === 'damaged') throw damage(folder, `${name} does not match its checksums`);
  try {
    return readManifest(records);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damage(folder, `${name} cannot be read: ${error.message}`);
  }
}

/** Each table with the length that the manifest knows, newest first. */
async function checkTables(
  folder: string,
  { tables }: Manifest,
  files: Files,
  maxValueBytes: number,
): Promise<void> {
  let left = maxValueBytes;
  for (const [number, bytes] of [...tables].toSorted(([one], [other]) => other - one)) {
    const name = files.tables.get(number);
    if (name === undefined) throw damage(folder, `table ${number} is missing`);
    const everything = bytes <= left;
    if (everything) left -= bytes;
    let file: FileHandle | undefined;
    try {
      file = await open(join(folder, name), 'r');
      const { size } = await file.stat();
      if (size !== bytes) throw new RangeError(`it has ${size} bytes instead of ${bytes}`);
      await checkTable(file, bytes, everything);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw damage(folder, `${name}: ${error.message}`);
    } finally {
      await file?.close();
    }
  }
}

async function cutLogs(folder: string, { logNumber }: Manifest, files: Files): Promise<string | undefined> {
  const needed = [...files.logs]
    .filter(([number]) => number >= logNumber)
    .toSorted(([one], [other]) => one - other);
  // Written before the manifest names it, deleted after the manifest names a later one.
  if (logNumber > 0 && needed[0]?.[0] !== logNumber) throw damage(folder, `its log ${logNumber} is missing`);
  for (const [at, [, name]] of needed.entries()) {
    const path = join(folder, name);
    const { rest, wholeBytes } = readRecordFile(await readFile(path));
    const later = needed.slice(at + 1);
    const passedOver =
      (rest.kind === 'damaged' && rest.skipped) || (rest.kind !== 'none' && later.length > 0);
    if (!passedOver) continue;
    // The last first: whatever a crash leaves in between is a prefix too.
    for (const [, behind] of later.toReversed()) await rm(join(folder, behind));
    await truncate(path, wholeBytes);
    return name;
  }
  return undefined;
}

/** Throws `DiskFailedError` (`corrupt`) when the database has lost something that is not the end of its log. */
export async function checkDatabase(
  folder: string,
  options: { readonly maxValueBytes: number },
): Promise<CheckedDatabase> {
  const files = await listFiles(folder);
  if (!files.hasCurrent) {
    // A crash before a new database was complete leaves neither.
    if (files.logs.size === 0 && files.tables.size === 0) return { cut: undefined };
    throw damage(folder, 'the file CURRENT is missing');
  }
  const manifest = await currentManifest(folder);
  await checkTables(folder, manifest, files, options.maxValueBytes);
  return { cut: await cutLogs(folder, manifest, files) };
}
