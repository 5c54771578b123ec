import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type DiskDatabase,
  type FaultyDisk,
  levelDbDisk,
  systemClock,
  withDiskFaults,
} from '../../platform/index.js';
import { type ManualClock, manualClock } from '../cluster/support/manual-clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeDisk } from './disk-guarantees.js';

const key = Buffer.from('key');
const put = (value: string) => [{ type: 'put', key, value: Buffer.from(value) }] as const;

describeDisk('a slow disk', async () => {
  const disk = withDiskFaults(levelDbDisk(join(await temporaryFolder(), 'member')), systemClock());
  disk.setDiskFault({ syncDelayMilliseconds: 1 });
  return { disk, discard: async () => disk.close?.() };
});

describe('a disk that is made slow', () => {
  interface Slow {
    readonly clock: ManualClock;
    readonly disk: FaultyDisk;
    readonly database: DiskDatabase;
  }

  async function slow(syncDelayMilliseconds: number): Promise<Slow> {
    const clock = manualClock();
    const disk = withDiskFaults(levelDbDisk(join(await temporaryFolder(), 'member')), clock);
    const database = await disk.openDatabase('log');
    disk.setDiskFault({ syncDelayMilliseconds });
    return { clock, disk, database };
  }

  async function end({ disk, database }: Slow): Promise<void> {
    await database.close();
    await disk.close?.();
  }

  it('tells of a durable write only after the delay', async () => {
    const place = await slow(50);
    let written = false;
    const writing = place.database.batch(put('a'), { sync: true }).then(() => {
      written = true;
    });
    await expect.poll(() => place.clock.pending()).toBe(1);
    place.clock.advance(49);
    await Promise.resolve();
    expect(written).toBe(false);
    place.clock.advance(1);
    await writing;
    expect(written).toBe(true);
    await end(place);
  });

  it('delays neither reads nor what need not be durable', async () => {
    const place = await slow(50);
    await place.database.batch(put('a'), { sync: false });
    expect(Buffer.from((await place.database.get(key))!).toString()).toBe('a');
    expect(place.clock.pending()).toBe(0);
    await end(place);
  });

  it('lets no later write overtake one that it delays', async () => {
    const place = await slow(50);
    const first = place.database.batch(put('first'), { sync: true });
    await expect.poll(() => place.clock.pending()).toBe(1);
    await place.database.batch(put('second'), { sync: false });
    place.clock.advance(50);
    await first;
    expect(Buffer.from((await place.database.get(key))!).toString()).toBe('second');
    await end(place);
  });

  it('is quick again once it is set right', async () => {
    const place = await slow(50);
    place.disk.setDiskFault(undefined);
    await place.database.batch(put('a'), { sync: true });
    await place.disk.writeFile('witness', Buffer.from('b'));
    expect(place.clock.pending()).toBe(0);
    await end(place);
  });
});
