/**
 * The first items in an order other than that of the keys. With a limit only a little more than that many are
 * kept at once, so that the newest key of a large range costs no memory.
 */
import type { KeyValue, RangeSort } from '../store.js';

/** What an item takes beside its own bytes, about. */
const SORTED_ITEM_BYTES = 256;
/** Sorting pays once this many have come on top of the limit. */
const MIN_SURPLUS = 256;

function compareBy(by: RangeSort['by'], first: KeyValue, second: KeyValue): number {
  switch (by) {
    case 'key':
      return Buffer.compare(first.key, second.key);
    case 'version':
      return first.version - second.version;
    case 'create':
      return first.createRevision - second.createRevision;
    case 'mod':
      return first.modRevision - second.modRevision;
    case 'value':
      return Buffer.compare(first.value, second.value);
  }
}

const bytesOfItem = (item: KeyValue): number => SORTED_ITEM_BYTES + item.key.length + item.value.length;

export class SortedItems {
  readonly #sort: RangeSort;
  readonly #limitItems: number;
  readonly #maxBytes: number;
  #items: KeyValue[] = [];
  #bytes = 0;
  /** How many were added. */
  total = 0;
  /** There was no room for them: what `first` gives is not all of it. */
  overflows = false;

  /** `limitItems` 0: all. With a limit half of `maxBytes` is for those that are yet to be dropped. */
  constructor(sort: RangeSort, limitItems: number, maxBytes: number) {
    this.#sort = sort;
    this.#limitItems = limitItems === 0 ? Number.POSITIVE_INFINITY : limitItems;
    this.#maxBytes = maxBytes;
  }

  /** In the order of keys: what is equal stays in it. */
  add(item: KeyValue): void {
    this.total += 1;
    this.#items.push(item);
    this.#bytes += bytesOfItem(item);
    const isFull = this.#bytes > this.#maxBytes;
    if (this.#limitItems === Number.POSITIVE_INFINITY) {
      this.overflows ||= isFull;
    } else if (isFull || this.#items.length >= 2 * this.#limitItems + MIN_SURPLUS) {
      this.#settle();
      this.overflows ||= this.#bytes > this.#maxBytes / 2;
    }
  }

  /** The first ones, as many as the limit says. */
  first(): readonly KeyValue[] {
    this.#settle();
    return this.#items;
  }

  /** The sort is stable, and what comes later has greater keys than all that is kept. */
  #settle(): void {
    const { by, order } = this.#sort;
    const sign = order === 'ascending' ? 1 : -1;
    this.#items.sort((first, second) => sign * compareBy(by, first, second));
    for (const dropped of this.#items.splice(this.#limitItems)) this.#bytes -= bytesOfItem(dropped);
  }
}
