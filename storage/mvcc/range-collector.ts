/** Gathers what a read finds: filters, sorts, ends the page at the limits and counts. */
import { storeLimits } from '../commands/validate.js';
import type { KeyRange, KeyValue, RangeResult, RangeSelection, Refusal, RevisionBounds } from '../store.js';
import type { RangeSink } from './read-range.js';
import { SortedItems } from './sorted-items.js';

type Gathered = Omit<RangeSelection, keyof KeyRange | 'revision'>;

const noBytes = new Uint8Array(0);
const withoutValue = (item: KeyValue): KeyValue => ({ ...item, value: noBytes });

/** No revision is 0: such a bound bounds nothing. */
function isWithin(item: KeyValue, bounds: RevisionBounds): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = bounds;
  return (
    item.modRevision >= minModRevision &&
    (maxModRevision === 0 || item.modRevision <= maxModRevision) &&
    item.createRevision >= minCreateRevision &&
    (maxCreateRevision === 0 || item.createRevision <= maxCreateRevision)
  );
}

function hasBounds(bounds: RevisionBounds): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = bounds;
  return minModRevision + maxModRevision + minCreateRevision + maxCreateRevision > 0;
}

/** Keys come in ascending order anyway. */
function sorterOf(gathered: Gathered): SortedItems | undefined {
  const { sort, limitItems = 0 } = gathered;
  if (sort === undefined || (sort.by === 'key' && sort.order === 'ascending')) return undefined;
  return new SortedItems(sort, limitItems, storeLimits.maxSortedBytes);
}

export class RangeCollector implements RangeSink {
  readonly #request: Gathered;
  readonly #bounded: boolean;
  readonly #sorter: SortedItems | undefined;
  readonly #counting: boolean;
  /** Bytes of items that may be answered with; past them the answer is `overflow`. */
  readonly #maxBytes: number;
  readonly #items: KeyValue[] = [];
  #bytes = 0;
  #full = false;
  #more = false;
  #count = 0;
  #overflow: (Refusal & { readonly reason: 'too-large' }) | undefined;

  constructor(request: Gathered, maxBytes = Number.POSITIVE_INFINITY) {
    this.#request = request;
    this.#maxBytes = maxBytes;
    this.#bounded = hasBounds(request);
    this.#counting = request.count === true || request.countOnly === true;
    this.#sorter = request.countOnly === true ? undefined : sorterOf(request);
  }

  get wanted(): number {
    const { limitItems = 0 } = this.#request;
    if (limitItems === 0 || this.#counting || this.#bounded || this.#sorter !== undefined)
      return Number.POSITIVE_INFINITY;
    return limitItems - this.#items.length + 1;
  }

  get onlyCounts(): boolean {
    return this.#request.countOnly === true || this.#more;
  }

  get done(): boolean {
    return (this.#more && !this.#counting) || this.#overflow !== undefined;
  }

  /** More than may be kept in memory: there is no answer. */
  get overflow(): (Refusal & { readonly reason: 'too-large' }) | undefined {
    return this.#overflow;
  }

  addKey(_key: string): void {
    this.#count += 1;
  }

  add(item: KeyValue): void {
    this.#count += 1;
    if (this.onlyCounts || (this.#bounded && !isWithin(item, this.#request))) return;
    if (this.#sorter === undefined) this.#take(item);
    else this.#sort(this.#sorter, item);
  }

  #sort(sorter: SortedItems, item: KeyValue): void {
    const { keysOnly, sort } = this.#request;
    sorter.add(keysOnly === true && sort?.by !== 'value' ? withoutValue(item) : item);
    if (sorter.overflows) {
      this.#refuse(
        `a sorted read keeps at most ${storeLimits.maxSortedBytes} bytes: ask for fewer items or a smaller range`,
      );
    }
  }

  /** Once the page has ended, another item only shows that there is more. */
  #take(item: KeyValue): void {
    if (this.#full) {
      this.#more = true;
      return;
    }
    const taken = this.#request.keysOnly === true ? withoutValue(item) : item;
    this.#items.push(taken);
    this.#bytes += taken.key.length + taken.value.length;
    if (this.#bytes > this.#maxBytes) this.#refuse(`the answer would have more than ${this.#maxBytes} bytes`);
    const { limitItems = 0, limitBytes = 0 } = this.#request;
    this.#full =
      (limitItems > 0 && this.#items.length >= limitItems) || (limitBytes > 0 && this.#bytes >= limitBytes);
  }

  #refuse(message: string): void {
    this.#overflow = { reason: 'too-large', message };
  }

  result(revision: number): RangeResult {
    if (this.#sorter !== undefined && this.#items.length === 0) {
      for (const item of this.#sorter.first()) {
        if (!this.#full) this.#take(item);
      }
      this.#more = this.#items.length < this.#sorter.total;
    }
    return {
      items: this.#items,
      more: this.#more,
      ...(this.#counting ? { count: this.#count } : {}),
      revision,
    };
  }
}
