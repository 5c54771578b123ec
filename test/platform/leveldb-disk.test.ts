import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, levelDbDisk } from '../../platform/index.js';
import { describeDisk } from './disk-guarantees.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (key: string, value: string) => ({ type: 'put', key: bytes(key), value: bytes(value) }) as const;

describeDisk('LevelDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-disk-'));
  const disk = levelDbDisk(join(folder, 'member'));
  return {
    disk,
    discard: async () => {
      await disk.close?.();
      await rm(folder, { recursive: true });
    },
  };
});

describe('LevelDB on real files', () => {
  let folder: string;
  let disk: Disk;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuorum-disk-'));
    disk = levelDbDisk(folder);
  });

  afterEach(async () => {
    await disk.close?.();
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true });
  });

  it('says which folder it cannot use when a file stands in its place', async () => {
    const path = join(folder, 'taken');
    await writeFile(path, 'a file');
    const blocked = levelDbDisk(path);
    for (const attempt of [
      () => blocked.openDatabase('log'),
      () => blocked.writeFile('identity.json', bytes('x')),
      () => blocked.readFile('identity.json'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        name: 'DiskFailedError',
        message: expect.stringContaining(path),
      });
    }
  });

  it('refuses names that would leave its folder', async () => {
    await expect(disk.openDatabase('../elsewhere')).rejects.toThrow('not a disk name');
    await expect(disk.writeFile('a/b', bytes('x'))).rejects.toThrow('not a disk name');
    await expect(disk.readFile('..')).rejects.toThrow('not a disk name');
  });

  it('opens a database whose log is torn, with a prefix of its batches, and says so when it is beyond that', async () => {
    const database = await disk.openDatabase('log');
    for (let round = 0; round < 50; round += 1) {
      await database.batch([put(`key-${String(round).padStart(2, '0')}`, 'x'.repeat(200))], { sync: true });
    }
    await database.close();
    const files = await readdir(join(folder, 'log'));
    const logFile = join(folder, 'log', files.find((name) => name.endsWith('.log'))!);
    const content = await readFile(logFile);
    await writeFile(logFile, content.subarray(0, Math.floor(content.length / 2)));
    const torn = await disk.openDatabase('log');
    const iterator = torn.iterate({});
    const keys = (await iterator.nextPage(100)).map(({ key }) => new TextDecoder().decode(key));
    await iterator.close();
    await torn.close();
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.length).toBeLessThan(50);
    expect(keys).toEqual(
      Array.from({ length: keys.length }, (_, index) => `key-${String(index).padStart(2, '0')}`),
    );
    await writeFile(join(folder, 'log', 'CURRENT'), 'MANIFEST-nowhere\n');
    await expect(disk.openDatabase('log')).rejects.toMatchObject({ name: 'DiskFailedError' });
  });

  it('stays failed after a failed write, until it is opened again', async () => {
    const database = await disk.openDatabase('log');
    await database.batch([put('a', '1')], { sync: true });
    const broken = database.batch([{ type: 'put', key: null as unknown as Uint8Array, value: bytes('') }], {
      sync: true,
    });
    await expect(broken).rejects.toMatchObject({ name: 'DiskFailedError' });
    await expect(database.get(bytes('a'))).rejects.toMatchObject({ name: 'DiskFailedError' });
    await expect(database.batch([put('b', '2')], { sync: true })).rejects.toMatchObject({
      name: 'DiskFailedError',
    });
    await database.close();
    const again = await disk.openDatabase('log');
    expect(await again.get(bytes('b'))).toBeUndefined();
    expect(await again.get(bytes('a'))).toBeDefined();
    await again.close();
  });
});
