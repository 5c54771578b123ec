/** No label covers another. */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanes, spread, textWidth } from '../../../../bench/report/plots/place-labels.js';

describe('labels above each other', () => {
  const span = { from: 0, to: 300 };

  it('stand where they want to when there is room', () => {
    expect(spread([50, 10, 200], 16, span)).toEqual([50, 10, 200]);
  });

  it('move apart around their middle', () => {
    expect(spread([100, 104], 16, span)).toEqual([94, 110]);
    expect(spread([100, 100, 100], 10, span)).toEqual([90, 100, 110]);
  });

  it('stay on paper', () => {
    expect(spread([0, 0], 16, span)).toEqual([0, 16]);
    expect(spread([300, 300], 16, span)).toEqual([284, 300]);
    expect(spread([], 16, span)).toEqual([]);
  });

  it('stand evenly when there are too many', () => {
    expect(spread([5, 5, 5, 5], 200, span)).toEqual([0, 100, 200, 300]);
  });

  it('keep their order, their distance and their span, wherever they want to be', () => {
    const heights = fastCheck.array(fastCheck.double({ min: 0, max: 300, noNaN: true }), { maxLength: 15 });
    fastCheck.assert(
      fastCheck.property(heights, (wanted) => {
        const placed = spread(wanted, 16, span);
        const sorted = placed.toSorted((a, b) => a - b);
        for (let index = 1; index < sorted.length; index += 1)
          expect(sorted[index]! - sorted[index - 1]!).toBeGreaterThanOrEqual(16 - 1e-6);
        for (const height of placed) expect(height).toSatisfy((y: number) => y >= -1e-6 && y <= 300 + 1e-6);
        wanted.forEach((height, index) => {
          wanted.forEach((other, at) => {
            if (height < other) expect(placed[index]!).toBeLessThan(placed[at]!);
          });
        });
      }),
    );
  });
});

describe('labels beside each other', () => {
  it('share a row where they do not touch', () => {
    const placed = lanes(
      [
        { from: 0, width: 50 },
        { from: 60, width: 50 },
        { from: 40, width: 30 },
      ],
      { to: 300, gap: 4 },
    );
    expect(placed.map(({ lane }) => lane)).toEqual([0, 0, 1]);
  });

  it('move left rather than off the paper', () => {
    expect(lanes([{ from: 280, width: 50 }], { to: 300, gap: 4 })).toEqual([{ lane: 0, from: 250 }]);
  });

  it('never overlap, whatever they are', () => {
    const label = fastCheck.record({
      from: fastCheck.integer({ min: 0, max: 900 }),
      width: fastCheck.integer({ min: 5, max: 300 }),
    });
    fastCheck.assert(
      fastCheck.property(fastCheck.array(label, { maxLength: 20 }), (labels) => {
        const placed = lanes(labels, { to: 960, gap: 2 }).map((place, index) => ({
          ...place,
          to: place.from + labels[index]!.width,
        }));
        placed.forEach((one, index) => {
          for (const other of placed.slice(index + 1)) {
            const apart = one.lane !== other.lane || one.to + 2 <= other.from || other.to + 2 <= one.from;
            expect(apart).toBe(true);
          }
        });
      }),
    );
  });
});

it('a longer text is wider', () => {
  expect(textWidth('members', 12)).toBeGreaterThan(textWidth('member', 12));
  expect(textWidth('', 12)).toBe(0);
});
