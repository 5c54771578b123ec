import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ClusterFile, writeClusterFile } from '../../cluster/cluster-file.js';
import { holdAndReadDataFolder } from '../../cluster/data-folder.js';
import { isUserError } from '../../cluster/user-error.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file: ClusterFile = {
  format: 1,
  version: '0.1.0',
  name: 'kuorum',
  clusterId: 'c1',
  phase: 'formed',
  faults: false,
  supervisorPid: 4711,
  frontDoorPort: 6443,
  members: ['m1', 'm2', 'm3'].map((name, index) => ({
    name,
    id: index + 1,
    pid: null,
    apiPort: null,
    clientPort: null,
    peerPort: null,
    role: 'voter',
    priority: 0,
    joining: false,
  })),
  former: [],
};

/** A folder as a stopped cluster leaves it. */
async function clusterFolder(change: Partial<ClusterFile> = {}): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['m1', 'm2', 'm3']) {
    await mkdir(join(folder, 'members', name), { recursive: true });
    await writeFile(join(folder, 'members', name, 'identity.json'), '{}');
  }
  await writeClusterFile(folder, { ...file, ...change });
  return folder;
}

async function refusal(dataDir: string, fresh = false): Promise<string> {
  try {
    const held = await holdAndReadDataFolder({ dataDir, fresh });
    await held.holder.release();
  } catch (error) {
    expect(isUserError(error), String(error)).toBe(true);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('a data folder', () => {
  it('is made when it is not there', async () => {
    const dataDir = join(await temporaryFolder(), 'a', 'b');
    const held = await holdAndReadDataFolder({ dataDir, fresh: false });
    expect(held.file).toBeUndefined();
    await held.holder.release();
  });

  it('is refused when a file is in its place or in its path', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await refusal(join(folder, 'file'))).toMatch(
      /cannot be used as data folder \(a file is in its place/,
    );
    expect(await refusal(join(folder, 'file', 'inside'))).toMatch(/cannot be used as data folder/);
  });

  it("is refused, also with --fresh, when it holds somebody else's files", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'thesis.tex'), 'years of work');
    for (const fresh of [false, true])
      expect(await refusal(folder, fresh)).toMatch(/holds no Kuorum cluster/);
    await writeFile(join(folder, 'cluster.json'), '{"name":"my own"}');
    for (const fresh of [false, true])
      expect(await refusal(folder, fresh)).toMatch(/does not describe a Kuorum cluster/);
    expect((await readdir(folder)).sort()).toEqual(['cluster.json', 'thesis.tex']);
  });

  it('is emptied by --fresh when it is ours', async () => {
    const folder = await clusterFolder();
    const held = await holdAndReadDataFolder({ dataDir: folder, fresh: true });
    expect(held.file).toBeUndefined();
    expect(existsSync(join(folder, 'members'))).toBe(false);
    await held.holder.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not emptied while a cluster runs in it', async () => {
    const folder = await clusterFolder();
    const held = await holdAndReadDataFolder({ dataDir: folder, fresh: false });
    for (const fresh of [false, true]) {
      expect(await refusal(folder, fresh)).toMatch(/a cluster is already running in .* \(pid 4711\)/);
    }
    expect(existsSync(join(folder, 'members', 'm1'))).toBe(true);
    await held.holder.release();
  });

  it.each(['missing', 'empty'])(
    'keeps a member down whose folder is %s; the others may start',
    async (how) => {
      const folder = await clusterFolder();
      const lost = join(folder, 'members', 'm2');
      await rm(lost, { recursive: true });
      if (how === 'empty') await mkdir(lost);
      const held = await holdAndReadDataFolder({ dataDir: folder, fresh: false });
      expect([...held.refusals]).toEqual([['m2', `${lost} is ${how}`]]);
      await held.holder.release();
    },
  );

  it('is refused when the folders of a majority of the voters are missing', async () => {
    const folder = await clusterFolder();
    for (const name of ['m2', 'm3']) await rm(join(folder, 'members', name), { recursive: true });
    expect(await refusal(folder)).toMatch(
      /^2 of 3 voting members cannot start, and 2 are needed .*kuorum recover$/,
    );
    await rm(join(folder, 'members'), { recursive: true });
    expect(await refusal(folder)).toMatch(/members is missing or holds no member: restore it/);
  });

  it('may lack members while it is being formed', async () => {
    const folder = await clusterFolder({ phase: 'forming' });
    await rm(join(folder, 'members', 'm2'), { recursive: true });
    const held = await holdAndReadDataFolder({ dataDir: folder, fresh: false });
    expect(held.file?.phase).toBe('forming');
    await held.holder.release();
  });

  it('of a newer format is refused, and can be begun anew', async () => {
    const folder = await clusterFolder({ format: 2 });
    expect(await refusal(folder)).toMatch(/has format 2 and was written by Kuorum 0\.1\.0/);
    const held = await holdAndReadDataFolder({ dataDir: folder, fresh: true });
    expect(held.file).toBeUndefined();
    await held.holder.release();
  });

  it('is let go of when it is refused', async () => {
    const folder = await clusterFolder({ format: 2 });
    await refusal(folder);
    expect(await refusal(folder)).toMatch(/format 2/);
  });
});
