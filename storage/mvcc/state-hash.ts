/**
 * The state hash: the sum, modulo 2^128, of the digests of all logical records. A sum does not depend on
 * order, so it is kept up to date by subtracting a record's old digest and adding its new one. The digests are
 * keyed with the cluster id, so that nobody can craft objects whose digests cancel out without knowing it.
 */
import { DIGEST_BYTES } from '../checksum.js';

const WORDS = DIGEST_BYTES / 4;

export class StateHash {
  readonly #words = new Uint32Array(WORDS);

  add(record: Uint8Array): void {
    let carry = 0;
    for (let word = 0; word < WORDS; word += 1) {
      const sum = this.#words[word]! + wordOf(record, word) + carry;
      this.#words[word] = sum;
      carry = sum > 0xffff_ffff ? 1 : 0;
    }
  }

  subtract(record: Uint8Array): void {
    let borrow = 0;
    for (let word = 0; word < WORDS; word += 1) {
      const difference = this.#words[word]! - wordOf(record, word) - borrow;
      this.#words[word] = difference;
      borrow = difference < 0 ? 1 : 0;
    }
  }

  bytes(): Uint8Array {
    const bytes = Buffer.alloc(DIGEST_BYTES);
    for (let word = 0; word < WORDS; word += 1) bytes.writeUInt32LE(this.#words[word]!, word * 4);
    return bytes;
  }

  static from(bytes: Uint8Array): StateHash {
    const hash = new StateHash();
    hash.add(bytes);
    return hash;
  }

  copy(): StateHash {
    const copy = new StateHash();
    copy.#words.set(this.#words);
    return copy;
  }
}

/** The word at `index` of the first 16 bytes, little-endian. */
function wordOf(bytes: Uint8Array, index: number): number {
  const at = index * 4;
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
