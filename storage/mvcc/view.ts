/**
 * A point-in-time view of a database with its overlay: what was committed when the view was made, for as long
 * as it is held. Made of one LevelDB snapshot and the overlay layers of that moment.
 */

import type { DiskIterator, DiskSnapshot } from '../../platform/index.js';
import { bytesOf, textOf } from '../bytes.js';
import type { OverlayLayer } from './overlay.js';

export interface ViewEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A cursor over a view, in key order. */
export interface ViewCursor {
  /** Up to `maxEntries` further entries; an empty page means the end. */
  nextPage(maxEntries: number): Promise<readonly ViewEntry[]>;
  close(): Promise<void>;
}

export interface View {
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** [from, to); `to` undefined: no upper bound. */
  iterate(from: string, to: string | undefined): ViewCursor;
  close(): Promise<void>;
}

class MergedCursor implements ViewCursor {
  readonly #disk: DiskIterator;
  readonly #overlay: ReadonlyMap<string, Uint8Array | null>;
  readonly #overlayKeys: readonly string[];
  #overlayAt = 0;
  #page: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] = [];
  #pageAt = 0;
  #diskEnded = false;

  constructor(disk: DiskIterator, overlay: ReadonlyMap<string, Uint8Array | null>) {
    this.#disk = disk;
    this.#overlay = overlay;
    this.#overlayKeys = [...overlay.keys()].sort();
  }

  async nextPage(maxEntries: number): Promise<readonly ViewEntry[]> {
    const entries: ViewEntry[] = [];
    while (entries.length < maxEntries) {
      if (this.#pageAt === this.#page.length && !this.#diskEnded) {
        this.#page = await this.#disk.nextPage(maxEntries - entries.length);
        this.#pageAt = 0;
        this.#diskEnded = this.#page.length === 0;
      }
      const onDisk = this.#page[this.#pageAt];
      const diskKey = onDisk === undefined ? undefined : textOf(onDisk.key);
      const overlayKey = this.#overlayKeys[this.#overlayAt];
      if (diskKey === undefined && overlayKey === undefined) break;
      if (overlayKey === undefined || (diskKey !== undefined && diskKey < overlayKey)) {
        entries.push({ key: diskKey!, value: onDisk!.value });
        this.#pageAt += 1;
        continue;
      }
      const value = this.#overlay.get(overlayKey);
      if (value !== null && value !== undefined) entries.push({ key: overlayKey, value });
      this.#overlayAt += 1;
      if (diskKey === overlayKey) this.#pageAt += 1;
    }
    return entries;
  }

  close(): Promise<void> {
    return this.#disk.close();
  }
}

/** `layers`: newest first. */
export function viewOf(
  snapshot: DiskSnapshot,
  layers: readonly OverlayLayer[],
  sequence: number,
  onClose: () => void,
): View {
  const inOverlay = (key: string): Uint8Array | null | undefined => {
    for (const layer of layers) {
      const value = layer.get(key, sequence);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  let closed = false;
  return {
    async get(key) {
      const known = inOverlay(key);
      if (known !== undefined) return known ?? undefined;
      return snapshot.get(bytesOf(key));
    },
    async getMany(keys) {
      const values = keys.map(inOverlay);
      const missing = keys.filter((_, index) => values[index] === undefined);
      const found = missing.length === 0 ? [] : await snapshot.getMany(missing.map(bytesOf));
      let next = 0;
      return values.map((value) => (value === undefined ? found[next++] : (value ?? undefined)));
    },
    iterate(from, to) {
      const overlay = new Map<string, Uint8Array | null>();
      for (const layer of layers) layer.collect(from, to, sequence, overlay);
      const bounds = to === undefined ? {} : { lt: bytesOf(to) };
      return new MergedCursor(snapshot.iterate({ gte: bytesOf(from), ...bounds }), overlay);
    },
    async close() {
      if (closed) return;
      closed = true;
      onClose();
      await snapshot.close();
    },
  };
}
