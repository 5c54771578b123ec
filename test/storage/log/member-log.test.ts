import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Disk, levelDbDisk, seededRandom, silentLogger } from '../../../platform/index.js';
import type { Entry, HardState, RecoveredLog, SnapshotMetadata } from '../../../raft/index.js';
import { formatLog } from '../../../storage/log/format-log.js';
import { entryKey } from '../../../storage/log/log-records.js';
import { type MemberLog, openMemberLog } from '../../../storage/log/member-log.js';
import { singleConfiguration } from '../support/single-member-store.js';

const birth: SnapshotMetadata = {
  index: 0,
  term: 0,
  timeMilliseconds: 0,
  configuration: singleConfiguration,
};

const entry = (index: number, term = 1, size = 10): Entry => ({
  index,
  term,
  timeMilliseconds: 1000 + index,
  kind: 'command',
  data: new Uint8Array(Buffer.alloc(size, index % 251)),
});

const entries = (from: number, to: number, term = 1): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, offset) => entry(from + offset, term));

const vote: HardState = { term: 3, votedFor: 7, commitIndex: 2 };

async function open(disk: Disk, statePoint = birth): Promise<{ log: MemberLog; loaded: RecoveredLog }> {
  const log = await openMemberLog(disk, silentLogger);
  log.setStatePoint(statePoint);
  return { log, loaded: await log.load() };
}

/** Opens, closes, and says what was found. */
async function look(disk: Disk, statePoint = birth): Promise<RecoveredLog> {
  const { log, loaded } = await open(disk, statePoint);
  await log.close();
  return loaded;
}

async function filled(disk: Disk, batches: number): Promise<void> {
  await formatLog(disk, singleConfiguration);
  const { log } = await open(disk);
  for (let index = 1; index <= batches; index += 1)
    await log.append({ entries: [entry(index)], hardState: vote });
  await log.close();
}

const strip = (list: readonly Entry[]) => list.map(({ data, ...rest }) => ({ ...rest, data: [...data] }));

describe('the log', () => {
  let disk: SimulatedDisk;

  beforeEach(() => {
    disk = simulatedDisk({ random: seededRandom(5) });
  });

  it('is empty and intact at birth, with the initial configuration', async () => {
    await formatLog(disk, singleConfiguration);
    expect(await look(disk)).toEqual({
      hardState: { term: 0, votedFor: undefined, commitIndex: 0 },
      snapshot: birth,
      firstIndex: 1,
      lastIndex: 0,
      condition: { kind: 'intact' },
    });
  });

  it('gives back what was appended, across a restart, in slices of bytes but at least one entry', async () => {
    await formatLog(disk, singleConfiguration);
    const { log } = await open(disk);
    await log.append({ entries: entries(1, 150), hardState: vote });
    await log.close();
    const again = await open(disk);
    expect(again.loaded).toMatchObject({ lastIndex: 150, hardState: vote, condition: { kind: 'intact' } });
    expect(strip(await again.log.entries(1, 151, 1e6))).toEqual(strip(entries(1, 150)));
    expect(strip(await again.log.entries(70, 151, 25))).toEqual(strip(entries(70, 71)));
    expect(strip(await again.log.entries(70, 151, 1))).toEqual(strip([entry(70)]));
    await expect(again.log.entries(1, 152, 1e6)).rejects.toThrow(RangeError);
    await again.log.close();
  });

  it('replaces a conflicting tail atomically', async () => {
    await filled(disk, 5);
    const { log } = await open(disk);
    await log.append({ truncateFrom: 3, entries: entries(3, 4, 2) });
    expect(strip(await log.entries(2, 5, 1e6))).toEqual(strip([entry(2), ...entries(3, 4, 2)]));
    await log.close();
    expect(await look(disk)).toMatchObject({ lastIndex: 4, condition: { kind: 'intact' } });
  });

  it('refuses a gap', async () => {
    await filled(disk, 2);
    const { log } = await open(disk);
    await expect(log.append({ entries: [entry(4)] })).rejects.toThrow('does not follow');
    await log.close();
  });

  it('forgets entries up to the truncation point and goes on after it', async () => {
    await filled(disk, 20);
    const statePoint = { ...birth, index: 12, term: 1, timeMilliseconds: 1012 };
    const { log } = await open(disk, statePoint);
    await log.compact({ ...birth, index: 10, term: 1, timeMilliseconds: 1010 });
    await log.append({ entries: entries(21, 22) });
    await expect(log.entries(10, 12, 1e6)).rejects.toThrow(RangeError);
    await log.close();
    const again = await open(disk, statePoint);
    expect(again.loaded).toMatchObject({ firstIndex: 11, lastIndex: 22, snapshot: { index: 10, term: 1 } });
    expect(strip(await again.log.entries(11, 23, 1e6))).toEqual(strip(entries(11, 22)));
    await again.log.close();
  });

  it('begins anew after a reset', async () => {
    await filled(disk, 5);
    const snapshot = { ...birth, index: 100, term: 4, timeMilliseconds: 9 };
    const { log } = await open(disk);
    await log.reset(snapshot, { term: 4, votedFor: undefined, commitIndex: 100 });
    await log.append({ entries: [entry(101, 4)] });
    await log.close();
    expect(await look(disk, snapshot)).toMatchObject({
      firstIndex: 101,
      lastIndex: 101,
      snapshot,
      hardState: { term: 4, votedFor: undefined },
      condition: { kind: 'intact' },
    });
  });

  it('begins after the state when a crash came between a received state and the reset', async () => {
    await filled(disk, 5);
    const received = { ...birth, index: 50, term: 9, timeMilliseconds: 50 };
    expect(await look(disk, received)).toMatchObject({
      firstIndex: 51,
      lastIndex: 50,
      condition: { kind: 'intact' },
    });
    expect(await look(disk, received)).toMatchObject({
      firstIndex: 51,
      lastIndex: 50,
      condition: { kind: 'intact' },
    });
  });

  it('writes no more after a failed write', async () => {
    await filled(disk, 3);
    const { log } = await open(disk);
    disk.failNextWrite('log', 'io');
    await expect(log.append({ entries: [entry(4)] })).rejects.toMatchObject({ kind: 'io' });
    await expect(log.append({ entries: [entry(4)] })).rejects.toMatchObject({ kind: 'io' });
    await log.close();
    expect((await look(disk)).condition.kind).toBe('intact');
  });
});

