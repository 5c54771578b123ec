import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { RangeTree } from '../../../storage/watches/range-tree.js';

interface Range {
  readonly from: string;
  readonly end: string | undefined;
  readonly name: number;
}

describe('a tree of ranges', () => {
  it.each([1, 2, 3])(
    'finds exactly the ranges that contain a key, whatever came and went (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const tree = new RangeTree<number>();
      const ranges: Range[] = [];
      const key = (): string => {
        const length = random.integer(0, 4);
        return Array.from({ length }, () => 'ab\u0000'[random.integer(0, 3)]).join('');
      };
      const check = (): void => {
        const asked = key();
        const found: number[] = [];
        tree.eachAt(asked, (name) => found.push(name));
        const expected = ranges.filter(
          ({ from, end }) => asked >= from && (end === undefined || asked < end),
        );
        expect(found.toSorted((a, b) => a - b)).toEqual(expected.map(({ name }) => name));
      };
      for (let step = 0; step < 3000; step += 1) {
        // Grows, then shrinks to nothing.
        if (random.float() < (step < 1500 ? 0.6 : 0.3)) {
          const range = { from: key(), end: random.float() < 0.2 ? undefined : key(), name: step };
          ranges.push(range);
          tree.add(range.from, range.end, range.name);
        } else if (ranges.length > 0) {
          const [gone] = ranges.splice(random.integer(0, ranges.length), 1);
          tree.remove(gone!.from, gone!.end, gone!.name);
        }
        check();
        expect(tree.isEmpty).toBe(ranges.length === 0);
      }
    },
  );

  it('forgets nothing and finds nothing else among very many distinct ranges', () => {
    const tree = new RangeTree<number>();
    const name = (index: number): string => `/registry/${String(index).padStart(6, '0')}/`;
    for (let index = 0; index < 20_000; index += 1) tree.add(name(index), name(index + 1), index);
    for (let index = 0; index < 20_000; index += 997) {
      const found: number[] = [];
      tree.eachAt(`${name(index)}key`, (value) => found.push(value));
      expect(found).toEqual([index]);
    }
  });
});
