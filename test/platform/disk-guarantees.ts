/** What every Disk promises, as tests to run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk, DiskDatabase } from '../../platform/index.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
const put = (key: string, value: string) => ({ type: 'put', key: bytes(key), value: bytes(value) }) as const;
const remove = (key: string) => ({ type: 'delete', key: bytes(key) }) as const;

export function describeDisk(
  name: string,
  make: () => Promise<{ readonly disk: Disk; readonly discard: () => Promise<void> }>,
): void {
  describe(`${name} keeps a disk's guarantees`, () => {
    let disk: Disk;
    let discard: () => Promise<void>;
    let database: DiskDatabase;

    beforeEach(async () => {
      ({ disk, discard } = await make());
      database = await disk.openDatabase('test');
    });

    afterEach(async () => {
      await database.close();
      await discard();
    });

    const all = async (
      reader: Pick<DiskDatabase, 'iterate'>,
      options = {},
      page = 2,
    ): Promise<readonly string[]> => {
      const iterator = reader.iterate(options);
      const seen: string[] = [];
      for (;;) {
        const entries = await iterator.nextPage(page);
        if (entries.length === 0) break;
        seen.push(...entries.map((entry) => `${text(entry.key)}=${text(entry.value)}`));
      }
      await iterator.close();
      return seen;
    };

    it('reads what a batch wrote, as soon as it has resolved', async () => {
      await database.batch([put('a', '1'), put('b', '2')], { sync: false });
      await database.batch([remove('a'), put('c', '3')], { sync: true });
      expect(text(await database.get(bytes('a')))).toBeUndefined();
      const values = await database.getMany([bytes('c'), bytes('a'), bytes('b')]);
      expect(values.map(text)).toEqual(['3', undefined, '2']);
      expect(await database.getMany([])).toEqual([]);
    });

    it.each([
      ['small', 10],
      ['large', 5_000],
    ])('takes %s operations, applied in their order', async (_size, length) => {
      const value = (letter: string): string => letter.repeat(length);
      await database.batch([put('a', value('1')), put('gone', value('2'))], { sync: true });
      const operations = [remove('gone'), put('a', value('3')), put('b', value('4')), put('a', value('5'))];
      await database.batch(operations, { sync: true });
      await database.batch([], { sync: true });
      expect(await all(database)).toEqual([`a=${value('5')}`, `b=${value('4')}`]);
    });

    it('iterates in the order of unsigned bytes, within bounds, both ways, in pages', async () => {
      const keys = [[0], [0, 255], [1], [127], [128], [255], [255, 0]].map((key) => new Uint8Array(key));
      await database.batch(
        keys.toReversed().map((key) => ({ type: 'put', key, value: key }) as const),
        { sync: false },
      );
      const seen = async (options: object): Promise<number[][]> => {
        const iterator = database.iterate(options);
        const found: number[][] = [];
        for (;;) {
          const page = await iterator.nextPage(3);
          if (page.length === 0) break;
          for (const { key } of page) found.push([...key]);
        }
        await iterator.close();
        return found;
      };
      expect(await seen({})).toEqual(keys.map((key) => [...key]));
      expect(await seen({ reverse: true })).toEqual(keys.map((key) => [...key]).toReversed());
      expect(await seen({ gt: keys[1], lte: keys[4] })).toEqual([[1], [127], [128]]);
      expect(await seen({ gte: keys[1], lt: keys[4], reverse: true })).toEqual([[127], [1], [0, 255]]);
      expect(await seen({ gte: keys[2], limit: 2 })).toEqual([[1], [127]]);
    });

    it('moves a cursor with seek', async () => {
      await database.batch(
        ['a', 'b', 'c', 'd'].map((key) => put(key, '')),
        { sync: false },
      );
      const iterator = database.iterate({ lt: bytes('d') });
      iterator.seek(bytes('b'));
      const keys = (await iterator.nextPage(10)).map(({ key }) => text(key));
      await iterator.close();
      expect(keys).toEqual(['b', 'c']);
    });

    it('shows a snapshot and an open iterator the moment they were made', async () => {
      await database.batch([put('a', '1'), put('b', '1')], { sync: false });
      const snapshot = database.snapshot();
      const iterator = database.iterate({});
      await database.batch([put('a', '2'), remove('b'), put('c', '2')], { sync: false });
      for (let round = 0; round < 40; round += 1)
        await database.batch([put('a', `${round}`)], { sync: true });
      expect(await all(snapshot)).toEqual(['a=1', 'b=1']);
      expect(text(await snapshot.get(bytes('b')))).toBe('1');
      expect((await iterator.nextPage(10)).map(({ value }) => text(value))).toEqual(['1', '1']);
      await iterator.close();
      await snapshot.close();
      expect(await all(database)).toEqual(['a=39', 'c=2']);
    });

    it('finds everything again after it was closed and opened', async () => {
      await database.batch([put('a', '1')], { sync: true });
      await database.close();
      await expect(database.get(bytes('a'))).rejects.toMatchObject({
        name: 'DiskFailedError',
        kind: 'closed',
      });
      database = await disk.openDatabase('test');
      expect(await all(database)).toEqual(['a=1']);
    });

    it('lists and deletes databases', async () => {
      const other = await disk.openDatabase('state.2');
      await other.batch([put('a', '1')], { sync: true });
      await other.close();
      expect(await disk.listDatabases()).toEqual(['state.2', 'test']);
      expect(await disk.databaseExists('state.2')).toBe(true);
      await disk.deleteDatabase('state.2');
      expect(await disk.listDatabases()).toEqual(['test']);
      expect(await disk.databaseExists('state.2')).toBe(false);
      await disk.deleteDatabase('never-there');
    });

    it('reclaims ranges and tells its size', async () => {
      await database.batch([put('a', 'x'.repeat(10_000))], { sync: true });
      await database.batch([remove('a')], { sync: true });
      await database.compactRange({ from: bytes('a'), to: bytes('z') });
      expect(await database.sizeBytes()).toBeGreaterThanOrEqual(0);
    });

    it('replaces small files whole, longer and shorter, and knows a missing one', async () => {
      expect(await disk.readFile('missing')).toBeUndefined();
      for (const content of ['first', 'a much longer second', 'third', '']) {
        await disk.writeFile('note', bytes(content));
        expect(text(await disk.readFile('note'))).toBe(content);
      }
    });

    it('leaves a file as long as it is when asked to, and lets it grow', async () => {
      const writes = [
        ['first', 'first'],
        ['a much longer second', 'a much longer second'],
        ['third', 'thirdh longer second'],
        ['', 'thirdh longer second'],
        ['and the longest of them all', 'and the longest of them all'],
      ] as const;
      for (const [content, whole] of writes) {
        await disk.writeFile('note', bytes(content), { keepLength: true });
        expect(text(await disk.readFile('note'))).toBe(whole);
      }
      await disk.writeFile('note', bytes('short'));
      expect(text(await disk.readFile('note'))).toBe('short');
    });
  });
}
