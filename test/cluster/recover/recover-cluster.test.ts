import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterFile } from '../../../cluster/cluster-file.js';
import { holdAndReadDataFolder } from '../../../cluster/data-folder.js';
import { memberFolder, membersFolder } from '../../../cluster/folder-layout.js';
import { type RecoverOptions, type RecoveryPlan, recoverCluster } from '../../../cluster/index.js';
import { recoveryFolder } from '../../../cluster/recover/recovery-folder.js';
import { holdDataFolder } from '../../../cluster/supervisor/holder.js';
import { isUserError } from '../../../cluster/user-error.js';
import { levelDbDisk, systemClock, systemRandom } from '../../../platform/index.js';
import { REVISION_RAISE, readMemberIdentity } from '../../../storage/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import {
  contentOf,
  lostCluster,
  makeMember,
  openAlone,
  putAlone,
  readAlone,
} from '../support/lost-cluster.js';

interface Tried {
  readonly result: Awaited<ReturnType<typeof recoverCluster>>;
  readonly plan: RecoveryPlan;
  readonly steps: readonly string[];
}

async function recover(dataDir: string, change: Partial<RecoverOptions> = {}): Promise<Tried> {
  let plan: RecoveryPlan | undefined;
  const steps: string[] = [];
  const result = await recoverCluster({
    dataDir,
    memberFolders: [],
    mode: 'recover',
    clock: systemClock(),
    random: systemRandom(),
    onPlan: (shown) => {
      plan = shown;
    },
    ...change,
    onStep: (step) => {
      steps.push(step);
      change.onStep?.(step);
    },
  });
  return { result, plan: plan!, steps };
}

