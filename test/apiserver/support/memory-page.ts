/** What a read of the store in memory answers with: filtered, sorted, and ended at its limits. */
import type { KeyValue, RangeResult, RangeSelection, RangeSort } from '../../../storage/index.js';

function order(sort: RangeSort, first: KeyValue, second: KeyValue): number {
  const sign = sort.order === 'ascending' ? 1 : -1;
  switch (sort.by) {
    case 'key':
      return sign * Buffer.compare(first.key, second.key);
    case 'value':
      return sign * Buffer.compare(first.value, second.value);
    case 'version':
      return sign * (first.version - second.version);
    case 'create':
      return sign * (first.createRevision - second.createRevision);
    case 'mod':
      return sign * (first.modRevision - second.modRevision);
    default: {
      const never: never = sort.by;
      return never;
    }
  }
}

/** The page that a selection makes of all the items of its range, which come in the order of their keys. */
export function pageOf(all: readonly KeyValue[], request: RangeSelection): Omit<RangeResult, 'revision'> {
  const count = request.count === true || request.countOnly === true ? { count: all.length } : {};
  if (request.countOnly === true) return { items: [], more: false, ...count };
  const { sort, limitItems = 0, limitBytes = 0 } = request;
  const chosen = all.filter(
    (item) =>
      item.modRevision >= (request.minModRevision ?? 0) &&
      item.modRevision <= (request.maxModRevision || Number.POSITIVE_INFINITY) &&
      item.createRevision >= (request.minCreateRevision ?? 0) &&
      item.createRevision <= (request.maxCreateRevision || Number.POSITIVE_INFINITY),
  );
  if (sort !== undefined) chosen.sort((first, second) => order(sort, first, second));
  const items: KeyValue[] = [];
  let size = 0;
  for (const item of chosen) {
    if ((limitItems > 0 && items.length >= limitItems) || (limitBytes > 0 && size >= limitBytes)) break;
    const shown = request.keysOnly === true ? { ...item, value: new Uint8Array() } : item;
    items.push(shown);
    size += shown.key.length + shown.value.length;
  }
  return { items, more: items.length < chosen.length, ...count };
}
