/**
 * The keys of a database in order. Keys are latin-1 strings, so that comparing them compares unsigned bytes.
 *
 * They are kept apart by their first byte, as the store keeps its kinds of records apart: sorting what was
 * added to one kind then leaves the others alone. What is added waits until somebody asks for an order.
 */

/** Fewer additions than this are inserted one by one. */
const INSERT_AT_MOST = 24;

/** Index of the first key at or past `bound`; with `after`, of the first past it. */
function firstIndex(keys: readonly string[], bound: string, after: boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle]!;
    if (after ? key <= bound : key < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

class Partition {
  #sorted: string[] = [];
  #added: string[] = [];

  add(key: string): void {
    const last = this.#sorted.at(-1);
    if (this.#added.length === 0 && (last === undefined || last < key)) this.#sorted.push(key);
    else this.#added.push(key);
  }

  keys(): readonly string[] {
    const added = this.#added;
    if (added.length === 0) return this.#sorted;
    this.#added = [];
    if (added.length > INSERT_AT_MOST) {
      this.#sorted = this.#sorted.concat(added).sort();
      return this.#sorted;
    }
    for (const key of added) this.#sorted.splice(firstIndex(this.#sorted, key, false), 0, key);
    return this.#sorted;
  }

  remove(gone: ReadonlySet<string>): void {
    this.#sorted = this.keys().filter((key) => !gone.has(key));
  }
}

/** Bounds of a walk; absent ones are open. */
export interface TextBounds {
  readonly from: string | undefined;
  /** Exclude `from` itself. */
  readonly fromAfter: boolean;
  readonly to: string | undefined;
  /** Include `to` itself. */
  readonly toIncluded: boolean;
}

const EMPTY_KEY = -1;

const partitionOf = (key: string): number => (key.length === 0 ? EMPTY_KEY : key.charCodeAt(0));

export class OrderedKeys {
  readonly #partitions = new Map<number, Partition>();
  #order: number[] = [];

  add(key: string): void {
    const name = partitionOf(key);
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = new Partition();
      this.#partitions.set(name, partition);
      this.#order = [...this.#partitions.keys()].sort((a, b) => a - b);
    }
    partition.add(key);
  }

  remove(keys: ReadonlySet<string>): void {
    const touched = new Set<number>();
    for (const key of keys) touched.add(partitionOf(key));
    for (const name of touched) this.#partitions.get(name)?.remove(keys);
  }

  /** In order, or backwards, until `visit` gives false. */
  walk(bounds: TextBounds, reverse: boolean, visit: (key: string) => boolean): void {
    const lowest = bounds.from === undefined ? EMPTY_KEY : partitionOf(bounds.from);
    const highest = bounds.to === undefined ? Number.POSITIVE_INFINITY : partitionOf(bounds.to);
    const order = reverse ? this.#order.toReversed() : this.#order;
    for (const name of order) {
      if (name < lowest || name > highest) continue;
      const keys = this.#partitions.get(name)!.keys();
      const start = bounds.from === undefined ? 0 : firstIndex(keys, bounds.from, bounds.fromAfter);
      const end = bounds.to === undefined ? keys.length : firstIndex(keys, bounds.to, bounds.toIncluded);
      const step = reverse ? -1 : 1;
      for (let index = reverse ? end - 1 : start; index >= start && index < end; index += step) {
        if (!visit(keys[index]!)) return;
      }
    }
  }
}