describe('a log that lost something', () => {
  let disk: SimulatedDisk;

  beforeEach(async () => {
    disk = simulatedDisk({ random: seededRandom(5) });
    await filled(disk, 10);
  });

  it('is completed from its witness when only the newest batch is missing', async () => {
    disk.loseNewestBatches('log', 1);
    expect(await look(disk)).toMatchObject({ lastIndex: 10, hardState: vote, condition: { kind: 'intact' } });
  });

  it('is recovering when more is missing, says what was promised, and remembers it across restarts', async () => {
    disk.loseNewestBatches('log', 2);
    const condition = { kind: 'recovering', promisedIndex: 10, promisedTerm: 3 };
    const hardState = { term: 3, votedFor: 7 };
    expect(await look(disk)).toMatchObject({ lastIndex: 8, hardState, condition });
    expect(await look(disk)).toMatchObject({ lastIndex: 8, hardState, condition });
    const { log } = await open(disk);
    await log.append({ entries: entries(9, 12, 4), recovered: true });
    await log.close();
    expect(await look(disk)).toMatchObject({ lastIndex: 12, condition: { kind: 'intact' } });
  });

  it('takes no entry for committed that a lost batch had replaced', async () => {
    const replaced = await disk.openDatabase('log');
    const old = await replaced.get(entryKey(9));
    await replaced.close();
    const { log } = await open(disk);
    await log.append({ truncateFrom: 9, entries: [entry(9, 2)] });
    await log.append({ entries: [entry(10, 2)], hardState: { ...vote, commitIndex: 9 } });
    await log.close();
    // The first of the two batches is dropped from the middle: the old entry 9 is back, under a newer commit index.
    const damaged = await disk.openDatabase('log');
    await damaged.batch([{ type: 'put', key: entryKey(9), value: old! }], { sync: true });
    await damaged.close();
    const statePoint = { ...birth, index: 8, term: 1, timeMilliseconds: 1008 };
    expect(await look(disk, statePoint)).toMatchObject({
      lastIndex: 9,
      hardState: { commitIndex: 8 },
      condition: { kind: 'recovering', promisedIndex: 10 },
    });
  });

  it('is completed from a witness that is shorter than the one it overwrote', async () => {
    const other = simulatedDisk({ random: seededRandom(6) });
    await formatLog(other, singleConfiguration);
    const { log } = await open(other);
    // Both slots have held a long one.
    for (const index of [1, 2]) await log.append({ entries: [entry(index, 1, 20_000)] });
    for (const index of [3, 4]) await log.append({ entries: [entry(index)], hardState: vote });
    await log.close();
    other.loseNewestBatches('log', 1);
    expect(await look(other)).toMatchObject({ lastIndex: 4, hardState: vote, condition: { kind: 'intact' } });
    other.loseNewestBatches('log', 3);
    expect((await look(other)).condition.kind).toBe('recovering');
  });

  it('still knows what it began with when its first batch is lost, and says so when nothing does', async () => {
    const newborn = simulatedDisk({ random: seededRandom(6) });
    await formatLog(newborn, singleConfiguration);
    newborn.loseNewestBatches('log', 1);
    const log = await openMemberLog(newborn, silentLogger);
    expect((await log.readBirth()).configuration).toEqual(singleConfiguration);
    await log.close();
    expect(await look(newborn)).toMatchObject({ lastIndex: 0, condition: { kind: 'intact' } });
    await disk.deleteDatabase('log');
    const emptied = await openMemberLog(disk, silentLogger);
    await expect(emptied.readBirth()).rejects.toThrow('the log has lost what it began with');
    await emptied.close();
  });

  it('is recovering when everything is gone', async () => {
    await disk.deleteDatabase('log');
    expect(await look(disk)).toMatchObject({
      lastIndex: 0,
      hardState: { term: 3, votedFor: 7 },
      condition: { kind: 'recovering', promisedIndex: 10, promisedTerm: 3 },
    });
  });

  it('trusts nothing behind a flipped bit in an entry', async () => {
    const isEntry = (key: Uint8Array): boolean => key[0] === 'e'.charCodeAt(0) && key[8]! <= 9;
    for (let seed = 1; seed <= 30; seed += 1) {
      disk = simulatedDisk({ random: seededRandom(seed) });
      await filled(disk, 10);
      disk.flipBit('log', isEntry);
      const loaded = await look(disk);
      expect(loaded.condition, `seed ${seed}`).toMatchObject({ kind: 'recovering', promisedIndex: 10 });
      expect(loaded.lastIndex).toBeLessThan(9);
    }
  });

  it.each([
    ['the truncation point', 't'],
    ['the hard state', 'h'],
    ['the batch counter', 'c'],
  ])('is recovering or completed, never silently wrong, when %s is damaged', async (_what, record) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      disk = simulatedDisk({ random: seededRandom(seed) });
      await filled(disk, 10);
      expect(disk.flipBit('log', (key) => key.length === 1 && key[0] === record.charCodeAt(0))).toBe(true);
      const loaded = await look(disk);
      expect(loaded.hardState).toMatchObject({ term: 3, votedFor: 7 });
      if (loaded.condition.kind === 'intact') expect(loaded.lastIndex).toBe(10);
      else expect(loaded.condition.promisedIndex).toBe(10);
    }
  });

  it('survives the damage of one witness, and recovers when both are gone', async () => {
    disk.flipFileBit('witness-a');
    expect(await look(disk)).toMatchObject({ lastIndex: 10, condition: { kind: 'intact' } });
    await disk.writeFile('witness-a', new Uint8Array(10));
    await disk.writeFile('witness-b', new Uint8Array(0));
    expect(await look(disk)).toMatchObject({
      lastIndex: 10,
      condition: { kind: 'recovering', promisedIndex: 10 },
    });
  });

  it('stops reading at damage that came after it was loaded', async () => {
    const { log } = await open(disk);
    disk.flipBit('log', (key) => key[0] === 'e'.charCodeAt(0) && key[8] === 4);
    await expect(log.entries(3, 6, 1e6)).rejects.toMatchObject({ name: 'DiskFailedError', kind: 'corrupt' });
    await log.close();
  });

  it('is never recovering, and keeps all it acknowledged, after a mere crash', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seededRandom(seed);
      disk = simulatedDisk({ random });
      await formatLog(disk, singleConfiguration);
      const { log } = await open(disk);
      let acknowledged = 0;
      const batches = random.integer(0, 6);
      for (let batch = 0; batch < batches; batch += 1) {
        // Some too large to travel inside their witness.
        const size = random.float() < 0.3 ? 70_000 : 10;
        await log.append({ entries: [entry(acknowledged + 1, 1, size)] });
        acknowledged += 1;
      }
      const size = random.float() < 0.3 ? 70_000 : 10;
      const lost = log.append({ entries: [entry(acknowledged + 1, 1, size)] }).catch(() => undefined);
      for (let turn = random.integer(0, 6); turn > 0; turn -= 1) await Promise.resolve();
      disk.crash();
      await lost;
      const loaded = await look(disk);
      expect(loaded.condition, `seed ${seed}`).toEqual({ kind: 'intact' });
      expect([acknowledged, acknowledged + 1], `seed ${seed}`).toContain(loaded.lastIndex);
    }
  });
});

