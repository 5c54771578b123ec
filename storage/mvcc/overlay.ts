/**
 * What is applied but not yet written: an ordered layer of puts and deletes in memory. Each key keeps its
 * values by sequence number until the layer is written, so that a view taken earlier still reads its own.
 */
import { firstAtOrPast } from './sorted-keys.js';

interface Slot {
  readonly sequence: number;
  /** null: deleted. */
  readonly value: Uint8Array | null;
  readonly older: Slot | undefined;
}

/** Approximate cost of a slot beside its key and value. */
const SLOT_BYTES = 64;

function visible(slot: Slot | undefined, sequence: number): Uint8Array | null | undefined {
  let current = slot;
  while (current !== undefined && current.sequence > sequence) current = current.older;
  return current?.value;
}

export class OverlayLayer {
  readonly #slots = new Map<string, Slot>();
  #sorted: string[] = [];
  #unsorted: string[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  set(key: string, value: Uint8Array | null, sequence: number): void {
    const older = this.#slots.get(key);
    if (older === undefined) this.#unsorted.push(key);
    this.#slots.set(key, { sequence, value, older });
    this.#bytes += key.length + (value?.length ?? 0) + SLOT_BYTES;
  }

  /** null: deleted here; undefined: nothing known here. */
  get(key: string, sequence: number): Uint8Array | null | undefined {
    return visible(this.#slots.get(key), sequence);
  }

  /** Adds what is visible in [from, to) to `into`, unless a newer layer has the key already. */
  collect(
    from: string,
    to: string | undefined,
    sequence: number,
    into: Map<string, Uint8Array | null>,
  ): void {
    const keys = this.#sortedKeys();
    for (let index = firstAtOrPast(keys, from); index < keys.length; index += 1) {
      const key = keys[index]!;
      if (to !== undefined && key >= to) return;
      if (into.has(key)) continue;
      const value = visible(this.#slots.get(key), sequence);
      if (value !== undefined) into.set(key, value);
    }
  }

  /** The newest value of each key. */
  *newest(): Iterable<readonly [string, Uint8Array | null]> {
    for (const [key, slot] of this.#slots) yield [key, slot.value];
  }

  /** Sorts what came since the last call and merges it: writing stays cheap, and so does reading in turns. */
  #sortedKeys(): readonly string[] {
    if (this.#unsorted.length === 0) return this.#sorted;
    const added = this.#unsorted.sort();
    const before = this.#sorted;
    this.#unsorted = [];
    if (before.length === 0 || before.at(-1)! < added[0]!) {
      this.#sorted = before.length === 0 ? added : before.concat(added);
      return this.#sorted;
    }
    const merged: string[] = [];
    let left = 0;
    let right = 0;
    while (left < before.length && right < added.length) {
      merged.push(before[left]! < added[right]! ? before[left++]! : added[right++]!);
    }
    while (left < before.length) merged.push(before[left++]!);
    while (right < added.length) merged.push(added[right++]!);
    this.#sorted = merged;
    return merged;
  }
}
