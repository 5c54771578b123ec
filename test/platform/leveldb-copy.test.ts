import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyLevelDbFolder, type Disk, levelDbDisk } from '../../platform/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) content[path.slice(folder.length)] = (await readFile(path)).toString('hex');
  }
  return content;
}

/** What another process is told when it opens the database. */
async function openElsewhere(database: string): Promise<string> {
  const program = `import('classic-level').then(async ({ ClassicLevel }) => {
    const level = new ClassicLevel(${JSON.stringify(database)});
    await level.open().then(() => console.log('opened'), (error) => console.log(error.cause.code)); })`;
  const other = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(other, 'exit');
  const [answer] = (await once(other.stdout, 'data')) as [Buffer];
  await ended;
  return answer.toString().trim();
}

describe('a copy of a LevelDB folder', () => {
  let folder: string;
  let original: string;
  let place: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    [original, place] = [join(folder, 'original'), join(folder, 'copy')];
    const disk = levelDbDisk(original);
    const database = await disk.openDatabase('log');
    await database.batch([{ type: 'put', key: bytes('in a table'), value: bytes('1') }], { sync: true });
    await database.compactRange({ from: bytes('a'), to: bytes('z') });
    await database.batch([{ type: 'put', key: bytes('in the log'), value: bytes('2') }], { sync: true });
    await database.close();
    await disk.writeFile('identity.json', bytes('me'));
    await disk.close?.();
  });

  const read = async (disk: Disk, ...keys: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const database = await disk.openDatabase('log');
    const values = await database.getMany(keys.map(bytes));
    await database.close();
    return values.map((value) => (value === undefined ? undefined : Buffer.from(value).toString()));
  };

  it('holds the same and can be changed, while the original stays what it was to the last byte', async () => {
    const before = await contentOf(original);
    expect(Object.keys(before).some((name) => name.endsWith('.ldb'))).toBe(true);
    const held = await copyLevelDbFolder(original, place);
    const copy = levelDbDisk(place);
    expect(await read(copy, 'in a table', 'in the log')).toEqual(['1', '2']);
    expect(await copy.readFile('identity.json')).toEqual(bytes('me'));
    const database = await copy.openDatabase('log');
    await database.batch([{ type: 'delete', key: bytes('in a table') }], { sync: true });
    await database.compactRange({ from: bytes('a'), to: bytes('z') });
    await database.close();
    await copy.writeFile('identity.json', bytes('somebody else'));
    await copy.close?.();
    await copy.deleteDatabase('log');
    await held.release();
    await rm(place, { recursive: true });
    await rm(`${place}.locks`, { recursive: true });
    expect(await contentOf(original)).toEqual(before);
  });

  it('keeps others from opening the original until it is released', async () => {
    const held = await copyLevelDbFolder(original, place);
    expect(await openElsewhere(join(original, 'log'))).toBe('LEVEL_LOCKED');
    await held.release();
    expect(await openElsewhere(join(original, 'log'))).toBe('opened');
  });

  it('of a folder that came without its lock files leaves it without them', async () => {
    await rm(join(original, 'log', 'LOCK'));
    const held = await copyLevelDbFolder(original, place);
    expect(await read(levelDbDisk(place), 'in a table')).toEqual(['1']);
    await held.release();
    expect(existsSync(join(original, 'log', 'LOCK'))).toBe(false);
  });

  it('passes over what is no database, and fails with the path when there is no such folder', async () => {
    await writeFile(join(original, 'README'), 'not ours');
    const held = await copyLevelDbFolder(original, place);
    expect(await levelDbDisk(place).listDatabases()).toEqual(['log']);
    await held.release();
    await expect(copyLevelDbFolder(join(folder, 'nowhere'), place)).rejects.toThrow(/cannot copy .*nowhere/);
  });
});
