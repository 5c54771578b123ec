/** The newest versions of recently used keys, bounded in bytes. `null`: the key is known not to be there. */
import type { StoredVersion } from './records.js';

const ENTRY_BYTES = 200;

export class VersionCache {
  readonly #entries = new Map<string, StoredVersion | null>();
  readonly #maxBytes: number;
  #bytes = 0;
  /**
   * Where evicting stands, in the order of use. A Map's iterator goes on behind what was deleted and comes to what
   * was added; one that begins anew steps over every entry deleted before it, again and again.
   */
  #evicting = this.#entries.entries();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): StoredVersion | null | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    // A Map keeps insertion order: what was used last goes last.
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  set(key: string, version: StoredVersion | null): void {
    const before = this.#entries.get(key);
    if (before !== undefined) {
      this.#bytes -= costOf(key, before);
      this.#entries.delete(key);
    }
    const cost = costOf(key, version);
    if (cost > this.#maxBytes / 8) return;
    this.#entries.set(key, version);
    this.#bytes += cost;
    while (this.#bytes > this.#maxBytes) this.#evictOldest();
  }

  #evictOldest(): void {
    const next = this.#evicting.next();
    if (next.done === true) {
      // The end was reached: all there is has been used since.
      this.#evicting = this.#entries.entries();
      return;
    }
    const [key, version] = next.value;
    this.#entries.delete(key);
    this.#bytes -= costOf(key, version);
  }
}

function costOf(key: string, version: StoredVersion | null): number {
  return ENTRY_BYTES + key.length + (version?.record.length ?? 0);
}
