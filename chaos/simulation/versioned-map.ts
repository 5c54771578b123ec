/**
 * An ordered map that remembers, for each key, the values it had at earlier sequence numbers: what lets the
 * simulated disk have snapshots and lose a suffix of its writes.
 */

interface Version {
  readonly sequence: number;
  /** undefined: deleted. */
  value: Uint8Array | undefined;
}

/** Keys are latin-1 strings, so that comparing them compares unsigned bytes. */
export class VersionedMap {
  readonly #versions = new Map<string, Version[]>();
  #sortedKeys: string[] = [];
  #sorted = true;

  /** `keepFrom`: no reader will ever ask for a sequence below it. */
  set(key: string, value: Uint8Array | undefined, sequence: number, keepFrom: number): void {
    const versions = this.#versions.get(key);
    if (versions === undefined) {
      this.#versions.set(key, [{ sequence, value }]);
      const last = this.#sortedKeys.at(-1);
      if (last !== undefined && last > key) this.#sorted = false;
      this.#sortedKeys.push(key);
      return;
    }
    versions.push({ sequence, value });
    let needed = versions.length - 1;
    while (needed > 0 && versions[needed]!.sequence > keepFrom) needed -= 1;
    if (needed > 0) versions.splice(0, needed);
  }

  get(key: string, sequence: number): Uint8Array | undefined {
    const versions = this.#versions.get(key);
    if (versions === undefined) return undefined;
    for (let index = versions.length - 1; index >= 0; index -= 1) {
      if (versions[index]!.sequence <= sequence) return versions[index]!.value;
    }
    return undefined;
  }

  /** Replaces the newest value in place, as a bit flip on the medium does. */
  damage(key: string, change: (value: Uint8Array) => Uint8Array): void {
    const newest = this.#versions.get(key)?.at(-1);
    if (newest?.value !== undefined) newest.value = change(newest.value);
  }

  /** Forgets every write after `sequence`. */
  forgetAfter(sequence: number): void {
    for (const [key, versions] of this.#versions) {
      while (versions.length > 0 && versions.at(-1)!.sequence > sequence) versions.pop();
      if (versions.length === 0) this.#versions.delete(key);
    }
    this.#sortedKeys = [...this.#versions.keys()].sort();
    this.#sorted = true;
  }

  /** All keys ever written, in order; some may be deleted at the sequence of interest. */
  keys(): readonly string[] {
    if (!this.#sorted) {
      this.#sortedKeys.sort();
      this.#sorted = true;
    }
    return this.#sortedKeys;
  }
}

/** Index of the first key at or past `bound`; with `after`, of the first past it. */
export function firstIndex(keys: readonly string[], bound: string, after: boolean): number {
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
