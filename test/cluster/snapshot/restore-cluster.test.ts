import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterFile } from '../../../cluster/cluster-file.js';
import { holdAndReadDataFolder } from '../../../cluster/data-folder.js';
import { memberFolder, pkiFolder } from '../../../cluster/folder-layout.js';
import { isUserError, type RestoreOptions, recoverCluster, restoreCluster } from '../../../cluster/index.js';
import { systemClock, systemRandom } from '../../../platform/index.js';
import { REVISION_RAISE } from '../../../storage/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { readAlone } from '../support/lost-cluster.js';
import { savedSnapshot } from '../support/saved-snapshot.js';

const tools = { clock: systemClock(), random: systemRandom() };

function restore(path: string, dataDir: string, change: Partial<RestoreOptions> = {}) {
  return restoreCluster({
    path,
    dataDir,
    members: 3,
    allowEven: false,
    onStep: () => {},
    ...tools,
    ...change,
  });
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof Error) || !isUserError(error)) throw new Error(`not refused: ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}

async function starts(dataDir: string): Promise<string> {
  try {
    const held = await holdAndReadDataFolder({ dataDir, fresh: false });
    await held.holder.release();
    return `yes, with ${held.file?.members.length} members and ${held.refusals.size} refusals`;
  } catch (error) {
    return String(error);
  }
}

describe('a snapshot that is restored', () => {
  it('becomes a cluster of as many members as asked, with keys and ids of its own', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    const { revision } = await savedSnapshot(path);
    const dataDir = join(folder, 'new');
    const result = await restore(path, dataDir);
    expect(result).toMatchObject({ members: ['m1', 'm2', 'm3'], revision: revision + REVISION_RAISE });
    const file = await readClusterFile(dataDir);
    expect(file).toMatchObject({ clusterId: result.clusterId, phase: 'formed', supervisorPid: null });
    expect(await starts(dataDir)).toBe('yes, with 3 members and 0 refusals');
    expect((await readdir(dataDir)).sort()).toEqual(['cluster.json', 'members', 'pki']);
    for (const name of ['ca.key', 'm3.key', 'admin.crt', 'etcd/m1.crt']) {
      expect((await readFile(join(pkiFolder(dataDir), name))).length).toBeGreaterThan(100);
    }
    const { keys, revision: begun } = await readAlone(memberFolder(dataDir, 'm2'));
    expect(begun).toBe(revision + REVISION_RAISE);
    expect(Object.keys(keys)).toHaveLength(16);
    expect(keys['key-0']).toBe('value 30');
    const other = await restore(path, join(folder, 'other'), { members: 1 });
    expect(other.clusterId).not.toBe(result.clusterId);
    expect(await starts(join(folder, 'other'))).toBe('yes, with 1 members and 0 refusals');
  });

  it('goes into an empty folder only, and leaves what is there alone', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    await savedSnapshot(path);
    const dataDir = join(folder, 'full');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'mine.txt'), 'mine');
    expect(await refusal(restore(path, dataDir))).toBe(`${dataDir} is not empty: choose another --data-dir`);
    expect(await readdir(dataDir)).toEqual(['mine.txt']);
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await restore(path, empty, { members: 1 });
    expect(await refusal(restore(path, empty))).toContain('is not empty');
    expect(await refusal(restore(path, path))).toContain('cannot be used as data folder (ENOTDIR)');
    expect(await refusal(restore(path, join(folder, 'even'), { members: 2 }))).toContain('an even number');
  });

  it('is not begun when the file is damaged or cut', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    const { bytes } = await savedSnapshot(path);
    const dataDir = join(folder, 'new');
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    expect(await refusal(restore(path, dataDir))).toContain(`${path}: it is cut short`);
    bytes.writeUInt8(bytes.readUInt8(500_000) ^ 1, 500_000);
    await writeFile(path, bytes);
    expect(await refusal(restore(path, dataDir))).toContain(`${path}: it is damaged at byte`);
    expect(await readdir(folder)).toEqual(['a.snapshot']);
  });

  it('leaves the folder empty when it was interrupted before it was decided, and can be begun again', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    await savedSnapshot(path);
    const dataDir = join(folder, 'new');
    const onStep = (step: string): void => {
      if (step.startsWith('making')) throw new Error('interrupted');
    };
    await expect(restore(path, dataDir, { onStep })).rejects.toThrow('interrupted');
    expect(await readdir(dataDir)).toEqual([]);
    await mkdir(join(dataDir, 'kuorum-recovery', 'members'), { recursive: true });
    await restore(path, dataDir, { members: 1 });
    expect(await starts(dataDir)).toBe('yes, with 1 members and 0 refusals');
  });

  it('is finished from wherever it was interrupted after it was decided', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.snapshot');
    const { revision } = await savedSnapshot(path);
    const steps: string[] = [];
    await restore(path, join(folder, 'whole'), { onStep: (step) => steps.push(step) });
    const decided = steps.findIndex((step) => step.startsWith('moving'));
    expect(steps.length - decided).toBe(6);
    for (const [number, where] of steps.slice(decided).entries()) {
      const dataDir = join(folder, `interrupted-${number}`);
      const onStep = (step: string): void => {
        if (step === where) throw new Error('interrupted');
      };
      await expect(restore(path, dataDir, { onStep })).rejects.toThrow('interrupted');
      expect(await starts(dataDir)).toContain('finish it with kuorum recover --yes');
      expect(await refusal(restore(path, dataDir))).toMatch(/finish it with|is not empty/);
      const recovered = await recoverCluster({
        dataDir,
        memberFolders: [],
        mode: 'recover',
        onPlan: () => {},
        onStep: () => {},
        ...tools,
      });
      expect(recovered).toMatchObject({ member: 'm1, m2, m3', revision: revision + REVISION_RAISE });
      expect(await starts(dataDir), where).toBe('yes, with 3 members and 0 refusals');
      expect((await readdir(dataDir)).sort()).toEqual(['cluster.json', 'members', 'pki']);
    }
  });
});
