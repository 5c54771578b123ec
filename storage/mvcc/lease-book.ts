/**
 * The leases in the replicated state: each with the time at which it runs out, in the order in which they run
 * out, and the keys attached to each.
 *
 * Every renewal leaves a dead entry at the front of the order of expiry, which LevelDB walks over until it
 * compacts. So a bound is kept in memory: no lease runs out before it, nobody looks before it is reached, and
 * what lies below it is never walked over.
 */
import { DamagedRecordError } from '../tuple.js';
import {
  attachmentKey,
  EXPIRIES_END,
  expiryKey,
  keyOfAttachment,
  LEASES_END,
  leaseKey,
  leaseOfKey,
  parseExpiryKey,
} from './key-space.js';
import type { LiveHash } from './live-hash.js';
import { decodeLease, encodeLease, type LeaseRecord, type RecordSalt } from './records.js';
import type { View } from './view.js';
import type { WriteBehind } from './write-behind.js';

export interface LeaseBookOptions {
  readonly store: WriteBehind;
  readonly salt: RecordSalt;
  readonly hash: LiveHash;
}

export interface Expiry {
  readonly lease: number;
  /** On the log's clock. */
  readonly expiresMilliseconds: number;
}

const PAGE_ENTRIES = 512;
const nothing = new Uint8Array(0);

function decode(salt: RecordSalt, id: number, record: Uint8Array | undefined): LeaseRecord | undefined {
  if (record === undefined) return undefined;
  const lease = decodeLease(salt, record);
  if (lease.id !== id) throw new DamagedRecordError(`lease ${id} says that it is lease ${lease.id}`);
  return lease;
}

/** All entries of [from, to), page by page. */
async function eachKey(view: View, from: string, to: string, take: (key: string) => void): Promise<void> {
  const cursor = view.iterate(from, to);
  try {
    for (;;) {
      const page = await cursor.nextPage(PAGE_ENTRIES);
      for (const { key } of page) take(key);
      if (page.length < PAGE_ENTRIES) return;
    }
  } finally {
    await cursor.close();
  }
}

/** As of a view. Throws `DamagedRecordError`. */
export async function readLease(
  state: { readonly view: View; readonly salt: RecordSalt },
  id: number,
): Promise<LeaseRecord | undefined> {
  return decode(state.salt, id, await state.view.get(leaseKey(id)));
}

/** In the order of the keys. */
export async function readAttachedKeys(view: View, lease: number): Promise<readonly string[]> {
  const keys: string[] = [];
  await eachKey(view, attachmentKey(lease, ''), attachmentKey(lease + 1, ''), (key) => {
    keys.push(keyOfAttachment(key));
  });
  return keys;
}

/** Ascending. */
export async function readLeaseIds(view: View): Promise<readonly number[]> {
  const ids: number[] = [];
  await eachKey(view, leaseKey(0), LEASES_END, (key) => {
    ids.push(leaseOfKey(key));
  });
  return ids;
}

export class LeaseBook {
  readonly #store: WriteBehind;
  readonly #salt: RecordSalt;
  readonly #hash: LiveHash;
  /** 0 until somebody looked: nothing at start walks through the leases. */
  #noneBefore = 0;
  /** The lowest expiry written since each look that is under way began. */
  readonly #looks = new Set<{ lowest: number }>();

  constructor(options: LeaseBookOptions) {
    this.#hash = options.hash;
    this.#store = options.store;
    this.#salt = options.salt;
  }

  /** No lease runs out before this time of the log; infinite when there is none. */
  get noneBefore(): number {
    return this.#noneBefore;
  }

  async get(id: number): Promise<LeaseRecord | undefined> {
    return decode(this.#salt, id, await this.#store.get(leaseKey(id)));
  }

  /** Those that are there, in the order of the ids. */
  async getMany(ids: Iterable<number>): Promise<ReadonlyMap<number, LeaseRecord>> {
    const asked = [...new Set(ids)];
    const records = await this.#store.getMany(asked.map(leaseKey));
    const found = new Map<number, LeaseRecord>();
    for (const [index, id] of asked.entries()) {
      const lease = decode(this.#salt, id, records[index]);
      if (lease !== undefined) found.set(id, lease);
    }
    return found;
  }

  async attachedKeys(id: number): Promise<readonly string[]> {
    const view = this.#store.view();
    try {
      return await readAttachedKeys(view, id);
    } finally {
      await view.close();
    }
  }

  /** Up to `limit` leases, those that run out first, in that order. */
  async soonest(limit: number): Promise<readonly Expiry[]> {
    const look = { lowest: Number.POSITIVE_INFINITY };
    const view = this.#store.view();
    this.#looks.add(look);
    try {
      const cursor = view.iterate(expiryKey(this.#noneBefore, 0), EXPIRIES_END);
      const page = await cursor.nextPage(limit);
      await cursor.close();
      const found = page.map(({ key }) => parseExpiryKey(key));
      this.#noneBefore = Math.min(found[0]?.expiresMilliseconds ?? Number.POSITIVE_INFINITY, look.lowest);
      return found;
    } finally {
      this.#looks.delete(look);
      await view.close();
    }
  }

  /** Writes a new lease, or `previous` with another expiry. */
  put(lease: LeaseRecord, previous?: LeaseRecord): void {
    if (previous !== undefined) this.#forget(previous);
    const record = encodeLease(this.#salt, lease);
    const { id, expiresMilliseconds } = lease;
    this.#store.set(leaseKey(id), record);
    this.#store.set(expiryKey(expiresMilliseconds, id), nothing);
    this.#hash.added(leaseKey(id), record);
    this.#noneBefore = Math.min(this.#noneBefore, expiresMilliseconds);
    for (const look of this.#looks) look.lowest = Math.min(look.lowest, expiresMilliseconds);
  }

  /** Its keys are the caller's matter. */
  remove(lease: LeaseRecord): void {
    this.#forget(lease);
    this.#store.set(leaseKey(lease.id), null);
  }

  #forget(lease: LeaseRecord): void {
    this.#store.set(expiryKey(lease.expiresMilliseconds, lease.id), null);
    this.#hash.removed(leaseKey(lease.id), encodeLease(this.#salt, lease));
  }

  attach(lease: number, key: string): void {
    this.#store.set(attachmentKey(lease, key), nothing);
  }

  detach(lease: number, key: string): void {
    this.#store.set(attachmentKey(lease, key), null);
  }
}