describe('the log on real LevelDB files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuorum-log-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function damagedLog(damage: (content: Buffer) => Buffer): Promise<RecoveredLog> {
    const disk = levelDbDisk(folder);
    await filled(disk, 30);
    await disk.close?.();
    const name = (await readdir(join(folder, 'log'))).find((file) => file.endsWith('.log'))!;
    const path = join(folder, 'log', name);
    await writeFile(path, damage(await readFile(path)));
    const reopened = levelDbDisk(folder);
    const loaded = await look(reopened);
    await reopened.close?.();
    return loaded;
  }

  it('completes a log whose last record was torn', async () => {
    const loaded = await damagedLog((content) => content.subarray(0, content.length - 5));
    expect(loaded).toMatchObject({ lastIndex: 30, condition: { kind: 'intact' } });
  });

  it('notices a log that was cut by half', async () => {
    const loaded = await damagedLog((content) => content.subarray(0, content.length / 2));
    expect(loaded.condition).toMatchObject({ kind: 'recovering', promisedIndex: 30, promisedTerm: 3 });
    expect(loaded.lastIndex).toBeLessThan(30);
  });

  it('notices a flipped bit that LevelDB drops without a word', async () => {
    const loaded = await damagedLog((content) => {
      const flipped = Buffer.from(content);
      flipped[Math.floor(content.length / 2)]! ^= 0x10;
      return flipped;
    });
    expect(loaded.condition).toMatchObject({ kind: 'recovering', promisedIndex: 30 });
  });
});
