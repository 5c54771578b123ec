/** Search by halving in what is sorted. */

/** The position of the first element that is beyond, or the length. */
export function firstBeyond<Element>(
  sorted: readonly Element[],
  isBeyond: (element: Element) => boolean,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBeyond(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
