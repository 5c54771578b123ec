import { describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../../chaos/index.js';
import { seededRandom, systemClock } from '../../../platform/index.js';
import { WriteBehind } from '../../../storage/mvcc/write-behind.js';
import { bytes, text } from '../support/single-member-store.js';
import { withBatch } from '../support/with-batch.js';

describe('a flush', () => {
  it('ends when what was committed before it is durable, however fast more is committed', async () => {
    const disk = simulatedDisk({ random: seededRandom(1) });
    const inner = await disk.openDatabase('state');
    let batches = 0;
    let commit: () => void = () => {};
    const database = withBatch(inner, async (operations, options) => {
      batches += 1;
      // Writers never pause: each batch finds more waiting when it is done.
      if (batches < 500) commit();
      await inner.batch(operations, options);
    });
    const store = new WriteBehind({ database, clock: systemClock(), describe: () => [] });
    let written = 0;
    commit = () => {
      written += 1;
      store.set(`key-${written}`, bytes(`${written}`));
      store.commit();
    };
    commit();
    await store.flush();
    expect(batches).toBe(1);
    expect(text((await inner.get(bytes('key-1')))!)).toBe('1');
    // One that begins while a batch is in flight covers what that batch lacks.
    const first = store.flush();
    commit();
    const last = written;
    await store.flush();
    expect(text((await inner.get(bytes(`key-${last}`)))!)).toBe(`${last}`);
    expect(batches).toBeLessThanOrEqual(3);
    await first;
    commit = () => {};
    await store.close();
  });
});
