import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkSnapshot, isUserError, keepSnapshot, UserError } from '../../../cluster/index.js';
import { writeSnapshot, writeStream } from '../../../cluster/snapshot/write-snapshot.js';
import { openTestStore, type TestStore } from '../../storage/support/single-member-store.js';
import { fillWithEverything, put } from '../../storage/support/snapshot-files.js';
import { withSmallFileSystem } from '../../support/small-file-system.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { savedSnapshot } from '../support/saved-snapshot.js';

async function openMember(): Promise<TestStore> {
  const member = await openTestStore();
  onTestFinished(() => member.close());
  return member;
}

/** Has the member write, as a supervisor does. */
const writeWith = (member: TestStore) => async (path: string) => {
  const answer = await writeSnapshot(member, { path, local: false });
  if (answer.kind === 'failed') throw new UserError(answer.message);
};

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !isUserError(error)) throw error;
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('a snapshot that is kept', () => {
  it('gets its name once it was written and read back, and nothing else stays', async () => {
    const member = await openMember();
    await fillWithEverything(member);
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    const contents = await keepSnapshot({ path, write: writeWith(member), onStep: () => {} });
    expect(contents.keys).toBe(16);
    expect(await checkSnapshot(path)).toEqual(contents);
    expect(await readdir(folder)).toEqual(['a.snapshot']);
  });

  it('replaces the old one only when the new one is whole', async () => {
    const member = await openMember();
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    await put(member, 'a', '1');
    const write = writeWith(member);
    await keepSnapshot({ path, write, onStep: () => {} });
    const before = await readFile(path);
    const damagedOnTheWay = async (temporary: string): Promise<void> => {
      await write(temporary);
      const bytes = await readFile(temporary);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 4, bytes.length - 100);
      await writeFile(temporary, bytes);
    };
    expect(await refusal(keepSnapshot({ path, write: damagedOnTheWay, onStep: () => {} }))).toContain(
      'it is damaged at byte',
    );
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(folder)).toEqual(['a.snapshot']);
    await put(member, 'b', '1');
    expect((await keepSnapshot({ path, write, onStep: () => {} })).keys).toBe(2);
  });

  it('is refused where it cannot be put, and its member goes on', async () => {
    const member = await openMember();
    const folder = await temporaryFolder();
    const write = writeWith(member);
    const missing = join(folder, 'missing', 'a.snapshot');
    expect(await refusal(keepSnapshot({ path: missing, write, onStep: () => {} }))).toMatch(
      /a\.snapshot\..*\.tmp cannot be written \(ENOENT\)$/,
    );
    const inTheWay = join(folder, 'a.snapshot');
    await mkdir(inTheWay);
    expect(await refusal(keepSnapshot({ path: inTheWay, write, onStep: () => {} }))).toBe(
      `${inTheWay} cannot be written (EISDIR)`,
    );
    expect(await readdir(folder)).toEqual(['a.snapshot']);
    await put(member, 'a', '1');
  });

  it('leaves nothing behind on a disk that fills up, and its member goes on', async () => {
    await withSmallFileSystem(await temporaryFolder(), async (small) => {
      const member = await openMember();
      for (let index = 0; index < 30; index += 1) {
        await put(member, `k${index}`, new Uint8Array(100_000).fill(index));
      }
      const write = writeWith(member);
      const path = join(small, 'a.snapshot');
      expect(await refusal(keepSnapshot({ path, write, onStep: () => {} }))).toContain(
        'cannot be written (ENOSPC)',
      );
      expect(await readdir(small)).toEqual([]);
      await put(member, 'a', '1');
      const elsewhere = join(await temporaryFolder(), 'a.snapshot');
      expect((await keepSnapshot({ path: elsewhere, write, onStep: () => {} })).keys).toBe(31);
    });
  });

  it('is not written over what is there, and never half', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await writeFile(path, 'mine');
    const member = await openMember();
    expect(await writeSnapshot(member, { path, local: false })).toEqual({
      kind: 'failed',
      message: `${path} cannot be written (EEXIST)`,
      elsewhere: false,
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
    let given = false;
    const cut = await writeStream(join(folder, 'b'), {
      async next() {
        if (given) return { kind: 'end', reason: { kind: 'stopping' } };
        given = true;
        return { kind: 'chunk', bytes: new Uint8Array(10) };
      },
      cancel: () => {},
    });
    expect(cut).toMatchObject({ kind: 'failed', elsewhere: true });
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('a snapshot file that is looked at', () => {
  it('is refused by its name, with the place, when it is not whole', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    const { bytes } = await savedSnapshot(path);
    await writeFile(path, bytes.subarray(0, 400_000));
    expect(await refusal(checkSnapshot(path))).toBe(
      `${path}: it is cut short: it ends at byte 400000, within chunk 2`,
    );
    await writeFile(path, '');
    expect(await refusal(checkSnapshot(path))).toContain('it ends at byte 0');
    expect(await refusal(checkSnapshot(join(folder, 'none')))).toBe(
      `${join(folder, 'none')} cannot be read (ENOENT)`,
    );
    expect(await refusal(checkSnapshot(folder))).toBe(`${folder} cannot be read (EISDIR)`);
  });
});
