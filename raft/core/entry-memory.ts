/**
 * Where the bytes of the log's in-memory tail live: in memory of the log's own, never in what brought them.
 *
 * An entry comes in a network frame, a page from the disk or a proposer's buffer, each of which it would keep
 * alive whole for as long as the log remembers it. So its bytes are copied once. A buffer of its own costs an
 * entry more than many entries weigh, so small ones share a slab: consecutive entries leave the tail in order,
 * and a slab goes with the last of them.
 */
import type { Entry } from './types.js';

/** At most this much is held by one entry that is left of a slab. */
export const SLAB_BYTES = 16 * 1024;

/** From here on a buffer of its own costs little beside what is in it, and wastes no slab's end. */
const OWN_BUFFER_BYTES = 1024;

/** What an entry takes beside its data: objects for the entry and its bytes, and its share of the unused. */
const OVERHEAD_BYTES = 300;

/** What an entry in memory costs, counted high rather than low. */
export function residentBytes(entry: Entry): number {
  return entry.data.length + OVERHEAD_BYTES;
}

export class EntryMemory {
  #slab = new Uint8Array(0);
  #used = 0;

  /** The same entry, holding nothing but memory of the log. */
  keep(entry: Entry): Entry {
    const { index, term, timeMilliseconds, kind, data } = entry;
    return { index, term, timeMilliseconds, kind, data: this.#copy(data) };
  }

  #copy(data: Uint8Array): Uint8Array {
    const { length } = data;
    if (length >= OWN_BUFFER_BYTES) return new Uint8Array(data);
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + length);
    copy.set(data);
    this.#used += length;
    return copy;
  }
}
