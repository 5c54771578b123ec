/**
 * Checks a whole state record by record: each live key, each lease, users and roles against their own digest, and
 * all of them together against the state hash that the meta record carries.
 */

import type { AuthState } from '../auth/auth-state.js';
import { bytesOf, equalBytes } from '../bytes.js';
import type { KeyValue } from '../store.js';
import { DamagedRecordError } from '../tuple.js';
import { AUTH_KEY, keyOfHead } from './key-space.js';
import {
  decodeAuthRecord,
  decodeLease,
  decodeVersion,
  type LeaseRecord,
  type MetaRecord,
  type RecordSalt,
} from './records.js';
import { StateHash } from './state-hash.js';
import { stateHashOf } from './whole-hash.js';

export type LogicalRecord =
  | { readonly kind: 'key'; readonly item: KeyValue }
  | { readonly kind: 'lease'; readonly lease: LeaseRecord }
  | { readonly kind: 'auth'; readonly auth: AuthState }
  /** History, sessions and what else the state hash does not cover. */
  | { readonly kind: 'other' };

const other: LogicalRecord = { kind: 'other' };

export class RecordSum {
  readonly #salt: RecordSalt;
  readonly #hash = new StateHash();

  constructor(salt: RecordSalt) {
    this.#salt = salt;
  }

  /** Also proves that the record was written by the cluster of the salt. Throws `DamagedRecordError`. */
  add(name: string, value: Uint8Array): LogicalRecord {
    if (name.startsWith('k')) {
      const version = decodeVersion(this.#salt, bytesOf(keyOfHead(name)), value);
      if (version === undefined) throw new DamagedRecordError('a live key is a tombstone');
      this.#hash.add(value);
      return { kind: 'key', item: version.item };
    }
    if (name.startsWith('l')) {
      const lease = decodeLease(this.#salt, value);
      this.#hash.add(value);
      return { kind: 'lease', lease };
    }
    if (name === AUTH_KEY) {
      const auth = decodeAuthRecord(this.#salt, value);
      this.#hash.add(value);
      return { kind: 'auth', auth };
    }
    return other;
  }

  bytes(): Uint8Array {
    return this.#hash.bytes();
  }

  /** Of the whole state that has these records. */
  stateHash(meta: MetaRecord): string {
    return stateHashOf(this.#salt, this.#hash, meta);
  }

  matches(meta: MetaRecord): boolean {
    return equalBytes(meta.hash, this.#hash.bytes());
  }
}
