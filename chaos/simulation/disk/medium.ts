/**
 * What lies on the medium under one database name: every key with the values it had at earlier writes, as far
 * back as a snapshot reads, a crash forgets or a lying disk takes back.
 */
import type { BatchOperation } from '../../../platform/index.js';
import { OrderedKeys, type TextBounds } from './ordered-keys.js';

/** How many synced batches `forgetAfter` can take back with the values that they overwrote. */
const LOSABLE_BATCHES = 16;
/** Keys without a value are swept out once this many have gathered. */
const SWEEP_KEYS = 512;

interface Version {
  readonly sequence: number;
  /** undefined: deleted. */
  value: Uint8Array | undefined;
  older: Version | undefined;
}

interface Slot {
  readonly key: Uint8Array;
  newest: Version | undefined;
  /** After this many more writes its versions are looked through for some that nobody reads. */
  writesUntilPruned: number;
}

export interface MediumEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Issued and not completed. */
export interface WriteInFlight {
  readonly sequence: number;
  readonly operations: readonly BatchOperation[];
}

export function textOfKey(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

export class Medium {
  readonly #slots = new Map<string, Slot>();
  readonly #keys = new OrderedKeys();
  readonly #holders = new Map<number, number>();
  #deleted: string[] = [];
  /** Every write at or below survives a crash. */
  durableSequence = 0;
  /** Every write at or below is visible. */
  visibleSequence = 0;
  #nextSequence = 1;
  /** In order. */
  readonly inFlight: WriteInFlight[] = [];
  open = false;
  /** Of the keys and values that are visible; undefined: to be counted again. */
  #visibleBytes: number | undefined = 0;

  begin(operations: readonly BatchOperation[]): WriteInFlight {
    const write = { sequence: this.#nextSequence, operations };
    this.#nextSequence += 1;
    this.inFlight.push(write);
    return write;
  }

  /** The oldest write in flight is done. Values are taken as they are: whoever writes them never changes them. */
  complete(write: WriteInFlight, sync: boolean): void {
    if (this.inFlight.shift() !== write) throw new Error('writes of one database complete in order');
    this.#apply(write);
    if (sync) this.durableSequence = write.sequence;
  }

  #apply({ sequence, operations }: WriteInFlight): void {
    const keepFrom = this.#oldestNeeded();
    for (const operation of operations) {
      const value = operation.type === 'put' ? operation.value : undefined;
      this.#set(operation.key, value, sequence, keepFrom);
    }
    this.visibleSequence = sequence;
    if (this.#deleted.length >= SWEEP_KEYS) this.#sweep(keepFrom);
  }

  #set(keyBytes: Uint8Array, value: Uint8Array | undefined, sequence: number, keepFrom: number): void {
    const key = textOfKey(keyBytes);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = { key: keyBytes, newest: undefined, writesUntilPruned: 1 };
      this.#slots.set(key, slot);
      this.#keys.add(key);
    }
    if (this.#visibleBytes !== undefined)
      this.#visibleBytes += bytesOf(slot.key, value) - bytesOf(slot.key, slot.newest?.value);
    slot.newest = { sequence, value, older: slot.newest };
    if (value === undefined) this.#deleted.push(key);
    slot.writesUntilPruned -= 1;
    if (slot.writesUntilPruned <= 0) slot.writesUntilPruned = prune(slot.newest, keepFrom);
  }

  #oldestNeeded(): number {
    let oldest = Math.min(this.durableSequence, this.visibleSequence);
    for (const sequence of this.#holders.keys()) oldest = Math.min(oldest, sequence);
    return oldest - LOSABLE_BATCHES;
  }

  /** Forgets keys that nobody can see any more. */
  #sweep(keepFrom: number): void {
    const gone = new Set<string>();
    const kept: string[] = [];
    for (const key of this.#deleted) {
      const newest = this.#slots.get(key)?.newest;
      if (newest === undefined || newest.value !== undefined) continue;
      if (newest.sequence <= keepFrom) gone.add(key);
      else kept.push(key);
    }
    this.#deleted = kept;
    for (const key of gone) this.#slots.delete(key);
    if (gone.size > 0) this.#keys.remove(gone);
  }

  get(key: string, sequence: number): Uint8Array | undefined {
    return valueAt(this.#slots.get(key), sequence);
  }

  /** In order, or backwards, as of `sequence`; at most `limit`. */
  entries(
    bounds: TextBounds,
    reverse: boolean,
    sequence: number,
    limit = Number.POSITIVE_INFINITY,
  ): readonly MediumEntry[] {
    const found: MediumEntry[] = [];
    this.#keys.walk(bounds, reverse, (key) => {
      const slot = this.#slots.get(key);
      const value = valueAt(slot, sequence);
      if (slot !== undefined && value !== undefined) found.push({ key: slot.key, value });
      return found.length < limit;
    });
    return found;
  }

  /** Keeps what is visible now readable; returns the way to let go. */
  hold(): { readonly sequence: number; readonly release: () => void } {
    const sequence = this.visibleSequence;
    this.#holders.set(sequence, (this.#holders.get(sequence) ?? 0) + 1);
    let held = true;
    return {
      sequence,
      release: () => {
        if (!held) return;
        held = false;
        const holders = this.#holders.get(sequence) ?? 0;
        if (holders <= 1) this.#holders.delete(sequence);
        else this.#holders.set(sequence, holders - 1);
      },
    };
  }

  /** Whether the newest value of the key would survive a crash now. */
  isDurable(key: string): boolean {
    const newest = this.#slots.get(key)?.newest;
    return newest !== undefined && newest.sequence <= this.durableSequence;
  }

  /** Power loss: what was not synced survives up to a random write, `survivesUpTo` in [first, last]. */
  crash(survivesUpTo: (firstSequence: number, lastSequence: number) => number): void {
    for (const write of this.inFlight) this.#apply(write);
    this.inFlight.length = 0;
    this.#holders.clear();
    this.open = false;
    this.forgetAfter(survivesUpTo(this.durableSequence, this.#nextSequence - 1));
    this.durableSequence = this.visibleSequence;
  }

  /** What all visible keys and values take. */
  get visibleBytes(): number {
    if (this.#visibleBytes === undefined) {
      let bytes = 0;
      for (const slot of this.#slots.values())
        bytes += bytesOf(slot.key, valueAt(slot, this.visibleSequence));
      this.#visibleBytes = bytes;
    }
    return this.#visibleBytes;
  }

  get newestSequence(): number {
    return this.#nextSequence - 1;
  }

  forgetAfter(sequence: number): void {
    for (const slot of this.#slots.values()) {
      while (slot.newest !== undefined && slot.newest.sequence > sequence) slot.newest = slot.newest.older;
    }
    this.#visibleBytes = undefined;
    this.durableSequence = Math.min(this.durableSequence, sequence);
    this.visibleSequence = sequence;
    this.#nextSequence = sequence + 1;
  }

  /** Replaces the newest value in place, as a bit flip on the medium does. */
  damage(key: Uint8Array, change: (value: Uint8Array) => Uint8Array): void {
    const newest = this.#slots.get(textOfKey(key))?.newest;
    if (newest?.value !== undefined) newest.value = change(newest.value);
  }

  /** A medium with what would survive a crash now. */
  copy(): Medium {
    const copy = new Medium();
    const everything = { from: undefined, fromAfter: false, to: undefined, toIncluded: false };
    const operations: BatchOperation[] = [];
    for (const { key, value } of this.entries(everything, false, this.durableSequence)) {
      operations.push({ type: 'put', key, value });
    }
    copy.complete(copy.begin(operations), true);
    return copy;
  }
}

/**
 * Nobody reads what is older than the newest version at or below `keepFrom`. Says how many are left: when as many were
 * written again, they are worth looking through again, so that a write costs the same however many there are.
 */
function prune(newest: Version, keepFrom: number): number {
  let version = newest;
  let left = 1;
  while (version.sequence > keepFrom && version.older !== undefined) {
    version = version.older;
    left += 1;
  }
  version.older = undefined;
  return left;
}

/** A key without a value is none. */
function bytesOf(key: Uint8Array, value: Uint8Array | undefined): number {
  return value === undefined ? 0 : key.length + value.length;
}

function valueAt(slot: Slot | undefined, sequence: number): Uint8Array | undefined {
  let version = slot?.newest;
  while (version !== undefined && version.sequence > sequence) version = version.older;
  return version?.value;
}
