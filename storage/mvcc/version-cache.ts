/** The newest versions of recently used keys, bounded in bytes. `null`: the key is known not to be there. */
import type { StoredVersion } from './records.js';

const ENTRY_BYTES = 200;

export class VersionCache {
  readonly #entries = new Map<string, StoredVersion | null>();
  readonly #maxBytes: number;
  #bytes = 0;

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
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= costOf(oldest, entry);
    }
  }
}

function costOf(key: string, version: StoredVersion | null): number {
  return ENTRY_BYTES + key.length + (version?.record.length ?? 0);
}
