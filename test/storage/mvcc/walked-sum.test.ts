import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { StateHash } from '../../../storage/mvcc/state-hash.js';
import { WalkedSum } from '../../../storage/mvcc/walked-sum.js';

describe('a sum that walks through records while they change', () => {
  it('is at its end the sum of what is there then (seeds 1 to 300)', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seededRandom(seed);
      const records = new Map<string, Uint8Array>();
      const walk = new WalkedSum();
      const change = (): void => {
        const key = `k${random.integer(0, 40)}`;
        const old = records.get(key);
        if (old !== undefined) walk.changed('removed', key, old);
        records.delete(key);
        if (random.float() < 0.3) return;
        const record = random.bytes(16);
        records.set(key, record);
        walk.changed('added', key, record);
      };
      const changeSome = (): void => {
        for (let times = random.integer(0, 12); times > 0; times -= 1) change();
      };
      for (let times = 0; times < 30; times += 1) change();
      let from = '';
      for (;;) {
        walk.beginSlice();
        const view = [...records].sort(([left], [right]) => (left < right ? -1 : 1));
        const page = view.filter(([key]) => key >= from).slice(0, random.integer(1, 8));
        changeSome();
        const last = page.at(-1);
        from = last === undefined ? '\u00ff' : `${last[0]}\u0000`;
        walk.endSlice(
          page.map(([, record]) => record),
          from,
        );
        changeSome();
        if (last === undefined) break;
      }
      const sum = new StateHash();
      for (const record of records.values()) sum.add(record);
      expect(Buffer.from(walk.bytes()).toString('hex'), `seed ${seed}`).toBe(
        Buffer.from(sum.bytes()).toString('hex'),
      );
    }
  });
});
