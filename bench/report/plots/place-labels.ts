/** Where labels stand so that none covers another. */

/**
 * Of labels that want to stand at these heights: the nearest heights that are at least `apart` from each other and
 * within the span, in the same order. Too many for the span stand evenly.
 */
export function spread(
  wanted: readonly number[],
  apart: number,
  { from, to }: { readonly from: number; readonly to: number },
): readonly number[] {
  const order = wanted.map((height, index) => ({ height, index })).toSorted((a, b) => a.height - b.height);
  const room = order.length < 2 ? apart : Math.min(apart, (to - from) / (order.length - 1));
  // Labels that touch become one block, which stands where its members want to be on average.
  let blocks: readonly Block[] = [];
  for (const { height } of order) {
    let block: Block = { sum: height, count: 1, start: height };
    let rest = blocks;
    for (;;) {
      const placed = { ...block, start: startOf(block, room, from, to) };
      const last = rest.at(-1);
      if (last === undefined || last.start + last.count * room <= placed.start + 1e-9) {
        blocks = [...rest, placed];
        break;
      }
      rest = rest.slice(0, -1);
      // A member that stands k places below its block's first wants the first k places higher.
      block = {
        sum: last.sum + block.sum - block.count * last.count * room,
        count: last.count + block.count,
        start: 0,
      };
    }
  }
  const heights = blocks.flatMap(({ start, count }) =>
    Array.from({ length: count }, (_, index) => start + index * room),
  );
  const placed = wanted.map(() => 0);
  order.forEach(({ index }, rank) => {
    placed[index] = heights[rank]!;
  });
  return placed;
}

interface Block {
  /** Of where its members want its first one to be. */
  readonly sum: number;
  readonly count: number;
  readonly start: number;
}

function startOf({ sum, count }: Block, apart: number, from: number, to: number): number {
  return Math.max(from, Math.min(to - (count - 1) * apart, sum / count));
}

export interface Labelled {
  /** Where it begins when nothing is in its way. */
  readonly from: number;
  readonly width: number;
}

/** Rows of labels side by side: each stands in the first row where it is free, moved left when it would leave the span. */
export function lanes(
  labels: readonly Labelled[],
  { to, gap }: { readonly to: number; readonly gap: number },
): readonly { readonly lane: number; readonly from: number }[] {
  const taken: (readonly { readonly from: number; readonly to: number }[])[] = [];
  return labels.map(({ from: wanted, width }) => {
    const from = Math.max(0, Math.min(wanted, to - width));
    const isFree = (lane: readonly { readonly from: number; readonly to: number }[]): boolean =>
      lane.every((other) => other.to + gap <= from || from + width + gap <= other.from);
    const found = taken.findIndex(isFree);
    const lane = found === -1 ? taken.length : found;
    taken[lane] = [...(taken[lane] ?? []), { from, to: from + width }];
    return { lane, from };
  });
}

const narrow = new Set('iljtfr.,:;|!\'"()[] 1');
const wide = new Set('mwMWQOGDNH%@—');

/** About how wide a text is in the page's type, on the safe side. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const letter of text) width += narrow.has(letter) ? 0.4 : wide.has(letter) ? 0.94 : 0.64;
  return width * fontSize;
}
