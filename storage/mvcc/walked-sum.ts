/**
 * Sums up the state's records while it changes, slice by slice in the order of keys, so that no view has to be
 * held for longer than a slice. What lies before the point that the walk has reached is kept up to date with every
 * change; what lies behind it will be read as it is then. Whoever has walked to the end has the sum of now.
 *
 * A slice is begun in the same turn in which its view is taken: changes made while it is being read are in the
 * view of no slice before it, and are added when it is known how far it got.
 */
import { StateHash } from './state-hash.js';

interface Change {
  readonly key: string;
  readonly record: Uint8Array;
  readonly kind: 'added' | 'removed';
}

export class WalkedSum {
  readonly #sum = new StateHash();
  /** Exclusive. */
  #through = '';
  #whileReading: Change[] = [];
  #reading = false;

  /** A record that the state hash covers has come, or gone. */
  changed(kind: Change['kind'], key: string, record: Uint8Array): void {
    if (key < this.#through) this.#apply({ kind, key, record });
    else if (this.#reading) this.#whileReading.push({ kind, key, record });
  }

  beginSlice(): void {
    this.#reading = true;
    this.#whileReading = [];
  }

  /** What the slice's view held from where the walk stood up to, and without, `through`. */
  endSlice(records: Iterable<Uint8Array>, through: string): void {
    for (const record of records) this.#sum.add(record);
    for (const change of this.#whileReading) if (change.key < through) this.#apply(change);
    this.#through = through;
    this.#reading = false;
    this.#whileReading = [];
  }

  #apply({ kind, record }: Change): void {
    if (kind === 'added') this.#sum.add(record);
    else this.#sum.subtract(record);
  }

  bytes(): Uint8Array {
    return this.#sum.bytes();
  }
}
