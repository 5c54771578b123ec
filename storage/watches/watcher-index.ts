/** Who watches a key: those who watch it alone, by a map, and those whose range it lies in. */
import { textOf } from '../bytes.js';
import type { KeyRange } from '../store.js';
import { RangeTree } from './range-tree.js';

function endOf(range: KeyRange): string | undefined {
  return range.end === undefined || range.end.length === 0 ? undefined : textOf(range.end);
}

export class WatcherIndex<Watcher> {
  readonly #single = new Map<string, Set<Watcher>>();
  readonly #ranges = new RangeTree<Watcher>();

  get isEmpty(): boolean {
    return this.#single.size === 0 && this.#ranges.isEmpty;
  }

  add(range: KeyRange, watcher: Watcher): void {
    const key = textOf(range.key);
    if (range.end !== undefined) {
      this.#ranges.add(key, endOf(range), watcher);
      return;
    }
    const there = this.#single.get(key);
    if (there === undefined) this.#single.set(key, new Set([watcher]));
    else there.add(watcher);
  }

  remove(range: KeyRange, watcher: Watcher): void {
    const key = textOf(range.key);
    if (range.end !== undefined) {
      this.#ranges.remove(key, endOf(range), watcher);
      return;
    }
    const there = this.#single.get(key);
    there?.delete(watcher);
    if (there?.size === 0) this.#single.delete(key);
  }

  /** Nobody is added or removed meanwhile. */
  each(key: string, visit: (watcher: Watcher) => void): void {
    const there = this.#single.get(key);
    if (there !== undefined) for (const watcher of there) visit(watcher);
    this.#ranges.eachAt(key, visit);
  }
}
