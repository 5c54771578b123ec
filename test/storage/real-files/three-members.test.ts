/** One of three members whose files were damaged while it was down: the others have what it lost. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFailedError, seededRandom } from '../../../platform/index.js';
import { MemberFolderError } from '../../../storage/index.js';
import { bytes } from '../support/single-member-store.js';
import { cutAt, damageAnything, flipBitAt, manifest, table, writeAheadLog } from './support/damage.js';
import { IDS, RealCluster } from './support/real-cluster.js';
import { fill, hasty, judge, patient, type Truth, temporaryFolder } from './support/real-member.js';

const rounds = Number(process.env['KUORUM_DAMAGE_ROUNDS'] ?? 6);
const firstSeed = Number(process.env['KUORUM_DAMAGE_SEED'] ?? 1);

/** A state that is asked for and does not come is asked for again after 10 s. */
const patience = { timeout: 150_000 };

describe('one of three members, damaged while it is down', patience, () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let cluster: RealCluster;
  let truth: Truth;

  beforeEach(async () => {
    place = await temporaryFolder();
    cluster = new RealCluster(place.path);
    await cluster.format();
    await cluster.open(...IDS);
    truth = await fill(await cluster.leader(), 7);
    await cluster.agrees();
  });

  afterEach(async () => {
    await cluster.close(...IDS);
    await place.remove();
  });

  const state = (id: number): string => join(cluster.folderOf(id), 'state');

  /** With tables in its state, then down. */
  async function bringDown(id: number): Promise<void> {
    await cluster.member(id).admin.defragment(hasty);
    await cluster.close(id);
  }

  async function isRepaired(id: number): Promise<void> {
    await cluster.agrees();
    const verdict = await judge(cluster.member(id), truth, 'linearizable', patient);
    expect(verdict.wrong).toEqual([]);
    expect(verdict.refused).toEqual([]);
  }

  const damages: readonly (readonly [string, (id: number) => Promise<void>])[] = [
    ['a table of the state has a flipped bit', async (id) => flipBitAt(await table(state(id)), 0.4)],
    ['a table of the state is cut', async (id) => cutAt(await table(state(id)), 0.7)],
    ['a table of the state is gone', async (id) => rm(await table(state(id)))],
    ["the state's manifest has a flipped bit", async (id) => flipBitAt(await manifest(state(id)), 0.5)],
    ["the state's CURRENT is gone", (id) => rm(join(state(id), 'CURRENT'))],
    ['the folder of the state is gone', (id) => rm(state(id), { recursive: true })],
  ];

  it.each(damages)('serves nothing, then has its state from the others, when %s', async (_what, damage) => {
    await bringDown(3);
    await damage(3);
    await cluster.open(3);
    const outcome = await cluster
      .member(3)
      .store.range({ key: bytes('/registry/configmaps/default/name-0001'), consistency: 'local' }, hasty);
    if (outcome.kind === 'refused') {
      expect(outcome.refusal).toMatchObject({
        reason: 'corrupt',
        message: expect.stringMatching(
          /^the state of member m3 is not to be trusted \(.+\): .*kuorum member replace m3$/,
        ),
      });
    }
    await isRepaired(3);
    // … and it stays so.
    await cluster.close(3);
    await cluster.open(3);
    await isRepaired(3);
  });

  it('has its state from the others also when it went down once more before that had come', async () => {
    await bringDown(3);
    await flipBitAt(await table(state(3)), 0.4);
    await cluster.close(1, 2);
    for (let start = 1; start <= 2; start += 1) {
      await cluster.open(3);
      expect((await cluster.member(3).admin.status()).failure).toMatch(
        /does not match its checksum.*kuorum member replace m3/,
      );
      await cluster.close(3);
    }
    await cluster.open(...IDS);
    await isRepaired(3);
  });

  it('loses no more than its part of the log, which it has from the leader again, when that is damaged', async () => {
    await cluster.close(3);
    const log = await writeAheadLog(join(cluster.folderOf(3), 'log'));
    // Its older entries are of no use to anybody any more.
    await flipBitAt(log, 0.97);
    await cluster.close(1, 2);
    await cluster.open(3);
    expect((await cluster.member(3).admin.status()).condition).toBe('recovering');
    await cluster.open(1, 2);
    await isRepaired(3);
  });

  it("refuses the state of another member, and takes it for what it is: somebody else's", async () => {
    await cluster.close(3, 2);
    await rm(state(3), { recursive: true });
    await cp(state(2), state(3), { recursive: true });
    const error: unknown = await cluster.open(3).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MemberFolderError);
    expect(error).toMatchObject({
      problem: 'other-member',
      message:
        'the state in the data folder belongs to the member with id 2, not to 3: put the right one back',
    });
    await rm(state(3), { recursive: true });
    await cluster.open(2, 3);
    await isRepaired(3);
  });

  it(
    `keeps the cluster's data right whatever was damaged (${rounds} rounds from seed ${firstSeed})`,
    async () => {
      const ends = { repaired: 0, refused: 0 };
      for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
        await bringDown(3);
        const kept = join(place.path, 'kept');
        await cp(cluster.folderOf(3), kept, { recursive: true });
        const what = await damageAnything(cluster.folderOf(3), seededRandom(seed));
        try {
          await cluster.open(3);
          const early = await judge(cluster.member(3), truth, 'linearizable');
          expect(early.wrong, `seed ${seed}: ${what}`).toEqual([]);
          await isRepaired(3);
          ends.repaired += 1;
        } catch (error) {
          if (!(error instanceof DiskFailedError || error instanceof MemberFolderError)) {
            throw new Error(`seed ${seed}: ${what}`, { cause: error });
          }
          ends.refused += 1;
          await rm(cluster.folderOf(3), { recursive: true });
          await cp(kept, cluster.folderOf(3), { recursive: true });
          await cluster.open(3);
          await isRepaired(3);
        }
        await rm(kept, { recursive: true });
      }
      process.stdout.write(
        `one of three damaged, ${rounds} rounds from seed ${firstSeed}: ${JSON.stringify(ends)}\n`,
      );
    },
    60_000 + rounds * 20_000,
  );
});
