/** What a transaction has written so far, in order, and how its later operations see that. */
import { textOf } from '../bytes.js';
import type { KeyRange, KeyValue } from '../store.js';
import { boundsOf, type RangeSink } from './read-range.js';
import type { StoredVersion } from './records.js';
import { itemOf, type StagedChange } from './state.js';

interface NewestChange {
  readonly index: number;
  /** undefined: deleted. */
  readonly item: KeyValue | undefined;
}

export class StagedWrites {
  readonly #revision: number;
  readonly #changes: StagedChange[] = [];
  readonly #newest = new Map<string, NewestChange>();

  /** `revision`: the one that the transaction writes. */
  constructor(revision: number) {
    this.#revision = revision;
  }

  get changes(): readonly StagedChange[] {
    return this.#changes;
  }

  /** undefined: the transaction has not touched it; null: it has deleted it. */
  peek(key: string): KeyValue | null | undefined {
    const newest = this.#newest.get(key);
    return newest === undefined ? undefined : (newest.item ?? null);
  }

  /** `previous`: the key before the transaction. */
  put(key: string, previous: StoredVersion | undefined, value: Uint8Array, lease: number): void {
    const recreates = this.peek(key) === null;
    const change = { key, previous, next: { value, lease }, ...(recreates ? { recreates } : {}) };
    this.#add(change, itemOf(change, this.#revision));
  }

  delete(key: string, previous: StoredVersion | undefined): void {
    this.#add({ key, previous, next: undefined }, undefined);
  }

  #add(change: StagedChange, item: KeyValue | undefined): void {
    const before = this.#newest.get(change.key);
    const passed = before === undefined ? undefined : this.#changes[before.index];
    if (before !== undefined && passed !== undefined)
      this.#changes[before.index] = { ...passed, passing: true };
    this.#newest.set(change.key, { index: this.#changes.length, item });
    this.#changes.push(change);
  }

  /** The touched keys of a range, in order. */
  keysIn(range: KeyRange): readonly string[] {
    const { from, to } = boundsOf(range);
    const keys: string[] = [];
    for (const key of this.#newest.keys()) if (key >= from && (to === undefined || key < to)) keys.push(key);
    return keys.sort();
  }
}

/** Shows what is read as the transaction has left it: passes it on with its writes merged in. */
export class StagedSink implements RangeSink {
  readonly #staged: StagedWrites;
  readonly #keys: readonly string[];
  readonly #inner: RangeSink;
  #at = 0;

  constructor(staged: StagedWrites, keys: readonly string[], inner: RangeSink) {
    this.#staged = staged;
    this.#keys = keys;
    this.#inner = inner;
  }

  get wanted(): number {
    // Each touched key may hide one that is read.
    return this.#inner.wanted + this.#keys.length - this.#at;
  }

  get done(): boolean {
    return this.#inner.done;
  }

  get onlyCounts(): boolean {
    return this.#inner.onlyCounts;
  }

  add(item: KeyValue, record: Uint8Array | undefined): void {
    this.#addUnless(textOf(item.key), () => this.#inner.add(item, record));
  }

  addKey(key: string): void {
    this.#addUnless(key, () => this.#inner.addKey(key));
  }

  /** After the last key: the writes behind it. */
  finish(): void {
    this.#passBefore(undefined);
  }

  #addUnless(key: string, pass: () => void): void {
    this.#passBefore(key);
    if (this.#keys[this.#at] === key) this.#passBefore(`${key}\u0000`);
    else if (!this.#inner.done) pass();
  }

  #passBefore(bound: string | undefined): void {
    for (; this.#at < this.#keys.length && !this.#inner.done; this.#at += 1) {
      const key = this.#keys[this.#at]!;
      if (bound !== undefined && key >= bound) return;
      const item = this.#staged.peek(key);
      if (item !== null && item !== undefined) this.#inner.add(item, undefined);
    }
  }
}