async function refusal(dataDir: string, change: Partial<RecoverOptions> = {}): Promise<string> {
  const error: unknown = await recover(dataDir, change).catch((reason: unknown) => reason);
  if (!(error instanceof Error) || !isUserError(error)) throw new Error(`not refused: ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}

async function starts(dataDir: string): Promise<string> {
  try {
    const held = await holdAndReadDataFolder({ dataDir, fresh: false });
    await held.holder.release();
    return 'yes';
  } catch (error) {
    return String(error);
  }
}

describe('what is left of a cluster', () => {
  it('is looked at without changing a byte of it, and nothing stays behind', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 5 });
    const before = await contentOf(dataDir);
    const { result, plan } = await recover(dataDir, { mode: 'look' });
    expect(result).toBeUndefined();
    expect(plan.chosen?.identity.name).toBe('m1');
    expect(await contentOf(dataDir)).toEqual(before);
    expect(await readdir(dataDir)).not.toContain('kuorum-recovery');
  });

  it('becomes a new cluster of one, and its old folders stand aside as they were', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m2: 9 });
    const { keys, revision } = await readAlone(memberFolder(dataDir, 'm2'));
    const before = await contentOf(memberFolder(dataDir, 'm2'));
    const { result } = await recover(dataDir);
    const aside = join(dataDir, 'before-recovery-c1');
    expect(result).toMatchObject({ member: 'm2', revision: revision + REVISION_RAISE, movedTo: aside });
    expect(await contentOf(join(aside, 'm2'))).toEqual(before);
    const file = await readClusterFile(dataDir);
    expect(file).toMatchObject({
      clusterId: result!.clusterId,
      phase: 'formed',
      frontDoorPort: 16_443,
      members: [{ name: 'm2', apiPort: 20_001 }],
    });
    expect(file!.clusterId).not.toBe('c1');
    const identity = await readMemberIdentity(levelDbDisk(memberFolder(dataDir, 'm2')));
    expect(identity).toMatchObject({ clusterId: file!.clusterId, memberId: file!.members[0]!.id });
    expect(identity.memberId).not.toBe(2);
    expect(await readAlone(memberFolder(dataDir, 'm2'))).toEqual({
      keys,
      revision: revision + REVISION_RAISE,
    });
    expect(await readdir(dataDir)).not.toContain('kuorum-recovery');
    expect(await starts(dataDir)).toBe('yes');
  });

  it('is taken from the most complete folder, also one from elsewhere, which stays where it is', async () => {
    const dataDir = await temporaryFolder();
    const elsewhere = join(await temporaryFolder(), 'copy-of-m3');
    await lostCluster(dataDir, { m1: 4 });
    await makeMember(elsewhere, 'm3', 8);
    const before = await contentOf(elsewhere);
    const { plan, result } = await recover(dataDir, { memberFolders: [elsewhere] });
    expect(plan.folders.map(({ path, chosen, why }) => ({ path, chosen, why }))).toEqual([
      { path: memberFolder(dataDir, 'm1'), chosen: false, why: 'its log is shorter' },
      { path: elsewhere, chosen: true, why: 'the most complete log' },
    ]);
    expect(result!.member).toBe('m3');
    expect(Object.keys((await readAlone(memberFolder(dataDir, 'm3'))).keys)).toHaveLength(8);
    expect(await contentOf(elsewhere)).toEqual(before);
    expect(await readdir(membersFolder(dataDir))).toEqual(['m3']);
  });

  it('can be brought to an empty folder; the first start makes new keys there', async () => {
    const dataDir = join(await temporaryFolder(), 'new');
    const elsewhere = join(await temporaryFolder(), 'copy-of-m1');
    await makeMember(elsewhere, 'm1', 3);
    const { result } = await recover(dataDir, { memberFolders: [elsewhere] });
    expect(result).toMatchObject({ member: 'm1', movedTo: undefined });
    expect(await readClusterFile(dataDir)).toMatchObject({ phase: 'forming', members: [{ name: 'm1' }] });
    expect(Object.keys((await readAlone(memberFolder(dataDir, 'm1'))).keys)).toHaveLength(3);
  });

  it('is taken from the readable folder when the other one is damaged, which is named', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 4, m2: 9 });
    await writeFile(join(memberFolder(dataDir, 'm2'), 'files', 'identity.json'), 'not an identity');
    const { plan, result } = await recover(dataDir);
    expect(result!.member).toBe('m1');
    expect(plan.losses.join('\n')).toMatch(/members\/m2 cannot be read \(the identity file .* is damaged\)/);
    expect(await readdir(join(dataDir, 'before-recovery-c1'))).toEqual(['m1', 'm2']);
  });

  it('is told apart from the folders of another cluster', async () => {
    const dataDir = await temporaryFolder();
    const elsewhere = join(await temporaryFolder(), 'other');
    await lostCluster(dataDir, { m1: 4 });
    await makeMember(elsewhere, 'm2', 9, 'c9');
    const { plan } = await recover(dataDir, { mode: 'look', memberFolders: [elsewhere] });
    expect(plan.folders.map(({ why }) => why)).toEqual(['the most complete log', 'it is of another cluster']);
    expect(plan.highestRevision).toBe(plan.chosen!.revision);
  });

  it('can be recovered a second time', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 4 });
    const first = await recover(dataDir);
    const member = await openAlone(memberFolder(dataDir, 'm1'));
    await putAlone(member, '/later', 'kept');
    await member.close();
    const second = await recover(dataDir, { mode: 'recover-although-not-needed' });
    expect(second.result!.revision).toBe(first.result!.revision + 1 + REVISION_RAISE);
    expect((await readAlone(memberFolder(dataDir, 'm1'))).keys).toHaveProperty('/later');
  });
});

describe('recovery is refused', () => {
  it('when a majority is there and intact, unless it is forced', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 4, m2: 4 });
    const before = await contentOf(dataDir);
    expect(await refusal(dataDir)).toMatch(
      /^2 of 3 voting members are here and intact: recovery is not needed/,
    );
    expect(await contentOf(dataDir)).toEqual(before);
    await recover(dataDir, { mode: 'recover-although-not-needed' });
  });

  it('not because of a copy from elsewhere: it may be older than what its member promised', async () => {
    const dataDir = await temporaryFolder();
    const elsewhere = join(await temporaryFolder(), 'copy-of-m2');
    await lostCluster(dataDir, { m1: 4 });
    await makeMember(elsewhere, 'm2', 4);
    await recover(dataDir, { memberFolders: [elsewhere] });
  });

  it('while a supervisor holds the folder', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 1 });
    const holder = await holdDataFolder(dataDir);
    expect(await refusal(dataDir, { mode: 'look' })).toMatch(/a cluster is already running in/);
    await holder.release();
  });

  it("while another process has a member's databases open", async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 1 });
    const program = `import('classic-level').then(async ({ ClassicLevel }) => {
      const level = new ClassicLevel(${JSON.stringify(join(memberFolder(dataDir, 'm1'), 'log'))});
      await level.open(); console.log('open'); process.stdin.resume(); })`;
    const other = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    expect(await refusal(dataDir)).toMatch(/members\/m1 is in use by another process: stop it first$/);
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
    await recover(dataDir);
  });

  it('where there is no cluster and nothing is named, or what is named is not there', async () => {
    const dataDir = await temporaryFolder();
    expect(await refusal(dataDir)).toMatch(/^there is no cluster in .* \(no cluster\.json\)/);
    expect(await refusal(dataDir, { memberFolders: [join(dataDir, 'x')] })).toMatch(
      /\/x cannot be read \(ENOENT\)/,
    );
    await lostCluster(dataDir, {});
    expect(await refusal(dataDir)).toMatch(/^there is no member's folder in/);
  });

  it('when no folder can be read', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 1 });
    await rm(join(memberFolder(dataDir, 'm1'), 'files'), { recursive: true });
    expect(await refusal(dataDir)).toBe('nothing can be recovered from these folders');
    expect(await readdir(dataDir)).not.toContain('kuorum-recovery');
  });
});

describe('a recovery that is interrupted', () => {
  it('leaves everything as it was, or is finished by the next one', async () => {
    const base = join(await temporaryFolder(), 'base');
    await mkdir(base);
    await lostCluster(base, { m1: 3, m2: 6 });
    const copyOfBase = async (): Promise<string> => {
      const dataDir = join(await temporaryFolder(), 'data');
      await cp(base, dataDir, { recursive: true });
      return dataDir;
    };
    const all = (await recover(await copyOfBase(), { mode: 'recover-although-not-needed' })).steps;
    expect(all).toHaveLength(9);
    const deciding = all.indexOf('deciding');
    for (let at = 0; at < all.length; at += 1) {
      const dataDir = await copyOfBase();
      const before = await contentOf(dataDir);
      let step = -1;
      const onStep = (): void => {
        step += 1;
        if (step === at) throw new Error('power failure');
      };
      const mode = 'recover-although-not-needed';
      await expect(recover(dataDir, { mode, onStep }), all[at]).rejects.toThrow('power failure');
      if (at <= deciding) {
        expect(await contentOf(dataDir), all[at]).toEqual(before);
        // The majority that is there starts without m3, as before.
        expect(await starts(dataDir), all[at]).toBe('yes');
      } else {
        expect(await starts(dataDir), all[at]).toMatch(/finish it with kuorum recover --yes/);
        expect(await refusal(dataDir, { mode: 'look' }), all[at]).toMatch(
          /finish it with kuorum recover --yes/,
        );
      }
      const { result } = await recover(dataDir, { mode });
      expect(result!.member, all[at]).toBe('m2');
      expect((await readClusterFile(dataDir))!.clusterId, all[at]).toBe(result!.clusterId);
      expect(Object.keys((await readAlone(memberFolder(dataDir, 'm2'))).keys), all[at]).toHaveLength(6);
      expect(await readdir(membersFolder(dataDir)), all[at]).toEqual(['m2']);
      expect(await readdir(join(dataDir, 'before-recovery-c1')), all[at]).toEqual(['m1', 'm2']);
      expect(await starts(dataDir), all[at]).toBe('yes');
    }
  }, 120_000);

  it('before it was decided leaves nothing that the next one trips over', async () => {
    const dataDir = await temporaryFolder();
    await lostCluster(dataDir, { m1: 3 });
    const half = join(recoveryFolder(dataDir), 'member');
    await mkdir(half, { recursive: true });
    await cp(memberFolder(dataDir, 'm1'), half, { recursive: true });
    await appendFile(join(half, 'files', 'identity.json'), 'torn');
    expect(await starts(dataDir)).toMatch(/m2.*m3 is missing/);
    const { result } = await recover(dataDir);
    expect(result!.member).toBe('m1');
  });

  it('in an empty folder is finished there', async () => {
    const dataDir = join(await temporaryFolder(), 'new');
    const elsewhere = join(await temporaryFolder(), 'copy-of-m1');
    await makeMember(elsewhere, 'm1', 3);
    const onStep = (step: string): void => {
      if (step === 'writing cluster.json') throw new Error('power failure');
    };
    await expect(recover(dataDir, { memberFolders: [elsewhere], onStep })).rejects.toThrow('power failure');
    const { result } = await recover(dataDir);
    expect(result!.member).toBe('m1');
    expect(await readClusterFile(dataDir)).toMatchObject({ clusterId: result!.clusterId });
  });
});
