/**
 * A member alone, and everything that may be wrong with its files when it is opened: it puts right what it can prove,
 * and refuses the rest with one line that names it. Nobody else has what it lost.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiskFailedError, levelDbDisk } from '../../../platform/index.js';
import { MemberFolderError, type MemberStore } from '../../../storage/index.js';
import { META_KEY, ORIGIN_KEY } from '../../../storage/mvcc/key-space.js';
import { decodeMeta, encodeMeta } from '../../../storage/mvcc/records.js';
import { bytes } from '../support/single-member-store.js';
import { cutAt, flipBitAt, manifest, table, writeAheadLog } from './support/damage.js';
import {
  copyFolder,
  fill,
  formatRealMember,
  hasty,
  judge,
  openRealMember,
  patient,
  put,
  type Truth,
  temporaryFolder,
} from './support/real-member.js';

const shell = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

let place: Awaited<ReturnType<typeof temporaryFolder>>;
let healthy: string;
let truth: Truth;
let folder: string;
let rounds = 0;

beforeAll(async () => {
  place = await temporaryFolder();
  healthy = join(place.path, 'healthy');
  await formatRealMember(healthy);
  const member = await openRealMember(healthy);
  truth = await fill(member, 7);
  await member.close();
});
afterAll(() => place.remove());

beforeEach(async () => {
  rounds += 1;
  folder = join(place.path, `round-${rounds}`);
  await copyFolder(healthy, folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const state = (): string => join(folder, 'state');
const log = (): string => join(folder, 'log');

async function refusal(opening: Promise<MemberStore>): Promise<Error> {
  const outcome = await opening.then(
    async (member) => {
      await member.close();
      return undefined;
    },
    (error: unknown) => error,
  );
  if (!(outcome instanceof DiskFailedError || outcome instanceof MemberFolderError)) {
    throw new Error('it was not refused', { cause: outcome });
  }
  expect(outcome.message).not.toContain('\n');
  return outcome;
}

async function expectAllRight(): Promise<void> {
  const member = await openRealMember(folder);
  const { wrong, refused } = await judge(member, truth, 'linearizable', patient);
  await member.close();
  expect(wrong).toEqual([]);
  expect(refused).toEqual([]);
}

describe('what a member puts right by itself', () => {
  const damages: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'a flipped bit in the newest part of the state',
      async () => flipBitAt(await writeAheadLog(state()), 0.3),
    ],
    ['a state whose newest part is cut', async () => cutAt(await writeAheadLog(state()), 0.5)],
    ['a state that is gone, of which the log has everything', () => rm(state(), { recursive: true })],
    ['one of the two witnesses', () => rm(join(folder, 'files', 'witness-a'))],
    ['a log whose last record is torn', async () => cutAt(await writeAheadLog(log()), 0.9999)],
  ];

  it.each(damages)('%s', async (_what, damage) => {
    await damage();
    await expectAllRight();
    // … and it stays so.
    await expectAllRight();
  });
});

describe('what a member refuses to start with', () => {
  const damages: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
    [
      'a flipped bit in a table of the state',
      async () => flipBitAt(await table(state()), 0.4),
      /^the database .+\/state is damaged: \d+\.ldb: the block at \d+ does not match its checksum$/,
    ],
    [
      'a table of the state that is cut',
      async () => cutAt(await table(state()), 0.6),
      /^the database .+\/state is damaged: \d+\.ldb: it has \d+ bytes instead of \d+$/,
    ],
    [
      'a table of the state that is gone',
      async () => rm(await table(state())),
      /^the database .+\/state is damaged: table \d+ is missing$/,
    ],
    [
      "a flipped bit in the state's manifest",
      async () => flipBitAt(await manifest(state()), 0.5),
      /^the database .+\/state is damaged: MANIFEST-\d+ does not match its checksums$/,
    ],
    [
      'a state without its CURRENT',
      () => rm(join(state(), 'CURRENT')),
      /^the database .+\/state is damaged: the file CURRENT is missing$/,
    ],
    [
      'a state whose own log is gone',
      async () => rm(await writeAheadLog(state())),
      /^the database .+\/state is damaged: its log \d+ is missing$/,
    ],
    [
      "a flipped bit in the log's manifest",
      async () => flipBitAt(await manifest(log()), 0.5),
      /^cannot open the database .+\/log: .*checksum mismatch/,
    ],
    [
      'a damaged identity file',
      () => flipBitAt(join(folder, 'files', 'identity.json'), 0.5),
      /^the identity file of the data folder is damaged$/,
    ],
    [
      'an identity file that is gone',
      () => rm(join(folder, 'files', 'identity.json')),
      /^the data folder holds a log but no identity file: restore the file, or remove the folder/,
    ],
  ];

  it.each(damages)('%s', async (_what, damage, message) => {
    await damage();
    expect((await refusal(openRealMember(folder))).message).toMatch(message);
    // It is no better the second time, and nothing of what is left was thrown away meanwhile.
    expect((await refusal(openRealMember(folder))).message).toMatch(message);
  });

  it('the state of another cluster', async () => {
    const foreign = join(place.path, 'foreign');
    await formatRealMember(foreign, { clusterId: 'another-cluster' });
    const other = await openRealMember(foreign);
    await put(other, 'a', '1');
    await other.close();
    await rm(state(), { recursive: true });
    await cp(join(foreign, 'state'), state(), { recursive: true });
    expect((await refusal(openRealMember(folder))).message).toBe(
      'the state in the data folder belongs to cluster another-cluster, not to test-cluster: put the right one back',
    );
    // Of a version that did not write down whose it is: its records show it.
    const disk = levelDbDisk(folder);
    const database = await disk.openDatabase('state');
    await database.batch([{ type: 'delete', key: bytes(ORIGIN_KEY) }], { sync: true });
    await database.close();
    expect((await refusal(openRealMember(folder))).message).toMatch(
      /^the data folder is damaged \(.*a version of key "a"/,
    );
  });

  it('a state of a newer format, which it does not take for damage', async () => {
    const disk = levelDbDisk(folder);
    const database = await disk.openDatabase('state');
    const meta = decodeMeta(META_KEY, (await database.get(bytes(META_KEY)))!);
    const value = encodeMeta(META_KEY, { ...meta, formatVersion: meta.formatVersion + 1 });
    await database.batch([{ type: 'put', key: bytes(META_KEY), value }], { sync: true });
    await database.close();
    const error = await refusal(openRealMember(folder));
    expect(error).toMatchObject({
      problem: 'newer-format',
      message: 'the state has format 2, this version reads up to 1: run the newer version',
    });
  });

  it('a folder that another process has open, which it leaves as it is', async () => {
    const program = `
      import { ClassicLevel } from 'classic-level';
      const level = new ClassicLevel(${JSON.stringify(log())});
      await level.open();
      console.log('open');
      process.stdin.resume();
    `;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: projectFolder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      expect((await refusal(openRealMember(folder))).message).toMatch(
        /^cannot open the database .+\/log: .*lock .+\/LOCK/,
      );
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    }
    await expectAllRight();
  });
});

describe('a log that has lost a part', () => {
  it('keeps a member alone from writing and from answering for the cluster, and says why', async () => {
    await flipBitAt(await writeAheadLog(log()), 0.5);
    const member = await openRealMember(folder);
    expect(await member.admin.status()).toMatchObject({ condition: 'recovering' });
    const local = await judge(member, truth, 'local');
    const put = { type: 'put', key: bytes('a'), value: bytes('x') } as const;
    const written = await member.store.txn({ compare: [], then: [put], else: [] }, hasty);
    const asked = await member.store.range({ key: bytes('a'), consistency: 'linearizable' }, hasty);
    await member.close();
    expect(local.wrong).toEqual([]);
    expect(written).toMatchObject({ kind: 'refused', refusal: { reason: 'no-leader' } });
    expect(asked).toMatchObject({ kind: 'refused' });
  });
});

describe('a folder that cannot be written', () => {
  it('is refused by its name', async () => {
    if (isRoot) {
      // For root no permission is a bar: a file system is.
      await shell('mount', ['--bind', folder, folder]);
      try {
        await shell('mount', ['-o', 'remount,ro,bind', folder]);
        expect((await refusal(openRealMember(folder))).message).toMatch(
          new RegExp(`^cannot open the database ${folder}/log: .*Read-only file system`),
        );
      } finally {
        await shell('umount', [folder]);
      }
    } else {
      await chmod(log(), 0o500);
      const { message } = await refusal(openRealMember(folder));
      await chmod(log(), 0o700);
      expect(message).toMatch(new RegExp(`^cannot open the database ${folder}/log: .*Permission denied`));
    }
    await expectAllRight();
  });
});

describe('a disk that becomes full', { timeout: 120_000 }, () => {
  it.skipIf(!isRoot)(
    'is said, loses nothing that was acknowledged, and is used again once there is space',
    async () => {
      const disk = join(place.path, 'small-disk');
      await mkdir(disk);
      await shell('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
      try {
        const small = join(disk, 'member');
        await formatRealMember(small);
        let member = await openRealMember(small);
        const acknowledged: string[] = [];
        const value = bytes('x'.repeat(20_000));
        const write = (key: string) =>
          member.store.txn({ compare: [], then: [{ type: 'put', key: bytes(key), value }], else: [] }, hasty);
        let failed: unknown;
        for (let index = 0; index < 2_000; index += 1) {
          const outcome = await write(`key-${index}`);
          if (outcome.kind !== 'done') {
            failed = outcome;
            break;
          }
          acknowledged.push(`key-${index}`);
        }
        expect(failed).toBeDefined();
        expect(acknowledged.length).toBeGreaterThan(20);
        expect((await member.admin.status()).failure).toMatch(/No space left on device/);
        expect(member.reopenBecause()).toMatchObject({ needsSpace: true });
        // What is there is still read.
        expect(await member.store.range({ key: bytes('key-0'), consistency: 'local' }, hasty)).toMatchObject({
          kind: 'done',
          value: { items: [{ value }] },
        });
        await member.close();
        await shell('mount', ['-o', 'remount,size=64m', disk]);
        member = await openRealMember(small);
        for (const key of acknowledged) {
          const read = await member.store.range({ key: bytes(key), consistency: 'linearizable' }, hasty);
          expect(read, key).toMatchObject({ kind: 'done', value: { items: [{ value }] } });
        }
        await put(member, 'after', '1');
        await member.close();
      } finally {
        await shell('umount', [disk]);
      }
    },
  );

  if (!isRoot) process.stdout.write('a full disk is not tried: only root can mount a small one\n');
});
