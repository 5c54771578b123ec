import { describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../../chaos/simulation/disk/simulated-disk.js';
import { Atlas } from '../../../chaos/simulation/faults/atlas.js';
import { lostBatches } from '../../../chaos/simulation/faults/disk-faults.js';
import type { FaultSetting } from '../../../chaos/simulation/faults/setting.js';
import { seededRandom } from '../../../platform/index.js';

/** m1 with a log of batches, of which the newest `after` came after the one that named its state. */
async function memberWithBatches(after: number) {
  const disk = simulatedDisk({ random: seededRandom(1) });
  const log = await disk.openDatabase('log');
  const put = (key: string, value: string): Promise<void> =>
    log.batch([{ type: 'put', key: Buffer.from(key), value: Buffer.from(value) }], { sync: true });
  await put('s', 'state-1');
  for (let batch = 0; batch < 4; batch += 1) await put(`e${batch}`, 'before');
  await put('s', 'state-2');
  for (let batch = 0; batch < after; batch += 1) await put(`f${batch}`, 'after');
  return { id: 1, name: 'm1', disk, excuse: undefined, crash: () => disk.crash() };
}

/** Strikes this member, and takes `count` batches. */
function settingOf(member: Awaited<ReturnType<typeof memberWithBatches>>, count: number) {
  const atlas = new Atlas(() => []);
  const setting = {
    options: { atlas, operator: { startLater: () => {} } },
    random: { integer: () => count },
    victim: () => member,
    mayTakeAway: () => true,
    note: () => {},
  };
  return { atlas, setting: setting as unknown as FaultSetting };
}

describe('lost batches', () => {
  it('damage the log, which is whole again when its member says so', async () => {
    const { atlas, setting } = settingOf(await memberWithBatches(3), 3);
    lostBatches(setting);
    expect(atlas.damageOf(1)).toBe('log');
    atlas.intact(1);
    expect(atlas.isWhole(1)).toBe(true);
  });

  it('take the state along when one of them named it, whatever the log says later', async () => {
    const { atlas, setting } = settingOf(await memberWithBatches(3), 4);
    lostBatches(setting);
    expect(atlas.damageOf(1)).toBe('state');
    atlas.intact(1);
    expect(atlas.isWhole(1)).toBe(false);
  });
});
