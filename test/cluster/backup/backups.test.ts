import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBackupFolder, makeBackupFolder } from '../../../cluster/backup/backup-folder.js';
import { backupName } from '../../../cluster/backup/backup-names.js';
import { Backups } from '../../../cluster/backup/backups.js';
import { UserError } from '../../../cluster/index.js';
import { silentLogger } from '../../../platform/index.js';
import { withSmallFileSystem } from '../../support/small-file-system.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { manualClock } from '../support/manual-clock.js';
import { savedSnapshot } from '../support/saved-snapshot.js';

const hour = 3_600_000;

async function setUp(change: { readonly folder?: string; readonly keep?: number } = {}) {
  const place = await temporaryFolder();
  const folder = change.folder ?? join(place, 'backups');
  await mkdir(folder, { recursive: true });
  const source = join(place, 'source');
  await savedSnapshot(source);
  const clock = manualClock();
  let written = 0;
  let write = (path: string): Promise<void> => copyFile(source, path);
  const backups = new Backups({
    settings: { folder, everyMilliseconds: hour, keep: change.keep ?? 3 },
    clusterId: 'c1',
    clock,
    logger: silentLogger,
    async write(path) {
      written += 1;
      await write(path);
    },
  });
  /** Moves the clock and waits for what it set off. */
  const advance = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    while (backups.status().running) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    folder,
    source,
    clock,
    backups,
    advance,
    written: () => written,
    writeBy: (next: typeof write): void => {
      write = next;
    },
  };
}

describe('backups by the clock', () => {
  it('are made at once and then each hour, and as many stay as are to be kept', async () => {
    const { folder, backups, advance, written, clock } = await setUp();
    await backups.start();
    await advance(0);
    expect(written()).toBe(1);
    await advance(hour - 1);
    expect(written()).toBe(1);
    await advance(1);
    for (let count = 0; count < 3; count += 1) await advance(hour);
    const now = clock.wallMilliseconds();
    const expected = [2, 1, 0].map((ago) => backupName('c1', now - ago * hour));
    expect(await readdir(folder)).toEqual(expected);
    expect(backups.status()).toMatchObject({
      folder,
      keep: 3,
      failure: undefined,
      last: { name: expected[2], milliseconds: now },
    });
    await backups.stop();
    await advance(10 * hour);
    expect(written()).toBe(5);
  });

  it('go on where the last run ended: the newest of the folder is not an hour old yet', async () => {
    const { folder, backups, advance, written, clock } = await setUp();
    const before = backupName('c1', clock.wallMilliseconds() - hour / 4);
    await writeFile(join(folder, before), 'old');
    await backups.start();
    expect(backups.status().last).toMatchObject({ name: before });
    await advance(hour / 2);
    expect(written()).toBe(0);
    await advance(hour / 4);
    expect(written()).toBe(1);
    await backups.stop();
  });

  it('take no old one away before the new one was verified', async () => {
    const { folder, source, backups, advance, writeBy } = await setUp({ keep: 1 });
    await backups.start();
    await advance(0);
    const first = await readdir(folder);
    writeBy(async (path) => {
      const bytes = await readFile(source);
      bytes.writeUInt8(bytes.readUInt8(300_000) ^ 1, 300_000);
      await writeFile(path, bytes);
    });
    await advance(hour);
    expect(await readdir(folder)).toEqual(first);
    expect(backups.status().failure).toContain('it is damaged at byte');
    expect(backups.status().last).toMatchObject({ name: first[0] });
    writeBy((path) => copyFile(source, path));
    // After a failure it is tried again before the hour is over.
    await advance(60_000);
    expect(backups.status().failure).toBeUndefined();
    const second = await readdir(folder);
    expect(second).toHaveLength(1);
    expect(second).not.toEqual(first);
    await backups.stop();
  });

  it('leave other clusters and other files alone, and clear away what a crash left of their own', async () => {
    const { folder, backups, advance } = await setUp({ keep: 1 });
    const others = [backupName('c2', 0), 'notes.txt', `${backupName('c2', 0)}.aa.tmp`];
    const own = [backupName('c1', 1), backupName('c1', 2), `${backupName('c1', 3)}.aa.tmp`];
    for (const name of [...others, ...own]) await writeFile(join(folder, name), '');
    await backups.start();
    await advance(0);
    const left = await readdir(folder);
    expect(left).toEqual(expect.arrayContaining(others));
    expect(left.filter((name) => !others.includes(name))).toHaveLength(1);
    await backups.stop();
  });

  it('fail with the reason while their folder is missing, and go on when it is back', async () => {
    const { folder, backups, advance } = await setUp();
    await rename(folder, `${folder}-away`);
    await backups.start();
    await advance(0);
    expect(backups.status()).toMatchObject({ last: undefined, failure: `${folder} cannot be read (ENOENT)` });
    await rename(`${folder}-away`, folder);
    await advance(60_000);
    expect(backups.status().failure).toBeUndefined();
    expect(await readdir(folder)).toHaveLength(1);
    await backups.stop();
  });

  it('fail with what the member says', async () => {
    const { backups, advance, writeBy, folder } = await setUp();
    writeBy(() => Promise.reject(new UserError('m2: there is no leader')));
    await backups.start();
    await advance(0);
    expect(backups.status()).toMatchObject({ failure: 'm2: there is no leader', running: false });
    expect(await readdir(folder)).toEqual([]);
    await backups.stop();
  });

  it('keep what they have on a disk that is full', async () => {
    await withSmallFileSystem(await temporaryFolder(), async (folder) => {
      const { backups, advance } = await setUp({ folder, keep: 1 });
      await backups.start();
      await advance(0);
      const first = await readdir(folder);
      expect(first).toHaveLength(1);
      await advance(hour);
      expect(await readdir(folder)).toEqual(first);
      expect(backups.status().failure).toContain('ENOSPC');
      expect(backups.status().last).toMatchObject({ name: first[0] });
      await backups.stop();
    });
  });

  it('are given up when the cluster stops, and leave no half behind', async () => {
    const { folder, source, backups, advance, writeBy, clock } = await setUp();
    let stopping: Promise<void> | undefined;
    writeBy(async (path) => {
      await copyFile(source, path);
      stopping = backups.stop();
    });
    await backups.start();
    await advance(0);
    await stopping;
    expect(await readdir(folder)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});

describe('the folder for backups', () => {
  it('is not within what it is to save, and is made when it is missing', async () => {
    const place = await temporaryFolder();
    const dataDir = join(place, 'data');
    for (const inside of [dataDir, join(dataDir, 'backups')]) {
      expect(() => checkBackupFolder(inside, dataDir)).toThrow('choose a --backup-dir outside of it');
    }
    for (const outside of [join(place, 'backups'), place, `${dataDir}-backups`]) {
      checkBackupFolder(outside, dataDir);
    }
    const folder = join(place, 'a', 'b');
    expect(await makeBackupFolder(folder)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    expect(await makeBackupFolder(folder)).toContain('cannot be made (EEXIST)');
  });
});
