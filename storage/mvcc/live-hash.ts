/**
 * The state hash as it changes, and whoever walks through the records meanwhile: every record that the hash covers
 * comes and goes through here.
 */
import { equalBytes } from '../bytes.js';
import { StateHash } from './state-hash.js';
import { WalkedSum } from './walked-sum.js';

export class LiveHash {
  readonly #hash: StateHash;
  #walk: WalkedSum | undefined;

  constructor(bytes: Uint8Array) {
    this.#hash = StateHash.from(bytes);
  }

  added(databaseKey: string, record: Uint8Array): void {
    this.#hash.add(record);
    this.#walk?.changed('added', databaseKey, record);
  }

  removed(databaseKey: string, record: Uint8Array): void {
    this.#hash.subtract(record);
    this.#walk?.changed('removed', databaseKey, record);
  }

  bytes(): Uint8Array {
    return this.#hash.bytes();
  }

  copy(): StateHash {
    return this.#hash.copy();
  }

  /** Follows every change from now on, in place of an earlier one. */
  beginWalk(): WalkedSum {
    this.#walk = new WalkedSum();
    return this.#walk;
  }

  /** Whether what it has summed up is what the hash was made of. */
  endWalk(walk: WalkedSum): boolean {
    if (this.#walk === walk) this.#walk = undefined;
    return equalBytes(walk.bytes(), this.bytes());
  }
}
