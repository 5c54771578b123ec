import { describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../chaos/index.js';
import { seededRandom } from '../../platform/index.js';
import {
  FORMAT_VERSION,
  formatMemberFolder,
  MemberFolderError,
  readMemberIdentity,
} from '../../storage/index.js';
import { openTestStore, singleConfiguration } from './support/single-member-store.js';

const identity = { clusterId: 'c1', memberId: 4_503_599_627_370_497, name: 'm1' };
const fresh = () => simulatedDisk({ random: seededRandom(1) });

describe('a member folder', () => {
  it('says whose it is after it was formatted', async () => {
    const disk = fresh();
    await formatMemberFolder(disk, identity, singleConfiguration);
    expect(await readMemberIdentity(disk)).toEqual({ ...identity, formatVersion: FORMAT_VERSION });
    expect(await readMemberIdentity(disk, { clusterId: 'c1' })).toMatchObject(identity);
  });

  it('is refused with one clear line when it cannot be used', async () => {
    const problem = async (action: Promise<unknown>): Promise<string> => {
      const error: unknown = await action.catch((reason: unknown) => reason);
      if (!(error instanceof MemberFolderError)) throw new Error(`not refused: ${String(error)}`);
      expect(error.message).not.toContain('\n');
      return error.problem;
    };
    const disk = fresh();
    expect(await problem(readMemberIdentity(disk))).toBe('not-formatted');
    await formatMemberFolder(disk, identity, singleConfiguration);
    expect(await problem(formatMemberFolder(disk, identity, singleConfiguration))).toBe('already-formatted');
    expect(await problem(readMemberIdentity(disk, { clusterId: 'c2' }))).toBe('other-cluster');
    const file = JSON.parse(new TextDecoder().decode(await disk.readFile('identity.json'))) as object;
    const rewrite = (change: object): Promise<void> =>
      disk.writeFile('identity.json', new TextEncoder().encode(JSON.stringify({ ...file, ...change })));
    await rewrite({ formatVersion: FORMAT_VERSION + 1, checksum: 'of a later format' });
    expect(await problem(readMemberIdentity(disk))).toBe('newer-format');
    await rewrite({ memberId: 5 });
    expect(await problem(readMemberIdentity(disk))).toBe('damaged');
    await disk.writeFile('identity.json', new Uint8Array([1, 2, 3]));
    expect(await problem(readMemberIdentity(disk))).toBe('damaged');
  });

  it('whose identity file is gone is damaged, not empty', async () => {
    const disk = fresh();
    const log = await disk.openDatabase('log');
    await log.close();
    await expect(readMemberIdentity(disk)).rejects.toMatchObject({ problem: 'damaged' });
  });

  it('can be formatted again after a crash while it was formatted', async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = seededRandom(seed);
      const disk = simulatedDisk({ random });
      const formatting = formatMemberFolder(disk, identity, singleConfiguration).catch(() => undefined);
      for (let turn = random.integer(0, 40); turn > 0; turn -= 1) await Promise.resolve();
      disk.crash();
      await formatting;
      const found = await readMemberIdentity(disk).catch((error: unknown) => error);
      // A torn identity file is the one case that a person has to look at.
      if (found instanceof MemberFolderError && (await disk.readFile('identity.json')) === undefined) {
        await formatMemberFolder(disk, identity, singleConfiguration);
      }
    }
  });

  it('of a member keeps its data across restarts', async () => {
    const first = await openTestStore();
    const { identity: before, disk } = first;
    await first.close();
    await first.close();
    const again = await openTestStore({ disk, reopen: true });
    expect(again.identity).toEqual(before);
    await again.close();
  });
});
