/**
 * Whatever happens to the files of a member that is down: what it says after that is right, or it says that it cannot
 * say. `KUORUM_DAMAGE_ROUNDS` gives another number of rounds, `KUORUM_DAMAGE_SEED` another first seed.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskFailedError, seededRandom } from '../../../platform/index.js';
import { MemberFolderError, type MemberStore } from '../../../storage/index.js';
import { damageAnything } from './support/damage.js';
import {
  copyFolder,
  fill,
  formatRealMember,
  judge,
  openRealMember,
  type Truth,
  temporaryFolder,
} from './support/real-member.js';

const rounds = Number(process.env['KUORUM_DAMAGE_ROUNDS'] ?? 40);
const firstSeed = Number(process.env['KUORUM_DAMAGE_SEED'] ?? 1);

describe('the folder of a member alone, damaged anywhere while it is down', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let healthy: string;
  let truth: Truth;

  beforeAll(async () => {
    place = await temporaryFolder();
    healthy = join(place.path, 'healthy');
    await formatRealMember(healthy);
    const member = await openRealMember(healthy);
    truth = await fill(member, 7);
    await member.close();
  });

  afterAll(() => place.remove());

  async function openOrRefuse(folder: string): Promise<MemberStore | string> {
    try {
      return await openRealMember(folder);
    } catch (error) {
      if (!(error instanceof DiskFailedError || error instanceof MemberFolderError)) throw error;
      expect(error.message).not.toContain('\n');
      return error.message;
    }
  }

  it(
    `never has it answer what is not so (${rounds} rounds from seed ${firstSeed})`,
    async () => {
      const ends = { refused: 0, recovering: 0, right: 0, partly: 0 };
      for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
        const folder = join(place.path, `seed-${seed}`);
        await copyFolder(healthy, folder);
        const what = await damageAnything(folder, seededRandom(seed));
        const member = await openOrRefuse(folder);
        if (typeof member === 'string') {
          ends.refused += 1;
        } else {
          const { condition } = await member.admin.status();
          const verdict = await judge(member, truth, condition === 'recovering' ? 'local' : 'linearizable');
          await member.close();
          expect(verdict.wrong, `seed ${seed}: ${what}`).toEqual([]);
          if (condition === 'recovering') ends.recovering += 1;
          else if (verdict.refused.length === 0) ends.right += 1;
          else ends.partly += 1;
        }
        await rm(folder, { recursive: true });
      }
      process.stdout.write(
        `damaged anywhere, ${rounds} rounds from seed ${firstSeed}: ${JSON.stringify(ends)}\n`,
      );
    },
    60_000 + rounds * 2_000,
  );
});
